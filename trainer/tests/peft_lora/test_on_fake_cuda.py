"""The branches of CUDA run: on a device that is not there, with tensors that have shapes and types and no numbers.

`bench/absent_gpu.py` says what stands in for NVIDIA's runtime and what it lacks.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")
pytest.importorskip("triton", reason="the headers of CUDA come with Triton, which is not installed here")

import torch  # noqa: E402
from conftest import TRAINER  # noqa: E402


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    if sys.platform != "linux" or shutil.which("gcc") is None or torch.version.cuda is None:
        pytest.skip("an absent GPU is made of gcc's libraries on Linux, for a torch built for CUDA")
    if torch.cuda.is_available():
        pytest.skip("a GPU is here: bench/smoke.py says more")
    command = [sys.executable, str(TRAINER / "bench" / "absent_gpu.py"), str(Path(__file__).with_name("fake_cuda.py"))]
    run = subprocess.run(command, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def test_a_hopper_computes_in_bf16_and_is_planned_by_what_it_has_free(found: dict[str, Any]) -> None:
    assert found["placement"] == ["cuda", "bf16"]
    assert found["means"] == [79_000_000_000, "bfloat16", True]


def test_a_step_waits_for_its_loss_and_its_norm_and_for_no_part(found: dict[str, Any]) -> None:
    """A copy from plain memory, a number asked for: each lets the GPU run empty."""
    assert found["parts"]["launches"] > 2 * found["whole"]["launches"], "it is several parts that are compared"
    assert {way: found[way]["waits"] for way in ("whole", "parts", "padded", "dropout", "pairs")} == dict.fromkeys(
        ("whole", "parts", "padded", "dropout", "pairs"), 2
    )


def test_no_activation_is_cast(found: dict[str, Any]) -> None:
    """What is cast: 1,024 x 512 logits to float32 (3.1 MB) and the adapter to bf16. One pass over the inputs of all modules
    would be 5.6 MB; peft, as DoRA shows, makes several."""
    assert found["whole"]["bytes"]["casts"] < 4.5e6 < 50e6 < found["dora"]["bytes"]["casts"]


def test_attention_and_optimizer_are_kernels_of_their_own(found: dict[str, Any]) -> None:
    assert {"_varlen_attn", "_varlen_attn_backward", "_fused_adamw_"} <= set(found["whole"]["names"]) and found["whole"]["packs"]
    # Without a mask, which would leave nothing but the slow form.
    assert any(name.startswith("_scaled_dot_product_cudnn") for name in found["padded"]["names"]) and not found["padded"]["packs"]


def test_a_checkpoint_goes_back_into_the_fused_optimizer(found: dict[str, Any]) -> None:
    assert found["resumed"]["devices"] == ["cuda:0"], "its count of steps lies on the GPU as well"
