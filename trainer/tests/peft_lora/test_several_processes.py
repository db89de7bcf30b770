"""Two processes share each batch and train what one trains: over gloo, on the CPU, in float32."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")

from as_one import assert_resumes_to_the_bit, assert_trains_as_one_does  # noqa: E402
from both_backends import PEAK_RATE, SETTINGS, opened, samples_of  # noqa: E402
from conftest import TINY_BASE, TRAINER  # noqa: E402
from fake_api import FakeApi  # noqa: E402

from brightrun_trainer.backend import end_tokens  # noqa: E402
from brightrun_trainer.company import Company, followers  # noqa: E402
from brightrun_trainer.failures import RunFailure  # noqa: E402
from brightrun_trainer.masking import Sample  # noqa: E402
from brightrun_trainer.peft_lora.lead import Lead  # noqa: E402
from brightrun_trainer.peft_lora.placement import Placement  # noqa: E402
from brightrun_trainer.peft_lora.world import World  # noqa: E402

@pytest.fixture(scope="module")
def rows(tokenizer: Any) -> list[Sample]:
    return samples_of(tokenizer, 28)


def led_by_two(tokenizer: Any) -> Lead:
    company = Company(2, None, lambda failure: pytest.fail(f"gave up: {failure}"))
    return Lead(TINY_BASE, SETTINGS, end_tokens(TINY_BASE, tokenizer), Placement(), company)


@pytest.fixture(scope="module")
def two(tokenizer: Any) -> Iterator[Lead]:
    led = led_by_two(tokenizer)
    yield led
    led.close()


def test_rows_are_dealt_whole_longest_first_and_nobody_gets_one_twice(rows: list[Sample]) -> None:
    shares = [World(rank, 3).share(rows[:8]) for rank in range(3)]
    assert sorted(len(share) for share in shares) == [2, 3, 3]
    assert sorted((s for share in shares for s in share), key=id) == sorted(rows[:8], key=id)
    tokens = [sum(len(s.ids) for s in share) for share in shares]
    assert max(tokens) < 2 * min(tokens)


def test_two_processes_have_the_losses_and_the_adapter_of_one(two: Lead, tokenizer: Any, rows: list[Sample]) -> None:
    """To 1e-5 over ten steps with their evaluations, and 1e-4 of the learning rate's reach in every weight: the sums are
    the same, added in another order."""
    assert_trains_as_one_does(two, tokenizer, rows)


def test_two_processes_resume_to_the_bit(two: Lead, rows: list[Sample]) -> None:
    assert_resumes_to_the_bit(two, rows)


def test_the_base_alone_is_measured_by_both(two: Lead, tokenizer: Any, rows: list[Sample]) -> None:
    one = opened("peft_lora", tokenizer)
    two.step(rows[:5], 0.05, 0)
    with two.without_adapter():
        base = two.row_losses(rows)
    assert [r.loss for r in base] == pytest.approx([r.loss for r in one.row_losses(rows)], rel=1e-5)
    assert [r.loss for r in two.row_losses(rows)] != pytest.approx([r.loss for r in base], rel=1e-3)


#: A follower that has room for one row at once; the leader has room for all.
NARROW = """
import torch
from brightrun_trainer.peft_lora import backend
from brightrun_trainer.follow import follow
lay_out = backend.feed_packed
def narrow(rows, device):
    if len(rows) > 1:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
    return lay_out(rows, device)
backend.feed_packed = narrow
follow()
"""


def test_all_try_again_when_one_runs_out_of_memory_and_a_lost_one_ends_the_run(
    two: Lead, tokenizer: Any, rows: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    two.close()
    start = subprocess.Popen

    def narrow(command: list[str], **rest: Any) -> Any:
        return start([command[0], "-c", NARROW], **rest)

    monkeypatch.setattr(followers.subprocess, "Popen", narrow)
    led = led_by_two(tokenizer)
    try:
        result = led.step(rows[:8], PEAK_RATE, 0)
        assert result.loss == pytest.approx(opened("peft_lora", tokenizer).step(rows[:8], PEAK_RATE, 0).loss, rel=1e-5)
        assert led.at_once.halvings == 2, "the leader cut its four rows as small as the other had to"
        (other,) = led._company._followers.processes
        other.kill()
        with pytest.raises(RunFailure, match="ended with status -9"):
            led.step(rows[:8], PEAK_RATE, 1)
    finally:
        led.close()


def test_a_process_that_does_not_start_ends_the_run_at_once(tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    start = subprocess.Popen
    monkeypatch.setattr(followers.subprocess, "Popen", lambda command, **rest: start([command[0], "-c", "raise SystemExit(3)"], **rest))
    with pytest.raises(RunFailure, match="did not start"):
        led_by_two(tokenizer)


#: A leader that starts a follower and is killed; without torch, which neither needs for that.
ORPHANING = """
import os, subprocess, sys
from brightrun_trainer.follow import LEADER, MEETING, RANK, SIZE
told = {RANK: "1", SIZE: "2", MEETING: sys.argv[1], LEADER: str(os.getpid())}
follower = subprocess.Popen([sys.executable, "-m", "brightrun_trainer.follow"], env=os.environ | told)
print(follower.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word on a lost parent is Linux's")
def test_a_follower_ends_with_its_leader_however_that_ends(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANING, str(tmp_path / "meeting")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as leader:
        assert leader.stdout
        follower = os.pidfd_open(int(leader.stdout.readline()))
        leader.kill()
    ended, _, _ = select.select([follower], [], [], 120)
    assert ended, "it is still there after two minutes"


def test_a_whole_run_of_two_processes_reports_and_publishes_once(small_run: FakeApi, tmp_path: Path) -> None:
    """As the cluster starts it; the fake API refuses a report or a file that came twice."""
    told = {
        "BRIGHTRUN_API_URL": small_run.url, "BRIGHTRUN_BOOTSTRAP_TOKEN": "the-bootstrap-token", "BRIGHTRUN_BACKEND": "peft_lora",
        "BRIGHTRUN_PROCESSES": "2", "TMPDIR": str(tmp_path), "PYTHONPATH": str(TRAINER),
    }
    run = subprocess.run([sys.executable, "-m", "brightrun_trainer"], env=os.environ | told, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:]
    training = json.loads(small_run.objects["manifest.json"])["training"]
    assert training["processes"] == 2
    assert training["memory"]["microBatch"] * training["memory"]["accumulation"] == 2, "half of the batch of four"
    assert [p["step"] for r in small_run.reports for p in r["points"]] == list(range(1, training["steps"] + 1))
    assert "memory plan: 2 rows at once" in "".join(r["logTail"] for r in small_run.reports)
    assert not list(tmp_path.iterdir()), "nothing is left on the disk"
