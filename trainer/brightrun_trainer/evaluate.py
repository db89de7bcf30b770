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
    """Tuned minus base: the mean and its 95 % interval over rows. Of the loss negative is better, and a
    gain is proven when the whole interval lies below zero."""

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
    """Of the loss: a paired bootstrap over rows, both models measured on the same resampled rows."""
    return _paired([r.loss for r in base], [r.loss for r in tuned], [r.tokens for r in base], seed)


def accuracy_difference(base: Sequence[RowLoss], tuned: Sequence[RowLoss], seed: int) -> Difference:
    """Of the share of tokens that are ranked first, by the same draws; positive is better."""
    return _paired([r.correct for r in base], [r.correct for r in tuned], [r.tokens for r in base], seed)


def _paired(base: Sequence[float], tuned: Sequence[float], row_tokens: Sequence[int], seed: int) -> Difference:
    changed, tokens = np.array(tuned, float) - np.array(base, float), np.array(row_tokens)
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = generator.integers(0, len(tokens), (RESAMPLINGS, len(tokens)))
    differences = changed[drawn].sum(axis=1) / tokens[drawn].sum(axis=1)
    low, high = np.quantile(differences, (0.025, 0.975))
    return Difference(float(changed.sum() / tokens.sum()), float(low), float(high))
