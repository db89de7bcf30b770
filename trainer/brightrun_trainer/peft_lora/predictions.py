"""What a part's rows predict of their learned tokens: the one thing that losses and measures are made of.

Two kinds, because logits are too large to be held where they can be made chunk by chunk (`frozen_head`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn

from .frozen_head import measured, weighted_loss


class Predictions(Protocol):
    """Of the learned tokens [tokens], row after row, in the order of the rows; `targets` are those tokens."""

    targets: torch.Tensor

    def measured(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Each token's cross-entropy [nats], float32, and whether it was the likeliest. Without a gradient."""
        ...

    def weighted_loss(self, weights: torch.Tensor) -> torch.Tensor:
        """The sum of cross-entropies, each times its weight [tokens]; differentiable in what predicted them."""
        ...


@dataclass(frozen=True)
class HiddenPredictions:
    """Of a model whose logits are its output layer over hidden states [tokens, size] and nothing more."""

    hidden: torch.Tensor
    head: nn.Linear
    targets: torch.Tensor

    def measured(self) -> tuple[torch.Tensor, torch.Tensor]:
        return measured(self.hidden.detach(), self.head, self.targets)

    def weighted_loss(self, weights: torch.Tensor) -> torch.Tensor:
        return weighted_loss(self.hidden, self.head, self.targets, weights)


@dataclass(frozen=True)
class LogitPredictions:
    """Of any other model, by its logits [tokens, words], float32."""

    logits: torch.Tensor
    targets: torch.Tensor

    def measured(self) -> tuple[torch.Tensor, torch.Tensor]:
        logits = self.logits.detach()
        return nn.functional.cross_entropy(logits, self.targets, reduction="none"), logits.argmax(dim=-1) == self.targets

    def weighted_loss(self, weights: torch.Tensor) -> torch.Tensor:
        return (nn.functional.cross_entropy(self.logits, self.targets, reduction="none") * weights).sum()
