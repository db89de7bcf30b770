"""The forms a row can have, read as the dataset check reads them (lambdas/datasets/check/rows/row.ts).

What the check calls usable is a row here, and what it calls broken is none: both sides are held to the same lines
by test/datasets/row-verdicts.jsonl. Everything here raises ValueError with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from .preference_forms import is_preference, read_preference
from .turns import Fields, Turn, answer, is_blank, messages_of, optional_text, text_of, tools_of, user


def _chat(row: Fields) -> tuple[Turn, ...]:
    turns = messages_of(row["messages"], "messages")
    if not any(turn.teaches for turn in turns):
        raise ValueError("no answer to learn from")
    while not turns[-1].learned:  # nothing after the last learned answer can be learned
        turns = turns[:-1]
    return turns


def _pair(row: Fields, asked: str, answered: str) -> tuple[Turn, ...]:
    turns = (user(text_of(row.get(asked), asked)), answer(text_of(row.get(answered), answered)))
    if is_blank(turns[1].content):
        raise ValueError(f"{answered} is blank")
    return turns


def _instruction(row: Fields) -> tuple[Turn, ...]:
    asked, answered = _pair(row, "instruction", "output")
    given, system = optional_text(row.get("input"), "input"), optional_text(row.get("system"), "system")
    turns = (user(f"{asked.content}\n\n{given}") if given else asked, answered)
    return ((Turn("system", system),) if system else ()) + turns


def _plain_text(row: Fields) -> str:
    text = text_of(row["text"], "text")
    if is_blank(text):
        raise ValueError("text is blank")
    return text


def _refuse_half_characters(turns: tuple[Turn, ...], text: str) -> None:
    """A lone surrogate cannot be encoded, and a tokenizer ends the run on it: UnicodeEncodeError is a ValueError."""
    for turn in turns:
        for said in (turn.content, *(part for call in turn.calls for part in (call.name, call.arguments))):
            said.encode()
    text.encode()


@dataclass(frozen=True)
class Form:
    """What a row says: the turns of a chat with the tools it offers, or plain text. Of a preference pair `turns`
    end in the chosen answer and `rejected` are the same turns with the other one."""

    turns: tuple[Turn, ...] = ()
    text: str = ""
    rejected: tuple[Turn, ...] = ()
    tools: tuple[Fields, ...] = ()


def _read(row: Fields) -> Form:
    if "messages" in row:
        return Form(_chat(row), tools=tools_of(row))
    if "conversations" in row or "conversation" in row:
        raise ValueError("a ShareGPT row: convert the dataset to messages")
    if is_preference(row):
        pair = read_preference(row)
        return Form(pair.chosen, rejected=pair.rejected, tools=pair.tools)
    if "prompt" in row and "completion" in row:
        return Form(_pair(row, "prompt", "completion"))
    if "instruction" in row and "output" in row:
        return Form(_instruction(row))
    if "text" in row:
        return Form(text=_plain_text(row))
    raise ValueError("none of the known forms: messages, prompt and completion, instruction and output, text")


def read_form(row: object) -> Form:
    """What a parsed line says, its form told by its fields."""
    if not isinstance(row, dict):
        raise ValueError("not an object")
    form = _read(row)
    _refuse_half_characters(form.turns + form.rejected, form.text)
    return form
