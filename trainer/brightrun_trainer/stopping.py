"""Who may end a run before its last step: the API's answers, the budget's clock, the cluster's signal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping

from .api import Money
from .landing import LandingTimes
from .reporter import Reporter

#: Between SIGTERM and SIGKILL where the cluster does not say: what Ray's submission asks for on CPUs.
STOP_SECONDS = 15.0
#: Of these for the last report and the last word, and for the process to end.
LAST_WORDS_SECONDS = 5.0

#: How the loop's stop reasons become the manifest's.
PUBLISHED_AS = {"keep-model": "kept-by-user", "budget": "budget"}


def stop_seconds(environment: Mapping[str, str]) -> float:
    """How long this cluster waits between asking a run to end and killing it: as the run was submitted."""
    said = environment.get("RAY_JOB_STOP_WAIT_TIME_S", "")
    return float(said) if said.isdecimal() else STOP_SECONDS


class Stopping:
    """Answers, at any moment, whether the run has to end and why. `clock` is the one that `money` counts on."""

    def __init__(
        self, reporter: Reporter, money: Callable[[], Money], clock: Callable[[], float], stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self._reporter, self._money, self._clock, self._stop_seconds = reporter, money, clock, stop_seconds
        self._signalled_at = 0.0
        self.landing = LandingTimes()
        self.signalled = threading.Event()

    def lands_at(self) -> float | None:
        """When training ends so that the model is stored before the cap is spent; None where nothing
        is paid. By the run's own times once it has measured them all, also when nobody has answered
        since; until then as the API said, or earlier where what is measured already asks for more."""
        money = self._money()
        if money.cap_at is None:
            return money.land_at
        own = money.cap_at - self.landing.seconds()
        return own if self.landing.is_whole or money.land_at is None else min(money.land_at, own)

    def has_time_to_measure(self) -> bool:
        """Whether evaluating the tuned model still leaves time to store it before the cap is spent."""
        cap_at = self._money().cap_at
        return cap_at is None or self._clock() + self.landing.seconds_to_measure_and_publish() <= cap_at

    def has_time_to_merge(self) -> bool:
        """Whether a merged model can still be made and stored before the cap is spent."""
        cap_at = self._money().cap_at
        return cap_at is None or self._clock() + self.landing.seconds_to_merge_and_publish() <= cap_at

    def listen(self) -> None:
        """SIGTERM means: the cluster takes the machine away; there are seconds to save."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._hear())

    def _hear(self) -> None:
        if not self.signalled.is_set():  # Ray asks twice at times, and counts from the first
            self._signalled_at = self._clock()
            self.signalled.set()

    def seconds_to_save(self) -> float | None:
        """What is left for a checkpoint once the cluster has said stop; None while it has not."""
        if not self.signalled.is_set():
            return None
        return max(0.0, self._signalled_at + self._stop_seconds - LAST_WORDS_SECONDS - self._clock())

    def reason(self) -> str | None:
        """`superseded`, `cancelled`, `signal`, `keep-model` or `budget`; None to go on. The budget
        is kept even when nobody answers: that is why its end travels with every answer."""
        if self._reporter.superseded:
            return "superseded"
        told = self._reporter.control.stop_reason
        if told == "cancelled":
            return told
        if self.signalled.is_set():
            return "signal"
        if told is not None:
            return told
        lands_at = self.lands_at()
        return "budget" if lands_at is not None and self._clock() >= lands_at else None
