"""Reads a validated dataset: JSON Lines in one of four formats, as rows of chat turns or plain text."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from .failures import RunFailure

#: Bytes read at once while hashing: large enough to be disk-bound, small enough to stay in cache.
CHUNK = 1 << 20


@dataclass(frozen=True)
class Row:
    """One row: either the turns of a chat, or plain text to continue."""

    line: int
    messages: tuple[tuple[str, str], ...] = ()
    text: str = ""

    @property
    def key(self) -> str:
        """Equal for rows that say the same, whatever their spacing; what the split groups by."""
        parts = [f"{role}\x1f{' '.join(content.split())}" for role, content in self.messages]
        return hashlib.sha256("\x1e".join(parts or [" ".join(self.text.split())]).encode()).hexdigest()

    @property
    def prompt(self) -> tuple[tuple[str, str], ...]:
        """The turns before the last answer; empty for plain text."""
        return self.messages[:-1]

    @property
    def answer(self) -> str:
        """The last answer; empty for plain text."""
        return self.messages[-1][1] if self.messages else ""


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


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{field} is not text")
    return value


def _chat(row: dict[str, object]) -> tuple[tuple[str, str], ...]:
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages:
        raise ValueError("messages is not a list of turns")
    turns = tuple((_text(m.get("role"), "role"), _text(m.get("content"), "content")) for m in messages if isinstance(m, dict))
    if len(turns) != len(messages):
        raise ValueError("a turn is not an object")
    while turns and turns[-1][0] != "assistant":  # nothing after the last answer can be learned
        turns = turns[:-1]
    if not turns:
        raise ValueError("no turn of the assistant")
    return turns


def _prompt_completion(row: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return (("user", _text(row.get("prompt"), "prompt")), ("assistant", _text(row.get("completion"), "completion")))


def _instruction(row: dict[str, object]) -> tuple[tuple[str, str], ...]:
    asked = _text(row.get("instruction"), "instruction")
    given = _text(row.get("input") or "", "input")
    system = _text(row.get("system") or "", "system")
    turns = (("user", f"{asked}\n\n{given}" if given else asked), ("assistant", _text(row.get("output"), "output")))
    return ((("system", system),) if system else ()) + turns


def parse_row(row: object, line: int) -> Row:
    """One row, its format told by its fields; raises ValueError with the reason."""
    if not isinstance(row, dict):
        raise ValueError("not an object")
    if "messages" in row:
        return Row(line, _chat(row))
    if "prompt" in row and "completion" in row:
        return Row(line, _prompt_completion(row))
    if "instruction" in row and "output" in row:
        return Row(line, _instruction(row))
    if "text" in row:
        return Row(line, text=_text(row["text"], "text"))
    raise ValueError("none of the known formats: messages, prompt and completion, instruction and output, text")


@dataclass(frozen=True)
class Rows:
    """What a file holds, and how many of its lines were passed over because they say nothing."""

    rows: list[Row]
    skipped: int


def read_rows(path: Path) -> Rows:
    """All rows of a JSON Lines file. Lines that cannot be read are passed over and counted, as the
    check that let the file through did; a file without one readable row is refused."""
    rows: list[Row] = []
    skipped, first = 0, ""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if text:
                    rows.append(parse_row(json.loads(text), number))
            except (ValueError, RecursionError) as error:
                skipped += 1
                first = first or f"line {number}: {error}"
    if not rows:
        raise RunFailure("dataset-unreadable", f"The dataset has no row that can be read ({first or 'it is empty'}).")
    return Rows(rows, skipped)
