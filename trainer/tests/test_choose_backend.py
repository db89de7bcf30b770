"""Which training library a machine uses."""

from __future__ import annotations

import pytest

from brightrun_trainer.choose_backend import Machine, choose_backend
from brightrun_trainer.failures import RunFailure


@pytest.mark.parametrize(
    ("has_mlx", "has_torch", "has_cuda", "chosen"),
    [
        (True, True, True, "peft_lora"),  # a GPU node, whatever else is installed
        (False, True, True, "peft_lora"),
        (True, True, False, "mlx_lora"),  # the tests' environment, a Mac
        (True, False, False, "mlx_lora"),  # the embedded trainer
        (False, True, False, "peft_lora"),  # a node whose GPU torch does not see: slow, and it says so by its speed
    ],
)
def test_an_nvidia_gpu_takes_torch_and_all_else_mlx_where_it_is(has_mlx: bool, has_torch: bool, has_cuda: bool, chosen: str) -> None:
    assert choose_backend(Machine(has_mlx, has_torch, has_cuda), None) == chosen


def test_a_named_backend_overrides_what_the_machine_has() -> None:
    assert choose_backend(Machine(True, True, False), "peft_lora") == "peft_lora"
    with pytest.raises(RunFailure, match="mlx_lora and peft_lora"):
        choose_backend(Machine(True, True, True), "jax_lora")


def test_a_trainer_without_a_library_says_which_to_install() -> None:
    with pytest.raises(RunFailure, match="extra mlx or gpu"):
        choose_backend(Machine(False, False, False), None)
