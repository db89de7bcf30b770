"""Where this run computes and how much at once, by what its GPU has free."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from transformers import AutoConfig

from ..backend import LoraSettings
from ..load import Load, Means, host_bytes, plan_load
from ..memory_plan import CUDA_CONTEXT_BYTES, MemoryPlan
from .packed_attention import may_pack
from .placement import Placement, placement_here

#: What the plan calls a placement's precision.
PRECISIONS = {"bf16": "bfloat16", "float32": "float32"}


def means_here(placement: Placement, settings: LoraSettings, packing: bool = False) -> Means:
    """On a CPU the process shares memory with everything else, so nothing is set aside for a context."""
    on_gpu = placement.device.startswith("cuda")
    return Means(
        available_bytes=torch.cuda.mem_get_info()[0] if on_gpu else host_bytes(),
        precision="nf4" if settings.quantization == "nf4" else PRECISIONS[placement.precision],
        packing=packing, chunked_loss=True, may_recompute=True, context_bytes=CUDA_CONTEXT_BYTES if on_gpu else 0,
        shares_inputs=settings.variant != "dora",  # whose layers are peft's (adapted_linear.py)
    )


def _packs(model_dir: Path) -> bool:
    """As far as the model's configuration says; one that cannot be read ends where the model is loaded."""
    try:
        return may_pack(AutoConfig.from_pretrained(model_dir, trust_remote_code=False, local_files_only=True))
    except (OSError, ValueError):
        return False


def planned_placement(model_dir: Path, settings: LoraSettings, load: Load) -> tuple[Placement, MemoryPlan | None]:
    """The placement with what was planned in it; as it is where the model is of another form."""
    placement = placement_here()
    plan = plan_load(model_dir, settings, load, means_here(placement, settings, _packs(model_dir)))
    if plan is None:
        return placement, None
    return replace(
        placement, micro_batch_tokens=plan.tokens_at_once, gradient_checkpointing=plan.checkpointing, shares=plan.shares
    ), plan
