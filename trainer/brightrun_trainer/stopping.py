"""Who may end a run before its last step: the API's answers, the budget's clock, the cluster's signal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import datetime, timezone

from .reporter import Reporter

#: How the loop's stop reasons become the manifest's.
PUBLISHED_AS = {"keep-model": "kept-by-user", "budget": "budget"}


def parse_time(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 time in UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).timestamp()


class Stopping:
    """Answers, at any moment, whether the run has to end and why."""

    def __init__(self, reporter: Reporter, land_by: str | None, wall_clock: Callable[[], float]) -> None:
        self._reporter, self._wall_clock = reporter, wall_clock
        self._land_by = parse_time(land_by) if land_by else None
        self.signalled = threading.Event()

    def listen(self) -> None:
        """SIGTERM means: the cluster takes the machine away; there are seconds to save."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.signalled.set())

    def reason(self) -> str | None:
        """`superseded`, `cancelled`, `signal`, `keep-model` or `budget`; None to go on. The budget
        is kept even when nobody answers: that is why the time travels in the spec."""
        if self._reporter.superseded:
            return "superseded"
        told = self._reporter.control.stop_reason
        if told == "cancelled":
            return told
        if self.signalled.is_set():
            return "signal"
        if told is None and self._land_by is not None and self._wall_clock() >= self._land_by:
            return "budget"
        return told
