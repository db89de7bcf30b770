"""The measuring script works from its first line to its table; the figures of a CPU mean nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")

from conftest import TRAINER  # noqa: E402


def test_the_bench_keeps_each_line_as_it_comes(tmp_path: Path) -> None:
    ways = ["brightrun", "trl", "recomputed"]
    command = [sys.executable, str(TRAINER / "bench" / "speed.py"), "--out", str(tmp_path), "--tiny", "--minutes", "30", "--ways", *ways]
    run = subprocess.run(command, env=os.environ | {"HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    assert (tmp_path / "results.md").read_text(encoding="utf-8") == run.stdout
    kept = {each["how"]: each for each in map(json.loads, (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines())}
    assert sorted(kept) == sorted(ways) and all(each["tokensPerSecond"] > 0 for each in kept.values()), kept
    # Recomputed, the loss is the same: what differs between the two is time and memory alone.
    assert kept["recomputed"]["losses"] == kept["brightrun"]["losses"]
    assert "failed" not in run.stdout, run.stdout


def test_a_window_that_closes_says_what_it_left_out(tmp_path: Path) -> None:
    command = [sys.executable, str(TRAINER / "bench" / "speed.py"), "--out", str(tmp_path), "--tiny", "--minutes", "0", "--ways", "brightrun"]
    run = subprocess.run(command, env=os.environ | {"HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    assert "| tiny | peft_lora | – | – | – | – | no time was left |" in run.stdout
    assert "the other checks | left out" in run.stdout
