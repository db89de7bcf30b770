"""Trains two steps with Liger's kernels, in Triton's interpreter, and without them: `interpreted_kernels.py <family>`.

Prints one line of JSON with what each has found. A process of its own: what Triton is, is decided where it is imported.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ["TRITON_INTERPRET"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import torch  # noqa: E402
from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM  # noqa: E402

from brightrun_trainer.backend import LoraSettings  # noqa: E402
from brightrun_trainer.masking import Sample  # noqa: E402
from brightrun_trainer.peft_lora import PeftLora, backend, base  # noqa: E402
from brightrun_trainer.peft_lora.placement import Placement  # noqa: E402

FAMILIES: dict[str, Any] = {"llama": (LlamaConfig, LlamaForCausalLM), "qwen3": (Qwen3Config, Qwen3ForCausalLM)}
SETTINGS = LoraSettings(4, 8.0, 0.0, "all-linear", 0.0, 1.0, 1)
#: Two rows of other lengths, packed; few tokens, because the interpreter takes milliseconds for each.
ROWS = [Sample(tuple(range(3, 9)), (False,) * 2 + (True,) * 4), Sample(tuple(range(20, 25)), (True,) * 5)]


def complete_the_interpreter() -> None:
    """Two things that it lacks and a GPU has: numbers with a point arrive in a kernel as Python's own, without a type, and
    the reciprocal root is a function of NVIDIA's library."""
    import liger_kernel.ops.rms_norm as norms
    import numpy as np
    import triton.language as tl
    from triton.runtime import interpreter

    plain = interpreter._implicit_cvt

    def with_type(argument: Any) -> Any:
        if isinstance(argument, float):
            return tl.tensor(interpreter.TensorHandle(np.array([argument], np.float32), tl.float32), tl.float32)
        return plain(argument)

    interpreter._implicit_cvt = with_type
    norms.rsqrt = lambda value: tl.rsqrt(value)  # looked up when it is called: the interpreter puts its own there


def made(family: str, folder: Path) -> None:
    config, model = FAMILIES[family]
    torch.manual_seed(1)
    model(config(
        vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        head_dim=8, max_position_embeddings=64,
    )).save_pretrained(folder)


def trained(folder: Path, placement: Placement) -> dict[str, Any]:
    each = PeftLora(folder, SETTINGS, set(), placement)
    # B is zero at first, and with it A's gradient: the second step goes back through everything.
    steps = [each.step(ROWS, 0.05, step) for step in range(3)]
    kinds = {m._get_name() for m in each._model.modules()} | {sys.modules[type(each._model).__module__].apply_rotary_pos_emb.__name__}
    return {
        "losses": [s.loss for s in steps], "norms": [s.gradient_norm for s in steps], "kinds": sorted(kind for kind in kinds if "liger" in kind.lower()),
        "measured": [row.loss for row in each.row_losses(ROWS)],
        "adapter": {name: values.ravel().tolist() for name, values in each.adapter().items()},
    }


def main(family: str) -> None:
    complete_the_interpreter()
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made(family, folder)
        found["plain"] = trained(folder, Placement("cpu"))
        plain = base.load_base

        def fused(*arguments: Any) -> Any:
            model = plain(*arguments)
            base._take_fused_kernels(model)
            return model

        backend.load_base = fused
        found["fused"] = trained(folder, Placement("cpu"))
        found["recomputed"] = trained(folder, Placement("cpu", gradient_checkpointing=True))
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
