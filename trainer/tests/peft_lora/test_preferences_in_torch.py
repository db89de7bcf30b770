"""Preferences in torch, against mlx (where autograd makes the gradient) and against TRL's DPOTrainer.

Seen over twelve steps, while the loss falls from 0.69 to 0.06: 2.4e-6 from mlx and 2.4e-7 from TRL at any step; the
adapters 7.7e-6 and 2.5e-6. The tolerances are about twenty times that.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from both_backends import SETTINGS, opened
from conftest import TINY_BASE
from preference_rows import preference_lines

torch = pytest.importorskip("torch", reason="the torch backend needs torch")

from brightrun_trainer.dataset import parse_row  # noqa: E402
from brightrun_trainer.masking import Pair, encode_rows  # noqa: E402
from brightrun_trainer.preferences import BETA, Preferences  # noqa: E402

RATE, BATCH, STEPS = 5e-4, 4, 8


@pytest.fixture(scope="module")
def lines() -> list[dict[str, str]]:
    return [json.loads(line) for line in io.BytesIO(preference_lines(BATCH * STEPS))]


@pytest.fixture(scope="module")
def pairs(tokenizer: Any, lines: list[dict[str, str]]) -> list[Pair]:
    rows = [parse_row(line, number) for number, line in enumerate(lines, 1)]
    return list(encode_rows(tokenizer, rows, 256).samples)


def ours_of(name: str) -> str:
    """The adapter's own name of a peft parameter: `….q_proj.lora_A.default.weight` is `….q_proj.lora_a`."""
    path, kind = name.removeprefix("base_model.model.").rsplit(".lora_", 1)
    return f"{path}.lora_{kind[0].lower()}"


def learned_by(name: str, tokenizer: Any, pairs: list[Pair]) -> tuple[list[float], dict[str, np.ndarray]]:
    """The losses of all steps at one rate, and the adapter after them."""
    backend = opened(name, tokenizer)
    learned = Preferences(backend)
    learned.prepare(pairs, lambda: None)
    losses = [learned.step(pairs[step * BATCH : (step + 1) * BATCH], RATE, step).loss for step in range(STEPS)]
    return losses, backend.adapter()


@pytest.fixture(scope="module")
def by_torch(tokenizer: Any, pairs: list[Pair]) -> tuple[list[float], dict[str, np.ndarray]]:
    return learned_by("peft_lora", tokenizer, pairs)


def test_both_backends_agree_at_every_step(tokenizer: Any, pairs: list[Pair], by_torch: Any) -> None:
    (losses, adapter), (by_mlx, of_mlx) = by_torch, learned_by("mlx_lora", tokenizer, pairs)
    assert losses[0] > 0.69 and losses[-1] < 0.2, "it is the learning that is compared"
    assert losses == pytest.approx(by_mlx, abs=5e-5)
    assert max(np.abs(adapter[name] - of_mlx[name]).max() for name in adapter) < 2e-4


def test_trl_agrees_at_every_step(tokenizer: Any, lines: list[dict[str, str]], by_torch: Any, tmp_path: Path) -> None:
    trl = pytest.importorskip("trl")
    from datasets import Dataset
    from peft import get_peft_model
    from transformers import AutoModelForCausalLM

    losses, adapter = by_torch
    fresh = opened("peft_lora", tokenizer)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(TINY_BASE, dtype=torch.float32), fresh._lora_config())
    layers = {ours_of(name): parameter for name, parameter in model.named_parameters() if "lora_" in name}
    with torch.no_grad():
        for name, value in fresh.adapter().items():
            layers[name].copy_(torch.from_numpy(value.T.copy()))
    spoken = [
        {"prompt": [{"role": "user", "content": line["prompt"]}]}
        | {side: [{"role": "assistant", "content": line[side]}] for side in ("chosen", "rejected")}
        for line in lines
    ]
    trainer = trl.DPOTrainer(
        model=model, processing_class=tokenizer, train_dataset=Dataset.from_list(spoken),
        args=trl.DPOConfig(
            output_dir=str(tmp_path), beta=BETA, learning_rate=RATE, per_device_train_batch_size=BATCH, num_train_epochs=1,
            lr_scheduler_type="constant", max_grad_norm=SETTINGS.max_gradient_norm, weight_decay=SETTINGS.weight_decay,
            logging_steps=1, report_to=[], save_strategy="no", use_cpu=True, bf16=False, gradient_checkpointing=False,
            max_length=256, disable_tqdm=True, train_sampling_strategy="sequential",
        ),
    )
    trainer.train()
    theirs = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(theirs) == STEPS
    assert losses == pytest.approx(theirs, abs=5e-6)
    assert max(np.abs(adapter[name] - layer.detach().numpy().T).max() for name, layer in layers.items()) < 5e-5
