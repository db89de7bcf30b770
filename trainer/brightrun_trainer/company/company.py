"""All other processes of a run, wherever they are: the leader's view of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..failures import Lost, RunFailure
from ..spec import BaseModel
from .followers import Followers, Places
from .machines import Machines

log = logging.getLogger("brightrun")

#: A call in which all have part does not come back when one is lost whose machine went without closing its connections,
#: or over NCCL. So long it may take to come back by itself: gloo does within a second where a process was killed.
STUCK_SECONDS = 30.0
#: The other way round: a connection closes at once, and Ray tells of a lost machine after 1 to 30 s why.
WORD_SECONDS = 15.0
#: In what a library says of a connection, beside its own class of errors.
WORDS_OF_CONTACT = ("gloo", "nccl", "connection closed by peer", "connection reset", "broken pipe")


class Company:
    """`here` processes on this machine, this one among them, and as many on each further one."""

    def __init__(self, here: int, machines: Machines | None, give_up: Callable[[RunFailure], None]) -> None:
        self.here, self._machines, self._give_up = here, machines, give_up
        self.size = here * (1 + (machines.wanted.further if machines else 0))
        self.address = machines.here if machines else ""
        self._followers: Followers | None = None
        self._guard, self._told, self._back = threading.Lock(), threading.Event(), threading.Event()
        self._back.set()
        self._lost: RunFailure | None = None
        self._closed = False

    def start(self, meeting: str, base: BaseModel | None) -> None:
        """Starts all and waits until they are ready to meet; raises when one is not."""
        machines, here = self._machines, self.here
        if machines and base:
            machines.on_loss = self._lose
            machines.start(
                [
                    Places((index + 1) * here, here, self.size, meeting, address=address)
                    for index, address in enumerate(machines.addresses)
                ],
                base,
            )
        self._followers = Followers(Places(1, here - 1, self.size, meeting, first_place=1, address=self.address))
        if self._followers.until_ready():
            raise RunFailure("trainer-crashed", "One of the run's processes did not start. The log says more.")
        if machines:
            machines.until_ready()
        threading.Thread(target=self._listen, args=(self._followers,), name="followers", daemon=True).start()

    def _listen(self, followers: Followers) -> None:
        while word := followers.word():
            if word.kind == "ended":
                self._lose(Lost(word.sentence, "trainer-crashed"))

    def _lose(self, failure: RunFailure) -> None:
        with self._guard:
            if self._closed or self._lost:
                return
            self._lost = failure
        self._told.set()
        if not self._back.wait(STUCK_SECONDS):
            log.error("a call with a process that is gone does not come back")
            self._give_up(failure)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Around what all processes do: raises `Lost` where one cannot any more."""
        with self._guard:
            if self._lost:
                raise self._lost
            self._back.clear()
        try:
            yield
        except RuntimeError as error:
            if not any(word in str(error).lower() for word in WORDS_OF_CONTACT):
                raise
            self._told.wait(WORD_SECONDS)
            raise (self._lost or Lost(f"The run's processes lost contact with each other: {str(error)[:200]}.")) from error
        finally:
            self._back.set()

    def close(self) -> None:
        """Ends the followers of this machine. Further machines are held on, as they are paid for, until the run ends."""
        with self._guard:
            self._closed = True
        if self._followers:
            self._followers.kill()
