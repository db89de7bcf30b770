"""An API and a bucket in one process, as awkward as the real ones: they fail, are late and strict.

What it lacks: no expiry of tokens or URLs unless a test asks for it, no fencing between attempts of
different processes, one run only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from contract_schema import CONTRACT, faults, operation_at

Spec = dict[str, Any]


def sha256_base64(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


@dataclass
class Upload:
    path: str
    bytes: int
    sha256: str
    parts: dict[int, bytes] = field(default_factory=dict)


class FakeApi:
    """Records every call; `trouble` may answer instead: a status, or None to let the call through."""

    part_bytes = 256 * 1024

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.objects: dict[str, bytes] = {}
        self.calls: list[tuple[str, str]] = []
        self.reports: list[dict[str, Any]] = []
        self.outcome: dict[str, Any] | None = None
        self.checkpoints: list[int] = []
        self.trouble: Callable[[str, str], int | None] = lambda method, path: None
        self.answer: Callable[[dict[str, Any]], dict[str, Any]] = lambda report: {"action": "continue"}
        self.broken_promises: list[str] = []  # what did not fit the contract, in either direction
        self.frozen: Spec = {}
        self.attempt = 1
        self.resume: Spec | None = None
        self.land_in: float | None = None  # as the spec says it; `answer` may renew it
        self.cap_in: float | None = None
        self.next_report_seconds = 0.5
        self._uploads: dict[str, Upload] = {}
        self._tokens = 0
        self._seen_batches: set[int] = set()
        self._guard = threading.Lock()
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                status, answer = api.handle(self.command, self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = _serve

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    # A run to do -----------------------------------------------------------

    def serve_file(self, name: str, body: bytes) -> Spec:
        self.files[name] = body
        return {
            "path": name, "url": f"{self.url}/s3/{name}?X-Amz-Signature=feedfacefeedface", "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(), "expiresAt": "2030-01-01T00:00:00Z",
        }

    def run_spec(self) -> Spec:
        data = {name: self.serve_file(name, self.files[name]) for name in ("data.jsonl", "validation.jsonl") if name in self.files}
        files = {"data": data["data.jsonl"]} | ({"validation": data["validation.jsonl"]} if "validation.jsonl" in data else {})
        return {
            "spec": self.frozen, "attempt": self.attempt, "files": files, "resume": self.resume,
            "capUsdMicros": 1_000_000, "usdMicrosPerHour": 10_000,
        } | self.landing()

    def landing(self) -> Spec:
        # The moment is for people; a trainer that obeyed it would land at once.
        return {"landBy": "2020-01-01T00:00:00Z", "landInSeconds": self.land_in, "capInSeconds": self.cap_in}

    def leave_a_second_after(self, step: int) -> None:
        """Once a report tells of `step` the cap has a second left, which pays for nothing but storing the adapter."""
        self.next_report_seconds = 0.01
        self.land_in, self.cap_in = 5_000.0, 10_000.0
        plain = self.landing

        def landing() -> Spec:
            is_there = any(report["step"] >= step for report in self.reports)
            return plain() | ({"landInSeconds": -1.0, "capInSeconds": 1.0} if is_there else {})

        self.landing = landing  # type: ignore[method-assign]

    def resume_from(self, attempt: int, step: int) -> None:
        """The next attempt goes on from a checkpoint that an earlier one registered."""
        prefix = f"checkpoints/{step}/"
        manifest = json.loads(self.objects[f"{prefix}manifest.json"])
        self.resume = {
            "attempt": attempt, "step": step,
            "files": [self.serve_file(f["path"], self.objects[prefix + f["path"]]) for f in manifest["files"]],
        }
        self.attempt = attempt + 1
        self.outcome = None

    # Requests --------------------------------------------------------------

    def handle(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        path = urlsplit(target).path
        with self._guard:
            self.calls.append((method, path))
            trouble = self.trouble(method, path)
            if trouble is not None:
                return trouble, b"<html>trouble</html>"
            if path.startswith("/s3/"):
                return self._bucket(method, path.removeprefix("/s3/"), parse_qs(urlsplit(target).query), headers, body)
            sent = json.loads(body) if body else {}
            operation = operation_at(method, path)
            if operation and (wrong := faults(operation["body"], sent)):
                self.broken_promises += [f"{method} {path}: {fault}" for fault in wrong]
                return 400, json.dumps({"code": "invalid-request", "detail": "; ".join(wrong)[:300]}).encode()
            status, answer = self._api(method, path, headers, sent)
            if operation and status == 200 and (wrong := faults(operation["response"], answer)):
                self.broken_promises += [f"answer of {method} {path}: {fault}" for fault in wrong]
            return status, json.dumps(answer).encode()

    def _bucket(self, method: str, key: str, query: dict[str, list[str]], headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if "Authorization" in headers:
            return 400, b"a token went to the bucket"
        if method == "GET":
            return (200, self.files[key]) if key in self.files else (404, b"")
        signed = query["checksum"][0]
        if headers.get("X-Amz-Checksum-Sha256", headers.get("x-amz-checksum-sha256")) != signed or sha256_base64(body) != signed:
            return 400, b"BadDigest"
        self._uploads[key].parts[int(query["partNumber"][0])] = body
        return 200, b""

    def _token(self) -> dict[str, str]:
        self._tokens += 1
        return {"runToken": f"run-token-number-{self._tokens}", "runTokenExpiresAt": "2030-01-01T00:00:00Z"}

    def _api(self, method: str, path: str, headers: dict[str, str], body: Spec) -> tuple[int, Spec]:
        token = headers.get("Authorization", "")
        expected = "Bearer the-bootstrap-token" if path == "/v1/runs/claim" else "Bearer run-token-number-"
        if not token.startswith(expected):
            return 401, {"code": "run-token-invalid"}
        if path == "/v1/runs/claim":
            return 200, self._token() | {"attempt": self.attempt}
        if path == "/v1/runs/current":
            return 200, self.run_spec()
        if path == "/v1/runs/current/progress":
            if body["batch"] not in self._seen_batches:
                self._seen_batches.add(body["batch"])
                self.reports.append(body)
            return 200, self._token() | self.landing() | {"nextReportSeconds": self.next_report_seconds} | self.answer(body)
        if path == "/v1/runs/current/uploads":
            upload_id = f"upload{len(self._uploads)}"
            self._uploads[upload_id] = Upload(body["path"], body["bytes"], body["sha256"])
            return 200, {"uploadId": upload_id, "partBytes": self.part_bytes, "parts": -(-body["bytes"] // self.part_bytes)}
        if path == "/v1/runs/current/uploads/parts":
            return 200, {"parts": [self._signed(body["uploadId"], part) for part in body["parts"]]}
        if path == "/v1/runs/current/uploads/complete":
            return self._complete(self._uploads[body["uploadId"]])
        if path == "/v1/runs/current/checkpoints":
            self.checkpoints.append(body["step"])
            return 200, {"step": body["step"]}
        if path == "/v1/runs/current/complete":
            self.outcome = body
            return 200, {"accepted": True}
        return 404, {"code": "no-such-operation"}

    def _signed(self, upload_id: str, part: Spec) -> Spec:
        url = f"{self.url}/s3/{upload_id}?partNumber={part['partNumber']}&checksum={quote(part['sha256'], safe='')}"
        return {"partNumber": part["partNumber"], "url": url, "headers": {"x-amz-checksum-sha256": part["sha256"]}, "expiresAt": "2030-01-01T00:00:00Z"}

    def _complete(self, upload: Upload) -> tuple[int, Spec]:
        body = b"".join(upload.parts[n] for n in sorted(upload.parts))
        if len(body) != upload.bytes or hashlib.sha256(body).hexdigest() != upload.sha256:
            return 409, {"code": "upload-size-differs"}
        self.objects[upload.path] = body
        if upload.path.endswith("manifest.json"):
            schema = CONTRACT["schemas"]["ModelManifest" if upload.path == "manifest.json" else "CheckpointManifest"]
            self.broken_promises += [f"{upload.path}: {fault}" for fault in faults(schema, json.loads(body))]
        digests = [hashlib.sha256(upload.parts[n]).digest() for n in sorted(upload.parts)]
        composite = base64.b64encode(hashlib.sha256(b"".join(digests)).digest()).decode()
        return 200, {"versionId": f"version-of-{upload.path}", "compositeSha256": f"{composite}-{len(digests)}"}
