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

from ..tokens_at_once import StoppedElsewhere

T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """One process's place in its run; a run of one process asks nobody."""

    rank: int = 0
    size: int = 1
    group: dist.ProcessGroup | None = None  # None: all processes

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
        dist.all_reduce(told, op=dist.ReduceOp.MAX, group=self.group)
        return int(told)

    def go_on(self) -> None:
        """Says that this process goes on, and hears it of all others, in the words of `worst`: one that stops says there
        what it came to. Then this one stops as well."""
        if (verdict := self.worst(0)) > 0:
            raise StoppedElsewhere(verdict)

    def leaders(self, value: int) -> int:
        """The first process's value, for each of them."""
        told = torch.tensor(value)
        dist.broadcast(told, src=0, group=self.group)
        return int(told)

    def near(self, shares: int) -> World:
        """The processes of each machine by themselves, of all of which this one sees its own. Made by all alike."""
        if shares == 1:
            return World()
        if shares == self.size:
            return self
        groups = [dist.new_group(list(range(first, first + shares))) for first in range(0, self.size, shares)]
        return World(self.rank % shares, shares, groups[self.rank // shares])

    def gathered(self, share: Sequence[int], found: Sequence[T]) -> list[T]:
        """What all processes have found, in the order of the rows that `share` names by their places."""
        if self.size == 1:
            return list(found)
        parts: list[Any] = [None] * self.size
        dist.all_gather_object(parts, dict(zip(share, found, strict=True)))
        whole = {place: value for part in parts for place, value in part.items()}
        return [whole[place] for place in sorted(whole)]
