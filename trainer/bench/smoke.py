"""Whether the torch backend is right on this device, in a minute: `smoke.py`; what only a GPU runs, and what all else rests on.

Prints a line for each check as soon as it is done, and goes on after one that fails. On a CPU the same checks prove the
script; those of CUDA alone say that they were left out.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

TRAINER = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TRAINER))

from brightrun_trainer.backend import LoraSettings  # noqa: E402
from brightrun_trainer.failures import runs_out_of_memory  # noqa: E402
from brightrun_trainer.gpu import gpu_here  # noqa: E402
from brightrun_trainer.masking import Sample  # noqa: E402
from brightrun_trainer.peft_lora import PeftLora  # noqa: E402
from brightrun_trainer.peft_lora.placement import Placement  # noqa: E402

DEVICE = "cuda:0" if torch.cuda.is_available() else "cpu"
SETTINGS = LoraSettings(rank=8, alpha=16.0, dropout=0.0, target_modules="all-linear", weight_decay=0.01, max_gradient_norm=1.0, seed=3)
#: Rows of other lengths; which words they are of does not matter.
ROWS = [Sample(tuple((7 * place + length) % 700 + 2 for place in range(length)), (True,) * length) for length in (200, 31, 140, 9)]


class LeftOut(Exception):
    """A check that this device cannot be asked for."""


def base(folder: Path) -> Path:
    """Widths that 4-bit blocks and GPU kernels take; heads of 64, two for each of keys."""
    from transformers import LlamaConfig, LlamaForCausalLM

    if not (folder / "config.json").is_file():
        torch.manual_seed(1)
        LlamaForCausalLM(LlamaConfig(
            vocab_size=768, hidden_size=256, intermediate_size=512, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
            max_position_embeddings=512,
        )).save_pretrained(folder)
    return folder


def opened(folder: Path, device: str = DEVICE, precision: str = "bf16", settings: LoraSettings = SETTINGS, **placed: Any) -> PeftLora:
    return PeftLora(base(folder), settings, set(), Placement(device, precision, **placed))


def losses(backend: PeftLora, steps: int = 4) -> list[float]:
    return [backend.step(ROWS, 2e-3, step).loss for step in range(steps)]


def near(one: list[float], other: list[float], within: float) -> str:
    apart = max(abs(a - b) / abs(b) for a, b in zip(one, other, strict=True))
    assert apart <= within, f"{apart:.2e} apart, {within:.0e} allowed: {one} and {other}"
    return f"{apart:.1e} apart"


def float32_is_the_cpus(folder: Path) -> str:
    return near(losses(opened(folder, precision="float32")), losses(opened(folder, "cpu", "float32")), 1e-4)


def bf16_follows_float32(folder: Path) -> str:
    return near(losses(opened(folder)), losses(opened(folder, "cpu", "float32")), 2e-2)


def packed_is_padded(folder: Path) -> str:
    packed, padded = opened(folder), opened(folder, packing=False)
    assert packed._packs, "rows are not packed on this device: the log says why"
    return near(losses(packed), losses(padded), 1e-2)


def recomputed_is_kept(folder: Path) -> str:
    return near(losses(opened(folder, gradient_checkpointing=True)), losses(opened(folder)), 5e-3)


def dropout_trains(folder: Path) -> str:
    found = losses(opened(folder, settings=replace(SETTINGS, dropout=0.1)), 6)
    assert found[-1] < found[0], found
    return f"{found[0]:.3f} → {found[-1]:.3f}"


def a_resumed_run_is_the_run(folder: Path) -> str:
    first, second = opened(folder), opened(folder)
    losses(first, 3)
    second.load_adapter(first.adapter())
    second.load_optimizer_state(first.optimizer_state())
    for backend in (first, second):
        backend.step(ROWS, 2e-3, 3)
    one, other = first.adapter(), second.adapter()
    apart = max(float(abs(one[name] - other[name]).max()) for name in one)
    assert apart < 1e-3, apart
    return "to the bit" if apart == 0 else f"{apart:.1e} apart, not to the bit"


def four_bits_have_the_gradient_of_the_same_weights_unpacked(folder: Path) -> str:
    from bitsandbytes.functional import dequantize_4bit

    packed, unpacked = opened(folder, settings=replace(SETTINGS, quantization="nf4")), opened(folder)
    for module in packed.modules:
        weight = packed._layers[module].get_base_layer().weight
        unpacked._layers[module].get_base_layer().weight.data.copy_(dequantize_4bit(weight.data, weight.quant_state))
    packed.row_losses(ROWS)
    norms = [backend.step(ROWS, 1e-3, 0).gradient_norm for backend in (packed, unpacked)]
    return near(norms[:1], norms[1:], 3e-2)


def nccl_adds_up(_: Path) -> str:
    if DEVICE == "cpu":
        raise LeftOut
    import torch.distributed as dist

    with tempfile.TemporaryDirectory() as meeting:
        dist.init_process_group("cpu:gloo,cuda:nccl", init_method=f"file://{meeting}/meeting", rank=0, world_size=1)
        try:
            told, counted = torch.ones(3, device=DEVICE), torch.ones(3)
            dist.all_reduce(told)
            dist.all_reduce(counted)
            assert told.tolist() == counted.tolist() == [1, 1, 1]
        finally:
            dist.destroy_process_group()
    return "both kinds"


def too_much_is_told_as_too_much(_: Path) -> str:
    try:
        torch.empty(1 << 50, dtype=torch.uint8, device=DEVICE)
    except RuntimeError as error:
        assert runs_out_of_memory(error), str(error)
        return type(error).__name__
    raise AssertionError("a petabyte was found")


def nvml_knows_the_device(_: Path) -> str:
    gpu = gpu_here("peft_lora")
    if gpu is None:
        if DEVICE == "cpu":
            raise LeftOut
        raise AssertionError("the GPU is not found by its id: the log says why")
    return f"{gpu.name}, {gpu.peak_flops or 0:.3g} operations a second, busy {gpu.utilisation()}"


CHECKS: list[Callable[[Path], str]] = [
    nvml_knows_the_device, float32_is_the_cpus, bf16_follows_float32, packed_is_padded, recomputed_is_kept, dropout_trains, a_resumed_run_is_the_run,
    four_bits_have_the_gradient_of_the_same_weights_unpacked, nccl_adds_up, too_much_is_told_as_too_much,
]


def main() -> None:
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        for check in CHECKS:
            started = time.monotonic()
            try:
                found = check(Path(name))
            except LeftOut:
                found = f"left out on {DEVICE}"
            except Exception as error:  # the other checks are worth as much
                found, failed = f"**failed**: {type(error).__name__}: {str(error)[:300]}".replace("\n", " "), failed + 1
            print(f"| {check.__name__.replace('_', ' ')} | {found} | {time.monotonic() - started:.0f} s |", flush=True)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
