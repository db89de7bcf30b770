"""The script that made the tiny base model still makes one; needs torch."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="pre-training the tiny base model needs torch")

TINY_BASE = Path(__file__).resolve().parent.parent.parent / "tiny_base"
sys.path.insert(0, str(TINY_BASE))


def test_a_few_steps_of_pre_training_lower_the_loss_and_write_the_same_layout(tmp_path: Path) -> None:
    import make_tiny_base

    tokenizer = make_tiny_base.make_tokenizer(seed=1, chats=1000)
    model, reached = make_tiny_base.train(tokenizer, steps=12, tokens=512, peak=4e-3, seed=1, held_out_batches=1)
    make_tiny_base.write(tmp_path, model, tokenizer, reached)
    committed = TINY_BASE / "model"
    assert {p.name for p in tmp_path.iterdir()} == {p.name for p in committed.iterdir()} - {"README.md"}
    assert json.loads((tmp_path / "config.json").read_text()) == json.loads((committed / "config.json").read_text())
    assert (tmp_path / "model.safetensors").stat().st_size == (committed / "model.safetensors").stat().st_size
    assert reached["steps"] == 12
    assert reached["heldOutLoss"]["answers"] < 6.3, "below ln 768 = 6.64, a model that has learned nothing"  # type: ignore[index]
