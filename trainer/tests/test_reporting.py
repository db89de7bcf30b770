"""Reports, calls and logs: numbered once, patient, and without secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import TRAINER

from brightrun_trainer import transport, wire
from brightrun_trainer.api import Api, Control, Refused
from brightrun_trainer.failures import RunFailure, Superseded, classify
from brightrun_trainer.logtail import TAIL_BYTES, LogTail, redact
from brightrun_trainer.reporter import POINTS_KEPT, Reporter
from brightrun_trainer.spec import FileToFetch, MetricPoint, ProgressReport
from brightrun_trainer.transport import Answer
from brightrun_trainer.uploads import Uploader, composite_sha256

TOKEN = {"runToken": "run-token-0001", "runTokenExpiresAt": "2030-01-01T00:00:00Z"}


class Script:
    """A transport that plays a list of answers and remembers the requests."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers, self.requests = list(answers), []

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        self.requests.append((method, url, dict(headers), json.loads(body) if body and body[:1] == b"{" else body))
        status, answer = self.answers.pop(0)
        return Answer(status, answer if isinstance(answer, bytes) else json.dumps(answer).encode())


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def api_of(script: Script, time: Time | None = None, patience: float = 900.0, jitter: float = 1.0) -> Api:
    time = time or Time()
    return Api("http://api", "bootstrap-token-1", send=script, sleep=time.sleep, clock=lambda: time.now, jitter=lambda: jitter, patience=patience)


def point(step: int, **more: Any) -> MetricPoint:
    return MetricPoint(step, 0.1, "2026-11-23T00:00:00Z", **({"loss": 1.0} | more))


class Api1:
    """Stands for the API behind a reporter: answers, is silent, or refuses, as its list says."""

    def __init__(self, *plan: Control | BaseException) -> None:
        self.plan, self.seen = list(plan), []

    def progress(self, report: ProgressReport, patience: float) -> Control:
        self.seen.append(report)
        answer = self.plan.pop(0) if self.plan else Control(None, 2.0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def reporter_of(api: Api1) -> Reporter:
    return Reporter(api, lambda: "log")  # type: ignore[arg-type]


# Reports -------------------------------------------------------------------------


def test_an_unanswered_batch_is_repeated_unchanged_and_later_points_wait_for_the_next() -> None:
    api = Api1(RunFailure("api-unreachable", ""), Control(None, 2.0), Control(None, 2.0))
    reporter = reporter_of(api)
    reporter.point(point(1))
    assert not reporter.send_once()
    reporter.point(point(2))
    reporter.phase("training")
    assert reporter.send_once() and reporter.send_once()
    assert [r.batch for r in api.seen] == [1, 1, 2]
    assert api.seen[0] == api.seen[1]
    assert [[p.step for p in r.points] for r in api.seen] == [[1], [1], [2]]


def test_a_refused_batch_does_not_block_the_ones_after_it() -> None:
    api = Api1(Refused(400, "invalid-request", "no"))
    reporter = reporter_of(api)
    reporter.point(point(1))
    assert not reporter.send_once() and reporter.send_once()
    assert [r.batch for r in api.seen] == [1, 2]


def test_a_flood_of_points_while_the_api_is_away_is_thinned_but_keeps_every_evaluation() -> None:
    reporter = reporter_of(Api1())
    for step in range(20_000):
        reporter.point(point(step, validation_loss=2.0 if step % 1000 == 0 else None))
    assert len(reporter._points) <= POINTS_KEPT
    assert sum(p.validation_loss is not None for p in reporter._points) == 20
    assert reporter._points[-1].step == 19_999


def test_told_to_stop_stays_told() -> None:
    reporter = reporter_of(Api1(Control("budget", 2.0), Control(None, 30.0)))
    reporter.send_once()
    reporter.send_once()
    assert reporter.control == Control("budget", 30.0)


def test_a_batch_carries_what_the_contract_takes() -> None:
    reporter = reporter_of(api := Api1())
    for step in range(700):
        reporter.point(point(step))
    for number in range(50):
        reporter.finding(f"{number} " + "x" * 400)
    reporter.close(0.0)
    assert all(len(r.points) <= 500 and len(r.findings) <= 20 for r in api.seen)
    assert all(len(f) <= 300 for r in api.seen for f in r.findings)
    assert [p.step for r in api.seen for p in r.points] == list(range(700))
    assert sum(len(r.findings) for r in api.seen) == 50


def test_a_value_that_is_not_finite_is_left_out_of_a_point() -> None:
    told = wire.write(point(1, loss=float("nan"), gradient_norm=float("inf"), learning_rate=0.1))
    assert told == {"step": 1, "epoch": 0.1, "at": "2026-11-23T00:00:00Z", "learningRate": 0.1}


# Calls ---------------------------------------------------------------------------


def test_a_claim_repeats_its_nonce_and_backs_off_until_it_is_answered() -> None:
    script = Script((0, b""), (503, b"<html>"), (429, {}), (200, TOKEN | {"attempt": 3}))
    time = Time()
    api = api_of(script, time)
    assert api.claim() == 3
    assert api.secrets == {"bootstrap-token-1", "run-token-0001"}, "both are known to the log's redaction"
    assert len({r[3]["nonce"] for r in script.requests}) == 1
    assert len(script.requests[0][3]["nonce"]) == 32
    assert time.slept == [0.5, 1.0, 2.0]
    assert script.requests[0][2]["Authorization"] == "Bearer bootstrap-token-1"


def test_pauses_grow_to_half_a_minute_and_half_of_each_is_chance() -> None:
    for jitter, last in ((1.0, 30.0), (0.0, 15.0)):
        time = Time()
        with pytest.raises(RunFailure) as failure:
            api_of(Script(*[(500, b"")] * 500), time, patience=400, jitter=jitter).claim()
        assert failure.value.code == "api-unreachable"
        assert time.slept[-1] == last and 400 <= time.now <= 460


@pytest.mark.parametrize(("status", "code"), [(400, "invalid-request"), (404, "not-found"), (409, "upload-size-differs")])
def test_a_problem_that_repeating_does_not_change_is_not_repeated(status: int, code: str) -> None:
    script = Script((status, {"code": code, "detail": "why"}))
    with pytest.raises(Refused, match=code):
        api_of(script).start_upload("final/x", 1, "0" * 64)
    assert len(script.requests) == 1


def test_an_expired_run_token_is_claimed_again_once() -> None:
    script = Script((401, {"code": "run-token-invalid"}), (200, {**TOKEN, "runToken": "fresh-token-1", "attempt": 1}), (200, {"step": 4}))
    api_of(script).register_checkpoint(4, "v")
    assert script.requests[-1][2]["Authorization"] == "Bearer fresh-token-1"
    refused = Script((401, {}), (200, TOKEN | {"attempt": 1}), (401, {}))
    with pytest.raises(Superseded):
        api_of(refused).register_checkpoint(4, "v")


def test_a_superseded_attempt_is_told_apart_from_other_conflicts() -> None:
    with pytest.raises(Superseded):
        api_of(Script((409, {"code": "run-superseded"}))).register_checkpoint(1, "v")


def test_an_answer_that_is_no_json_counts_as_no_answer() -> None:
    script = Script((200, b"<html>captive portal</html>"), (200, TOKEN | {"attempt": 1}))
    assert api_of(script).claim() == 1


def test_a_run_spec_without_a_field_is_named_and_a_field_more_is_passed_over() -> None:
    with pytest.raises(RunFailure, match="answer.spec is missing"):
        api_of(Script((200, {"attempt": 1}))).current()
    file = {"path": "data.jsonl", "url": "http://b/x", "bytes": 3, "sha256": "0" * 64, "expiresAt": "later", "new": 1}
    assert wire.read(FileToFetch, file).bytes == 3
    with pytest.raises(wire.WireError, match="bytes"):
        wire.read(FileToFetch, file | {"bytes": "3"})


def test_a_part_is_sent_again_with_a_fresh_url_when_the_bucket_refuses_it(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abcde")
    signed = {"partNumber": 1, "url": "http://bucket/1?X-Amz-Signature=old", "headers": {"x-amz-checksum-sha256": "c"}}
    import hashlib

    composite = composite_sha256([hashlib.sha256(b"abc").digest(), hashlib.sha256(b"de").digest()])
    script = Script(
        (200, {"uploadId": "u", "partBytes": 3, "parts": 2}),
        (200, {"parts": [signed, signed | {"partNumber": 2}]}),
        (403, b"expired"),
        (200, {"parts": [signed | {"url": "http://bucket/1?X-Amz-Signature=new"}]}),
        (200, b""), (200, b""),
        (200, {"versionId": "v", "compositeSha256": composite}),
    )
    file = Uploader(api_of(script)).upload(tmp_path / "f", "final/f", "final/f")
    assert (file.bytes, file.part_bytes, file.composite_sha256, file.version_id) == (5, 3, composite, "v")
    puts = [r for r in script.requests if r[0] == "PUT"]
    assert [p[3] for p in puts] == [b"abc", b"abc", b"de"]
    assert all("Authorization" not in p[2] and p[2]["x-amz-checksum-sha256"] == "c" for p in puts)


def test_an_object_with_another_checksum_than_was_sent_is_not_a_model(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    script = Script(
        (200, {"uploadId": "u", "partBytes": 9, "parts": 1}), (200, {"parts": [{"partNumber": 1, "url": "http://b", "headers": {}}]}),
        (200, b""), (200, {"versionId": "v", "compositeSha256": "other-1"}),
    )
    with pytest.raises(RunFailure) as failure:
        Uploader(api_of(script)).upload(tmp_path / "f", "final/f", "final/f")
    assert failure.value.code == "upload-failed"


def test_a_localhost_name_is_dialled_as_the_loopback_and_keeps_its_host() -> None:
    request = transport.prepare("http://abc.execute-api.localhost:4566/v1/runs?x=1", {"A": "b"})
    assert request.full_url == "http://127.0.0.1:4566/v1/runs?x=1"
    assert request.get_header("Host") == "abc.execute-api.localhost:4566"
    assert transport.prepare("https://example.com/x", {}).full_url == "https://example.com/x"


# Logs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret",
    [
        "https://bucket.s3.amazonaws.com/models/x?X-Amz-Signature=abcdef0123456789&X-Amz-Credential=AKIA",
        "Authorization: Bearer abcdefghijklmnop.qrstuv",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "token=0123456789abcdef0123",
        "hf_ABCDEFGHIJKLMNOPQRSTUVWX",
        "my-very-own-run-token",
    ],
)
def test_no_secret_reaches_the_log(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    tail = LogTail(lambda: {"my-very-own-run-token"})
    tail.emit(logging.LogRecord("x", logging.INFO, "", 0, "before %s after", (secret,), None))
    for text in (tail.text(), capsys.readouterr().out):
        assert "before" in text and "after" in text and "[redacted]" in text
        assert not {word for word in secret.replace("?", " ").split() if len(word) > 30} & set(text.split())
        assert secret not in text


def test_ordinary_words_stay_readable() -> None:
    text = "validation loss 4.58 before, 0.97 after; 1234 tokens; uploaded final/tokenizer_config.json (568 bytes)"
    assert redact(text) == text
    assert redact("GET https://bucket.s3.amazonaws.com/data.jsonl?X-Amz-Date=1 failed") == "GET https://bucket.s3.amazonaws.com/data.jsonl?[redacted] failed"


def test_the_log_tail_keeps_the_newest_lines_under_its_cap(capsys: pytest.CaptureFixture[str]) -> None:
    tail = LogTail()
    for number in range(3000):
        tail.emit(logging.LogRecord("x", logging.INFO, "", 0, f"line {number} é", (), None))
    assert len(tail.text().encode()) <= TAIL_BYTES
    assert tail.text().splitlines()[-1].endswith("line 2999 é")
    tail.emit(logging.LogRecord("x", logging.INFO, "", 0, "x" * 1_000_000, (), None))
    assert len(tail.text().encode()) <= TAIL_BYTES


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(28, "No space left on device"), "disk-full"),
        (MemoryError(), "out-of-memory"),
        (RuntimeError("[malloc_or_wait] Unable to allocate 123 bytes."), "out-of-memory"),
        (RuntimeError("CUDA out of memory"), "out-of-memory"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), "out-of-memory"),
        (KeyError("x"), "trainer-crashed"),
    ],
)
def test_every_foreseeable_error_has_its_class(error: BaseException, code: str) -> None:
    assert classify(error).code == code


def test_no_file_of_the_trainer_has_grown_over_400_lines() -> None:
    long = {p.name: n for p in (TRAINER / "brightrun_trainer").glob("*.py") if (n := len(p.read_text().splitlines())) > 400}
    assert not long
