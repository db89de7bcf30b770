"""Torch's own error is met as mlx's is: the very tests that hold mlx to it."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")

import test_out_of_memory  # noqa: E402
from test_out_of_memory import (  # noqa: E402, F401 - pytest runs what stands here
    rows,
    test_half_at_once_from_the_step_it_stands_at_and_the_same_losses,
    test_one_row_that_does_not_fit_ends_the_run_with_its_class_and_advice,
)


@pytest.fixture(autouse=True)
def on_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_out_of_memory, "BACKEND", "peft_lora")
