"""How rows are laid out for one pass through the model: side by side and padded, or packed one behind the other.

Packed, no token is spent on padding, and a row sees itself alone: its positions begin at 0, and attention is told
where it ends (`packed_attention`). Both lay-outs predict the same tokens in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..masking import Sample
from ..micro_batches import padded


@dataclass(frozen=True)
class Fed:
    """`inputs` as the model takes them; of what it predicts, in flat order of its tokens, the places of the learned ones
    and the tokens that stand there, row after row. All int64."""

    inputs: dict[str, Any]
    picked: torch.Tensor
    targets: torch.Tensor


def placed(values: np.ndarray, device: str) -> torch.Tensor:
    """On a GPU from pinned memory, in its turn: a plain copy would wait until everything before it is done, and the GPU then
    for what comes next. Pinned blocks are torch's to keep until they were read."""
    tensor = torch.from_numpy(np.ascontiguousarray(values))
    return tensor.pin_memory().to(device, non_blocking=True) if device.startswith("cuda") else tensor.to(device)


def feed_padded(rows: Sequence[Sample], device: str) -> Fed:
    """Ids [rows, longest - 1]. The learned places are found in numpy: to ask a GPU for them would make it wait."""
    ids, learned = padded(rows)
    picked = np.flatnonzero(learned)
    inputs = {"input_ids": placed(ids[:, :-1].astype(np.int64), device)}
    return Fed(inputs, placed(picked, device), placed(ids[:, 1:].ravel()[picked].astype(np.int64), device))


def feed_packed(rows: Sequence[Sample], device: str) -> Fed:
    """Ids [1, tokens], each row without its last token, which predicts nothing; `cu_seq_lens_q` holds where each row
    begins, and where the last one ends, by the names that transformers has for it."""
    lengths = np.array([len(row.ids) - 1 for row in rows], np.int64)
    ends = np.cumsum(lengths)
    begins = ends - lengths
    learned = np.concatenate([np.array(row.learned[1:], bool) for row in rows])
    bounds = placed(np.concatenate(([0], ends)).astype(np.int32), device)
    inputs = {
        "input_ids": placed(np.concatenate([np.array(row.ids[:-1], np.int64) for row in rows])[None], device),
        "position_ids": placed((np.arange(ends[-1]) - np.repeat(begins, lengths))[None], device),
        "cu_seq_lens_q": bounds, "cu_seq_lens_k": bounds,
        "max_length_q": int(lengths.max()), "max_length_k": int(lengths.max()),
    }
    targets = np.concatenate([np.array(row.ids[1:], np.int64) for row in rows])[learned]
    return Fed(inputs, placed(np.flatnonzero(learned), device), placed(targets, device))
