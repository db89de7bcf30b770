"""A run lands with a model before its cap is spent: by its own clock and its own measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_api import FakeApi
from safetensors.numpy import load
from test_reporting import Api1, Script, Time, TOKEN, api_of, reporter_of
from test_whole_run import do, manifest_of

from brightrun_trainer.api import Control, Money
from brightrun_trainer.landing import EXIT_SECONDS, LAST_SECONDS, MARGIN, LandingTimes, merge_seconds
from brightrun_trainer.main import EXIT_DONE, EXIT_FAILED
from brightrun_trainer.stopping import Stopping


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def stopping_of(clock: Clock, money: Money, **times: float) -> Stopping:
    stopping = Stopping(reporter_of(Api1()), lambda: money, clock)
    stopping.landing = LandingTimes(**times)
    return stopping


# When ------------------------------------------------------------------------------


def test_landing_is_three_evaluations_the_answers_and_three_uploads_with_a_quarter_more() -> None:
    times = LandingTimes(evaluation=10.0, answers=4.0, checkpoint=6.0, step=2.0)
    assert times.seconds() == MARGIN * (30 + 4 + 18) + 2 + LAST_SECONDS
    assert times.seconds_to_measure_and_publish() == MARGIN * (20 + 4 + 6) + EXIT_SECONDS


def test_checks_and_a_merged_model_are_paid_for_once_the_proof_twice_and_merging_even_where_nothing_is_measured() -> None:
    times = LandingTimes(evaluation=10.0, answers=4.0, checkpoint=6.0, checks=3.0, proof=1.0, merge=50.0)
    assert times.seconds() == MARGIN * (30 + 4 + 18 + 3 + 2 + 50) + LAST_SECONDS
    assert times.seconds_to_measure_and_publish() == MARGIN * (20 + 4 + 6 + 3 + 2 + 50) + EXIT_SECONDS
    assert times.seconds_to_merge_and_publish() == MARGIN * (50 + 6) + EXIT_SECONDS
    assert merge_seconds(0, 0, 1.0) == 0.0 < merge_seconds(1_000_000_000, 1_000_000_000, 1e9) < merge_seconds(1_000_000_000, 1_000_000_000, 1e7)


def test_until_all_is_measured_a_run_lands_when_it_was_told_or_earlier_where_it_knows_better() -> None:
    clock, money = Clock(), Money(land_at=900.0, cap_at=1000.0)
    assert stopping_of(clock, money).lands_at() == 900.0
    assert stopping_of(clock, money, evaluation=100.0).lands_at() == 1000.0 - MARGIN * 300 - LAST_SECONDS


def test_once_all_is_measured_it_lands_by_that_also_when_nobody_has_answered_since() -> None:
    clock, money = Clock(), Money(land_at=500.0, cap_at=1000.0)
    whole = {"evaluation": 4.0, "answers": 4.0, "checkpoint": 4.0}
    assert stopping_of(clock, money, **whole).lands_at() == 1000.0 - MARGIN * 28 - LAST_SECONDS
    slower = whole | {"evaluation": 40.0}
    assert stopping_of(clock, money, **slower).lands_at() == 1000.0 - MARGIN * 136 - LAST_SECONDS


def test_what_nothing_is_paid_for_never_lands() -> None:
    stopping = stopping_of(Clock(1e12), Money(), evaluation=4.0, answers=4.0, checkpoint=4.0)
    assert stopping.reason() is None and stopping.has_time_to_measure()


def test_the_budget_lands_by_the_clock_alone_and_a_cancel_goes_before_it() -> None:
    clock = Clock(1_000.0)
    reporter = reporter_of(Api1(Control("cancelled", 2.0)))
    stopping = Stopping(reporter, lambda: Money(land_at=1_200.0, cap_at=1_300.0), clock)
    assert stopping.reason() is None
    clock.now = 1_200.0
    assert stopping.reason() == "budget"
    reporter.send_once()
    assert stopping.reason() == "cancelled"
    stopping.signalled.set()
    assert stopping.reason() == "cancelled"
    reporter.superseded = True
    assert stopping.reason() == "superseded"


def test_a_measurement_is_left_out_where_it_would_spend_the_cap() -> None:
    clock, times = Clock(), {"evaluation": 10.0, "answers": 0.0, "checkpoint": 0.0}
    stopping = stopping_of(clock, Money(land_at=0.0, cap_at=100.0), **times)
    clock.now = 100.0 - MARGIN * 20 - EXIT_SECONDS
    assert stopping.has_time_to_measure()
    clock.now += 0.1
    assert not stopping.has_time_to_measure()


# What the API says -------------------------------------------------------------------


def test_spans_count_from_the_try_that_was_answered_whatever_the_day_is_said_to_be() -> None:
    """The clock of the day is not looked at: `landBy` is decades ago here (fault 39)."""
    landing = {"landBy": "1970-01-01T00:00:00Z", "landInSeconds": 90.0, "capInSeconds": 100.0}
    answer = TOKEN | {"action": "continue", "nextReportSeconds": 2} | landing
    time = Time()
    api = api_of(Script((503, {}), (503, {}), (200, answer)), time)
    time.now = 1_000.0
    api.progress(reporter_of(Api1())._next_batch(), patience=60.0)
    assert time.slept == [0.5, 1.0]
    assert api.money == Money(1_091.5, 1_101.5)


def test_an_answer_renews_it_later_or_earlier_and_one_without_it_changes_nothing() -> None:
    def answer(more: dict[str, Any]) -> tuple[int, Any]:
        return 200, TOKEN | {"action": "continue", "nextReportSeconds": 2} | more

    spans = [{"landBy": None, "landInSeconds": land, "capInSeconds": cap} for land, cap in ((90, 100), (50, 60), (500, 600), (None, None))]
    api = api_of(Script(*(answer(s) for s in spans[:3]), answer({}), answer(spans[3])))
    seen = []
    for _ in range(5):
        api.progress(reporter_of(Api1())._next_batch(), patience=0.0)
        seen.append((api.money.land_at, api.money.cap_at))
    assert seen == [(90, 100), (50, 60), (500, 600), (500, 600), (None, None)]


# Whole runs --------------------------------------------------------------------------


def test_a_budget_lands_with_a_model_and_a_checkpoint_of_that_very_step_when_no_report_is_answered(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.frozen["hyperparameters"] |= {"epochs": 50, "batchSize": 1}
    small_run.trouble = lambda method, path: 503 if path.endswith("/progress") else None
    small_run.land_in, small_run.cap_in = 12.0, 46.0
    assert do(small_run, tmp_path, checkpoint_every=0.0, patience=5.0) == EXIT_DONE
    training = manifest_of(small_run)["training"]
    assert training["stopReason"] == "budget"
    assert 0 < training["steps"] < training["totalSteps"]
    assert small_run.checkpoints[-1] == training["steps"]


def test_a_run_that_has_no_time_left_to_measure_stores_its_model_all_the_same(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.frozen["hyperparameters"] |= {"epochs": 50, "batchSize": 1}
    small_run.leave_a_second_after(3)
    assert do(small_run, tmp_path) == EXIT_DONE
    manifest = manifest_of(small_run)
    assert manifest["training"]["stopReason"] == "budget"
    assert manifest["evaluation"] is None and manifest["samples"] == []
    assert any(tensor.any() for tensor in load(small_run.objects["final/adapter_model.safetensors"]).values())
    assert any("did not allow to measure" in f for r in small_run.reports for f in r.get("findings", []))


def test_a_run_says_what_landing_takes_once_it_has_measured_it(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.frozen["hyperparameters"]["epochs"] = 6
    small_run.next_report_seconds = 0.01
    assert do(small_run, tmp_path, checkpoint_every=0.0) == EXIT_DONE
    told = [r["landingSeconds"] for r in small_run.reports if "landingSeconds" in r]
    assert told and all(LAST_SECONDS < seconds < 60 for seconds in told)


def test_a_cap_that_is_spent_before_the_first_step_fails_clearly(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.land_in, small_run.cap_in = -10.0, 0.0
    assert do(small_run, tmp_path) == EXIT_FAILED
    assert small_run.outcome["failure"]["code"] == "cap-reached"


# Going on ----------------------------------------------------------------------------


def test_a_continued_job_ends_with_the_bytes_of_one_that_was_never_cut(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.frozen["hyperparameters"] |= {"dropout": 0.1, "epochs": 3}
    whole = FakeApi()
    whole.files, whole.frozen = dict(small_run.files), small_run.frozen
    assert do(whole, tmp_path / "whole") == EXIT_DONE
    whole.close()

    small_run.next_report_seconds = 0.01
    small_run.answer = lambda report: {"action": "stop", "reason": "budget"} if report["step"] >= 2 else {"action": "continue"}
    assert do(small_run, tmp_path / "first") == EXIT_DONE
    cut = manifest_of(small_run)["training"]
    assert cut["stopReason"] == "budget" and cut["steps"] < cut["totalSteps"]
    assert small_run.checkpoints[-1] == cut["steps"]

    small_run.resume_from(1, cut["steps"])
    small_run.resume["jobId"] = "job_01JD0000000000000000000009"
    small_run.attempt = 1
    small_run.frozen = small_run.frozen | {"jobId": "job_01JD0000000000000000000010"}
    small_run.answer = lambda report: {"action": "continue"}
    small_run.reports, small_run._seen_batches = [], set()
    assert do(small_run, tmp_path / "second") == EXIT_DONE
    assert next(p["step"] for r in small_run.reports for p in r["points"]) == cut["steps"] + 1
    name = "final/adapter_model.safetensors"
    assert small_run.objects[name] == whole.objects[name]
    assert manifest_of(small_run)["training"]["stopReason"] == "completed"
    assert any("the job before this one" in f for r in small_run.reports for f in r.get("findings", []))


@pytest.mark.parametrize("what", ["damaged", "gone"])
def test_a_continued_job_never_begins_anew(small_run: FakeApi, tmp_path: Path, what: str) -> None:
    assert do(small_run, tmp_path / "first", checkpoint_every=0.0) == EXIT_DONE
    small_run.resume_from(1, small_run.checkpoints[0])
    small_run.resume |= {"jobId": "job_01JD0000000000000000000009"} | ({"files": []} if what == "gone" else {})
    small_run.files["training-state.safetensors"] = b"x" * len(small_run.files["training-state.safetensors"])
    assert do(small_run, tmp_path / "second") == EXIT_FAILED
    assert small_run.outcome["failure"]["code"] == "checkpoint-missing"
