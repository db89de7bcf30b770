"""One measurement, in a process of its own so that its peak is its own: `measure.py <how> <base folder> <steps> <rows> <tokens>`.

Prints one line of JSON: tokens a second of the timed steps, the peak of the GPU's memory in bytes (on a CPU of the
process), and the loss of each step. `how` is `brightrun` (this trainer's backend with its memory plan), one of OURS (the
same with one thing otherwise) or `trl` (TRL's SFTTrainer with peft, at its defaults but for the adapter, the batch and bf16).
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from brightrun_trainer.backend import LoraSettings  # noqa: E402
from brightrun_trainer.load import Load  # noqa: E402
from brightrun_trainer.masking import Sample  # noqa: E402

#: Not timed: kernels are chosen and compiled, and the allocator finds its sizes.
WARM_UP = 3
LORA = LoraSettings(rank=16, alpha=32.0, dropout=0.0, target_modules="all-linear", weight_decay=0.0, max_gradient_norm=1.0, seed=1)
RATE = 1e-4
#: What is otherwise: of the placement, and of the adapter. Dropout is what the presets have for models of this size.
OURS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "brightrun": ({}, {}),
    "recomputed": ({"gradient_checkpointing": True}, {}),
    "dropout": ({}, {"dropout": 0.05}),
    "nf4": ({}, {"quantization": "nf4"}),
}


def rows_of(count: int, tokens: int, vocabulary: int) -> list[list[int]]:
    """Full rows, as packing leaves them: random words, since only their number costs time."""
    generator = random.Random(1)
    return [[generator.randrange(2, vocabulary) for _ in range(tokens)] for _ in range(count)]


def now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def peak_bytes() -> int:
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def brightrun(base: Path, rows: list[list[int]], steps: int, how: str) -> dict[str, Any]:
    from brightrun_trainer.peft_lora import PeftLora
    from brightrun_trainer.peft_lora.planned import planned_placement

    placed, adapter = OURS[how]
    settings = replace(LORA, **adapter)
    placement, plan = planned_placement(base, settings, Load([len(r) for r in rows], len(rows)))
    backend = PeftLora(base, settings, set(), replace(placement, **placed))
    batch = [Sample(tuple(row), (True,) * len(row), False) for row in rows]
    losses, started = [], 0.0
    for step in range(WARM_UP + steps):
        if step == WARM_UP:
            started = now()
        losses.append(backend.step(batch, RATE, step).loss)
    seconds = now() - started
    return {"seconds": seconds, "losses": losses, "planned": plan.memory.total if plan else None, "halvings": backend.at_once.halvings}


def trl(base: Path, rows: list[list[int]], steps: int) -> dict[str, Any]:
    import tempfile

    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    class Clock(TrainerCallback):
        started = ended = 0.0

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.global_step == WARM_UP:
                self.started = now()
            self.ended = now()

    on_gpu = torch.cuda.is_available()
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16 if on_gpu else torch.float32)
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = SFTTrainer(
            model=model, callbacks=[clock], processing_class=tokenizer(),
            train_dataset=Dataset.from_list([{"input_ids": row} for row in rows] * (WARM_UP + steps)),
            peft_config=LoraConfig(r=LORA.rank, lora_alpha=int(LORA.alpha), lora_dropout=0.0, target_modules="all-linear"),
            args=SFTConfig(
                output_dir=folder, max_steps=WARM_UP + steps, per_device_train_batch_size=len(rows), learning_rate=RATE, bf16=on_gpu,
                max_length=len(rows[0]), logging_steps=1, save_strategy="no", report_to=[], use_cpu=not on_gpu, disable_tqdm=True,
            ),
        )
        trainer.train()
    return {"seconds": clock.ended - clock.started, "losses": [e["loss"] for e in trainer.state.log_history if "loss" in e]}


def tokenizer() -> Any:
    """TRL asks for one and, with rows of ids, never uses it: the tiny base's own."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(Path(__file__).resolve().parent.parent / "tiny_base" / "model")


def main(how: str, base: Path, steps: int, count: int, tokens: int) -> None:
    vocabulary = json.loads((base / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    rows = rows_of(count, tokens, vocabulary)
    found = trl(base, rows, steps) if how == "trl" else brightrun(base, rows, steps, how)
    print(json.dumps({"tokensPerSecond": steps * count * tokens / found.pop("seconds"), "peakBytes": peak_bytes(), **found}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *(int(word) for word in sys.argv[3:6]))
