"""HTTP by the standard library alone: one request, its answer or the reason there is none."""

from __future__ import annotations

import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

#: Seconds without a byte until a call counts as unanswered; API Gateway itself gives up at 30.
TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """What came back; `status` 0 means that nobody answered, and `body` says why."""

    status: int
    body: bytes


Transport = Callable[[str, str, Mapping[str, str], bytes | None], Answer]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token must not follow a redirect to another host; neither API nor S3 redirects."""

    def redirect_request(self, *_: object) -> None:
        return None


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or host.startswith("127.") or host == "::1"


def prepare(url: str, headers: Mapping[str, str]) -> urllib.request.Request:
    """A request whose `*.localhost` name is dialled as 127.0.0.1 (RFC 6761; not every resolver
    knows) while the Host header keeps the name that routes and signatures rest on."""
    parts = urllib.parse.urlsplit(url)
    request_headers = dict(headers)
    if (parts.hostname or "").endswith(".localhost"):
        request_headers["Host"] = parts.netloc
        url = parts._replace(netloc="127.0.0.1" + (f":{parts.port}" if parts.port else "")).geturl()
    return urllib.request.Request(url, headers=request_headers)


def _opener(url: str) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
    if _is_loopback(urllib.parse.urlsplit(url).hostname or ""):
        handlers.append(urllib.request.ProxyHandler({}))  # a proxy has no business with this machine
    return urllib.request.build_opener(*handlers)


def send(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
    """One request. Never raises for what a network does; a wrong URL still raises ValueError."""
    request = prepare(url, headers)
    request.method, request.data = method, body
    try:
        with _opener(url).open(request, timeout=TIMEOUT_SECONDS) as response:
            return Answer(response.status, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(64 * 1024))
    except (urllib.error.URLError, HTTPException, socket.timeout, OSError) as error:
        return Answer(0, type(getattr(error, "reason", error)).__name__.encode())


def download(url: str, to: Path) -> Answer:
    """Streams a file to disk. A full disk raises OSError: that is for the caller to tell."""
    try:
        response = _opener(url).open(prepare(url, {}), timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(4096))
    except (urllib.error.URLError, HTTPException, socket.timeout, OSError) as error:
        return Answer(0, type(getattr(error, "reason", error)).__name__.encode())
    with response, to.open("wb") as file:
        while True:
            try:
                chunk = response.read(1 << 20)
            except (HTTPException, OSError) as error:
                return Answer(0, type(error).__name__.encode())
            if not chunk:
                return Answer(response.status, b"")
            file.write(chunk)
