"""Writes memory-plans.jsonl: what the trainer plans for many a run, which the estimate must say as well.

    PYTHONPATH=trainer python test/costs/make_memory_plans.py

trainer/tests/test_memory_plan.py holds the file to the trainer, memory-plan.test.ts the estimate to the file.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from brightrun_trainer.failures import RunFailure
from brightrun_trainer.memory_plan import CUDA_CONTEXT_BYTES, Demand, MemoryPlan, ModelShape, plan_run

FILE = Path(__file__).with_name("memory-plans.jsonl")
#: As in lambdas/catalog/base-models.ts.
SHAPES = {
    "brightrun/tiny-base": ModelShape(4, 128, 128, 64, 352, 768, tied=True),
    "meta-llama/Llama-3.2-1B-Instruct": ModelShape(16, 2048, 2048, 512, 8192, 128_256, tied=True),
    "meta-llama/Llama-3.1-8B-Instruct": ModelShape(32, 4096, 4096, 1024, 14_336, 128_256, tied=False),
    "Qwen/Qwen3-8B": ModelShape(36, 4096, 4096, 1024, 12_288, 151_936, tied=False),
    "meta-llama/Llama-3.1-70B-Instruct": ModelShape(80, 8192, 8192, 1024, 28_672, 128_256, tied=False),
}
#: [length, rows] each: short and long ones mixed, all alike, a few very long.
LENGTHS = ([(300, 900), (2000, 100)], [(512, 64)], [(40, 995), (65_536, 5)])
ADAPTERS = ((8, "attention", 0.0, 1), (64, "all-linear", 0.05, 64))
GB = 10**9


def case(model: str, precision: str, gigabytes: int, lengths: list[tuple[int, int]], adapter: tuple[int, str, float, int], devices: int) -> dict[str, Any]:
    """A run on a GPU as the torch backend plans it; on a CPU, by its float32, as mlx's does."""
    rank, targets, dropout, batch = adapter
    on_gpu = precision != "float32"
    demand = Demand(
        SHAPES[model], rank, targets, precision, [length for length, rows in lengths for _ in range(rows)], batch, packing=on_gpu,
        chunked_loss=on_gpu, may_recompute=on_gpu, dropout=dropout, devices=devices,
        context_bytes=CUDA_CONTEXT_BYTES if on_gpu else 0, mask_bytes=1 if on_gpu else 4,
        shares_inputs=on_gpu,
    )
    try:
        plan = told(plan_run(demand, gigabytes * GB, min(devices, 8)))
    except RunFailure:
        plan = None  # refused: the estimate has to say that it does not fit
    return {
        "model": model, "precision": precision, "availableBytes": gigabytes * GB, "lengths": lengths, "rank": rank, "targetModules": targets,
        "dropout": dropout, "batchSize": batch, "devices": devices,
        "plan": plan,
    }


def told(plan: MemoryPlan) -> dict[str, Any]:
    return {
        "tokensAtOnce": plan.tokens_at_once, "rowsAtOnce": plan.micro_batch, "partsPerStep": plan.accumulation,
        "recomputes": plan.checkpointing, "sharded": plan.shares > 1, "totalBytes": plan.memory.total, "fits": plan.fits,
    }


def memory_plans() -> list[dict[str, Any]]:
    gpu = [
        ("meta-llama/Llama-3.2-1B-Instruct", "bfloat16", 24), ("meta-llama/Llama-3.1-8B-Instruct", "bfloat16", 80),
        ("meta-llama/Llama-3.1-8B-Instruct", "bfloat16", 22), ("Qwen/Qwen3-8B", "nf4", 24), ("meta-llama/Llama-3.1-70B-Instruct", "nf4", 80),
        ("meta-llama/Llama-3.1-70B-Instruct", "bfloat16", 180),
    ]
    large = [("meta-llama/Llama-3.1-70B-Instruct", "bfloat16", size) for size in (80, 141)]
    return [
        case(*machine, lengths, adapter, devices) for machine, lengths, adapter, devices in itertools.product(gpu, LENGTHS, ADAPTERS, (1, 8))
    ] + [
        case(*machine, lengths, adapter, devices) for machine, lengths, adapter, devices in itertools.product(large, LENGTHS, ADAPTERS, (1, 2, 4, 8, 16))
    ] + [case("brightrun/tiny-base", "float32", 4, lengths, adapter, 1) for lengths, adapter in itertools.product(LENGTHS, ADAPTERS)]


def as_text() -> str:
    """One case a line."""
    return "".join(f"{json.dumps(each)}\n" for each in memory_plans())


if __name__ == "__main__":
    FILE.write_text(as_text(), encoding="utf-8")
