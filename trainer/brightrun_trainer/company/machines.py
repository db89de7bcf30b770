"""The further machines of a run: asked of the cluster before the run is claimed, held for as long as this process lives."""

from __future__ import annotations

import json
import logging
import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..failures import Lost, RunFailure
from ..spec import BaseModel
from ..wire import write
from .followers import Places, environment_without_secrets, written

log = logging.getLogger("brightrun")

#: What submit-run tells of a run that takes more than one machine (contracts/run-spec.ts, FurtherMachines).
WANTED = "BRIGHTRUN_MACHINES"
#: For `hold.py`: the end of a pipe on which it tells this process, a line of JSON each, and this process's id.
TELL, PARENT = "BRIGHTRUN_TELL", "BRIGHTRUN_PARENT"
#: A machine that the cluster grows is there after 4 to 8 minutes, image and all. Two runs that each hold a machine which the
#: other waits for would wait alike and try again alike: so half of the wait is drawn by lot.
WAIT_SECONDS = (8 * 60.0, 14 * 60.0)
TELL_EVERY_SECONDS = 60.0
#: A base model of 140 GB from the hub at 200 MB/s takes 12 minutes on each machine.
READY_SECONDS = 30 * 60.0


@dataclass(frozen=True)
class Wanted:
    """So many machines besides this one, each with so much of what Ray counts: `CPU`, `GPU`, `memory`."""

    further: int
    each: dict[str, float]


def wanted_machines(environment: Mapping[str, str]) -> Wanted | None:
    told = environment.get(WANTED)
    if not told:
        return None
    asked = json.loads(told)
    return Wanted(int(asked["further"]), {str(name): float(amount) for name, amount in asked["each"].items()})


class Machines:
    """Asks for them at once; `wait` returns when all are there."""

    def __init__(self, wanted: Wanted, wait_seconds: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.wanted, self._clock = wanted, clock
        self._wait_seconds = random.uniform(*WAIT_SECONDS) if wait_seconds is None else wait_seconds
        self.here, self.addresses = "", [""] * wanted.further
        #: Set by whoever watches; called on a thread of its own.
        self.on_loss: Callable[[RunFailure], None] = lambda failure: None
        self._words: queue.Queue[dict[str, Any]] = queue.Queue()
        self._closed = False
        mine, its = os.pipe()
        told = {TELL: str(its), PARENT: str(os.getpid())}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "brightrun_trainer.company.hold"], env=environment_without_secrets(os.environ) | told,
            pass_fds=(its,), stdin=subprocess.PIPE, text=True,
        )
        os.close(its)
        threading.Thread(target=self._listen, args=(mine,), name="machines", daemon=True).start()
        self._tell({"further": wanted.further, "each": wanted.each})

    def wait(self) -> None:
        """Raises `start-timeout` where they do not become free in time. Says every minute what is waited for."""
        asked_at = self._clock()
        what = f"{self.wanted.further} further machine{'' if self.wanted.further == 1 else 's'} with {_amounts(self.wanted.each)} each"
        while True:
            waited = self._clock() - asked_at
            if waited >= self._wait_seconds:
                raise RunFailure(
                    "start-timeout", f"Timed out waiting for the placement group: the cluster had not {what} free within {waited / 60:.0f} minutes."
                )
            word = self._next(min(TELL_EVERY_SECONDS, self._wait_seconds - waited))
            if word is None:
                log.info("waiting for %s, for %.0f s so far", what, self._clock() - asked_at)
            elif word["kind"] == "held":
                self.here, self.addresses = word["here"], word["addresses"]
                log.info("%s: %s", what, ", ".join(self.addresses))
                return
            else:
                raise Lost(word["message"])

    def start(self, places: Sequence[Places], base: BaseModel) -> None:
        """Begins to start followers, one `Places` a machine."""
        self._tell({"places": [written(p) for p in places], "base": write(base)})

    def until_ready(self) -> None:
        word = self._next(READY_SECONDS)
        if word is None:
            raise Lost("Another machine of the run did not become ready in half an hour.")
        if word["kind"] == "failed":
            raise RunFailure(word["code"], word["message"])
        if word["kind"] != "ready":
            raise Lost(word["message"])

    def close(self) -> None:
        """Gives them back."""
        self._closed = True
        self._process.kill()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def _tell(self, word: dict[str, Any]) -> None:
        try:
            self._process.stdin.write(json.dumps(word) + "\n")  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]
        except BrokenPipeError:
            pass  # the other pipe says so

    def _next(self, seconds: float) -> dict[str, Any] | None:
        try:
            return self._words.get(timeout=seconds)
        except queue.Empty:
            return None

    def _listen(self, pipe: int) -> None:
        with os.fdopen(pipe, encoding="utf-8") as told:
            for line in told:
                self._hear(json.loads(line))
        if not self._closed:
            self._hear({"kind": "lost", "message": "its connection to the cluster ended"})

    def _hear(self, word: dict[str, Any]) -> None:
        if word["kind"] == "leaving":
            log.warning("another machine of the run is about to be taken away")
            os.kill(os.getpid(), signal.SIGTERM)  # as if this one were: the run saves
            return
        if word["kind"] == "lost":
            word["message"] = f"The run lost contact with one of its machines: {word['message']}."
        self._words.put(word)
        if word["kind"] == "lost":
            self.on_loss(Lost(word["message"]))
        elif word["kind"] == "ended":
            self.on_loss(Lost(word["message"], "trainer-crashed"))


def _amounts(each: Mapping[str, float]) -> str:
    gpus = each.get("GPU")
    return f"{gpus:g} GPUs" if gpus else ", ".join(f"{amount:g} {name}" for name, amount in each.items())
