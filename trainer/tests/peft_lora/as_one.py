"""Several processes are held to what one does: the same loop over the same rows, however the base lies in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from both_backends import PEAK_RATE, opened

from brightrun_trainer.loop import Loop, LoopSettings, LoopState
from brightrun_trainer.masking import Sample
from brightrun_trainer.schedule import Plan

LOOP = LoopSettings(learning_rate=PEAK_RATE, schedule="cosine", warmup_ratio=0.1, patience=0, keep="best", seed=5)
#: Batches of 5 rows and a last one of 1: the second process has fewer rows, and once none.
PLAN = Plan(rows=21, batch_size=5, epochs=2, evaluations_per_epoch=2)


class Hooks:
    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at, self.losses = stop_at, []

    def stop(self, state: LoopState) -> str | None:
        return "signal" if state.step == self.stop_at else None

    def point(self, point: Any) -> None:
        self.losses += [point.loss] + ([point.validation_loss] if point.validation_loss is not None else [])

    def may_save(self, state: LoopState, save: Any) -> None:
        pass


def loop_of(backend: Any, rows: list[Sample], hooks: Hooks) -> Loop:
    return Loop(backend, rows[:21], rows[21:], PLAN, LOOP, hooks, lambda: 0.0)


def afresh(backend: Any, start: dict[str, Any]) -> Any:
    backend.load_adapter(start)
    backend.load_optimizer_state({})
    return backend


def assert_trains_as_one_does(several: Any, tokenizer: Any, rows: list[Sample]) -> None:
    """Every loss to 1e-5 over ten steps with their evaluations, every weight to 1e-4."""
    one, alone, together = opened("peft_lora", tokenizer), Hooks(), Hooks()
    start = one.adapter()
    assert all(np.array_equal(value, several.adapter()[name]) for name, value in start.items())
    loop_of(one, rows, alone).run()
    loop_of(afresh(several, start), rows, together).run()
    assert len(together.losses) == PLAN.total_steps + 4
    assert together.losses == pytest.approx(alone.losses, rel=1e-5)
    for name, value in one.adapter().items():
        assert np.allclose(several.adapter()[name], value, atol=1e-4), name
    afresh(several, start)


def assert_resumes_to_the_bit(several: Any, rows: list[Sample]) -> None:
    start = several.adapter()
    whole = loop_of(several, rows, Hooks())
    whole.run()
    expected = several.adapter()
    first = loop_of(afresh(several, start), rows, Hooks(stop_at=6))
    assert first.run() == "signal"
    snapshot = first.snapshot()
    loop_of(afresh(several, start), rows, Hooks(stop_at=2)).run()  # something else in between
    second = loop_of(several, rows, Hooks())
    second.restore(snapshot)
    assert second.run() is None
    assert second.state == whole.state
    assert all(np.array_equal(value, expected[name]) for name, value in several.adapter().items())
    afresh(several, start)
