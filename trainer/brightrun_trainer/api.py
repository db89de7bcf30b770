"""The calls of a run (contracts/runs.ts), with patience where the network has none."""

from __future__ import annotations

import json
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import transport, wire
from .failures import RunFailure, Superseded
from .spec import FileToFetch, ProgressReport, RunSpec
from .transport import Answer, Transport

#: Seconds a call that the run cannot go on without is retried. An API outage of an hour is a fault
#: the platform has to survive (faults.md 27), but a GPU that waits is paid for: a quarter of one.
PATIENCE_SECONDS = 900.0
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
#: A file that S3 answers with other bytes ten times over is not there.
FETCH_TRIES = 10


class Refused(Exception):
    """The API answered with a problem that trying again does not change."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail = status, code, detail


@dataclass(frozen=True)
class Control:
    """What a progress answer asks for."""

    stop_reason: str | None
    next_report_seconds: float


@dataclass(frozen=True)
class Money:
    """When the run has to land and when its cap is spent, in seconds of `Api.clock`."""

    land_at: float | None = None
    cap_at: float | None = None


@dataclass(frozen=True)
class StartedUpload:
    upload_id: str
    part_bytes: int
    parts: int


@dataclass(frozen=True)
class SignedPart:
    part_number: int
    url: str
    headers: dict[str, str]


def _problem(answer: Answer) -> tuple[str, str]:
    try:
        body = json.loads(answer.body)
        return str(body.get("code", "")), str(body.get("detail") or body.get("title") or "")
    except (ValueError, AttributeError):
        return "", ""


def worth_repeating(status: int) -> bool:
    """No answer, throttled, or a fault on the other side."""
    return status in (0, 408, 425, 429) or status >= 500


class Api:
    """One run's way to the API. Not for use by two threads in one call; calls may interleave."""

    def __init__(
        self, url: str, bootstrap_token: str, *, send: Transport = transport.send,
        sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random, patience: float = PATIENCE_SECONDS,
    ) -> None:
        base = url.rstrip("/")
        self._base = base if base.endswith("/v1") else f"{base}/v1"
        self._bootstrap, self._token = bootstrap_token, ""
        self._nonce = secrets.token_hex(16)
        self._send, self._sleep, self.clock, self._jitter = send, sleep, clock, jitter
        self.patience = patience
        self.secrets: set[str] = {bootstrap_token}
        #: As the newest answer has it: replaced as a whole, so that any thread may read it.
        self.money = Money()

    @property
    def is_claimed(self) -> bool:
        return bool(self._token)

    # Calls -----------------------------------------------------------------

    def claim(self) -> int:
        """Exchanges the bootstrap token for a run token; returns the attempt's number. The nonce is
        this process's own: a repeat after a lost answer gets the same answer."""
        answer = self._call("POST", "/runs/claim", {"nonce": self._nonce}, token=self._bootstrap)
        self._keep(answer["runToken"])
        return int(answer["attempt"])

    def current(self) -> RunSpec:
        """What to do, with fresh URLs."""
        answer, asked_at = self._timed_call("GET", "/runs/current", None)
        try:
            run = wire.read(RunSpec, answer)
        except wire.WireError as error:
            raise RunFailure("platform-fault", f"The run spec cannot be read: {error}.") from error
        self._allow(answer, asked_at)
        return run

    def progress(self, report: ProgressReport, patience: float) -> Control:
        """Sends one numbered batch; the answer renews the run token."""
        answer, asked_at = self._timed_call("POST", "/runs/current/progress", wire.write(report), patience=patience)
        self._keep(answer["runToken"])
        self._allow(answer, asked_at)
        stop = answer.get("reason", "cancelled") if answer.get("action") == "stop" else None
        return Control(stop, float(answer["nextReportSeconds"]))

    def start_upload(self, path: str, size: int, sha256: str) -> StartedUpload:
        body = {"path": path, "bytes": size, "sha256": sha256}
        return wire.read(StartedUpload, self._call("POST", "/runs/current/uploads", body))

    def sign_parts(self, path: str, upload_id: str, parts: list[tuple[int, str]]) -> list[SignedPart]:
        """Fresh URLs; `parts` are numbers and base64 SHA-256 digests, at most 100."""
        wanted = [{"partNumber": number, "sha256": digest} for number, digest in parts]
        answer = self._call("POST", "/runs/current/uploads/parts", {"path": path, "uploadId": upload_id, "parts": wanted})
        return [wire.read(SignedPart, part) for part in answer["parts"]]

    def complete_upload(self, path: str, upload_id: str, size: int) -> tuple[str, str]:
        """VersionId and composite SHA-256 of the object as S3 has it."""
        body = {"path": path, "uploadId": upload_id, "bytes": size}
        answer = self._call("POST", "/runs/current/uploads/complete", body)
        return str(answer["versionId"]), str(answer["compositeSha256"])

    def register_checkpoint(self, step: int, manifest_version_id: str) -> None:
        self._call("POST", "/runs/current/checkpoints", {"step": step, "manifestVersionId": manifest_version_id})

    def complete(self, outcome: dict[str, Any], patience: float | None = None) -> None:
        """The run has ended; `outcome` is one of the contract's three."""
        self._call("POST", "/runs/current/complete", outcome, patience=patience)

    def put_part(self, part: SignedPart, body: bytes) -> int:
        """PUTs a part to its presigned URL; the status, 0 for no answer. No token goes along."""
        return self._send("PUT", part.url, {**part.headers, "Content-Type": "application/octet-stream"}, body).status

    def fetch(self, file: FileToFetch, fresh: Callable[[], FileToFetch], to: Path) -> None:
        """Downloads a file; from the second try on with a fresh URL, for the old one may have expired."""
        deadline, tries = self.clock() + self.patience, 0
        while True:
            answer = transport.download(file.url, to)
            if answer.status == 200 and to.stat().st_size == file.bytes:
                return
            tries += 1
            if self.clock() >= deadline or tries > FETCH_TRIES:
                raise RunFailure(
                    "api-unreachable", f"The file {file.path} could not be fetched ({tries} tries, last status {answer.status})."
                )
            self.pause(tries)
            file = fresh()

    # How a call is made ----------------------------------------------------

    def _keep(self, token: str) -> None:
        self._token = token
        self.secrets.add(token)

    def _allow(self, answer: dict[str, Any], asked_at: float) -> None:
        """Spans count from the answer; from the question on they end a round trip early, never late.
        No clock of the day is read: this machine's may be an hour off, or be set in mid-run."""
        if "capInSeconds" not in answer:
            return
        land, cap = (None if (span := answer.get(name)) is None else asked_at + float(span) for name in ("landInSeconds", "capInSeconds"))
        self.money = Money(land, cap)

    def pause(self, tries: int) -> None:
        """Exponential, at most half a minute, half of it random so that trainers spread out."""
        delay = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** min(tries - 1, 10))
        self._sleep(delay * (0.5 + 0.5 * self._jitter()))

    def _call(self, method: str, path: str, body: object, *, token: str | None = None, patience: float | None = None) -> dict[str, Any]:
        return self._timed_call(method, path, body, token=token, patience=patience)[0]

    def _timed_call(
        self, method: str, path: str, body: object, *, token: str | None = None, patience: float | None = None
    ) -> tuple[dict[str, Any], float]:
        """The answer, and when it was asked for: at the try that was answered."""
        deadline = self.clock() + (self.patience if patience is None else patience)
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        tries, renewed = 0, False
        while True:
            headers = {"Authorization": f"Bearer {token or self._token}", "Accept": "application/json"}
            if data is not None:
                headers["Content-Type"] = "application/json"
            asked_at = self.clock()
            answer = self._send(method, self._base + path, headers, data)
            if answer.status in (200, 201, 202):
                try:
                    return dict(json.loads(answer.body)), asked_at
                except ValueError:
                    answer = Answer(0, b"answer is not JSON")  # a proxy's page: as good as no answer
            code, detail = _problem(answer)
            if code in ("run-superseded", "run-already-claimed"):
                raise Superseded(code)
            if answer.status in (401, 403) and token is None and not renewed:
                renewed = True  # the run token ran out in an outage: the same nonce gets a fresh one
                self.claim()
                continue
            if answer.status in (401, 403):
                raise Superseded(code or f"status {answer.status}")
            if not worth_repeating(answer.status) and code != "request-in-progress":
                raise Refused(answer.status, code, detail)
            tries += 1
            if self.clock() >= deadline:
                raise RunFailure("api-unreachable", f"The API did not answer {method} {path} ({tries} tries, last status {answer.status}).")
            self.pause(tries)
