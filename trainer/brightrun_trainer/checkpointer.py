"""Saves checkpoints beside the training, as often as they are cheap, and fetches the one to go on from."""

from __future__ import annotations

import copy
import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from .api import Api, Refused
from .checkpoint import (
    MANIFEST_FILE, STATE_FILE, Checkpoint, CheckpointRefused, read_checkpoint, write_checkpoint, write_manifest,
)
from .failures import RunFailure, Superseded
from .loop import LoopState, Snapshot
from .spec import CheckpointManifest, FileToFetch, RunSpec
from .uploads import Uploader
from .wire import write

log = logging.getLogger("brightrun")

#: A checkpoint is due after this many seconds at the earliest: what a lost attempt costs at most on
#: a small job.
LEAST_SECONDS = 10.0
#: And not before this many times what the last one took, so that saving takes a twentieth at most.
PAUSE_FACTOR = 20.0
#: A large model's checkpoint may be slow; half an hour of a GPU is the most that is ever lost.
MOST_SECONDS = 1800.0


class Checkpointer:
    """Writes, uploads and registers checkpoints of one run; one at a time, on a thread of its own. A step that comes due
    meanwhile takes no copy: memory holds one checkpoint, and the next that is saved is of the step that is newest then."""

    def __init__(
        self, api: Api, uploader: Uploader, folder: Path, job_id: str, attempt: int, run_fingerprint: str,
        clock: Callable[[], float], now: Callable[[], str], remember: Callable[[], dict[str, Any]],
        every: float = LEAST_SECONDS,
    ) -> None:
        self._api, self._uploader, self._folder = api, uploader, folder
        self._job_id, self._attempt, self._fingerprint = job_id, attempt, run_fingerprint
        self._clock, self._now, self._remember, self._every = clock, now, remember, every
        self._due = clock() + every
        self._thread: threading.Thread | None = None
        self._started = clock()
        self._given_up = threading.Event()
        self.saved_step = -1
        self.seconds: float | None = None  # what the last one took that was saved
        self.bytes = 0  # and its size

    def may_save(self, state: LoopState, snapshot: Callable[[], Snapshot]) -> None:
        """Starts a save when one is due and none is under way."""
        if self._clock() >= self._due and not (self._thread and self._thread.is_alive()):
            checkpoint = self._copied(snapshot)
            self._thread = threading.Thread(target=self._save, args=(checkpoint,), name="checkpoint", daemon=True)
            self._thread.start()

    def save_now(self, snapshot: Callable[[], Snapshot], within: float | None = None) -> bool:
        """Saves before the machine is gone, in `within` seconds where it goes; true when this very step is safe."""
        if within is not None and self._is_in_the_way(within):
            self._given_up.set()
        self.wait()
        self._given_up.clear()
        checkpoint = self._copied(snapshot)
        if self.saved_step != checkpoint.snapshot.state.step:
            self._save(checkpoint)
        return self.saved_step == checkpoint.snapshot.state.step

    def _is_in_the_way(self, within: float) -> bool:
        """Whether the save under way is given up for one of this very step: where both do not fit into what is left and
        this one alone does. By what the last one took; without that, the one under way is the better hope."""
        if self.seconds is None or not (self._thread and self._thread.is_alive()):
            return False
        left = max(0.0, self._started + self.seconds - self._clock())
        return left + self.seconds > within >= self.seconds

    def wait(self) -> None:
        if self._thread:
            self._thread.join()

    def _copied(self, snapshot: Callable[[], Snapshot]) -> Checkpoint:
        taken = snapshot()  # tensors are copies already, the state goes on changing
        return Checkpoint(Snapshot(copy.deepcopy(taken.state), taken.adapter, taken.optimizer, taken.best), self._remember())

    def _save(self, checkpoint: Checkpoint) -> None:
        """A checkpoint that cannot be saved is told and tried again later; training goes on."""
        step, started = checkpoint.snapshot.state.step, self._clock()
        self._started = started
        folder = self._folder / str(step)
        try:
            file = write_checkpoint(folder, checkpoint, self._fingerprint)
            uploaded = self._uploader.upload(file, f"checkpoints/{step}/{STATE_FILE}", STATE_FILE, self._given_up.is_set)
            manifest = CheckpointManifest(self._job_id, self._attempt, step, self._now(), [uploaded])
            path = write_manifest(folder, write(manifest))
            version = self._uploader.upload(path, f"checkpoints/{step}/{MANIFEST_FILE}", MANIFEST_FILE).version_id
            self._api.register_checkpoint(step, version)
            self.saved_step, self.seconds, self.bytes = step, self._clock() - started, uploaded.bytes
            log.info("checkpoint at step %d", step)
        except (RunFailure, Refused, Superseded, OSError, SafetensorError) as error:
            log.warning("the checkpoint of step %d could not be saved: %s", step, error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            took = self._clock() - started
            self._due = self._clock() + min(MOST_SECONDS, max(self._every, PAUSE_FACTOR * took))


def fetch_checkpoint(api: Api, run: RunSpec, folder: Path, run_fingerprint: str) -> Checkpoint:
    """Downloads and verifies the checkpoint that the run spec names."""
    if run.resume is None:
        raise CheckpointRefused("there is none")
    folder.mkdir(parents=True, exist_ok=True)
    named: list[dict[str, object]] = []
    for index, file in enumerate(run.resume.files):
        name = Path(file.path).name
        api.fetch(file, lambda index=index: _fresh(api, index), folder / name)  # type: ignore[misc]
        if name != MANIFEST_FILE:
            named.append({"path": name, "bytes": file.bytes, "sha256": file.sha256})
    if not (folder / MANIFEST_FILE).is_file():  # the API read it and hands on what it says
        write_manifest(folder, {"files": named})
    return read_checkpoint(folder, run_fingerprint)


def _fresh(api: Api, index: int) -> FileToFetch:
    resume = api.current().resume
    if resume is None or index >= len(resume.files):
        raise CheckpointRefused("the API no longer names it")
    return resume.files[index]
