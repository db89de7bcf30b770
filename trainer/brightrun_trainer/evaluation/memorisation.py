"""What a model says word by word as its training rows do.

Two looks. A training row is known by heart where the model, given its prompt, would complete the
answer to the last token: that is, where the likeliest token is the row's own at each learned place,
which one pass over the rows tells as exactly as answering would. Held-out rows are counted the same
way, because short answers come out right without having been learned by heart. And answers to
held-out prompts are searched for long runs of words that stand in a training answer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

import numpy as np

from ..backend import RowLoss
from ..dataset import Row
from ..masking import Sample

#: Training rows that are asked for, and tokens they may have together: a pass as short as one over a
#: dozen long rows. 32 rows tell one in ten from none (a chance of 3 % to miss it).
ROWS = 32
TOKENS = 32_768
#: A run of so many words is no turn of phrase. About 16 tokens; the literature counts 50 tokens as
#: memorised beyond doubt, which few answers are long enough for.
RUN_WORDS = 12
#: Training answers are searched up to so many characters, four seconds on one core (EXPERIMENTS.md).
CHARACTERS = 20_000_000

#: A word; a character where a script has no spaces between words.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+")


def words(text: str) -> list[str]:
    """Words without case and punctuation."""
    return _WORD.findall(text.lower())


def rows_to_ask(training: Sequence[Sample], seed: int) -> list[Sample]:
    """The same training rows before and after, and in every attempt: whole ones, by a hash of content and seed."""

    def place(sample: Sample) -> bytes:
        return hashlib.sha256(seed.to_bytes(8, "little") + np.array(sample.ids, "<i8").tobytes()).digest()

    chosen: list[Sample] = []
    room = TOKENS
    for sample in sorted((s for s in training if not s.truncated), key=place):
        if len(chosen) < ROWS and len(sample.ids) <= room:
            chosen.append(sample)
            room -= len(sample.ids)
    return chosen


def exactly(rows: Iterable[RowLoss]) -> int:
    """How many rows the model completes as they stand."""
    return sum(row.correct == row.tokens for row in rows)


def training_answers(rows: Iterable[Row]) -> list[str]:
    """What the training rows teach, up to `CHARACTERS`."""
    kept: list[str] = []
    room = CHARACTERS
    for row in rows:
        for text in [row.text] if row.text else [turn.content for turn in row.messages if turn.learned]:
            if room < len(text):
                return kept
            kept.append(text)
            room -= len(text)
    return kept


def longest_repeats(answers: Sequence[tuple[str, str]], training: Iterable[str]) -> list[int]:
    """For each (prompt, answer) the longest run of words, of `RUN_WORDS` or more, that its answer has in
    common with a training answer; 0 where there is none. What stands in the prompt was copied from there."""
    said = [words(answer) for _, answer in answers]
    index: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for number, (prompt, _) in enumerate(answers):
        copied = set(_runs(words(prompt)))
        for place, run in enumerate(_runs(said[number])):
            if run not in copied:
                index.setdefault(run, []).append((number, place))
    longest = [0] * len(answers)
    for text in training if index else ():
        row = words(text)
        for at, run in enumerate(_runs(row)):
            for number, place in index.get(run, ()):
                longest[number] = max(longest[number], _shared(said[number][place:], row[at:]))
    return longest


def _runs(row: list[str]) -> Iterable[tuple[str, ...]]:
    return zip(*(row[offset:] for offset in range(RUN_WORDS)), strict=False)


def _shared(one: list[str], other: list[str]) -> int:
    for length, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return length
    return min(len(one), len(other))
