"""One process leads a run of several: it alone speaks to the API, keeps the loop and saves checkpoints.

Each call of the loop that the others have part in is sent to them and made by all alike; how a batch is shared and
gradients are added up is `PeftLora`'s (world.py). So nothing outside this package knows how many processes there are, and
what must happen once (a report, an upload, a manifest) happens in the one process that can.

The others are started and watched by `company` and meet this one as `meeting.py` says: one for each further GPU of this
machine, and of the run's further ones (docs/decisions/0025, 0032). They hold nothing that is not also here, and end with
this process, however it ends.
"""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch.distributed as dist

from ..backend import Arrays, LoraSettings, RowLoss, StepResult
from ..company import Company
from ..masking import Pair, Sample
from ..spec import BaseModel
from ..tokens_at_once import TokensAtOnce
from .backend import PeftLora
from .meeting import Meeting, join, placed
from .placement import Placement


class Lead:
    """A backend that trains with several processes."""

    name = PeftLora.name

    def __init__(
        self, model_dir: Path, settings: LoraSettings, ends: set[int], placement: Placement, company: Company,
        base: BaseModel | None = None,
    ) -> None:
        """`base` is what further machines look for on their own disks."""
        self._company, self._is_shared = company, placement.shares > 1
        self._folder = tempfile.TemporaryDirectory(prefix="brightrun-meeting-")
        atexit.register(self.close)
        try:
            meeting = Meeting(Path(self._folder.name), company.size, company.address)
            company.start(meeting.name, base)
            with company.together():
                world, self._calls = join(0, company.size, meeting.name, company.address, meeting.store)
                self._calls.send((model_dir, settings, ends, placement))
                self._own = PeftLora(model_dir, settings, ends, placed(placement, 0), world)
        except BaseException:
            self.close()
            raise
        self.modules = self._own.modules

    @property
    def at_once(self) -> TokensAtOnce:
        return self._own.at_once

    def _together(self, name: str, *arguments: Any) -> Any:
        with self._company.together():
            self._calls.send((name, arguments))
            return getattr(self._own, name)(*arguments)

    def step(self, batch: Sequence[Sample], learning_rate: float, step: int) -> StepResult:
        return self._together("step", batch, learning_rate, step)

    def step_pairs(
        self, batch: Sequence[Pair], base_leads: Sequence[float], beta: float, learning_rate: float, step: int
    ) -> StepResult:
        return self._together("step_pairs", batch, base_leads, beta, learning_rate, step)

    def row_losses(self, samples: Sequence[Sample]) -> list[RowLoss]:
        return self._together("row_losses", samples)

    def load_adapter(self, arrays: Arrays) -> None:
        self._together("load_adapter", arrays)

    def load_optimizer_state(self, arrays: Arrays) -> None:
        self._together("load_optimizer_state", arrays)

    @contextmanager
    def without_adapter(self) -> Iterator[None]:
        with self._company.together():
            self._calls.send(("hide_adapter", ()))
        try:
            with self._own.without_adapter():
                yield
        finally:
            with self._company.together():
                self._calls.send(("show_adapter", ()))

    # What one process does as well as all, where it has the whole base ---------------

    def _anywhere(self, name: str, *arguments: Any) -> Any:
        return self._together(name, *arguments) if self._is_shared else getattr(self._own, name)(*arguments)

    def generate(self, prompt: Sequence[int], limit: int) -> list[int]:
        return self._anywhere("generate", prompt, limit)

    def logits(self, ids: Sequence[int], last: int) -> np.ndarray:
        return self._anywhere("logits", ids, last)

    def adapter(self) -> Arrays:
        return self._own.adapter()

    def optimizer_state(self) -> Arrays:
        return self._own.optimizer_state()

    def peak_memory_bytes(self) -> int:
        """Of this process's GPU: the others hold the same and a share of the rows alike."""
        return self._own.peak_memory_bytes()

    def reload(self, folder: Path) -> None:
        if not self._is_shared:
            self.close()  # their part is done
        self._anywhere("reload", folder)

    def close(self) -> None:
        """Ends the others: they have nothing to save."""
        atexit.unregister(self.close)
        self._company.close()
        if dist.is_initialized():
            dist.destroy_process_group()
        self._folder.cleanup()
