"""The dataset as the loop takes it: encoded rows, and what is told of those that were cut or left out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .dataset import Row
from .evaluation.memorisation import training_answers
from .failures import RunFailure
from .masking import Encoded, encode_rows
from .split import Split

log = logging.getLogger("brightrun")


@dataclass(frozen=True)
class Data:
    train: Encoded
    validation: Encoded
    held_out: list[Row]
    source: str
    skipped: int
    training_rows: int
    teaches: list[str]  # what training rows say, as far as memorisation looks


def encode(parts: Split, source: str, skipped: int, tokenizer: Any, longest: int, tell: Callable[[str], None]) -> Data:
    """`skipped` rows were unreadable. Raises where no row has an answer to learn."""
    train = encode_rows(tokenizer, parts.train, longest)
    validation = encode_rows(tokenizer, parts.validation, longest)
    if not train.samples:
        raise RunFailure("no-trainable-tokens", f"No row has an answer that begins within {longest} tokens.")
    if parts.unproven:
        tell(parts.unproven)
    cut, lost = train.truncated + validation.truncated, skipped + train.dropped + validation.dropped
    if cut:
        tell(f"{cut} rows are longer than {longest} tokens and were cut there.")
    if lost:
        tell(f"{lost} rows were skipped: unreadable, or without an answer that fits.")
    held = parts.validation if validation.samples else []
    log.info("%d training and %d validation samples", len(train.samples), len(validation.samples))
    return Data(train, validation, held, source if held else "none", lost, len(parts.train), training_answers(parts.train))
