"""Which training library a run uses: what the machine has decides."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .backend import Backend, LoraSettings
from .company import Company, Machines
from .failures import RunFailure
from .load import Load
from .memory_plan import MemoryPlan
from .micro_batches import MICRO_BATCH_TOKENS
from .spec import BaseModel

BACKENDS = ("mlx_lora", "peft_lora")


@dataclass(frozen=True)
class Machine:
    """What is installed here, and whether torch sees a GPU."""

    has_mlx: bool
    has_torch: bool
    has_cuda: bool


def look_around() -> Machine:
    """Looks without importing what is not needed: torch takes seconds, and only where it is installed."""
    has_mlx = importlib.util.find_spec("mlx_lm") is not None
    has_torch = all(importlib.util.find_spec(name) is not None for name in ("torch", "peft"))
    if not has_torch:
        return Machine(has_mlx, False, False)
    import torch

    return Machine(has_mlx, True, torch.cuda.is_available())


def choose_backend(machine: Machine, named: str | None) -> str:
    """`peft_lora` on an NVIDIA GPU, else `mlx_lora`, else torch on the CPU. `named` overrides that
    (BRIGHTRUN_BACKEND, for tests and measurements)."""
    if named:
        if named not in BACKENDS:
            raise RunFailure("trainer-crashed", f"BRIGHTRUN_BACKEND is {named}; there are {' and '.join(BACKENDS)}.")
        return named
    if machine.has_torch and (machine.has_cuda or not machine.has_mlx):
        return "peft_lora"
    if machine.has_mlx:
        return "mlx_lora"
    raise RunFailure("trainer-crashed", "The trainer was installed without a training library: install its extra mlx or gpu.")


def count_processes(name: str, gpus: int, named: str | None) -> int:
    """On one machine: one for each GPU that the job has there and torch sees. `named` overrides that (BRIGHTRUN_PROCESSES,
    for tests)."""
    if name != "peft_lora":
        return 1
    if named:
        return max(1, int(named))
    import torch

    return max(1, min(gpus, torch.cuda.device_count()))


@dataclass(frozen=True)
class Muster:
    """Who will train a run: `processes` is the override for tests, `give_up` ends a run whose main thread waits for a
    process that is gone."""

    processes: str | None = None
    machines: Machines | None = None
    give_up: Callable[[RunFailure], None] = lambda failure: None

    @property
    def machine_count(self) -> int:
        return 1 + (self.machines.wanted.further if self.machines else 0)

    def company(self, name: str, gpus: int) -> Company:
        """The processes, none of them started yet; each machine has as many."""
        machines = self.machine_count
        if machines > 1 and name != "peft_lora":
            raise RunFailure("method-unsupported", f"{name} trains on one machine; this run has {machines}.")
        return Company(count_processes(name, gpus // machines, self.processes), self.machines, self.give_up)


def open_planned(
    name: str, model_dir: Path, settings: LoraSettings, ends: set[int], load: Load, company: Company, base: BaseModel,
) -> tuple[Backend, MemoryPlan | None]:
    """Plans the memory first, then loads the base model with a fresh adapter, in as many processes as the company has."""
    if name == "peft_lora":
        from .peft_lora import PeftLora
        from .peft_lora.planned import planned_placement

        placement, plan = planned_placement(model_dir, settings, load)
        if load.processes == 1:
            return PeftLora(model_dir, settings, ends, placement), plan
        from .peft_lora.lead import Lead

        return Lead(model_dir, settings, ends, placement, company, base), plan
    from .mlx_lora import MlxLora
    from .mlx_plan import mlx_plan

    plan = mlx_plan(model_dir, settings, load)
    return MlxLora(model_dir, settings, ends, plan.tokens_at_once if plan else MICRO_BATCH_TOKENS), plan


def open_backend(name: str, model_dir: Path, settings: LoraSettings, ends: set[int]) -> Backend:
    """The same in one process and without a plan. Only the chosen library is imported."""
    if name == "peft_lora":
        from .peft_lora import PeftLora

        return PeftLora(model_dir, settings, ends)
    from .mlx_lora import MlxLora

    return MlxLora(model_dir, settings, ends)
