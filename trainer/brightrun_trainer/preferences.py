"""Direct Preference Optimization: to prefer the chosen answer to the rejected one by more than the base model does.

Rafailov et al. 2023 (arXiv:2305.18290), eq. 7: the loss of a pair is −log σ(m), its margin
m = β · ((log π(chosen) − log π₀(chosen)) − (log π(rejected) − log π₀(rejected))), log π the summed log probability of an
answer's tokens, π₀ the base model without adapter. At the first step m is 0 and the loss ln 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from .backend import Backend, RowLoss, StepResult
from .masking import Pair

#: How far the tuned model may go from its base: the paper's, and TRL's default. Smaller goes further.
BETA = 0.1

#: Pairs whose base loss is measured between two looks at whether the run has to end.
MEASURED_AT_ONCE = 64


#: A margin up to this is rounding: sums of some hundred float32 losses, times beta.
ROUNDING = 1e-4


def pair_loss(margin: float) -> float:
    """−log σ(margin), without an overflow."""
    return max(-margin, 0.0) + math.log1p(math.exp(-abs(margin)))


class Preferences:
    """What the loop learns where rows are pairs (`loop.Objective`). What the base model makes of each pair is measured once, before
    the first step, always in the same order: a resumed run finds the same figures to the bit."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._base: dict[Pair, float] = {}

    def prepare(self, pairs: Sequence[Pair], between: Callable[[], None]) -> None:
        """Measures the base model on all pairs; `between` may end the run by raising."""
        fresh = list(dict.fromkeys(pair for pair in pairs if pair not in self._base))
        with self._backend.without_adapter():
            for start in range(0, len(fresh), MEASURED_AT_ONCE):
                between()
                part = fresh[start : start + MEASURED_AT_ONCE]
                for pair, (chosen, rejected) in zip(part, self._losses_of_sides(part), strict=True):
                    self._base[pair] = rejected.loss - chosen.loss

    def step(self, batch: Sequence[Pair], learning_rate: float, step: int) -> StepResult:
        return self._backend.step_pairs(batch, [self._base[pair] for pair in batch], BETA, learning_rate, step)

    def row_losses(self, pairs: Sequence[Pair]) -> list[RowLoss]:
        """One a pair, as if it were one token: the loss of its margin, and whether the margin is above zero (what TRL calls
        rewards/accuracies; of the base model it is 0, as its margin is)."""
        found = []
        for pair, (chosen, rejected) in zip(pairs, self._losses_of_sides(pairs), strict=True):
            margin = BETA * (rejected.loss - chosen.loss - self._base[pair])
            found.append(RowLoss(pair_loss(margin), 1, int(margin > ROUNDING)))
        return found

    def _losses_of_sides(self, pairs: Sequence[Pair]) -> list[tuple[RowLoss, RowLoss]]:
        losses = self._backend.row_losses([side for pair in pairs for side in (pair.chosen, pair.rejected)])
        return list(zip(losses[::2], losses[1::2], strict=True))
