"""How a batch goes through a model: cut into parts that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from .masking import Pair, Sample

Row = TypeVar("Row", Sample, Pair)

#: Tokens, padding and all, that go through the model at once; a larger batch is summed from several. Bounds
#: the memory of activations whatever the batch size.
MICRO_BATCH_TOKENS = 16_384

#: Rows measured together at most: like lengths share their padding, and memory stays small.
MEASURED_TOGETHER = 16


def padded(batch: Sequence[Sample]) -> tuple[np.ndarray, np.ndarray]:
    """Token ids [rows, longest], int32, zeros at the right; and which of the tokens from the second
    on are learned [rows, longest - 1], float32 ones and zeros. Causal attention never sees padding
    at the right, so no attention mask is needed."""
    width = max(len(s.ids) for s in batch)
    ids = np.zeros((len(batch), width), np.int32)
    learned = np.zeros((len(batch), width), np.float32)
    for row, sample in enumerate(batch):
        ids[row, : len(sample.ids)] = sample.ids
        learned[row, : len(sample.ids)] = sample.learned
    return ids, learned[:, 1:]


def tokens_of(part: Sequence[Row], packs: bool) -> int:
    """What a part takes of the bound: packed rows their own tokens, padded ones as many as the longest."""
    lengths = [row.length for row in part]
    return sum(lengths) if packs else len(lengths) * max(lengths)


def micro_batches(batch: Sequence[Row], tokens: int, packs: bool = False) -> Iterator[Sequence[Row]]:
    """The batch in order, cut where a part would exceed `tokens`; at least one row each. What a part holds is carried on
    from row to row: a batch is read once, however many rows a part takes."""
    start = whole = longest = 0
    for end, row in enumerate(batch):
        whole, longest = whole + row.length, max(longest, row.length)
        if end > start and (whole if packs else (end + 1 - start) * longest) > tokens:
            yield batch[start:end]
            start, whole, longest = end, row.length, row.length
    if batch:
        yield batch[start:]


def sides(pairs: Sequence[Pair]) -> list[Sample]:
    """Chosen and rejected by turns."""
    return [side for pair in pairs for side in pair.sides]


def by_length(samples: Sequence[Sample], parts: Callable[[Sequence[Sample]], Iterator[Sequence[Sample]]]) -> Iterator[list[int]]:
    """The indices of all samples, shortest first, in groups that are measured together; `parts` cuts them."""
    order = sorted(range(len(samples)), key=lambda i: len(samples[i].ids))
    for start in range(0, len(order), MEASURED_TOGETHER):
        group = order[start : start + MEASURED_TOGETHER]
        for part in parts([samples[i] for i in group]):
            yield group[: len(part)]
            group = group[len(part) :]
