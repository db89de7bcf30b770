"""Cross-entropy behind an output layer that is never trained.

Logits are the largest tensor of a run: 16,384 tokens x 128,256 words are 8.4 GB in float32, and a
plain loss holds them and their gradient at once. Here they exist for one chunk of tokens at a time,
only for tokens that are learned; since the head's weight is frozen, the gradient of the hidden states
is finished in the same pass, so that nothing is kept for or computed again in the backward pass.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

#: Logits of one chunk: 64 M float32 values, 256 MB. 512 tokens of Llama 3's vocabulary, which fill a
#: GPU's matrix units, and all tokens of a batch of the tiny base.
CHUNK_LOGITS = 64 * 1024 * 1024


def _chunks(hidden: torch.Tensor, words: int) -> list[slice]:
    rows = max(1, CHUNK_LOGITS // words)
    return [slice(start, start + rows) for start in range(0, len(hidden), rows)]


def _logits(hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """In the head's own type; who sums over them does so in float32."""
    return nn.functional.linear(hidden.to(weight.dtype), weight, bias)


class _WeightedLoss(torch.autograd.Function):
    """Seven times over a chunk in memory: the logits are written, read for their log-softmax (float32), which is written and
    read for its exponentials, which take the logits' place and are read for the states' gradient. A token's weight multiplies
    its row of that gradient, which is narrower than its logits by the vocabulary over the width."""

    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None,
        targets: torch.Tensor, weights: torch.Tensor,
    ) -> torch.Tensor:
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        gradient = torch.empty_like(hidden) if ctx.needs_input_grad[0] else None
        for chunk in _chunks(hidden, len(weight)):
            logits = _logits(hidden[chunk], weight, bias)
            wanted = targets[chunk, None]
            likelihoods = nn.functional.log_softmax(logits, dim=-1, dtype=torch.float32)
            of_target = likelihoods.gather(1, wanted)
            total -= (of_target[:, 0] * weights[chunk]).sum()
            if gradient is not None:
                # d loss / d logits = softmax - one-hot, in place of the logits; the target's own in float32 until it is rounded
                slope = torch.exp(likelihoods, out=logits).scatter_(1, wanted, of_target.expm1().to(logits.dtype))
                gradient[chunk] = (slope @ weight).mul_(weights[chunk, None])
        ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx: Any, flowing: torch.Tensor) -> tuple[Any, ...]:
        (gradient,) = ctx.saved_tensors
        return gradient * flowing.to(gradient.dtype), None, None, None, None


def weighted_loss(hidden: torch.Tensor, head: nn.Linear, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The sum of cross-entropies [nats], each times its weight, float32.

    `hidden` [tokens, size] as the head takes it, `targets` [tokens] int64, `weights` [tokens] float32.
    Differentiable in `hidden` alone."""
    return _WeightedLoss.apply(hidden, head.weight, head.bias, targets, weights)  # type: ignore[no-any-return]


@torch.no_grad()
def measured(hidden: torch.Tensor, head: nn.Linear, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Each token's cross-entropy [nats], float32, and whether it is the likeliest."""
    losses, right = [], []
    for chunk in _chunks(hidden, len(head.weight)):
        logits = _logits(hidden[chunk], head.weight, head.bias)
        losses.append(nn.functional.cross_entropy(logits.float(), targets[chunk], reduction="none"))
        right.append(logits.argmax(dim=-1) == targets[chunk])
    return torch.cat(losses), torch.cat(right)
