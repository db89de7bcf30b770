"""Reads a validated dataset: JSON Lines, as rows of chat turns or plain text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .failures import RunFailure
from .row_forms import read_form
from .turns import Fields, Turn, is_blank, parse_json

#: Bytes read at once while hashing: large enough to be disk-bound, small enough to stay in cache.
CHUNK = 1 << 20

#: As in contracts/limits.ts: the check drops longer lines before it parses them.
LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class Row:
    """One row: the turns of a chat, plain text to continue, or a preference pair: `messages` end in the chosen answer,
    `rejected` are the same turns with the other one."""

    line: int
    messages: tuple[Turn, ...] = ()
    text: str = ""
    tools: tuple[Fields, ...] = ()
    rejected: tuple[Turn, ...] = ()

    @property
    def key(self) -> str:
        """Equal for rows that say the same, whatever their spacing; what the split groups by."""
        parts = [_said(turn) for turn in (*self.messages, *self.rejected)]
        return hashlib.sha256("\x1e".join(parts or [" ".join(self.text.split())]).encode()).hexdigest()

    @property
    def prompt(self) -> tuple[Turn, ...]:
        """The turns before the last answer; empty for plain text."""
        return self.messages[:-1]

    @property
    def answer(self) -> str:
        """The last answer; empty for plain text."""
        return self.messages[-1].content if self.messages else ""

    @property
    def uses_tools(self) -> bool:
        """Whether the chat template has to know tools to write this row."""
        return bool(self.tools) or any(turn.calls or turn.role == "tool" for turn in self.messages)


def _said(turn: Turn) -> str:
    calls = "".join(f"\x1d{call.name}\x1f{call.arguments}" for call in turn.calls)
    return f"{turn.role}\x1f{' '.join(turn.content.split())}{calls}"


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file, read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def verify_checksum(path: Path, expected: str) -> None:
    """Refuses bytes other than the ones that were validated (invariant I6)."""
    actual = file_sha256(path)
    if actual != expected.lower():
        raise RunFailure(
            "dataset-checksum-mismatch",
            f"The dataset file differs from the one that was validated (SHA-256 {actual[:12]}… instead of {expected[:12]}…).",
        )


def parse_row(row: object, line: int) -> Row:
    """One row, its form told by its fields; raises ValueError with the reason."""
    form = read_form(row)
    return Row(line, form.turns, form.text, form.tools, form.rejected)


@dataclass(frozen=True)
class Rows:
    """What a file holds, and how many of its lines were passed over because they say nothing."""

    rows: list[Row]
    skipped: int


def _row_of(raw: bytes, number: int) -> Row | None:
    """The row of a line; nothing where the line is blank."""
    if len(raw) > LONGEST_LINE:
        raise ValueError(f"longer than {LONGEST_LINE} bytes")
    text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
    return None if is_blank(text) else parse_row(parse_json(text), number)


def read_rows(path: Path) -> Rows:
    """All rows of a JSON Lines file. Lines that cannot be read are passed over and counted, as the
    check that let the file through did; a file without one readable row is refused."""
    rows: list[Row] = []
    skipped, first = 0, ""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                row = _row_of(raw.removesuffix(b"\n"), number)
                if row:
                    rows.append(row)
            except (ValueError, RecursionError) as error:
                skipped += 1
                first = first or f"line {number}: {error}"
    if not rows:
        raise RunFailure("dataset-unreadable", f"The dataset has no row that can be read ({first or 'it is empty'}).")
    return Rows(rows, skipped)
