"""Each kind of hostile or hopeless input ends as one clear failure class, on torch as on mlx."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")

import test_whole_run  # noqa: E402
from conftest import TINY_BASE, frozen_spec, lines  # noqa: E402
from fake_api import FakeApi  # noqa: E402
from safetensors import SafetensorError  # noqa: E402
from test_whole_run import do, manifest_of  # noqa: E402

from brightrun_trainer.main import EXIT_DONE, EXIT_FAILED  # noqa: E402


@pytest.fixture(autouse=True, params=["mlx_lora", "peft_lora"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(test_whole_run.ENVIRONMENT, "BRIGHTRUN_BACKEND", request.param)
    return str(request.param)


def of_its_own(api: FakeApi, tmp_path: Path, **tokenizer: Any) -> Path:
    """A copy of the tiny base as a model in the cluster's folder, with another tokenizer configuration."""
    folder = tmp_path / "models" / "some" / "model"
    shutil.copytree(TINY_BASE, folder)
    file = folder / "tokenizer_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | tokenizer))
    if "chat_template" in tokenizer:
        (folder / "chat_template.jinja").unlink(missing_ok=True)
    api.frozen["baseModel"]["id"] = "some/model"
    return folder


def failure_of(api: FakeApi, tmp_path: Path) -> dict[str, Any]:
    assert do(api, tmp_path / "work", models=tmp_path / "models") == EXIT_FAILED
    assert not [path for path in api.objects if path.startswith("final/")]
    return api.outcome["failure"]


class Payload:
    """What a pickle runs when it is read."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[Any, tuple[str, ...]]:
        return Path.touch, (self.witness,)  # type: ignore[return-value]


def test_a_pickle_under_the_name_of_safetensors_is_refused_and_never_run(small_run: FakeApi, tmp_path: Path) -> None:
    folder, witness = of_its_own(small_run, tmp_path), tmp_path / "ran"
    (folder / "model.safetensors").write_bytes(pickle.dumps(Payload(witness)))
    pickle.loads((folder / "model.safetensors").read_bytes())
    assert witness.exists(), "the payload works"
    witness.unlink()
    failure = failure_of(small_run, tmp_path)
    assert failure["code"] == "base-model-invalid"
    assert not witness.exists()


def test_a_tokenizer_without_a_template_is_named_with_the_first_chat_s_line(small_run: FakeApi, tmp_path: Path) -> None:
    of_its_own(small_run, tmp_path, chat_template=None)
    failure = failure_of(small_run, tmp_path)
    assert failure["code"] == "chat-template-missing" and "Line " in failure["detail"]


def test_plain_text_needs_no_template(api: FakeApi, tmp_path: Path) -> None:
    data = b"".join(json.dumps({"text": f"The capital of country {i} is city {i}."}).encode() + b"\n" for i in range(16))
    api.files["data.jsonl"], api.frozen = data, frozen_spec(data)
    of_its_own(api, tmp_path, chat_template=None)
    assert do(api, tmp_path / "work", models=tmp_path / "models") == EXIT_DONE
    assert manifest_of(api)["training"]["steps"] == 4


def test_a_template_that_raises_is_named_with_the_line_of_the_chat(small_run: FakeApi, tmp_path: Path) -> None:
    of_its_own(small_run, tmp_path, chat_template="{{ raise_exception('system turns are not for me') }}")
    failure = failure_of(small_run, tmp_path)
    assert failure["code"] == "dataset-unreadable"
    assert "line " in failure["detail"] and "system turns are not for me" in failure["detail"]


def test_an_empty_validation_split_trains_and_claims_no_gain(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.frozen["hyperparameters"]["validationFraction"] = 0
    assert do(small_run, tmp_path) == EXIT_DONE
    assert manifest_of(small_run)["evaluation"] is None


def test_a_validation_file_without_a_row_is_a_clear_failure(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.files["validation.jsonl"] = b"\n\n"
    assert failure_of(small_run, tmp_path)["code"] == "dataset-unreadable"


def full(*_: Any, **__: Any) -> None:
    """The words are those that safetensors 0.8 was seen to say on a file system of 1 MB; its error is no OSError."""
    raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")


def test_a_full_disk_is_a_clear_failure_with_its_line(small_run: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightrun_trainer.peft_files.write_tensors", full)
    failure = failure_of(small_run, tmp_path)
    assert failure["code"] == "disk-full" and "No space left on device" in failure["logLine"]


def test_a_checkpoint_that_finds_the_disk_full_costs_no_run(small_run: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightrun_trainer.checkpoint.save_file", full)
    assert do(small_run, tmp_path, checkpoint_every=0.0) == EXIT_DONE
    assert not small_run.checkpoints
