"""Liger's kernels compute what the plain modules do: forward, backward, recomputed, under our packed rows and in-place products.

They are Triton's, which has an interpreter: numpy goes through each program of the grid. What this cannot show is how a
GPU's compiler rounds. Seen: the same losses to the last digit printed, gradients' norms within 1e-6, adapters after
three steps at a rate of 0.05 within 1.4e-6, in float32. In bf16, which numpy has not, the interpreter answers with NaN.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")
pytest.importorskip("triton", reason="Liger's kernels are Triton's, which is not installed here")
pytest.importorskip("liger_kernel", reason="the fused kernels are Liger's, which is not installed here")


def found(family: str) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__).with_name("interpreted_kernels.py")), family]
    run = subprocess.run(command, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.splitlines()[-1])  # type: ignore[no-any-return]


@pytest.mark.parametrize("family", ["llama", "qwen3"])
def test_a_step_with_fused_kernels_is_the_step_without(family: str) -> None:
    each = found(family)
    assert each["plain"]["kinds"] == [] and each["fused"]["kinds"] == ["LigerRMSNorm", "LigerSwiGLUMLP", "liger_rotary_pos_emb"]
    for way in ("fused", "recomputed"):
        for told in ("losses", "norms", "measured"):
            assert each[way][told] == pytest.approx(each["plain"][told], rel=1e-5), (way, told)
    assert each["recomputed"]["losses"] == each["fused"]["losses"]
    moved = [name for name, values in each["fused"]["adapter"].items() if name.endswith("lora_b") and any(values)]
    assert len(moved) == 14, "the gradient reached every module of both blocks"
