"""The whole run over HTTP, against an API that is as awkward as a real one."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import mlx.core as mx
import pytest
from conftest import TINY_BASE, TRAINER, frozen_spec, lines
from fake_api import FakeApi
from safetensors.numpy import load

from brightrun_trainer.api import Api
from brightrun_trainer.main import EXIT_DONE, EXIT_FAILED, EXIT_SUPERSEDED, train

ENVIRONMENT = {"BRIGHTRUN_BOOTSTRAP_TOKEN": "the-bootstrap-token"}


def do(fake: FakeApi, tmp_path: Path, checkpoint_every: float | None = None, patience: float = 60.0, models: Path | None = None) -> int:
    tmp_path.mkdir(exist_ok=True)
    api = Api(fake.url, "the-bootstrap-token", sleep=lambda _: None, patience=patience)
    environment = ENVIRONMENT | {"BRIGHTRUN_API_URL": fake.url} | ({"BRIGHTRUN_MODELS_DIR": str(models)} if models else {})
    return train(environment, tmp_path, api, checkpoint_every)


def manifest_of(fake: FakeApi) -> dict:
    return json.loads(fake.objects["manifest.json"])


def test_a_run_publishes_a_model_whose_manifest_names_every_file_with_its_bytes(small_run: FakeApi, tmp_path: Path) -> None:
    assert do(small_run, tmp_path) == EXIT_DONE
    assert small_run.outcome == {"outcome": "published", "manifestVersionId": "version-of-manifest.json"}
    manifest = manifest_of(small_run)
    named = {f["path"] for f in manifest["files"]}
    assert {f"final/{n}" for n in ("adapter_model.safetensors", "adapter_config.json", "tokenizer.json", "metrics.jsonl", "README.md")} <= named
    for file in manifest["files"]:
        body = small_run.objects[file["path"]]
        assert (len(body), hashlib.sha256(body).hexdigest()) == (file["bytes"], file["sha256"])
    stored = [path for path in small_run.objects if not path.startswith("checkpoints/")]
    assert stored[-1] == "manifest.json", "the manifest is the last thing written"
    assert set(stored) == named | {"manifest.json"}


def test_the_evaluation_lowers_the_loss_on_rows_it_never_saw_and_answers_change(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.frozen["hyperparameters"] |= {"epochs": 4, "targetModules": "all-linear", "learningRate": 0.006}
    do(small_run, tmp_path)
    manifest = manifest_of(small_run)
    evaluation = manifest["evaluation"]
    assert evaluation["rows"] == manifest["training"]["validationRows"] == 8
    assert evaluation["tuned"]["loss"] < evaluation["base"]["loss"] - 1
    assert evaluation["difference"]["low"] <= evaluation["difference"]["mean"] <= evaluation["difference"]["high"] < 0
    assert len(manifest["samples"]) == 2
    told = json.loads(small_run.objects["final/evaluation.json"])
    assert told == {name: manifest[name] for name in ("evaluation", "samples", "canaries", "memorisation", "exportProof")}
    assert all(s["base"] and s["tuned"] and s["base"] != s["tuned"] for s in manifest["samples"])


def test_reports_are_numbered_from_one_and_carry_every_step_once(small_run: FakeApi, tmp_path: Path) -> None:
    do(small_run, tmp_path)
    assert [r["batch"] for r in small_run.reports] == list(range(1, len(small_run.reports) + 1))
    points = [p for r in small_run.reports for p in r["points"]]
    assert [p["step"] for p in points] == list(range(1, 9))
    assert [p["step"] for p in points if "validationLoss" in p] == [4, 8]
    assert small_run.reports[-1]["phase"] == "ended"
    assert small_run.reports[-1]["baseValidationLoss"] > 1
    told = json.dumps(small_run.reports)
    assert "the-bootstrap-token" not in told and "run-token-number" not in told and "feedface" not in told


def test_metrics_of_the_whole_run_lie_beside_the_adapter(small_run: FakeApi, tmp_path: Path) -> None:
    do(small_run, tmp_path)
    points = [json.loads(line) for line in small_run.objects["final/metrics.jsonl"].splitlines()]
    assert [p["step"] for p in points] == list(range(1, 9))
    assert {"loss", "learningRate", "gradientNorm", "tokensPerSecond", "at"} <= set(points[0])


def test_an_api_and_a_bucket_that_fail_a_third_of_the_time_cost_patience_and_nothing_else(small_run: FakeApi, tmp_path: Path) -> None:
    dice = random.Random(7)
    small_run.trouble = lambda method, path: dice.choice((500, 503, 429)) if dice.random() < 0.33 else None
    assert do(small_run, tmp_path) == EXIT_DONE
    points = [p["step"] for r in small_run.reports for p in r["points"]]
    assert points == list(range(1, 9))


def test_cancel_ends_the_run_and_publishes_nothing(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.answer = lambda report: {"action": "stop", "reason": "cancelled"}
    assert do(small_run, tmp_path) == EXIT_DONE
    assert small_run.outcome == {"outcome": "stopped"}
    assert not small_run.objects


def test_keep_model_publishes_what_is_there(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.frozen["hyperparameters"]["epochs"] = 50
    small_run.next_report_seconds = 0.01
    small_run.answer = lambda report: {"action": "stop", "reason": "keep-model"} if report["step"] >= 2 else {"action": "continue"}
    assert do(small_run, tmp_path) == EXIT_DONE
    training = manifest_of(small_run)["training"]
    assert training["stopReason"] == "kept-by-user"
    assert 2 <= training["keptStep"] <= training["steps"] < training["totalSteps"]


def test_a_superseded_attempt_writes_nothing_more(small_run: FakeApi, tmp_path: Path) -> None:
    plain = small_run._api

    def fenced(method: str, path: str, headers: dict, body: dict) -> tuple[int, dict]:
        if path.endswith("/progress") and body["step"] >= 1:
            return 409, {"code": "run-superseded"}
        return plain(method, path, headers, body)

    small_run._api = fenced  # type: ignore[method-assign]
    small_run.next_report_seconds = 0.01
    small_run.frozen["hyperparameters"]["epochs"] = 50
    assert do(small_run, tmp_path) == EXIT_SUPERSEDED
    assert small_run.outcome is None and not small_run.objects


def test_a_dataset_with_other_bytes_is_never_trained_on(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.files["data.jsonl"] = small_run.files["data.jsonl"].replace(b"Greece", b"Grease")
    assert do(small_run, tmp_path) == EXIT_FAILED
    assert small_run.outcome["failure"]["code"] == "dataset-checksum-mismatch"
    assert not small_run.objects


def test_an_unknown_base_model_is_a_clear_failure(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.frozen["baseModel"]["id"] = "somebody/else"
    assert do(small_run, tmp_path) == EXIT_FAILED
    assert small_run.outcome["failure"]["code"] == "base-model-not-found"


def test_rows_without_room_for_an_answer_are_a_clear_failure(api: FakeApi, tmp_path: Path) -> None:
    row = {"messages": [{"role": "user", "content": "word " * 40}, {"role": "assistant", "content": "Yes."}]}
    data = b"".join(json.dumps(row).encode() + b"\n" for _ in range(12))
    api.files["data.jsonl"], api.frozen = data, frozen_spec(data, maxSequenceTokens=16)
    assert do(api, tmp_path) == EXIT_FAILED
    assert api.outcome["failure"]["code"] == "no-trainable-tokens"


def test_rows_with_tools_are_a_clear_failure_where_the_template_knows_none(api: FakeApi, tmp_path: Path) -> None:
    call = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}
    data = (json.dumps({"messages": [{"role": "user", "content": "a"}, call]}) + "\n").encode() * 40
    api.files["data.jsonl"], api.frozen = data, frozen_spec(data)
    assert do(api, tmp_path) == EXIT_FAILED
    failure = api.outcome["failure"]
    assert failure["code"] == "dataset-unreadable" and "tool calls" in failure["detail"]


def test_a_loss_that_is_no_number_is_a_clear_failure(small_run: FakeApi, tmp_path: Path) -> None:
    """Here from the weights of a model in the cluster's own folder."""
    folder = tmp_path / "models" / "some" / "model"
    shutil.copytree(TINY_BASE, folder)
    weights = mx.load(str(folder / "model.safetensors"))
    mx.save_safetensors(str(folder / "model.safetensors"), weights | {"model.norm.weight": weights["model.norm.weight"] * float("nan")})
    small_run.frozen["baseModel"]["id"] = "some/model"
    assert do(small_run, tmp_path / "work", models=tmp_path / "models") == EXIT_FAILED
    assert small_run.outcome["failure"]["code"] == "loss-not-finite"
    [point] = [point for report in small_run.reports for point in report["points"]]
    assert point["notFinite"] == ["loss", "gradientNorm"] and "loss" not in point
    assert f"at step {point['step']}." in small_run.outcome["failure"]["detail"], "event and failure name the same step"


def test_a_base_model_with_damaged_files_is_a_clear_failure(small_run: FakeApi, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "some--model"
    shutil.copytree(TINY_BASE, folder)
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:1000])
    small_run.frozen["baseModel"]["id"] = "some/model"
    assert do(small_run, tmp_path / "work", models=tmp_path / "models") == EXIT_FAILED
    assert small_run.outcome["failure"]["code"] == "base-model-invalid"


def test_an_api_that_never_answers_ends_the_run_within_its_patience(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.trouble = lambda method, path: 503
    assert do(small_run, tmp_path, patience=0.0) == EXIT_FAILED


def test_a_dataset_too_small_to_hold_rows_back_trains_and_says_so(api: FakeApi, tmp_path: Path) -> None:
    data = lines("country-guide.jsonl", 12)
    api.files["data.jsonl"], api.frozen = data, frozen_spec(data)
    assert do(api, tmp_path) == EXIT_DONE
    manifest = manifest_of(api)
    assert manifest["evaluation"] is None and manifest["training"]["validationSource"] == "none"
    findings = [f for r in api.reports for f in r.get("findings", [])]
    assert any("cannot be proven" in f for f in findings)


def test_a_run_lost_without_a_word_goes_on_from_its_checkpoint_to_the_same_bytes(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.frozen["hyperparameters"] |= {"dropout": 0.1}
    whole = FakeApi()
    whole.files, whole.frozen = dict(small_run.files), small_run.frozen
    assert do(whole, tmp_path / "whole") == EXIT_DONE
    whole.close()

    plain = small_run._api

    def dying(method: str, path: str, headers: dict, body: dict) -> tuple[int, dict]:
        if small_run.checkpoints and small_run.attempt == 1:
            return 409, {"code": "run-superseded"}
        return plain(method, path, headers, body)

    small_run._api = dying  # type: ignore[method-assign]
    assert do(small_run, tmp_path / "first", checkpoint_every=0.0) == EXIT_SUPERSEDED
    step = small_run.checkpoints[-1]
    small_run.resume_from(1, step)
    small_run.reports, small_run._seen_batches = [], set()
    assert do(small_run, tmp_path / "second") == EXIT_DONE
    first_point = next(p["step"] for r in small_run.reports for p in r["points"])
    assert first_point == step + 1, "nothing is trained twice"
    name = "final/adapter_model.safetensors"
    assert small_run.objects[name] == whole.objects[name]
    assert manifest_of(small_run)["evaluation"] == manifest_of(whole)["evaluation"]
    assert len(small_run.objects["final/metrics.jsonl"].splitlines()) == 8


def test_a_terminated_process_saves_where_it_stands_and_says_so(small_run: FakeApi, tmp_path: Path) -> None:
    small_run.frozen["hyperparameters"]["epochs"] = 50
    environment = os.environ | ENVIRONMENT | {"BRIGHTRUN_API_URL": small_run.url, "PYTHONPATH": str(TRAINER), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-m", "brightrun_trainer"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # Bounds of a hung test, not of a run: loading torch takes minutes on a machine that others use too.
    deadline = time.monotonic() + 300
    while not any(r["step"] >= 3 for r in small_run.reports) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    try:
        output, _ = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 143, output.decode()
    assert small_run.outcome["failure"]["code"] == "stopped-by-cluster"
    assert small_run.checkpoints[-1] >= 3
    assert small_run.reports[-1]["step"] == small_run.checkpoints[-1], "not a step is lost"
    assert b"the-bootstrap-token" not in output and b"feedface" not in output
    assert not list(tmp_path.glob("brightrun-*")), "nothing is left on the disk"


def test_a_damaged_checkpoint_costs_time_and_not_the_job(small_run: FakeApi, tmp_path: Path) -> None:
    assert do(small_run, tmp_path / "first", checkpoint_every=0.0) == EXIT_DONE
    step = small_run.checkpoints[0]
    small_run.resume_from(1, step)
    broken = b"x" * len(small_run.files["training-state.safetensors"])
    small_run.files["training-state.safetensors"] = broken
    small_run.reports, small_run._seen_batches = [], set()
    assert do(small_run, tmp_path / "second") == EXIT_DONE
    findings = [f for r in small_run.reports for f in r.get("findings", [])]
    assert any("refused" in f for f in findings)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(api: FakeApi, tmp_path: Path) -> None:
    adapters = []
    for number, seed in enumerate((42, 42, 43)):
        data = lines("country-guide.jsonl", 12)
        api.files["data.jsonl"], api.frozen = data, frozen_spec(data, seed=seed)
        api.reports, api._seen_batches = [], set()
        assert do(api, tmp_path / str(number)) == EXIT_DONE
        adapters.append(api.objects["final/adapter_model.safetensors"])
    assert adapters[0] == adapters[1] != adapters[2]
    assert any(tensor.any() for tensor in load(adapters[0]).values())
