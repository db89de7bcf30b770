"""What several tests of this folder share: the same rows, settings and run for either backend."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from conftest import EXAMPLES, TINY_BASE

from brightrun_trainer.backend import Backend, LoraSettings, end_tokens
from brightrun_trainer.choose_backend import open_backend
from brightrun_trainer.dataset import read_rows
from brightrun_trainer.masking import Sample, encode_rows
from brightrun_trainer.schedule import Plan, batch_rows, learning_rate

#: Rank 8 on all linear layers, without dropout: the libraries draw different random numbers.
SETTINGS = LoraSettings(
    rank=8, alpha=16.0, dropout=0.0, target_modules="all-linear", weight_decay=0.01, max_gradient_norm=1.0, seed=3
)
PEAK_RATE = 4e-3


def samples_of(tokenizer: Any, count: int | None = None) -> list[Sample]:
    """The first rows of the country guide, tokenised and masked."""
    return encode_rows(tokenizer, read_rows(EXAMPLES / "country-guide.jsonl").rows[:count], 256).samples


def opened(name: str, tokenizer: Any, settings: LoraSettings = SETTINGS, base: Path = TINY_BASE) -> Backend:
    """A backend with the adapter that a run of these settings begins with."""
    return open_backend(name, base, settings, end_tokens(base, tokenizer))


def steps_of(
    backend: Backend, samples: list[Sample], steps: int, plan: Plan, schedule: str = "cosine", warmup_ratio: float = 0.05
) -> list[float]:
    """The loss of each of the first steps, batch by batch in the loop's own order and at its rates."""
    losses = []
    for step in range(steps):
        rate = learning_rate(schedule, PEAK_RATE, warmup_ratio, plan.total_steps, step)
        batch = [samples[i] for i in batch_rows(plan, SETTINGS.seed, step)]
        result = backend.step(batch, rate, step)
        assert math.isfinite(result.loss) and math.isfinite(result.gradient_norm)
        losses.append(result.loss)
    return losses
