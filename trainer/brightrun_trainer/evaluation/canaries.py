"""A small set of questions that any model of some size answers, to see what tuning cost elsewhere.

Each has one right and three wrong answers; the model's choice is the one to which it gives the
highest likelihood a byte. That works for a model of any size and in any chat format, takes one pass
and no answer to be read. Written for BrightRun; a model's data may hold none of it by chance only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..backend import RowLoss
from ..dataset import Row
from ..failures import RunFailure
from ..masking import Sample, encode_row
from ..row_forms import answer, user
from ..spec import Canaries, CanaryGroup


@dataclass(frozen=True)
class Canary:
    """One question; `right` is the place of the right answer among `choices`."""

    group: str
    prompt: str
    choices: tuple[str, ...]
    right: int


def canaries() -> list[Canary]:
    """All of them, in the order of the file."""
    told = json.loads((Path(__file__).parent / "canaries.json").read_text(encoding="utf-8"))
    return [Canary(c["group"], c["prompt"], tuple(c["choices"]), c["right"]) for c in told]


def choices_as_samples(tokenizer: Any, asked: Sequence[Canary], longest: int) -> list[Sample]:
    """One sample a choice, canary by canary; none at all where the model's template or context does not take them."""
    try:
        samples = [
            sample
            for canary in asked
            for choice in canary.choices
            for sample in encode_row(tokenizer, Row(0, (user(canary.prompt), answer(choice))), longest)
        ]
    except RunFailure:  # a template that refuses a plain question
        return []
    whole = len(samples) == sum(len(canary.choices) for canary in asked)
    return samples if whole and all(s.targets and not s.truncated for s in samples) else []


def answered_right(asked: Sequence[Canary], losses: Sequence[RowLoss]) -> list[bool]:
    """Whether each canary's likeliest choice is the right one. Losses [nats] come as
    `choices_as_samples` orders them; by byte, so that a long choice is no worse for its length."""
    right, at = [], 0
    for canary in asked:
        rows = losses[at : at + len(canary.choices)]
        at += len(rows)
        by_byte = [row.loss / len(choice.encode()) for row, choice in zip(rows, canary.choices, strict=True)]
        right.append(by_byte.index(min(by_byte)) == canary.right)
    return right


def compared(asked: Sequence[Canary], base: Sequence[bool], tuned: Sequence[bool]) -> Canaries:
    """Base against tuned, in all and by group in the order in which groups first appear."""
    triples = list(zip(asked, base, tuned, strict=True))
    groups = [
        CanaryGroup(name, len(own), sum(b for b, _ in own), sum(t for _, t in own))
        for name in dict.fromkeys(c.group for c in asked)
        for own in [[(b, t) for c, b, t in triples if c.group == name]]
    ]
    return Canaries(
        items=len(asked), chance=sum(1 / len(c.choices) for c in asked) / len(asked), base=sum(base), tuned=sum(tuned),
        gained=sum(t and not b for _, b, t in triples), lost=sum(b and not t for _, b, t in triples), groups=groups,
    )
