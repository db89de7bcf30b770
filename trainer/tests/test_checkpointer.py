"""Checkpoints are saved beside the training: it never waits for one, one is under way at a time, only whole ones count."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brightrun_trainer.api import Money, Refused
from brightrun_trainer.checkpoint import STATE_FILE
from brightrun_trainer.checkpointer import Checkpointer
from brightrun_trainer.failures import RunFailure
from brightrun_trainer.loop import LoopState, Snapshot
from brightrun_trainer.spec import ManifestFile
from brightrun_trainer.stopping import Stopping, stop_seconds
from brightrun_trainer.uploads import Uploader


class Bucket:
    """An uploader that holds each file until it is let through, and takes `seconds` of the clock for it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.now, self.seconds = 0.0, seconds
        self.open, self.arrived = threading.Event(), threading.Event()
        self.stored: list[str] = []
        self.given_up: list[str] = []
        self.refuses = ""
        self.registered: list[int] = []
        self.open.set()

    def upload(self, file: Path, path: str, name: str, is_given_up: Any = lambda: False) -> ManifestFile:
        size = file.stat().st_size
        self.arrived.set()
        looks = 1000  # a bound of a hung test
        while looks and not is_given_up() and not self.open.wait(0.01):
            looks -= 1
        if is_given_up() or not looks:
            self.given_up.append(path)
            raise RunFailure("upload-failed", "given up" if looks else "nobody let it through")
        if self.refuses and self.refuses in path:
            raise Refused(503, "away", "the bucket is away")
        self.now += self.seconds
        self.stored.append(path)
        return ManifestFile(name, size, "0" * 64, size, "c", "v")

    def register_checkpoint(self, step: int, version: str) -> None:
        self.registered.append(step)


class Training:
    """A loop's side: how often a copy of the tensors was taken."""

    def __init__(self) -> None:
        self.step, self.copies = 0, 0

    def snapshot(self) -> Snapshot:
        self.copies += 1
        return Snapshot(LoopState(step=self.step), {"a": np.full(4, self.step, np.float32)}, {}, {})


def made(bucket: Bucket, folder: Path) -> Checkpointer:
    return Checkpointer(
        bucket, bucket, folder, "job_1", 1, "mine", lambda: bucket.now, lambda: "2026-11-29T00:00:00.000Z", dict, every=0.0  # type: ignore[arg-type]
    )


def test_training_goes_on_while_a_checkpoint_is_on_its_way_and_takes_no_further_copy(tmp_path: Path) -> None:
    bucket, training = Bucket(), Training()
    checkpointer = made(bucket, tmp_path)
    bucket.open.clear()
    for step in range(1, 1001):
        training.step = step
        checkpointer.may_save(LoopState(step=step), training.snapshot)
    assert training.copies == 1 and bucket.stored == [] and bucket.registered == []
    assert [folder.name for folder in tmp_path.iterdir()] in ([], ["1"]), "one checkpoint at most lies on the disk"
    bucket.open.set()
    checkpointer.wait()
    assert bucket.registered == [1]
    training.step = 1001
    checkpointer.may_save(LoopState(step=1001), training.snapshot)
    checkpointer.wait()
    assert (training.copies, bucket.registered) == (2, [1, 1001]), "the next one is of the newest step"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", [STATE_FILE, "manifest.json"])
def test_a_checkpoint_counts_only_when_all_of_it_is_stored(tmp_path: Path, part: str) -> None:
    bucket, training = Bucket(), Training()
    checkpointer = made(bucket, tmp_path)
    bucket.refuses, training.step = part, 7
    assert not checkpointer.save_now(training.snapshot)
    assert bucket.registered == [] and checkpointer.saved_step == -1
    bucket.refuses, training.step = "", 8
    assert checkpointer.save_now(training.snapshot) and bucket.registered == [8]
    assert bucket.stored[-1] == "checkpoints/8/manifest.json", "the manifest is stored last"


@pytest.mark.parametrize(
    ("within", "is_given_up"),
    [(60.0, False), (30.0, False), (29.0, True), (20.0, True), (19.0, False)],
    ids=["both fit", "both just fit", "only one fits", "one just fits", "none fits: the one under way is the better hope"],
)
def test_at_the_end_an_older_save_is_given_up_where_it_would_cost_the_newest(tmp_path: Path, within: float, is_given_up: bool) -> None:
    """Each save takes 20 s here; one is 10 s under way."""
    bucket, training = Bucket(10.0), Training()
    checkpointer = made(bucket, tmp_path)
    training.step = 1
    assert checkpointer.save_now(training.snapshot) and checkpointer.seconds == 20.0
    bucket.open.clear()
    bucket.arrived.clear()
    bucket.now, training.step = 1_000.0, 2
    checkpointer.may_save(LoopState(step=2), training.snapshot)
    assert bucket.arrived.wait(60)
    bucket.now, training.step = 1_010.0, 3

    wait = checkpointer.wait

    def waits() -> None:
        if not is_given_up:
            bucket.open.set()
        wait()
        bucket.open.set()

    checkpointer.wait = waits  # type: ignore[method-assign]
    assert checkpointer.save_now(training.snapshot, within)
    assert bucket.given_up == (["checkpoints/2/training-state.safetensors"] if is_given_up else [])
    assert bucket.registered == ([1, 3] if is_given_up else [1, 2, 3])


def test_an_upload_that_is_given_up_sends_no_further_part(tmp_path: Path) -> None:
    file = tmp_path / "state"
    file.write_bytes(b"x" * 100)
    sent: list[int] = []

    class Api1:
        patience = 1.0

        def start_upload(self, path: str, size: int, sha256: str) -> Any:
            return type("Started", (), {"part_bytes": 10, "upload_id": "u"})

        def sign_parts(self, path: str, upload_id: str, wanted: list[tuple[int, str]]) -> list[Any]:
            return [type("Part", (), {"part_number": number})() for number, _ in wanted]

        def put_part(self, part: Any, body: bytes) -> int:
            sent.append(part.part_number)
            return 200

        def clock(self) -> float:
            return 0.0

    with pytest.raises(RunFailure, match="given up for a newer one"):
        Uploader(Api1()).upload(file, "p", "state", lambda: len(sent) >= 3)  # type: ignore[arg-type]
    assert sent == [1, 2, 3]


def test_the_time_to_save_is_what_the_run_was_submitted_with() -> None:
    assert stop_seconds({"RAY_JOB_STOP_WAIT_TIME_S": "60"}) == 60.0
    assert stop_seconds({}) == stop_seconds({"RAY_JOB_STOP_WAIT_TIME_S": "soon"}) == 15.0


def test_the_time_left_counts_from_the_first_signal_and_keeps_the_last_words() -> None:
    now = [100.0]
    stopping = Stopping(None, Money, lambda: now[0], 60.0)  # type: ignore[arg-type]
    assert stopping.seconds_to_save() is None
    stopping._hear()
    now[0] = 110.0
    stopping._hear()
    assert stopping.seconds_to_save() == 60.0 - 5.0 - 10.0
    now[0] = 500.0
    assert stopping.seconds_to_save() == 0.0
