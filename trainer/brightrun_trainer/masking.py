"""Turns rows into tokens and says which tokens are learned: every answer that has not the weight 0, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .dataset import Row
from .failures import RunFailure
from .turns import Fields, Turn, parse_json

#: For the few fixed questions that a base model without a chat template is measured with; chats are not learned so.
PLAIN_TEMPLATE = (
    "{% for m in messages %}{{ m['role'] | capitalize }}: {{ m['content'] }}"
    "{{ eos_token if m['role'] == 'assistant' else '' }}\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant: {% endif %}"
)

Turns = Sequence[Turn]


@dataclass(frozen=True)
class Sample:
    """Token ids, and for each whether the model is taught to produce it."""

    ids: tuple[int, ...]
    learned: tuple[bool, ...]
    truncated: bool = False

    @property
    def length(self) -> int:
        """Tokens that it takes where nothing beside it is longer."""
        return len(self.ids)

    @property
    def targets(self) -> int:
        """Learned tokens that have a predecessor, hence count in the loss."""
        return sum(self.learned[1:])


@dataclass(frozen=True)
class Pair:
    """Two samples that begin alike: the answer that is to be preferred, and the other one."""

    chosen: Sample
    rejected: Sample

    @property
    def sides(self) -> tuple[Sample, Sample]:
        return self.chosen, self.rejected

    @property
    def length(self) -> int:
        """Tokens that both take beside each other, padded to the longer one."""
        return 2 * max(self.chosen.length, self.rejected.length)

    @property
    def tokens(self) -> int:
        return self.chosen.length + self.rejected.length

    @property
    def targets(self) -> int:
        """Learned tokens of both; none where one side has none left, or where cutting made them equal."""
        both = self.chosen.targets and self.rejected.targets and self.chosen.ids != self.rejected.ids
        return self.chosen.targets + self.rejected.targets if both else 0

    @property
    def truncated(self) -> bool:
        return self.chosen.truncated or self.rejected.truncated


def answers_of(rows: Sequence[Sample] | Sequence[Pair]) -> list[Sample]:
    """The samples that are to be said: of a pair the chosen one."""
    return [row.chosen if isinstance(row, Pair) else row for row in rows]


@dataclass(frozen=True)
class Encoded:
    """What one side of a split teaches, samples or pairs, and what was lost on the way."""

    samples: Sequence[Sample] | Sequence[Pair]
    truncated: int
    dropped: int

    @property
    def holds_pairs(self) -> bool:
        return any(isinstance(sample, Pair) for sample in self.samples)


def _message(turn: Turn) -> dict[str, Any]:
    """A turn as chat templates take it: arguments of calls as objects, absent fields left out."""
    calls = [
        {"type": "function", "function": {"name": call.name, "arguments": parse_json(call.arguments)}}
        | ({"id": call.id} if call.id else {})
        for call in turn.calls
    ]
    return (
        {"role": turn.role, "content": turn.content}
        | ({"tool_calls": calls} if calls else {})
        | ({"tool_call_id": turn.call_id} if turn.call_id else {})
        | ({"name": turn.name} if turn.name else {})
    )


def _refuse_unknown_tools(tokenizer: Any, rows: Sequence[Row]) -> None:
    """A template that knows no tools leaves calls out without a word: what would be learned is silence."""
    row = next((row for row in rows if row.uses_tools), None)
    template = getattr(tokenizer, "chat_template", None)
    # Some tokenizers have several templates by name, one of them for tools.
    if row and "tool_calls" not in str(template or ""):
        raise RunFailure(
            "dataset-unreadable",
            f"Line {row.line} has tools or tool calls, and the chat template of this base model knows none. "
            "Take a base model that does, or leave those rows out.",
        )


def _refuse_missing_template(tokenizer: Any, rows: Sequence[Row]) -> None:
    """A form of our own would train a model that nobody's server writes chats for."""
    row = next((row for row in rows if row.messages), None)
    if row and not getattr(tokenizer, "chat_template", None):
        raise RunFailure(
            "chat-template-missing",
            f"Line {row.line} is a chat, and the tokenizer of this base model has no chat template. "
            "Take a base model that has one, or rows of plain text.",
        )


def _render(tokenizer: Any, turns: Turns, add_generation_prompt: bool, tools: Sequence[Fields] = (), line: int | None = None) -> str:
    messages = [_message(turn) for turn in turns]
    template = None if getattr(tokenizer, "chat_template", None) else PLAIN_TEMPLATE
    offered = {"tools": list(tools)} if tools else {}
    try:
        return tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=add_generation_prompt, chat_template=template, **offered
        )
    except Exception as error:  # a template is a program of the model's author and may refuse a chat
        where = "a chat" if line is None else f"the chat of line {line}"
        raise RunFailure("dataset-unreadable", f"The base model's chat template refuses {where}: {str(error)[:200]}.") from error


def answer_spans(turns: Turns, render: Callable[[Turns, bool], str]) -> tuple[str, list[tuple[int, int]]] | None:
    """The whole text and the character spans of all learned answers, or None where the template rewrites
    earlier turns (some drop old reasoning), so that no prefix of the text is a shorter chat."""
    text = render(turns, False)
    spans: list[tuple[int, int]] = []
    for index, turn in enumerate(turns):
        if not turn.learned:
            continue
        before, after = render(turns[:index], True), render(turns[: index + 1], False)
        if not text.startswith(after.rstrip()) or not after.startswith(before):
            return None
        spans.append((len(before), len(after.rstrip())))
    return text, spans


def _sample(tokenizer: Any, text: str, spans: Sequence[tuple[int, int]], longest: int) -> Sample:
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids = encoded["input_ids"]
    # A token belongs to an answer when it starts inside it and holds at least one character of it.
    learned = [
        any(start < end and a <= start < b for a, b in spans) for start, end in encoded["offset_mapping"]
    ]
    return Sample(tuple(ids[:longest]), tuple(learned[:longest]), len(ids) > longest)


def encode_row(tokenizer: Any, row: Row, longest: int) -> list[Sample]:
    """One sample a row; a chat whose template rewrites earlier turns becomes one sample an answer."""
    if not row.messages:
        ids = [*tokenizer(row.text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
        return [Sample(tuple(ids[:longest]), (True,) * min(len(ids), longest), len(ids) > longest)]

    def render(turns: Turns, add: bool) -> str:
        return _render(tokenizer, turns, add, row.tools, row.line)

    found = answer_spans(row.messages, render)
    if found:
        return [_sample(tokenizer, *found, longest)]
    samples = []
    for index, turn in enumerate(row.messages):
        if turn.learned:
            turns = row.messages[: index + 1]
            text, before = render(turns, False), render(turns[:-1], True)
            if not text.startswith(before):
                raise RunFailure(
                    "chat-template-missing", "The base model's chat template does not show where an answer begins."
                )
            samples.append(_sample(tokenizer, text, [(len(before), len(text.rstrip()))], longest))
    return samples


def encode_pair(tokenizer: Any, row: Row, longest: int) -> Pair:
    """Both conversations of a preference pair, each by its last sample: where a template rewrites earlier turns, that
    is the one that ends in the answer."""
    sides = (encode_row(tokenizer, replace(row, messages=turns), longest)[-1] for turns in (row.messages, row.rejected))
    return Pair(*sides)


def _refuse_mixture(rows: Sequence[Row]) -> None:
    """A run learns from answers or from pairs; the check finds one form in a file."""
    pairs = sum(bool(row.rejected) for row in rows)
    if 0 < pairs < len(rows):
        raise RunFailure("dataset-unreadable", f"{pairs} of {len(rows)} rows are preference pairs. Train on pairs alone or without them.")


def encode_rows(tokenizer: Any, rows: Sequence[Row], longest: int) -> Encoded:
    """All samples or pairs with something to learn in them; counts the cut and the dropped."""
    _refuse_missing_template(tokenizer, rows)
    _refuse_unknown_tools(tokenizer, rows)
    _refuse_mixture(rows)
    samples: list[Any] = []
    for row in rows:
        samples += [encode_pair(tokenizer, row, longest)] if row.rejected else encode_row(tokenizer, row, longest)
    kept = [sample for sample in samples if sample.targets]
    return Encoded(kept, sum(s.truncated for s in samples), len(samples) - len(kept))


def encode_prompt(tokenizer: Any, turns: Turns, tools: Sequence[Fields] = ()) -> list[int]:
    """A prompt as the model sees it before it answers."""
    return tokenizer(_render(tokenizer, turns, True, tools), add_special_tokens=False)["input_ids"]
