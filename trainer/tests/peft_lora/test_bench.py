"""The measuring script works from its first line to its table; the figures of a CPU mean nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")

from conftest import TRAINER  # noqa: E402


def test_the_bench_prints_a_line_for_each_way_to_train(tmp_path: Path) -> None:
    command = [sys.executable, str(TRAINER / "bench" / "speed.py"), "--out", str(tmp_path), "--tiny"]
    run = subprocess.run(command, env=os.environ | {"HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    lines = [line.split(" | ") for line in run.stdout.splitlines() if line.startswith("| tiny")]
    assert [line[1] for line in lines] == ["TRL + peft, plain", "peft_lora, recomputing", "peft_lora"]
    for line in lines:
        assert float(line[2].replace(",", "")) > 0 and line[3].endswith("×"), line
    # Without recomputing the loss is the same: what differs between our two lines is time and memory alone.
    assert lines[1][6] == lines[2][6]
