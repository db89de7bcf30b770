"""Preference pairs: TRL's (prompt, chosen, rejected; texts or messages) and OpenAI's (input, preferred_output, …),
read as the dataset check reads them (lambdas/datasets/check/rows/row-preference.ts). Raises ValueError with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .turns import WHITE_SPACE, Fields, Turn, answer, is_blank, messages_of, text_of, tools_of, user

Turns = tuple[Turn, ...]


@dataclass(frozen=True)
class PairOfTurns:
    """Two conversations that begin alike and end in another answer each."""

    chosen: Turns
    rejected: Turns
    tools: tuple[Fields, ...] = ()


def is_preference(row: Fields) -> bool:
    return {"chosen", "rejected"} <= row.keys() or bool({"preferred_output", "non_preferred_output"} & row.keys())


def _asked(turns: Turns) -> Turns:
    """What comes before the two answers is never learned."""
    return tuple(replace(turn, learned=False) for turn in turns)


def _answers(turns: Turns, field: str) -> Turns:
    """The turns up to the last answer: what follows it cannot be preferred."""
    last = max((at for at, turn in enumerate(turns) if turn.role == "assistant"), default=-1)
    kept = turns[: last + 1]
    if not any(turn.role == "assistant" and (turn.calls or not is_blank(turn.content)) for turn in kept):
        raise ValueError(f"{field} has no answer")
    return kept


def _alike(one: Turn, other: Turn) -> bool:
    return (one.role, one.content, one.calls) == (other.role, other.content, other.calls)


def _trimmed(turn: Turn) -> Turn:
    return replace(turn, content=turn.content.strip(WHITE_SPACE))


def _pair(asked: Turns, chosen: Turns, rejected: Turns, tools: tuple[Fields, ...]) -> PairOfTurns:
    chosen, rejected = _answers(chosen, "the chosen side"), _answers(rejected, "the rejected side")
    if len(chosen) == len(rejected) and all(_alike(_trimmed(one), _trimmed(other)) for one, other in zip(chosen, rejected, strict=True)):
        raise ValueError("the chosen and the rejected answer are the same")
    return PairOfTurns(asked + chosen, asked + rejected, tools)


def _shared(chosen: Sequence[Turn], rejected: Sequence[Turn]) -> int:
    """How many turns both lists begin with; their last turns are answers and never part of it."""
    most = min(len(chosen), len(rejected)) - 1
    shared = 0
    while shared < most and _alike(chosen[shared], rejected[shared]):
        shared += 1
    return shared


def _prompt(row: Fields) -> Turns:
    prompt = row.get("prompt")
    if prompt is None:
        return ()
    return (user(prompt),) if isinstance(prompt, str) else _asked(messages_of(prompt, "prompt"))


def _lists(row: Fields, tools: tuple[Fields, ...]) -> PairOfTurns:
    asked, chosen, rejected = _prompt(row), messages_of(row["chosen"], "chosen"), messages_of(row["rejected"], "rejected")
    shared = _shared(chosen, rejected)
    prefix = _asked(chosen[:shared])
    # Some sets say the prompt twice: in its own field, and as the beginning of both lists.
    context = prefix if all(any(_alike(turn, held) for held in prefix) for turn in asked) else asked + prefix
    if not context:
        raise ValueError("neither a prompt nor a beginning that both lists share")
    return _pair(context, chosen[shared:], rejected[shared:], tools)


def _texts(row: Fields, tools: tuple[Fields, ...]) -> PairOfTurns:
    asked = _prompt(row)
    if not asked:
        raise ValueError("prompt is not there")
    chosen, rejected = text_of(row["chosen"], "chosen"), text_of(row["rejected"], "rejected")
    return _pair(asked, (answer(chosen),), (answer(rejected),), tools)


def _openai(row: Fields) -> PairOfTurns:
    given = row.get("input")
    if not isinstance(given, dict):
        raise ValueError("input is not an object")
    asked = _asked(messages_of(given.get("messages"), "input.messages"))
    preferred = messages_of(row.get("preferred_output"), "preferred_output")
    other = messages_of(row.get("non_preferred_output"), "non_preferred_output")
    return _pair(asked, preferred, other, tools_of(given))


def read_preference(row: Fields) -> PairOfTurns:
    """The two conversations of a row that `is_preference`."""
    if "preferred_output" in row or "non_preferred_output" in row:
        return _openai(row)
    read = _lists if isinstance(row["chosen"], list) and isinstance(row["rejected"], list) else _texts
    return read(row, tools_of(row))
