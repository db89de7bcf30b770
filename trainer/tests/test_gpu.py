"""How busy the GPU is and how well it is used, where that is known."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from conftest import TRAINER

from brightrun_trainer.gpu import PEAK_FLOPS, Gpu, gpu_here, model_flops_utilisation


class Nvml:
    """NVML as far as it is asked; `busy` is per cent, or what it fails with."""

    class NVMLError(Exception):
        pass

    def __init__(self, busy: int | None) -> None:
        self._busy = busy

    def nvmlDeviceGetUtilizationRates(self, handle: str) -> SimpleNamespace:  # noqa: N802 - NVML's name
        assert handle == "handle"
        if self._busy is None:
            raise self.NVMLError("GPU is lost")
        return SimpleNamespace(gpu=self._busy, memory=1)


def test_peaks_are_those_that_the_estimate_plans_with() -> None:
    catalog = (TRAINER.parent / "lambdas" / "catalog" / "gpu-types.ts").read_text(encoding="utf-8")
    planned = {float(f"{m[1]}e12") for m in re.finditer(r"peakFlops: (\d+)e12", catalog)}
    assert planned and planned <= set(PEAK_FLOPS.values())


def test_the_published_speed_of_an_8b_on_an_h100_is_its_published_share_of_the_peak() -> None:
    """12,473 tokens a second (facts.md §6) times 4 times 8.03 billion, over 989e12."""
    h100 = Gpu("NVIDIA H100 80GB HBM3", Nvml(97), "handle")
    assert model_flops_utilisation(12_473, 8_030_261_248, h100, 1) == pytest.approx(0.405, abs=1e-3)
    assert model_flops_utilisation(12_473, 8_030_261_248, h100, 2) == pytest.approx(0.2026, abs=1e-3)


def test_what_is_not_known_is_not_told() -> None:
    assert Gpu("NVIDIA H100", Nvml(97), "handle").utilisation() == 0.97
    assert Gpu("NVIDIA H100", Nvml(None), "handle").utilisation() is None
    assert model_flops_utilisation(1.0, 1, Gpu("NVIDIA L4", Nvml(1), "handle"), 1) is None
    assert model_flops_utilisation(1.0, 1, None, 1) is None
    assert model_flops_utilisation(1.0, 1, Gpu("NVIDIA H100 80GB HBM3 MIG 3g.40gb", Nvml(1), "handle"), 1) is None, "a part of its peak"
    assert gpu_here("mlx_lora") is None
