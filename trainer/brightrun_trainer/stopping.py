"""Who may end a run before its last step: the API's answers, the budget's clock, the cluster's signal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from .api import Money
from .landing import LandingTimes
from .reporter import Reporter

#: How the loop's stop reasons become the manifest's.
PUBLISHED_AS = {"keep-model": "kept-by-user", "budget": "budget"}


class Stopping:
    """Answers, at any moment, whether the run has to end and why. `clock` is the one that `money` counts on."""

    def __init__(self, reporter: Reporter, money: Callable[[], Money], clock: Callable[[], float]) -> None:
        self._reporter, self._money, self._clock = reporter, money, clock
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
            signal.signal(number, lambda *_: self.signalled.set())

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
