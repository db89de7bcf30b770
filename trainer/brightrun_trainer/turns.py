"""The turns of a row: roles, contents, weights and tool calls, read as the dataset check reads them
(lambdas/datasets/check/rows/row-messages.ts). Everything here raises ValueError with the reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

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


def text_of(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{field} is not text")
    return value


def optional_text(value: object, field: str) -> str | None:
    return None if value is None else text_of(value, field)


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
    name = text_of(called.get("name"), "the name of a tool call")
    if is_blank(name):
        raise ValueError("a tool call has no name")
    return ToolCall(name, _arguments(called.get("arguments")), optional_text(call.get("id"), "the id of a tool call"))


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


def read_message(message: object) -> Turn:
    if not isinstance(message, dict):
        raise ValueError("a turn is not an object")
    role = ROLES.get(text_of(message.get("role"), "role"))
    if role is None:
        raise ValueError("a role is not known")
    if message.get("function_call") is not None:
        raise ValueError("function_call is the older form of tool_calls")
    calls = _calls(message, role)
    content = message.get("content")
    return Turn(
        role, "" if calls and content is None else text_of(content, "content"), _learned(message, role), calls,
        optional_text(message.get("tool_call_id"), "tool_call_id"), optional_text(message.get("name"), "name"),
    )


def messages_of(value: object, field: str) -> tuple[Turn, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{field} is not a list of turns")
    return tuple(read_message(message) for message in value)


def tools_of(row: Fields) -> tuple[Fields, ...]:
    """The tools that a row offers, as chat templates take them."""
    tools = row.get("tools")
    if tools is None:
        return ()
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise ValueError("tools is not a list of objects")
    return tuple(tools)
