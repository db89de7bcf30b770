"""Whole runs over HTTP on the torch backend: the tests that hold mlx's to the same."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")

import test_whole_run  # noqa: E402
from fake_api import FakeApi  # noqa: E402
from test_whole_run import (  # noqa: E402, F401 - pytest runs what stands here
    do,
    manifest_of,
    test_a_dataset_too_small_to_hold_rows_back_trains_and_says_so,
    test_a_run_lost_without_a_word_goes_on_from_its_checkpoint_to_the_same_bytes,
    test_a_terminated_process_saves_where_it_stands_and_says_so,
    test_rows_without_room_for_an_answer_are_a_clear_failure,
)

from brightrun_trainer.main import EXIT_DONE, EXIT_FAILED  # noqa: E402


@pytest.fixture(autouse=True)
def on_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(test_whole_run.ENVIRONMENT, "BRIGHTRUN_BACKEND", "peft_lora")


@pytest.mark.parametrize("variant", ["lora", "dora"])
def test_a_run_publishes_what_torch_trained_and_is_measured_against_its_base(small_run: FakeApi, tmp_path: Path, variant: str) -> None:
    small_run.frozen["hyperparameters"] |= {"epochs": 3, "targetModules": "all-linear", "learningRate": 0.006, "variant": variant}
    assert do(small_run, tmp_path) == EXIT_DONE
    manifest = manifest_of(small_run)
    assert manifest["training"]["backend"] == "peft_lora"
    assert manifest["evaluation"]["tuned"]["loss"] < manifest["evaluation"]["base"]["loss"] - 1


def test_a_backend_that_is_not_there_is_named(small_run: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(test_whole_run.ENVIRONMENT, "BRIGHTRUN_BACKEND", "jax_lora")
    assert do(small_run, tmp_path) == EXIT_FAILED
    assert "peft_lora" in small_run.outcome["failure"]["detail"]
