"""Batch order and learning rate: functions of the seed and the step alone, so a resume needs neither stored."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """How many optimizer steps a run takes and when it evaluates."""

    rows: int
    batch_size: int
    epochs: int
    evaluations_per_epoch: int

    @property
    def steps_per_epoch(self) -> int:
        return max(1, math.ceil(self.rows / self.batch_size))

    @property
    def total_steps(self) -> int:
        return self.steps_per_epoch * self.epochs

    @property
    def evaluation_interval(self) -> int:
        return max(1, math.ceil(self.steps_per_epoch / self.evaluations_per_epoch))

    def evaluates_after(self, step: int) -> bool:
        """After `step` steps (1-based); always after the last one."""
        return step % self.evaluation_interval == 0 or step == self.total_steps


def batch_rows(plan: Plan, seed: int, step: int) -> list[int]:
    """The rows of the 0-based step: each epoch passes over every row once, in an order of its own.
    `random.Random` with an int seed shuffles alike in every Python since 3.2."""
    epoch, position = divmod(step, plan.steps_per_epoch)
    order = list(range(plan.rows))
    random.Random(seed * 1_000_003 + epoch).shuffle(order)
    return order[position * plan.batch_size : (position + 1) * plan.batch_size]


def learning_rate(kind: str, peak: float, warmup_ratio: float, total: int, step: int) -> float:
    """The rate of the 0-based step: a linear warm-up over its share of all steps, then the schedule
    down to zero (or flat). The first step already moves: warm-up counts from one."""
    warm_up = math.ceil(warmup_ratio * total)
    if step < warm_up:
        return peak * (step + 1) / warm_up
    done = (step - warm_up) / max(1, total - warm_up)
    if kind == "cosine":
        return peak * 0.5 * (1 + math.cos(math.pi * done))
    if kind == "linear":
        return peak * (1 - done)
    return peak
