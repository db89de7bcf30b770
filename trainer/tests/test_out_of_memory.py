"""A run whose memory runs out goes on from the step it stands at, with less at once and the same losses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, TINY_BASE
from fake_api import FakeApi
from test_whole_run import do, manifest_of

from brightrun_trainer.backend import LoraSettings, end_tokens
from brightrun_trainer.choose_backend import open_backend
from brightrun_trainer.dataset import read_rows
from brightrun_trainer.failures import classify
from brightrun_trainer.loop import Loop, LoopSettings, LoopState
from brightrun_trainer.main import EXIT_DONE
from brightrun_trainer.masking import Sample, encode_rows
from brightrun_trainer.schedule import Plan

LORA = LoraSettings(rank=4, alpha=8.0, dropout=0.0, target_modules="attention", weight_decay=0.01, max_gradient_norm=1.0, seed=5)
LOOP = LoopSettings(learning_rate=0.004, schedule="cosine", warmup_ratio=0.1, patience=0, keep="best", seed=5)
PLAN = Plan(rows=24, batch_size=8, epochs=2, evaluations_per_epoch=1)
#: `peft_lora` where tests/peft_lora runs these.
BACKEND = "mlx_lora"


class Told:
    """Hooks that keep the points and never stop."""

    def __init__(self, before: Callable[[int], None] = lambda step: None) -> None:
        self.points: list[Any] = []
        self._before = before

    def stop(self, state: LoopState) -> str | None:
        self._before(state.step)
        return None

    def point(self, point: Any) -> None:
        self.points.append(point)

    def may_save(self, state: LoopState, save: Any) -> None:
        pass


@pytest.fixture(scope="module")
def rows(tokenizer: Any) -> list[Sample]:
    return encode_rows(tokenizer, read_rows(EXAMPLES / "country-guide.jsonl").rows[:32], 256).samples


def smaller_memory(patch: pytest.MonkeyPatch, rows_at_once: int) -> None:
    """From now on a library raises what it raises on a GPU, wherever more rows are put together at once."""
    error: Exception
    if BACKEND == "peft_lora":
        import torch
        from brightrun_trainer.peft_lora import backend as module

        name, error = "feed_packed", torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
    else:
        from brightrun_trainer import mlx_lora as module

        name, error = "padded", RuntimeError("[malloc] Unable to allocate 2147483648 bytes.")
    lay_out = getattr(module, name)

    def bounded(batch: Sequence[Sample], *where: Any) -> Any:
        if len(batch) > rows_at_once:
            raise error
        return lay_out(batch, *where)

    patch.setattr(module, name, bounded)


def losses(backend: Any, rows: list[Sample], before: Callable[[int], None] = lambda step: None) -> list[float]:
    hooks = Told(before)
    loop = Loop(backend, rows[:24], rows[24:], PLAN, LOOP, hooks, lambda: 0.0)
    assert loop.run() is None
    return [p.loss for p in hooks.points] + [p.validation_loss for p in hooks.points if p.validation_loss is not None]


def opened(tokenizer: Any) -> Any:
    return open_backend(BACKEND, TINY_BASE, LORA, end_tokens(TINY_BASE, tokenizer))


def test_half_at_once_from_the_step_it_stands_at_and_the_same_losses(tokenizer: Any, rows: list[Sample], monkeypatch: pytest.MonkeyPatch) -> None:
    whole, narrow = opened(tokenizer), opened(tokenizer)
    expected = losses(whole, rows)
    assert whole.at_once.halvings == 0
    got = losses(narrow, rows, lambda step: smaller_memory(monkeypatch, 2) if step == 2 else None)
    # 8 rows, then 4, then 2. Sums over other parts round differently: 1e-5 after six steps.
    assert narrow.at_once.halvings == 2
    assert got == pytest.approx(expected, rel=1e-5)


def test_one_row_that_does_not_fit_ends_the_run_with_its_class_and_advice(tokenizer: Any, rows: list[Sample], monkeypatch: pytest.MonkeyPatch) -> None:
    backend = opened(tokenizer)
    smaller_memory(monkeypatch, 0)
    with pytest.raises(Exception, match="llocate") as ended:
        backend.step(rows[:8], 1e-3, 0)
    failure = classify(ended.value)
    assert failure.code == "out-of-memory" and "smaller batch size" in failure.message
    assert len(next(backend.at_once.parts(rows[:8]))) == 1, "nothing smaller is left"


def test_a_whole_run_says_what_it_did_and_publishes(small_run: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    smaller_memory(monkeypatch, 2)
    assert do(small_run, tmp_path) == EXIT_DONE
    memory = manifest_of(small_run)["training"]["memory"]
    # Sixteen canaries are measured at once, then eight, four, two; a step's four rows go through as two and two.
    assert memory["halvings"] == 3
    assert (memory["microBatch"], memory["accumulation"]) == (4, 1), "what was planned stays what was planned"
    told = [finding for report in small_run.reports for finding in report["findings"]]
    assert sum("The memory ran out" in finding for finding in told) == 3
