"""The processes that train one run together, each on its own GPU, over torch.distributed.

Only the adapter is trained, so only its gradients are added up, once a step: 168 MB for rank 16 on an 8B, a
few milliseconds between the GPUs of one machine. That is done by hand rather than by DistributedDataParallel,
whose hooks know neither parts of different count on each process nor a step that is tried again after one
of them ran out of memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
import torch.distributed as dist

T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """One process's place in its run; a run of one process asks nobody."""

    rank: int = 0
    size: int = 1

    def share(self, rows: Sequence[T]) -> list[T]:
        """What this process works through. Longest first and dealt in turn, so that all take about as long; rows
        without a length are dealt as they come."""
        if self.size == 1:
            return list(rows)
        ordered = sorted(rows, key=lambda row: -getattr(row, "length", 0))
        return ordered[self.rank :: self.size]

    def add_up(self, tensors: Sequence[torch.Tensor]) -> None:
        """Makes each tensor the sum over all processes, in place and in one message."""
        if self.size == 1:
            return
        together = torch.cat([tensor.reshape(-1) for tensor in tensors])
        dist.all_reduce(together)
        for tensor, summed in zip(tensors, together.split([t.numel() for t in tensors]), strict=True):
            tensor.copy_(summed.view_as(tensor))

    def worst(self, verdict: int) -> int:
        """The largest verdict of all processes, for each of them."""
        if self.size == 1:
            return verdict
        told = torch.tensor(verdict)
        dist.all_reduce(told, op=dist.ReduceOp.MAX)
        return int(told)

    def gathered(self, share: Sequence[int], found: Sequence[T]) -> list[T]:
        """What all processes have found, in the order of the rows that `share` names by their places."""
        if self.size == 1:
            return list(found)
        parts: list[Any] = [None] * self.size
        dist.all_gather_object(parts, dict(zip(share, found, strict=True)))
        whole = {place: value for part in parts for place, value in part.items()}
        return [whole[place] for place in sorted(whole)]
