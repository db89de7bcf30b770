"""The followers of one machine: the leader starts its own, a seat those of a further machine."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ..follow import ADDRESS, BASE, FURTHER, LEADER, MEETING, PLACE, RANK, READY, SIZE

#: What the cluster tells the leader alone.
LEADERS_OWN = ("BRIGHTRUN_BOOTSTRAP_TOKEN", "RAY_JOB_CONFIG_JSON_ENV_VAR")
READY_BYTE = b"\x01"


@dataclass(frozen=True)
class Places:
    """Which followers a machine starts, and what each is told."""

    first_rank: int
    count: int
    size: int
    meeting: str
    first_place: int = 0  # of the machine's GPUs; the leader sits on its own machine's first
    address: str = ""  # of this machine, where processes of several machines meet
    base: str = ""  # the base model's folder, where it is not the leader's
    further: bool = False


@dataclass(frozen=True)
class Word:
    """What a follower said: `ready`, `leaving` (its machine is told to end) or `ended`, then with its status."""

    kind: str
    rank: int
    status: int = 0

    @property
    def sentence(self) -> str:
        return f"One of the run's processes ended with status {self.status}. The log says more."


class Followers:
    """Each holds the end of a pipe for as long as it lives: what comes through it is its word, its closing the last."""

    def __init__(self, places: Places) -> None:
        self._said: list[Word] = []
        self._listening = selectors.DefaultSelector()
        self.processes = [self._started(places, index) for index in range(places.count)]

    def _started(self, places: Places, index: int) -> subprocess.Popen[bytes]:
        mine, its = os.pipe()
        rank = places.first_rank + index
        told = {
            RANK: str(rank), PLACE: str(places.first_place + index), SIZE: str(places.size), MEETING: places.meeting,
            ADDRESS: places.address, BASE: places.base, FURTHER: "1" if places.further else "",
            LEADER: str(os.getpid()), READY: str(its),
        }
        command = [sys.executable, "-m", "brightrun_trainer.follow"]
        follower = subprocess.Popen(command, env=environment_without_secrets(os.environ) | told, pass_fds=(its,))
        os.close(its)
        self._listening.register(mine, selectors.EVENT_READ, (rank, follower))
        return follower

    def word(self) -> Word | None:
        """The next word; waits for it. None when all have ended and nothing is left to be said."""
        while not self._said:
            if not self._listening.get_map():
                return None
            for key, _ in self._listening.select():
                self._said.append(self._heard(key))
        return self._said.pop(0)

    def _heard(self, key: selectors.SelectorKey) -> Word:
        rank, follower = key.data
        byte = os.read(key.fd, 1)
        if byte == READY_BYTE:
            return Word("ready", rank)
        if byte:
            return Word("leaving", rank)
        self._listening.unregister(key.fd)
        os.close(key.fd)
        return Word("ended", rank, follower.wait())

    def until_ready(self) -> Word | None:
        """Waits until each is ready to meet; the word of the first that ended instead. To meet it would be to wait for half an hour."""
        missing = len(self.processes)
        while missing:
            word = self.word()
            if word and word.kind == "ended":
                return word
            missing -= 1 if word and word.kind == "ready" else 0
        return None

    def kill(self) -> None:
        """They have nothing to save."""
        for follower in self.processes:
            if follower.poll() is None:
                follower.send_signal(signal.SIGKILL)
            follower.wait()


def environment_without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """What another process of the run may know: the bootstrap token is the leader's, who alone speaks to the API."""
    return {name: value for name, value in environment.items() if name not in LEADERS_OWN}


def written(places: Places) -> dict[str, object]:
    return asdict(places)
