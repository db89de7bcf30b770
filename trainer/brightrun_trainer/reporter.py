"""Tells the API how the run goes, in numbered batches, and hears whether it should go on.

A batch that was not answered is sent again unchanged under its number, because the API ignores a
number that it has seen: what came after it waits for the next one. Training never waits for a
report; only `landBy` and signals end a run that cannot reach the API.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from .api import Api, Control, Refused
from .failures import RunFailure, Superseded
from .spec import MetricPoint, ProgressReport

log = logging.getLogger("brightrun")

#: A batch stays far under the contract's 500 points: about 40 KB of JSON.
POINTS_PER_BATCH = 200
#: Points kept while the API is away: at one step a second, more than an hour in full detail.
POINTS_KEPT = 5000
#: Until the first answer says otherwise.
FIRST_INTERVAL_SECONDS = 2.0
FINDINGS_PER_BATCH = 20


class Reporter:
    """Collects what happens; `send_once` reports it, `start` does so on a thread of its own."""

    def __init__(self, api: Api, log_tail: Callable[[], str]) -> None:
        self._api, self._log_tail = api, log_tail
        self._guard, self._sending, self._wake = threading.Lock(), threading.Lock(), threading.Event()
        self._points: list[MetricPoint] = []
        self._findings: list[str] = []
        self._now = ProgressReport(0, "starting", 0, 0, 0.0, [], "")
        self._pending: ProgressReport | None = None
        self._batch = 0
        self._thread: threading.Thread | None = None
        self._ended = False
        self.control = Control(None, FIRST_INTERVAL_SECONDS)
        self.superseded = False

    # What the run tells ----------------------------------------------------

    def phase(self, name: str) -> None:
        log.info("phase: %s", name)
        with self._guard:
            self._now = replace(self._now, phase=name)
        self._wake.set()  # a new phase is what a person waits for: it does not wait its turn

    def at(self, step: int, total: int, epoch: float, seconds_left: float | None) -> None:
        with self._guard:
            self._now = replace(self._now, step=step, total_steps=total, epoch=epoch, seconds_left=seconds_left)

    def base_loss(self, loss: float) -> None:
        with self._guard:
            self._now = replace(self._now, base_validation_loss=loss)

    def landing(self, seconds: float) -> None:
        """What landing takes, once all of it is measured."""
        with self._guard:
            self._now = replace(self._now, landing_seconds=round(seconds, 3))

    def point(self, point: MetricPoint) -> None:
        with self._guard:
            self._points.append(point)
            if len(self._points) > POINTS_KEPT:  # thin the older half; evaluations stay
                half = POINTS_KEPT // 2
                older = [p for i, p in enumerate(self._points[:half]) if i % 2 or p.validation_loss is not None]
                self._points[:half] = older

    def finding(self, text: str) -> None:
        """Something a person should know, in a sentence."""
        log.info("finding: %s", text)
        with self._guard:
            self._findings.append(text[:300])

    # Sending ---------------------------------------------------------------

    def _next_batch(self) -> ProgressReport:
        with self._guard:
            if self._pending is None:
                self._batch += 1
                points, self._points = self._points[:POINTS_PER_BATCH], self._points[POINTS_PER_BATCH:]
                findings, self._findings = self._findings[:FINDINGS_PER_BATCH], self._findings[FINDINGS_PER_BATCH:]
                self._pending = replace(
                    self._now, batch=self._batch, points=points, findings=findings, log_tail=self._log_tail()
                )
            return self._pending

    def send_once(self, patience: float = 0.0) -> bool:
        """One batch; true when it was answered. False leaves it pending for the next time."""
        with self._sending:
            batch = self._next_batch()
            try:
                control = self._api.progress(batch, patience)
            except Superseded:
                self.superseded = True
                return False
            except RunFailure:
                log.warning("the API does not answer; training goes on")
                return False
            except Refused as error:
                log.warning("the API refused report %d: %s", batch.batch, error)
                self._pending = None  # refused for good: the next one gets its chance
                return False
            self._pending = None
            # Once told to stop, a run stays told: a later answer does not take it back.
            self.control = Control(self.control.stop_reason or control.stop_reason, control.next_report_seconds)
            return True

    def start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="reporter", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not self._ended and not self.superseded:
            try:
                self.send_once()
            except Exception:  # a report must never take the run down with it
                log.exception("a report failed")
            more = len(self._points) > POINTS_PER_BATCH
            self._wake.wait(0.2 if more else max(0.5, self.control.next_report_seconds))
            self._wake.clear()

    def close(self, patience: float) -> None:
        """Ends the thread and sends what is left, within about `patience` seconds."""
        self._ended = True
        self._wake.set()
        if self._thread:
            self._thread.join(timeout=patience)
        for _ in range(POINTS_KEPT // POINTS_PER_BATCH + 1):
            if self.superseded or not self.send_once(patience) or not (self._points or self._findings):
                return
