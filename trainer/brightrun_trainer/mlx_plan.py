"""How much goes through mlx at once: on a Mac by what its GPU may hold, else by the machine's free memory."""

from __future__ import annotations

from pathlib import Path

import mlx.core as mx

from .backend import LoraSettings
from .load import Load, Means, host_bytes, plan_load, shape_of
from .memory_plan import MemoryPlan
from .mlx_lora import FLOAT32_PARAMETERS


def mlx_plan(model_dir: Path, settings: LoraSettings, load: Load) -> MemoryPlan | None:
    """None where the base model is of another form than the plan knows."""
    shape = shape_of(model_dir)
    small = shape is not None and shape.parameters < FLOAT32_PARAMETERS
    on_gpu = mx.default_device().type == mx.DeviceType.gpu
    means = Means(
        available_bytes=int(mx.device_info()["max_recommended_working_set_size"]) if on_gpu else host_bytes(),
        precision="float32" if small else "bfloat16", chunked_loss=False, may_recompute=False, mask_bytes=4,
    )
    return plan_load(model_dir, settings, load, means)
