"""What the GPU is and how busy it is. Everything here is told and nothing depends on it: what is not known is None."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("brightrun")

#: Dense bf16 operations a second by the maker's data sheets, by a part of the device's name; as in
#: lambdas/catalog/gpu-types.ts, where the estimate takes them from. H200 computes as H100 does and has more memory.
PEAK_FLOPS = {"A100": 312e12, "H100": 989e12, "H200": 989e12, "B200": 2250e12}
#: Operations for each parameter and token of LoRA: 2 forward, 2 back through the activations; the weights' own gradients
#: are not computed. Recomputing is not counted: what is asked is how much of the GPU trained.
FLOPS_PER_PARAMETER_AND_TOKEN = 4


@dataclass(frozen=True)
class Gpu:
    """One device; `handle` is NVML's."""

    name: str
    nvml: Any
    handle: Any

    @property
    def peak_flops(self) -> float | None:
        if " MIG " in self.name:
            return None  # a part of a device has a part of its peak
        return next((flops for part, flops in PEAK_FLOPS.items() if part in self.name), None)

    def utilisation(self) -> float | None:
        """0–1: the share of the last second in which a kernel ran."""
        try:
            return float(self.nvml.nvmlDeviceGetUtilizationRates(self.handle).gpu) / 100
        except self.nvml.NVMLError:
            return None


def gpu_here(backend: str) -> Gpu | None:
    """The first GPU that torch sees, where it trains on one and NVML knows it."""
    if backend != "peft_lora":
        return None
    import torch

    if not torch.cuda.is_available():
        return None
    try:
        import pynvml

        pynvml.nvmlInit()
        # By its id: NVML counts all of the machine's devices, torch those that it was given.
        handle = pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{torch.cuda.get_device_properties(0).uuid}")
    except Exception as error:  # no library, no driver for it, a device of another kind: the run trains as well
        log.info("how busy the GPU is will not be told: %s", str(error)[:200])
        return None
    return Gpu(torch.cuda.get_device_name(0), pynvml, handle)


def model_flops_utilisation(tokens_per_second: float, parameters: int, gpu: Gpu | None, devices: int) -> float | None:
    """MFU: operations that the model needs, over those that the devices could do."""
    if gpu is None or gpu.peak_flops is None:
        return None
    return tokens_per_second * FLOPS_PER_PARAMETER_AND_TOKEN * parameters / (gpu.peak_flops * devices)
