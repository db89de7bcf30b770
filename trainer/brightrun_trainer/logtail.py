"""The run's log: to the standard output and, its newest part, into progress reports. No secret in either."""

from __future__ import annotations

import collections
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable

#: The contract takes 32 KiB; half of it keeps a report that goes out every 2 s small.
TAIL_BYTES = 16 * 1024
LINE_CHARACTERS = 500

_PATTERNS = (
    # The query of a presigned URL is the right to use it; host and path may stay.
    (re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+"), r"\1?[redacted]"),
    (re.compile(r"(?i)\b(bearer|token|authorization|api[_-]?key|password|secret)(\"?\s*[:= ]\s*\"?)(?:bearer\s+)?[A-Za-z0-9._~+/=-]{12,}"), r"\1\2[redacted]"),
    (re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"), "[redacted]"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"), "[redacted]"),
    (re.compile(r"\b(hf_|sk-)[A-Za-z0-9_-]{16,}"), "[redacted]"),
)


def redact(text: str, known: Iterable[str] = ()) -> str:
    """The text without known secrets, presigned queries, and what looks like a token."""
    for secret in sorted((s for s in known if len(s) >= 8), key=len, reverse=True):
        text = text.replace(secret, "[redacted]")
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class LogTail(logging.Handler):
    """Keeps the newest lines up to a byte cap and writes all of them to the standard output."""

    def __init__(self, known: Callable[[], Iterable[str]] = tuple) -> None:
        super().__init__()
        self._known = known
        self._lines: collections.deque[str] = collections.deque()
        self._bytes = 0
        self._guard = threading.Lock()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S"))

    def emit(self, record: logging.LogRecord) -> None:
        for line in redact(self.format(record), self._known()).splitlines():
            line = line[:LINE_CHARACTERS]
            print(line, file=sys.stdout, flush=True)
            with self._guard:
                self._lines.append(line)
                self._bytes += len(line.encode()) + 1
                while self._bytes > TAIL_BYTES:
                    self._bytes -= len(self._lines.popleft().encode()) + 1

    def text(self) -> str:
        with self._guard:
            return "\n".join(self._lines)
