"""Proof that the published files are the model that was trained, before anybody gets them.

The frozen prompts with the answers that the tuned model gave go through it once while it is in
memory, and once more after the files were loaded from disk. One pass over prompt and answer says as
much as answering again: the answer is the same, token by token, where the likeliest token is the
same at each of its places, and the pass says besides how far the logits drifted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..failures import RunFailure
from ..masking import encode_prompt
from ..row_forms import Turn
from ..spec import ExportProof

log = logging.getLogger("brightrun")

#: Logits of so many last places are compared, the end of the prompt and the answer: with a vocabulary
#: of 128,256 words 50 MB a prompt.
PLACES = 97

#: What the mean drift of a logit may be. float32 files are the trained adapter to the last bit.
EXACT_DRIFT = 1e-3
#: Rounding to bf16 moved the logits of a tuned tiny base by 0.001 to 0.005 on average, one of its
#: layers left out of the merge by 0.09 (EXPERIMENTS.md); tuning itself had moved them by 1.8.
ROUNDED_DRIFT = 0.05
#: A model that computes in bf16 says a logit of 16 to 32 in steps of 0.125.
COARSE_DRIFT = 0.25
#: A base in 4 bits answers otherwise than the merged weights, which were never quantized.
QUANTIZED_DRIFT = 1.0

Logits = Callable[[Sequence[int], int], np.ndarray]


@dataclass(frozen=True)
class Prompted:
    """A prompt with its answer as token ids; of the last `places` logits are compared."""

    ids: tuple[int, ...]
    places: int


@dataclass(frozen=True)
class Reference:
    """What the model in memory said: float32 [places, words]."""

    prompted: Prompted
    logits: np.ndarray


def prompted(prompt: Sequence[int], answer: Sequence[int]) -> Prompted:
    """A prompt and what was answered; a long answer is compared up to `PLACES` tokens."""
    kept = answer[: PLACES - 1]
    # Plain text has no prompt: its first token follows nothing.
    return Prompted((*prompt, *kept), len(kept) + bool(prompt))


def references(cases: Sequence[Prompted], logits: Logits) -> list[Reference]:
    """Asks the model in memory; to be called while it is as it will be published."""
    return [Reference(case, logits(case.ids, case.places)) for case in cases]


def is_coarse(known: Sequence[Reference]) -> bool:
    """Whether the model computes in bf16: its logits have nothing in the lower half of a float32."""
    return all(not (np.ascontiguousarray(r.logits).view(np.uint32) & 0xFFFF).any() for r in known)


def prove(known: Sequence[Reference], published: Logits, tolerance: float, templates_equal: bool) -> ExportProof:
    """Compares the published files with the model in memory. Raises `export-failed` with the reason
    where they are not the same model."""
    if not templates_equal:
        raise RunFailure("export-failed", "The published tokenizer writes a chat otherwise than the base model's does.")
    largest = total = 0.0
    numbers = same = 0
    for reference in known:
        found = published(reference.prompted.ids, reference.prompted.places)
        if found.shape != reference.logits.shape:
            raise RunFailure("export-failed", "The published files have another vocabulary than the model that was trained.")
        drift = np.abs(found - reference.logits)
        if not np.isfinite(drift).all():
            raise RunFailure("export-failed", "The published files, loaded afresh, answer with what is no number.")
        largest, total, numbers = max(largest, float(drift.max())), total + float(drift.sum(dtype=np.float64)), numbers + drift.size
        same += bool((found.argmax(axis=1) == reference.logits.argmax(axis=1)).all())
    mean = total / max(1, numbers)
    if mean > tolerance:
        raise RunFailure(
            "export-failed",
            f"The published files, loaded afresh, answer otherwise than the trained model: logits differ by {mean:.3g} on average and {largest:.3g} at most.",
        )
    proof = ExportProof(len(known), sum(r.prompted.places for r in known), largest, mean, same, True)
    log.info("export proven: logits drift %.2g on average, %.2g at most, %d of %d answers the same", mean, largest, same, len(known))
    return proof


def templates_equal(folder: Path, tokenizer: Any, chats: Sequence[Sequence[Turn]]) -> bool:
    """Whether the tokenizer that lies in `folder` makes the same tokens of every chat."""
    from transformers import AutoTokenizer

    try:
        published = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        return all(_tokens_of(published, chat) == _tokens_of(tokenizer, chat) for chat in chats)
    except (OSError, ValueError) as error:
        raise RunFailure("export-failed", f"The published tokenizer cannot be read: {str(error)[:200]}") from error


def _tokens_of(tokenizer: Any, chat: Sequence[Turn]) -> list[int] | None:
    """None where the template refuses such a chat, which it may."""
    try:
        return encode_prompt(tokenizer, chat)
    except RunFailure:
        return None
