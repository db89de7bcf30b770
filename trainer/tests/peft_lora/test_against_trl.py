"""An independent trains the same: TRL's SFTTrainer over peft, same rows, order and hyperparameters, float32.

What is shared is the masked rows and the first adapter, written to a folder as a model is published and
loaded by peft. Loss, scale, AdamW, clipping and the cosine are TRL's, transformers' and torch's own; its
warm-up is not compared, because its first step stands still and ours moves.

Tolerance: the two cut their sums differently (TRL's loss goes over padded logits, ours over the learned
tokens alone). Seen: losses apart by at most 4.8e-7 nats over 40 steps, from 4.8 down to 0.06; adapters by
1.7e-5 on values up to 0.16. Asked for is ten times that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from both_backends import PEAK_RATE, SETTINGS, opened, samples_of, steps_of
from conftest import TINY_BASE
from safetensors.numpy import load_file

torch = pytest.importorskip("torch", reason="the torch backend needs torch")
trl = pytest.importorskip("trl", reason="the comparison needs trl")

from datasets import Dataset  # noqa: E402
from peft import PeftModel  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402

from brightrun_trainer.peft_files import adapter_config, peft_tensors, write_adapter  # noqa: E402
from brightrun_trainer.schedule import Plan, batch_rows  # noqa: E402

PLAN = Plan(rows=80, batch_size=4, epochs=2, evaluations_per_epoch=1)
LOSS_TOLERANCE = 5e-6
ADAPTER_TOLERANCE = 2e-4


def by_trl(tokenizer: Any, samples: list[Any], start: Path, folder: Path) -> tuple[list[float], dict[str, np.ndarray]]:
    """The loss of every step and the adapter that SFTTrainer makes of the one in `start`."""
    order = [samples[i] for step in range(PLAN.total_steps) for i in batch_rows(PLAN, SETTINGS.seed, step)]
    rows = Dataset.from_list([
        {"input_ids": list(s.ids), "labels": [i if learned else -100 for i, learned in zip(s.ids, s.learned, strict=True)]}
        for s in order
    ])
    base = AutoModelForCausalLM.from_pretrained(TINY_BASE, dtype=torch.float32)
    trainer = trl.SFTTrainer(
        model=PeftModel.from_pretrained(base, start, is_trainable=True),
        args=trl.SFTConfig(
            output_dir=str(folder / "trl"), use_cpu=True, bf16=False, gradient_checkpointing=False, report_to="none",
            max_length=256, per_device_train_batch_size=PLAN.batch_size, num_train_epochs=1, learning_rate=PEAK_RATE,
            lr_scheduler_type="cosine", warmup_steps=0, weight_decay=SETTINGS.weight_decay,
            max_grad_norm=SETTINGS.max_gradient_norm, train_sampling_strategy="sequential", logging_steps=1,
            save_strategy="no", disable_tqdm=True, seed=1,
        ),
        train_dataset=rows, processing_class=tokenizer,
    )
    trainer.train()
    trainer.model.save_pretrained(folder / "trained")
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return losses, load_file(folder / "trained" / "adapter_model.safetensors")


@pytest.mark.filterwarnings("ignore")
def test_trl_has_the_same_loss_at_every_step_and_ends_with_the_same_adapter(tokenizer: Any, tmp_path: Path) -> None:
    samples = samples_of(tokenizer, PLAN.rows)
    assert len(samples) == PLAN.rows, "with a cut last batch the two would order their rows differently"
    ours = opened("peft_lora", tokenizer)
    write_adapter(tmp_path / "start", ours.adapter(), adapter_config(SETTINGS, ours.modules, "brightrun/tiny-base", None))
    theirs, adapter = by_trl(tokenizer, samples, tmp_path / "start", tmp_path)
    losses = steps_of(ours, samples, PLAN.total_steps, PLAN, warmup_ratio=0.0)
    assert len(theirs) == PLAN.total_steps and losses[-1] < losses[0] / 10
    assert np.abs(np.array(theirs) - np.array(losses)).max() < LOSS_TOLERANCE
    mine = peft_tensors(ours.adapter())
    assert adapter.keys() == mine.keys()
    assert max(np.abs(adapter[name] - mine[name]).max() for name in mine) < ADAPTER_TOLERANCE
