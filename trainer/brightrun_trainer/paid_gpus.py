"""Whether the GPUs that a job pays for are there. A run with fewer trains as well, only slower, and charges for all of them."""

from __future__ import annotations

import importlib.util

from .failures import RunFailure
from .spec import FrozenRunSpec


def gpus_seen() -> int:
    """NVIDIA GPUs that this process was given; 0 without torch."""
    if importlib.util.find_spec("torch") is None:
        return 0
    import torch

    return int(torch.cuda.device_count())


def refuse_missing_gpus(spec: FrozenRunSpec, seen: int, machines: int = 1) -> None:
    """Raises `gpus-missing` before anything is fetched. A job on a CPU has nothing to be short of, and a spec from before it
    said which of the two it is is not held to its count. Of several machines this one is held to its part."""
    here = spec.gpu_count // machines
    if spec.accelerator != "cuda" or seen >= here:
        return
    paid = f"{here} GPU{'' if here == 1 else 's'}"
    raise RunFailure(
        "gpus-missing",
        f"The job pays for {paid} and the trainer sees {seen or 'none'} on this machine, so it did not begin.",
    )
