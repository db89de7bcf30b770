"""A run over two machines of a real Ray, as the cluster starts it: over gloo, on the CPU, in float32."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")
pytest.importorskip("ray", reason="asks a real Ray")

from fake_api import FakeApi  # noqa: E402
from test_whole_run import do, manifest_of  # noqa: E402
from two_machines import TwoMachines, two_machines  # noqa: E402

from brightrun_trainer.main import EXIT_FAILED, EXIT_SIGNALLED  # noqa: E402

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def machines() -> Iterator[TwoMachines]:
    with two_machines() as machines:
        yield machines


def started(machines: TwoMachines, api: FakeApi, folder: Path) -> subprocess.Popen[str]:
    told = {
        "BRIGHTRUN_API_URL": api.url, "BRIGHTRUN_BOOTSTRAP_TOKEN": "the-bootstrap-token", "BRIGHTRUN_BACKEND": "peft_lora",
        "BRIGHTRUN_PROCESSES": "1", "TMPDIR": str(folder), "OMP_NUM_THREADS": "1",
    }
    return subprocess.Popen([sys.executable, "-m", "brightrun_trainer"], env=machines.environment(**told), stdout=subprocess.PIPE, text=True)


def followers() -> dict[int, bytes]:
    """Those of further machines, by their ids, with what they were told."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            if b"brightrun_trainer.follow" in (folder / "cmdline").read_bytes():
                found[int(folder.name)] = (folder / "environ").read_bytes()
        except OSError:
            continue
    return {process: told for process, told in found.items() if b"BRIGHTRUN_FURTHER=1" in told}


def when_at(step: int, api: FakeApi, act: Callable[[], object]) -> None:
    """Once, as soon as a report tells of that step; the run has many more to go."""
    api.frozen["hyperparameters"] |= {"epochs": 50}
    api.next_report_seconds = 0.1
    acts = [act]

    def answer(report: dict) -> dict:
        if report["step"] >= step and acts:
            acts.pop()()
        return {"action": "continue"}

    api.answer = answer


def curve(api: FakeApi) -> list[float]:
    return [value for r in api.reports for p in r["points"] for value in (p["loss"], p.get("validationLoss")) if value is not None]


def test_two_machines_train_what_one_process_trains_and_only_the_leader_knows_the_token(
    machines: TwoMachines, small_run: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[int, bytes]] = []
    small_run.answer = lambda report: seen.append(followers()) or {"action": "continue"}
    with started(machines, small_run, tmp_path) as run:
        assert run.wait() == 0, run.stdout.read()[-3000:]
    assert manifest_of(small_run)["training"]["processes"] == 2
    together = curve(small_run)
    told = [environment for found in seen for environment in found.values()]
    assert told and all(b"the-bootstrap-token" not in environment for environment in told)
    assert not list(tmp_path.glob("brightrun-*")), "nothing of the run is left on the disk"
    alone = FakeApi()
    alone.files, alone.frozen = small_run.files, small_run.frozen
    monkeypatch.setitem(__import__("test_whole_run").ENVIRONMENT, "BRIGHTRUN_BACKEND", "peft_lora")
    assert do(alone, tmp_path / "alone") == 0
    assert len(together) == 10 and together == pytest.approx(curve(alone), rel=1e-5)
    alone.close()
    assert machines.is_free_within(10)


def test_a_machine_that_is_about_to_be_taken_away_makes_the_run_save(machines: TwoMachines, small_run: FakeApi, tmp_path: Path) -> None:
    when_at(3, small_run, lambda: [os.kill(process, signal.SIGTERM) for process in followers()])
    with started(machines, small_run, tmp_path) as run:
        assert run.wait() == EXIT_SIGNALLED, run.stdout.read()[-3000:]
    assert small_run.outcome["failure"]["code"] == "stopped-by-cluster"
    assert small_run.checkpoints[-1] >= 3
    assert machines.is_free_within(10)


def test_a_machine_that_is_lost_ends_the_run_in_time_with_all_its_steps_saved(
    machines: TwoMachines, small_run: FakeApi, tmp_path: Path
) -> None:
    lost_at: list[float] = []

    def lose() -> None:
        lost_at.append(time.monotonic())
        machines.lose_the_further()

    when_at(3, small_run, lose)
    with started(machines, small_run, tmp_path) as run:
        assert run.wait() == EXIT_FAILED, run.stdout.read()[-3000:]
    # 15 s for the cluster's word, 30 s for a call that does not come back, and the last checkpoint.
    assert time.monotonic() - lost_at[0] < 60
    failure = small_run.outcome["failure"]
    assert failure["code"] == "stopped-by-cluster" and "lost contact with" in failure["detail"]
    assert json.dumps(small_run.checkpoints[-1]) == json.dumps(small_run.reports[-1]["step"])
    machines.replace_the_further()
    assert machines.is_free_within(30)
