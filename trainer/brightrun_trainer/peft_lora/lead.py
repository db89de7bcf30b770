"""One process leads a run of several: it alone speaks to the API, keeps the loop and saves checkpoints.

Each call of the loop that the others have part in is sent to them and made by all alike; how a batch is shared and
gradients are added up is `PeftLora`'s (world.py). So nothing outside this package knows how many processes there are, and
what must happen once (a report, an upload, a manifest) happens in the one process that can.

The others are started here, one for each further GPU of this machine, which is all that a job may ask for
(docs/decisions/0025). They hold nothing that is not also here, and end with this process, however it ends.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from ..backend import Arrays, LoraSettings, RowLoss, StepResult
from ..failures import RunFailure
from ..follow import LEADER, MEETING, RANK, READY, SIZE
from ..masking import Pair, Sample
from ..tokens_at_once import TokensAtOnce
from .backend import PeftLora
from .placement import Placement
from .world import World

#: A follower waits for its next call while the leader uploads, answers or evaluates: as long as a job may last.
LONGEST_WAIT = timedelta(days=14)


class Calls:
    """What the leader sends and the others hear, in order; on processors, beside what goes between GPUs."""

    def __init__(self) -> None:
        self._group = dist.new_group(backend="gloo", timeout=LONGEST_WAIT)

    def send(self, call: Any) -> None:
        dist.broadcast_object_list([call], src=0, group=self._group)

    def hear(self) -> Any:
        heard = [None]
        dist.broadcast_object_list(heard, src=0, group=self._group)
        return heard[0]


def join(rank: int, size: int, meeting: str) -> tuple[World, Calls]:
    """Meets the other processes of this machine at a file."""
    # By name, so that a machine whose own name does not resolve trains as well.
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo" if sys.platform == "linux" else "lo0")
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    dist.init_process_group(backend, init_method=f"file://{meeting}", rank=rank, world_size=size)
    return World(rank, size), Calls()


def placed(placement: Placement, rank: int) -> Placement:
    """The same on this process's own GPU."""
    if not placement.device.startswith("cuda"):
        return placement
    torch.cuda.set_device(rank)
    return replace(placement, device=f"cuda:{rank}")


class Lead:
    """A backend that trains with several processes."""

    name = PeftLora.name

    def __init__(self, model_dir: Path, settings: LoraSettings, ends: set[int], placement: Placement, size: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="brightrun-meeting-")
        meeting = str(Path(self._folder.name) / "meeting")
        started = [_started(rank, size, meeting) for rank in range(1, size)]
        self._followers = [follower for follower, _ in started]
        atexit.register(self.close)
        if not all([_is_ready(pipe) for _, pipe in started]):
            self.close()
            raise RunFailure("trainer-crashed", "One of the run's processes did not start. The log says more.")
        world, self._calls = join(0, size, meeting)
        self._calls.send((model_dir, settings, ends, placement))
        self._own = PeftLora(model_dir, settings, ends, placed(placement, 0), world)
        self.modules = self._own.modules

    @property
    def at_once(self) -> TokensAtOnce:
        return self._own.at_once

    def _together(self, name: str, *arguments: Any) -> Any:
        for follower in self._followers:
            if follower.poll() is not None:
                raise RunFailure("trainer-crashed", f"One of the run's processes ended with status {follower.returncode}. The log says more.")
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
        self._calls.send(("hide_adapter", ()))
        try:
            with self._own.without_adapter():
                yield
        finally:
            self._calls.send(("show_adapter", ()))

    # What one process knows and does as well as all ---------------------------------

    def generate(self, prompt: Sequence[int], limit: int) -> list[int]:
        return self._own.generate(prompt, limit)

    def logits(self, ids: Sequence[int], last: int) -> np.ndarray:
        return self._own.logits(ids, last)

    def adapter(self) -> Arrays:
        return self._own.adapter()

    def optimizer_state(self) -> Arrays:
        return self._own.optimizer_state()

    def peak_memory_bytes(self) -> int:
        """Of this process's GPU: the others hold the same and a share of the rows alike."""
        return self._own.peak_memory_bytes()

    def reload(self, folder: Path) -> None:
        self.close()  # their part is done
        self._own.reload(folder)

    def close(self) -> None:
        """Ends the others: they have nothing to save."""
        atexit.unregister(self.close)
        for follower in self._followers:
            follower.kill()
            follower.wait()
        self._followers = []
        if dist.is_initialized():
            dist.destroy_process_group()
        self._folder.cleanup()


def _started(rank: int, size: int, meeting: str) -> tuple[subprocess.Popen[bytes], int]:
    """A follower, and the end of a pipe on which it says that it is ready."""
    mine, its = os.pipe()
    told = {RANK: str(rank), SIZE: str(size), MEETING: meeting, LEADER: str(os.getpid()), READY: str(its)}
    # The bootstrap token is the leader's: nobody else speaks to the API.
    environment = {name: value for name, value in os.environ.items() if name != "BRIGHTRUN_BOOTSTRAP_TOKEN"} | told
    follower = subprocess.Popen([sys.executable, "-m", "brightrun_trainer.follow"], env=environment, pass_fds=(its,))
    os.close(its)
    return follower, mine


def _is_ready(pipe: int) -> bool:
    """Waits for a follower's word; one that ends closes the pipe without it. To meet it instead would wait for half an hour."""
    with os.fdopen(pipe, "rb") as told:
        return told.read(1) != b""
