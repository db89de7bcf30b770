"""What a backend will have to carry, and what that takes of the machine it is on."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .backend import LoraSettings
from .failures import RunFailure
from .memory_plan import Demand, MemoryPlan, ModelShape, plan_run, weight_bytes
from .spec import MemoryFacts
from .tokens_at_once import TokensAtOnce

log = logging.getLogger("brightrun")


@dataclass(frozen=True)
class Load:
    """The lengths of the training rows in tokens, rows a step, over how many processes a step is shared, how many of
    them are on each machine, and whether a whole model will be published."""

    rows: Sequence[int]
    batch_size: int
    processes: int = 1
    on_a_machine: int = 1
    publishes_whole: bool = False


@dataclass(frozen=True)
class Means:
    """What a backend has and how it computes: bytes it may fill, and the rest as in `Demand`."""

    available_bytes: int
    precision: str
    chunked_loss: bool
    may_recompute: bool
    context_bytes: int = 0
    mask_bytes: int = 1
    packing: bool = False
    shares_inputs: bool = False


def shape_of(model_dir: Path) -> ModelShape | None:
    """None where the model is not of a form that the plan knows; then nothing is planned."""
    try:
        return ModelShape.of(json.loads((model_dir / "config.json").read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError, OSError):
        return None


def plan_load(model_dir: Path, settings: LoraSettings, load: Load, means: Means) -> MemoryPlan | None:
    """The plan, also as a line of the run's log. Raises `out-of-memory` where nothing could mend it."""
    shape = shape_of(model_dir)
    if shape is None:
        log.info("no memory plan: the base model is of another form than the plan knows")
        return None
    if load.publishes_whole and means.precision == "nf4":
        _refuse_unprovable(shape, means.available_bytes)
    plan = plan_run(
        Demand(
            shape, settings.rank, settings.target_modules, means.precision, load.rows, load.batch_size,
            chunked_loss=means.chunked_loss, may_recompute=means.may_recompute, dropout=settings.dropout,
            devices=load.processes, context_bytes=means.context_bytes, mask_bytes=means.mask_bytes, packing=means.packing,
            shares_inputs=means.shares_inputs,
        ),
        means.available_bytes, load.on_a_machine,
    )
    log.info("%s", plan.sentence())
    return plan


def _refuse_unprovable(shape: ModelShape, available_bytes: int) -> None:
    """A whole model is proven as it is published, on one device: at the end of a paid run would be late to see that
    what fits in 4 bits does not fit in 16."""
    whole = weight_bytes(shape, "bfloat16")
    if whole > available_bytes:
        raise RunFailure(
            "out-of-memory",
            f"The run fits in 4 bits, but the whole model that it would publish takes {whole / 1e9:.1f} GB to be proven and a device "
            f"has {available_bytes / 1e9:.1f} GB. Take an adapter as the format.",
        )


def memory_facts(plan: MemoryPlan | None, at_once: TokensAtOnce, peak_bytes: int) -> MemoryFacts | None:
    """For the manifest, and for the log beside the peak that was measured, which on a CPU is the whole process."""
    if plan is None:
        return None
    log.info("memory: %.2f GB planned, %.2f GB at the peak", plan.memory.total / 1e9, peak_bytes / 1e9)
    return MemoryFacts(
        at_once.tokens, plan.micro_batch, plan.accumulation, plan.checkpointing, plan.packing, plan.memory.total,
        plan.available_bytes, at_once.halvings,
    )


def host_bytes() -> int:
    """What this machine's memory has free, with what the system would give back; all of it where that is not told."""
    if sys.platform == "linux":
        for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
