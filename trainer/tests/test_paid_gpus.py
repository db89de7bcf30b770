"""GPUs that are paid for and not there end a run: nothing is charged in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import lines
from conftest import frozen_spec as frozen
from fake_api import FakeApi

from brightrun_trainer import run
from brightrun_trainer.api import Api
from brightrun_trainer.failures import RunFailure
from brightrun_trainer.main import EXIT_FAILED, train
from brightrun_trainer.paid_gpus import refuse_missing_gpus
from brightrun_trainer.spec import FrozenRunSpec
from brightrun_trainer.wire import read


def spec(accelerator: str | None, gpus: int) -> FrozenRunSpec:
    told = frozen(lines("country-guide.jsonl", 4)) | {"gpuCount": gpus} | ({"accelerator": accelerator} if accelerator else {})
    return read(FrozenRunSpec, told)


@pytest.mark.parametrize(("paid", "seen"), [(1, 1), (4, 4), (2, 8)])
def test_a_job_whose_gpus_are_all_there_begins(paid: int, seen: int) -> None:
    refuse_missing_gpus(spec("cuda", paid), seen)


def test_of_several_machines_each_has_its_part() -> None:
    refuse_missing_gpus(spec("cuda", 16), 8, machines=2)
    with pytest.raises(RunFailure, match="8 GPUs and the trainer sees 7"):
        refuse_missing_gpus(spec("cuda", 16), 7, machines=2)


@pytest.mark.parametrize(("paid", "seen", "words"), [(1, 0, "1 GPU and the trainer sees none"), (8, 7, "8 GPUs and the trainer sees 7")])
def test_a_job_that_pays_for_more_than_are_there_is_refused_with_both_figures(paid: int, seen: int, words: str) -> None:
    with pytest.raises(RunFailure, match=words) as refused:
        refuse_missing_gpus(spec("cuda", paid), seen)
    assert refused.value.code == "gpus-missing"


@pytest.mark.parametrize("accelerator", ["cpu", None])
def test_a_job_on_a_cpu_and_a_spec_from_before_need_none(accelerator: str | None) -> None:
    refuse_missing_gpus(spec(accelerator, 1), 0)


def test_the_run_ends_with_that_class_before_it_fetches_anything(small_run: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_run.frozen |= {"accelerator": "cuda", "gpuCount": 2}
    monkeypatch.setattr(run, "gpus_seen", lambda: 1)
    api = Api(small_run.url, "the-bootstrap-token", sleep=lambda _: None)
    environment = {"BRIGHTRUN_BOOTSTRAP_TOKEN": "the-bootstrap-token", "BRIGHTRUN_API_URL": small_run.url}
    assert train(environment, tmp_path, api) == EXIT_FAILED
    assert small_run.outcome is not None and small_run.outcome["failure"]["code"] == "gpus-missing"
    assert not small_run.objects and not list(tmp_path.iterdir())
