"""What the tuned model is worth against its base, with an interval, on rows it never saw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .backend import RowLoss

#: Resamplings of the bootstrap: the ends of a 95 % interval rest on 50 samples each.
RESAMPLINGS = 2000


@dataclass(frozen=True)
class Quality:
    """Figures of one model on the validation rows; losses are nats per learned token."""

    loss: float
    perplexity: float
    token_accuracy: float


@dataclass(frozen=True)
class Difference:
    """Tuned minus base loss: its mean and 95 % interval over rows; negative is better, and a gain is
    proven when the whole interval lies below zero."""

    mean: float
    low: float
    high: float


def mean_loss(rows: Sequence[RowLoss]) -> float:
    """Loss per learned token over all rows: long answers weigh more, as they do in training."""
    return sum(r.loss for r in rows) / max(1, sum(r.tokens for r in rows))


def quality(rows: Sequence[RowLoss]) -> Quality:
    loss = mean_loss(rows)
    tokens = max(1, sum(r.tokens for r in rows))
    # exp(80) is 5e34: beyond it the figure says nothing and JSON readers start to complain.
    return Quality(loss, math.exp(min(loss, 80.0)), sum(r.correct for r in rows) / tokens)


def difference(base: Sequence[RowLoss], tuned: Sequence[RowLoss], seed: int) -> Difference:
    """A paired bootstrap over rows: both models are measured on the same resampled rows."""
    before = np.array([r.loss for r in base])
    after = np.array([r.loss for r in tuned])
    tokens = np.array([r.tokens for r in base])
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = generator.integers(0, len(tokens), (RESAMPLINGS, len(tokens)))
    differences = (after - before)[drawn].sum(axis=1) / tokens[drawn].sum(axis=1)
    low, high = np.quantile(differences, (0.025, 0.975))
    return Difference(float((after - before).sum() / tokens.sum()), float(low), float(high))
