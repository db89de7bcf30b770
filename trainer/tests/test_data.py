"""Rows, masks and splits: what is learned, and what is never learned."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, rows_of

from brightrun_trainer.dataset import Row, parse_row, read_rows, verify_checksum
from brightrun_trainer.failures import RunFailure
from brightrun_trainer.masking import answer_spans, encode_prompt, encode_row, encode_rows
from brightrun_trainer.turns import ToolCall, Turn
from brightrun_trainer.split import sample_rows, split, validation_count, without_leaks


def turns_of(*turns: tuple[str, str]) -> tuple[Turn, ...]:
    return tuple(Turn(role, content, learned=role == "assistant") for role, content in turns)


def chat(*turns: tuple[str, str]) -> Row:
    return Row(1, turns_of(*turns))


CHAT = chat(
    ("system", "Be brief."), ("user", "Where is Peru?"), ("assistant", "In South America."),
    ("user", "And Chile?"), ("assistant", "There too."),
)


def learned_text(tokenizer: Any, row: Row, longest: int = 256) -> str:
    return "|".join(
        tokenizer.decode([t for t, learned in zip(s.ids, s.learned, strict=True) if learned])
        for s in encode_row(tokenizer, row, longest)
    )


def test_the_mask_covers_every_answer_with_its_end_and_nothing_else(tokenizer: Any) -> None:
    assert learned_text(tokenizer, CHAT) == "In South America.<|end|>There too.<|end|>"


def test_an_answer_that_repeats_the_question_is_learned_where_it_stands(tokenizer: Any) -> None:
    row = chat(("user", "Say ahoy."), ("assistant", "Say ahoy."), ("user", "Say ahoy."), ("assistant", "Ahoy."))
    assert learned_text(tokenizer, row) == "Say ahoy.<|end|>Ahoy.<|end|>"


def test_what_the_model_learns_begins_where_its_prompt_ends(tokenizer: Any) -> None:
    [sample] = encode_row(tokenizer, Row(1, CHAT.messages[:3]), 256)
    prompt = encode_prompt(tokenizer, CHAT.messages[:2])
    assert list(sample.ids[: len(prompt)]) == prompt
    assert sample.learned.index(True) == len(prompt)


def test_random_chats_are_masked_to_their_answers(tokenizer: Any) -> None:
    r = random.Random(3)
    for _ in range(50):
        words = [" ".join(r.choice(("ahoy", "é", "你好", "<|end", "\n", "x  y", "🙂")) for _ in range(r.randint(1, 6))) for _ in range(6)]
        row = chat(("user", words[0]), ("assistant", words[1] + "."), ("user", words[2]), ("assistant", words[3] + "."))
        assert learned_text(tokenizer, row) == f"{words[1]}.<|end|>{words[3]}.<|end|>"


def test_a_template_that_rewrites_earlier_turns_gives_one_sample_an_answer(tokenizer: Any) -> None:
    """Some templates drop the reasoning of earlier answers once another turn follows."""

    def forgetful(turns: Any, add: bool) -> str:
        shown = [f"[{role}]{content if i == len(turns) - 1 or role != 'assistant' else '…'}/" for i, (role, content) in enumerate((t.role, t.content) for t in turns)]
        return "".join(shown) + ("[assistant]" if add else "")

    assert answer_spans(CHAT.messages, forgetful) is None

    class Forgetful:
        chat_template, eos_token_id = "x", 1

        def apply_chat_template(self, messages: Any, tokenize: bool, add_generation_prompt: bool, chat_template: Any) -> str:
            return forgetful(turns_of(*((m["role"], m["content"]) for m in messages)), add_generation_prompt)

        def __call__(self, *given: Any, **named: Any) -> Any:
            return tokenizer(*given, **named)

        def decode(self, ids: Any) -> str:
            return tokenizer.decode(ids)

    assert learned_text(Forgetful(), CHAT) == "In South America./|There too./"


def test_an_answer_of_weight_0_is_read_and_not_learned(tokenizer: Any) -> None:
    messages = [
        {"role": "user", "content": "Where is Peru?"}, {"role": "assistant", "content": "In Asia.", "weight": 0},
        {"role": "user", "content": "No."}, {"role": "assistant", "content": "In South America.", "weight": 1},
        {"role": "user", "content": "And Chile?"}, {"role": "assistant", "content": "In Asia too.", "weight": 0},
    ]
    row = parse_row({"messages": messages}, 1)
    assert learned_text(tokenizer, row) == "In South America.<|end|>"
    assert row.answer == "In South America." and len(row.prompt) == 3
    [sample] = encode_row(tokenizer, row, 256)
    assert "In Asia." in tokenizer.decode(sample.ids)


TOOL_ROW = {
    "messages": [
        {"role": "user", "content": "Weather in Lima?"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "function": {"name": "weather", "arguments": '{"place": "Lima"}'}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "21"},
        {"role": "assistant", "content": "21 degrees."},
    ],
    "tools": [{"type": "function", "function": {"name": "weather"}}],
}


@pytest.mark.parametrize("part", ["calls", "offered"])
def test_rows_with_tools_end_the_run_where_the_template_knows_none(tokenizer: Any, part: str) -> None:
    row = TOOL_ROW if part == "calls" else {"messages": TOOL_ROW["messages"][:1] + TOOL_ROW["messages"][3:], "tools": TOOL_ROW["tools"]}
    with pytest.raises(RunFailure, match="Line 7 has tools") as failure:
        encode_rows(tokenizer, [CHAT, parse_row(row, 7)], 256)
    assert failure.value.code == "dataset-unreadable"


def test_a_template_that_knows_tools_is_given_calls_results_and_tools(tokenizer: Any) -> None:
    seen: list[Any] = []

    class Knowing:
        chat_template, eos_token_id = "{{ message.tool_calls }}", 1

        def apply_chat_template(self, messages: Any, tokenize: bool, add_generation_prompt: bool, chat_template: Any, tools: Any) -> str:
            seen.append((messages, tools))
            return "".join(f"<{m['role']}>{m['content'] or m['tool_calls']}/" for m in messages) + ("<assistant>" if add_generation_prompt else "")

        def __call__(self, *given: Any, **named: Any) -> Any:
            return tokenizer(*given, **named)

        def decode(self, ids: Any) -> str:
            return tokenizer.decode(ids)

    row = parse_row(TOOL_ROW, 1)
    assert encode_rows(Knowing(), [row], 512).dropped == 0
    messages, tools = seen[0]
    assert tools == TOOL_ROW["tools"]
    assert messages[1]["tool_calls"] == [{"type": "function", "id": "c1", "function": {"name": "weather", "arguments": {"place": "Lima"}}}]
    assert messages[2] == {"role": "tool", "content": "21", "tool_call_id": "c1"}
    learned = learned_text(Knowing(), row, 512)
    assert "'weather'" in learned and learned.endswith("21 degrees./") and "Weather in Lima?" not in learned


def test_rows_with_tools_are_learned_from_and_not_shown_as_samples() -> None:
    with_tools = Row(99, (Turn("user", "a"), Turn("assistant", "", True, (ToolCall("f", "{}"),))))
    assert with_tools not in sample_rows([with_tools, *unique_rows(3)], 9, 1)


def test_text_is_learned_whole_and_ends(tokenizer: Any) -> None:
    [sample] = encode_row(tokenizer, Row(1, text="Lima is in Peru."), 256)
    assert all(sample.learned) and sample.ids[-1] == tokenizer.eos_token_id


def test_long_rows_are_cut_and_counted_and_rows_without_room_for_an_answer_are_dropped(tokenizer: Any) -> None:
    long = chat(("user", "Hello."), ("assistant", "word " * 400))
    lost = chat(("user", "word " * 400), ("assistant", "Yes."))
    encoded = encode_rows(tokenizer, [long, lost, CHAT], 64)
    assert (len(encoded.samples), encoded.truncated, encoded.dropped) == (2, 2, 1)
    assert max(len(s.ids) for s in encoded.samples) == 64


@pytest.mark.parametrize(
    ("row", "turns"),
    [
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]}, [("user", "a"), ("assistant", "b")]),
        ({"prompt": "a", "completion": "b"}, [("user", "a"), ("assistant", "b")]),
        ({"instruction": "a", "input": "x", "output": "b"}, [("user", "a\n\nx"), ("assistant", "b")]),
        ({"instruction": "a", "input": "", "output": "b"}, [("user", "a"), ("assistant", "b")]),
    ],
)
def test_each_format_becomes_turns(row: dict[str, Any], turns: list[tuple[str, str]]) -> None:
    assert parse_row(row, 1).messages == turns_of(*turns)


def test_lines_that_cannot_be_read_are_counted_and_a_file_of_them_is_refused(tmp_path: Path) -> None:
    found = read_rows(EXAMPLES / "with-problems.jsonl")
    assert found.skipped > 0 and len(found.rows) > 5
    (tmp_path / "bad").write_bytes(b'\xff\xfe\n[1]\n{"a": 1}\n' + b"[" * 10_000)
    with pytest.raises(RunFailure) as failure:
        read_rows(tmp_path / "bad")
    assert failure.value.code == "dataset-unreadable"


def test_other_bytes_than_the_validated_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"{}")
    with pytest.raises(RunFailure, match="differs"):
        verify_checksum(tmp_path / "data", "0" * 64)


def unique_rows(count: int) -> list[Row]:
    return [Row(i, turns_of(("user", f"Question {i}"), ("assistant", f"Answer {i}"))) for i in range(count)]


def test_a_split_takes_an_exact_count_and_never_a_duplicate_on_both_sides() -> None:
    r = random.Random(11)
    for _ in range(200):
        rows = unique_rows(r.randint(40, 80))
        rows += [r.choice(rows) for _ in range(r.randint(0, 40))]
        r.shuffle(rows)
        count, seed = r.randint(8, 12), r.randrange(1000)
        parts = split(rows, count, seed)
        assert len(parts.validation) == count
        assert len(parts.train) + count == len(rows)
        assert not {row.key for row in parts.train} & {row.key for row in parts.validation}


def test_a_split_depends_on_content_and_seed_alone() -> None:
    rows = unique_rows(60)
    shuffled = random.Random(5).sample(rows, 60)
    keys = {row.key for row in split(rows, 10, 1).validation}
    assert keys == {row.key for row in split(shuffled, 10, 1).validation}
    assert keys != {row.key for row in split(rows, 10, 2).validation}


def test_rows_that_differ_in_spacing_alone_are_duplicates() -> None:
    assert chat(("user", "a  b")).key == chat(("user", " a b\n")).key
    assert chat(("user", "a b")).key != chat(("assistant", "a b")).key


@pytest.mark.parametrize(("rows", "share", "held"), [(31, 0.1, 0), (32, 0.1, 8), (210, 0.1, 21), (1000, 0.0, 0), (100_000, 0.1, 2000)])
def test_too_few_rows_are_not_split_and_huge_ones_not_by_share(rows: int, share: float, held: int) -> None:
    assert validation_count(rows, share) == held


def test_a_dataset_of_one_row_repeated_cannot_prove_a_gain() -> None:
    parts = split(unique_rows(1) * 100, 10, 1)
    assert not parts.validation and len(parts.train) == 100 and "cannot be proven" in parts.unproven


def test_a_validation_file_loses_the_rows_that_training_holds_too() -> None:
    rows = unique_rows(60)
    parts = without_leaks(rows[:40], rows[20:], 1)
    assert [row.line for row in parts.validation] == list(range(40, 60))
    assert without_leaks(rows, rows, 1).unproven


def test_sample_prompts_are_distinct_and_chosen_by_content() -> None:
    rows = unique_rows(20) * 2
    chosen = sample_rows(rows, 6, 1)
    assert len({row.prompt for row in chosen}) == len(chosen) == 6
    assert [row.key for row in chosen] == [row.key for row in sample_rows(rows[::-1], 6, 1)]


def test_the_examples_hold_no_validation_row_prompt_or_answer_in_training() -> None:
    train, held = rows_of("country-guide.jsonl", 999), rows_of("country-guide.validation.jsonl", 999)
    assert len({json.dumps(r) for r in train}) == len(train) >= 200
    for index in (0, 1):
        seen = {r["messages"][index]["content"] for r in train}
        assert not seen & {r["messages"][index]["content"] for r in held}
