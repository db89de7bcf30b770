"""The forms a row can have, read as the dataset check reads them (lambdas/datasets/check/rows/row.ts).

What the check calls usable is a row here, and what it calls broken is none: both sides are held to the same lines
by test/datasets/row-verdicts.jsonl. Everything here raises ValueError with the reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .failures import RunFailure

#: As in contracts/limits.ts: the check refuses what is nested deeper before it is parsed.
DEEPEST = 32

#: What JavaScript trims. Python's own list differs: it has U+001C to U+001F and U+0085, and lacks U+FEFF.
WHITE_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

Fields = dict[str, Any]


def is_blank(text: str) -> bool:
    return not text.strip(WHITE_SPACE)


@dataclass(frozen=True)
class ToolCall:
    """`arguments` is a JSON object as text, `id` what the result names it by."""

    name: str
    arguments: str
    id: str | None = None


@dataclass(frozen=True)
class Turn:
    """One message. `learned` says whether the model is taught to produce it."""

    role: str
    content: str
    learned: bool = False
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None
    name: str | None = None

    @property
    def teaches(self) -> bool:
        return self.learned and bool(self.calls or not is_blank(self.content))


def user(content: str) -> Turn:
    return Turn("user", content)


def answer(content: str) -> Turn:
    return Turn("assistant", content, learned=True)


#: `developer` is what newer APIs of OpenAI call the system message.
ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}


def depth(value: object) -> int:
    """How deep lists and objects nest, without recursion."""
    deepest, level = 0, [value]
    while level := [v for v in level if isinstance(v, dict | list)]:
        deepest += 1
        level = [child for v in level for child in (v.values() if isinstance(v, dict) else v)]
    return deepest


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _integer(digits: str) -> int | float:
    """Python refuses to read integers of more than 4,300 digits; as everywhere else they are floats."""
    return int(digits) if len(digits) < 1000 else float(digits)


def parse_json(text: str) -> Any:
    """JSON as the standard has it: no NaN, and not nested deeper than the check allows."""
    value = json.loads(text, parse_constant=_refuse_constant, parse_int=_integer)
    if text.count("[") + text.count("{") > DEEPEST and depth(value) > DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    return value


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{field} is not text")
    return value


def _optional_text(value: object, field: str) -> str | None:
    return None if value is None else _text(value, field)


def _arguments(value: object) -> str:
    if isinstance(value, str):
        if not isinstance(parse_json(value), dict):
            raise ValueError("the arguments of a tool call are not an object")
        return value
    if not isinstance(value, dict):
        raise ValueError("a tool call has no arguments")
    return json.dumps(value, ensure_ascii=False)


def _call(call: object) -> ToolCall:
    called = call.get("function") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(called, dict) or call.get("type") not in (None, "function"):
        raise ValueError("a tool call has no function")
    name = _text(called.get("name"), "the name of a tool call")
    if is_blank(name):
        raise ValueError("a tool call has no name")
    return ToolCall(name, _arguments(called.get("arguments")), _optional_text(call.get("id"), "the id of a tool call"))


def _calls(message: Fields, role: str) -> tuple[ToolCall, ...]:
    calls = message.get("tool_calls")
    if calls is None or calls == []:
        return ()
    if not isinstance(calls, list) or role != "assistant":
        raise ValueError("tool_calls is not a list of an assistant's calls")
    return tuple(_call(call) for call in calls)


def _learned(message: Fields, role: str) -> bool:
    weight = message.get("weight")
    if weight is None:
        return role == "assistant"
    if isinstance(weight, bool) or not isinstance(weight, int | float) or weight not in (0, 1) or role != "assistant":
        raise ValueError("a weight is neither 0 nor 1, or not on an answer")
    return weight == 1


def _message(message: object) -> Turn:
    if not isinstance(message, dict):
        raise ValueError("a turn is not an object")
    role = ROLES.get(_text(message.get("role"), "role"))
    if role is None:
        raise ValueError("a role is not known")
    if message.get("function_call") is not None:
        raise ValueError("function_call is the older form of tool_calls")
    calls = _calls(message, role)
    content = message.get("content")
    return Turn(
        role, "" if calls and content is None else _text(content, "content"), _learned(message, role), calls,
        _optional_text(message.get("tool_call_id"), "tool_call_id"), _optional_text(message.get("name"), "name"),
    )


def _tools(row: Fields) -> tuple[Fields, ...]:
    tools = row.get("tools")
    if tools is None:
        return ()
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise ValueError("tools is not a list of objects")
    return tuple(tools)


def _chat(row: Fields) -> tuple[Turn, ...]:
    messages = row["messages"]
    if not isinstance(messages, list):
        raise ValueError("messages is not a list of turns")
    turns = tuple(_message(message) for message in messages)
    if not any(turn.teaches for turn in turns):
        raise ValueError("no answer to learn from")
    while not turns[-1].learned:  # nothing after the last learned answer can be learned
        turns = turns[:-1]
    return turns


def _pair(row: Fields, asked: str, answered: str) -> tuple[Turn, ...]:
    turns = (user(_text(row.get(asked), asked)), answer(_text(row.get(answered), answered)))
    if is_blank(turns[1].content):
        raise ValueError(f"{answered} is blank")
    return turns


def _instruction(row: Fields) -> tuple[Turn, ...]:
    asked, answered = _pair(row, "instruction", "output")
    given, system = _optional_text(row.get("input"), "input"), _optional_text(row.get("system"), "system")
    turns = (user(f"{asked.content}\n\n{given}") if given else asked, answered)
    return ((Turn("system", system),) if system else ()) + turns


def _plain_text(row: Fields) -> str:
    text = _text(row["text"], "text")
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
    """What a row says: the turns of a chat with the tools it offers, or plain text."""

    turns: tuple[Turn, ...] = ()
    text: str = ""
    tools: tuple[Fields, ...] = ()


def _read(row: Fields) -> Form:
    if "messages" in row:
        return Form(_chat(row), tools=_tools(row))
    if "conversations" in row or "conversation" in row:
        raise ValueError("a ShareGPT row: convert the dataset to messages")
    if {"chosen", "rejected"} <= row.keys() or {"preferred_output", "non_preferred_output"} & row.keys():
        raise RunFailure(
            "dataset-unreadable",
            "The dataset holds preference pairs, a chosen and a rejected answer. This trainer teaches answers, not preferences.",
        )
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
    _refuse_half_characters(form.turns, form.text)
    return form
