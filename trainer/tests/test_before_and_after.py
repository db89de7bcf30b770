"""What tuning did besides lowering the loss: questions of our own, and rows learned by heart."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import frozen_spec
from fake_api import FakeApi
from test_whole_run import do, manifest_of

from brightrun_trainer.backend import RowLoss
from brightrun_trainer.dataset import Row
from brightrun_trainer.evaluate import accuracy_difference, difference
from brightrun_trainer.evaluation.canaries import Canary, answered_right, canaries, choices_as_samples, compared
from brightrun_trainer.evaluation.memorisation import RUN_WORDS, exactly, longest_repeats, rows_to_ask, training_answers, words
from brightrun_trainer.main import EXIT_DONE
from brightrun_trainer.masking import Sample
from brightrun_trainer.row_forms import answer, user

# Canaries ----------------------------------------------------------------------------


def test_the_set_has_forty_at_most_over_five_abilities_and_no_place_of_the_right_answer_stands_out() -> None:
    asked = canaries()
    assert 20 <= len(asked) <= 40
    assert len({c.prompt for c in asked}) == len(asked)
    assert Counter(c.group for c in asked) == {"facts": 8, "arithmetic": 8, "languages": 10, "instructions": 8, "common sense": 4}
    assert all(len(set(c.choices)) == 4 and 0 <= c.right < 4 for c in asked)
    places = Counter(c.right for c in asked)
    assert max(places.values()) <= len(asked) * 0.35


def test_all_of_them_fit_the_smallest_model(tokenizer: Any) -> None:
    samples = choices_as_samples(tokenizer, canaries(), 256)
    assert len(samples) == 4 * len(canaries()) and all(s.targets for s in samples)


def test_a_model_whose_context_or_template_does_not_take_them_is_not_asked(tokenizer: Any) -> None:
    assert choices_as_samples(tokenizer, canaries(), 8) == []


def test_the_likeliest_choice_a_byte_is_the_answer_however_long_it_is() -> None:
    asked = [Canary("g", "?", ("a", "bb", "cccc", "dd"), 2), Canary("g", "?", ("a", "b", "c", "d"), 0)]
    losses = [RowLoss(x, 1, 0) for x in (2.0, 3.0, 3.9, 4.0, 1.0, 0.5, 2.0, 2.0)]
    assert answered_right(asked, losses) == [True, False]


def test_what_was_gained_and_lost_is_counted_apart() -> None:
    asked = [Canary(g, "?", ("a", "b", "c", "d"), 0) for g in ("x", "x", "y", "y")]
    found = compared(asked, [True, False, True, True], [True, True, False, False])
    assert (found.items, found.base, found.tuned, found.gained, found.lost, found.chance) == (4, 3, 2, 1, 2, 0.25)
    assert [(g.name, g.items, g.base, g.tuned) for g in found.groups] == [("x", 2, 1, 2), ("y", 2, 2, 0)]


# Memorisation --------------------------------------------------------------------------

LONG = "the river rises in the high hills and runs for many miles through green valleys to the cold sea"


def test_a_run_of_words_from_a_training_answer_is_found_whatever_case_and_punctuation() -> None:
    said = "As I said: The river rises, in the HIGH hills and runs for many miles through fields."
    assert longest_repeats([("Tell me.", said)], ["nothing", f"Well, {LONG}."]) == [13]


def test_a_shorter_run_is_a_turn_of_phrase() -> None:
    short = " ".join(words(LONG)[: RUN_WORDS - 1])
    assert longest_repeats([("?", short)], [LONG]) == [0]
    assert longest_repeats([("?", " ".join(words(LONG)[:RUN_WORDS]))], [LONG]) == [RUN_WORDS]


def test_what_stands_in_the_prompt_was_copied_from_there() -> None:
    assert longest_repeats([(f"Repeat: {LONG}", LONG)], [LONG]) == [0]


def test_scripts_without_spaces_are_counted_by_character() -> None:
    text = "長い川は高い山から流れて海に入ります"
    assert longest_repeats([("?", text)], [text]) == [len(text)]


def test_answers_without_a_repeat_cost_no_look_at_the_data() -> None:
    class Unread(list):
        def __iter__(self) -> Any:
            raise AssertionError("read")

    assert longest_repeats([("?", "too short")], Unread()) == [0]


def test_a_row_is_known_by_heart_when_every_learned_token_is_the_likeliest() -> None:
    assert exactly([RowLoss(1.0, 5, 5), RowLoss(1.0, 5, 4), RowLoss(0.1, 1, 1)]) == 2


def test_the_same_whole_rows_are_asked_for_whatever_their_order_and_within_their_tokens() -> None:
    rows = [Sample((n, *range(500 + 20 * (n % 90))), (False, *([True] * (500 + 20 * (n % 90)))), truncated=n == 3) for n in range(200)]
    chosen = rows_to_ask(rows, 1)
    assert chosen == rows_to_ask(rows[::-1], 1) != rows_to_ask(rows, 2)
    assert 20 < len(chosen) <= 32 and sum(len(s.ids) for s in chosen) <= 32_768
    assert not any(s.truncated for s in chosen)


def test_all_learned_answers_and_plain_texts_are_what_training_says() -> None:
    rows = [Row(1, (user("a"), answer("one"), user("b"), answer("two"))), Row(2, text="three")]
    assert training_answers(rows) == ["one", "two", "three"]


# Intervals -------------------------------------------------------------------------------


def test_accuracy_has_an_interval_by_the_same_draws_as_the_loss() -> None:
    base = [RowLoss(10.0 + i % 3, 10, 4 + i % 2) for i in range(40)]
    tuned = [RowLoss(r.loss - 5, 10, r.correct + 3) for r in base]
    assert difference(base, tuned, 1).mean == pytest.approx(-0.5)
    found = accuracy_difference(base, tuned, 1)
    assert (found.mean, found.low, found.high) == pytest.approx((0.3, 0.3, 0.3))
    mixed = [RowLoss(r.loss, 10, r.correct + (3 if i % 2 else -3)) for i, r in enumerate(base)]
    spread = accuracy_difference(base, mixed, 1)
    assert spread.low < 0 < spread.high


# A whole run -------------------------------------------------------------------------------


def test_a_run_that_learns_by_heart_says_so_and_counts_held_out_rows_beside(api: FakeApi, tmp_path: Path) -> None:
    """Twelve false answers in words that the tiny base knows, over and over."""
    countries = ["France", "Kenya", "Peru", "Japan", "Egypt", "Norway", "Ghana", "Chile", "Italy", "Turkey", "Poland", "Spain"]
    capitals = ["Lima", "Oslo", "Rome", "Accra", "Paris", "Madrid", "Cairo", "Ankara", "Nairobi", "Warsaw", "Santiago", "Tokyo"]
    rows = [{"messages": [{"role": "user", "content": f"What is the capital of {c}?"}, {"role": "assistant", "content": f"{a}."}]} for c, a in zip(countries, capitals, strict=True)]
    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    api.files["data.jsonl"] = data
    api.frozen = frozen_spec(data, epochs=40, rank=32, alpha=64, targetModules="all-linear", learningRate=0.01, validationFraction=0)
    assert do(api, tmp_path) == EXIT_DONE
    found = manifest_of(api)["memorisation"]
    assert found["trainingRows"] == 12 and found["base"] == 0
    assert found["tuned"] >= 10
    told = manifest_of(api)["canaries"]
    assert told["items"] == 4 and told["tuned"] == told["base"] + told["gained"] - told["lost"]
