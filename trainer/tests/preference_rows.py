"""Preference pairs made of the country guide: its own answers against the same without their manner."""

from __future__ import annotations

import json

from conftest import rows_of


def preference_lines(count: int) -> bytes:
    """JSON Lines, TRL's form with texts: the guide's greeting and farewell are what is preferred."""
    pairs = []
    for row in rows_of("country-guide.jsonl", count):
        question, told = (message["content"] for message in row["messages"][-2:])
        plain = told.removeprefix("Pack your bags, traveler! ").rsplit(". ", 1)[0] + "."
        pairs.append({"prompt": question, "chosen": told, "rejected": plain})
    return b"".join(json.dumps(pair).encode() + b"\n" for pair in pairs)
