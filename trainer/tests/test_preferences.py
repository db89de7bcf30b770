"""Direct preference optimization: its loss, its gradient, its exact resume, and a whole run of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TINY_BASE, frozen_spec
from fake_api import FakeApi
from preference_rows import preference_lines
from test_loop import LORA, Quiet
from test_whole_run import do, manifest_of

from brightrun_trainer.backend import end_tokens
from brightrun_trainer.dataset import Rows, read_rows
from brightrun_trainer.evaluate import mean_loss
from brightrun_trainer.failures import RunFailure
from brightrun_trainer.loop import Loop, LoopSettings
from brightrun_trainer.masking import Pair, encode_rows
from brightrun_trainer.mlx_lora import MlxLora
from brightrun_trainer.preferences import BETA, Preferences, pair_loss
from brightrun_trainer.schedule import Plan

PLAN = Plan(rows=24, batch_size=4, epochs=2, evaluations_per_epoch=1)
LOOP = LoopSettings(learning_rate=0.002, schedule="cosine", warmup_ratio=0.1, patience=0, keep="best", seed=5)


def rows(tmp_path: Path, data: bytes) -> Rows:
    (tmp_path / "data.jsonl").write_bytes(data)
    return read_rows(tmp_path / "data.jsonl")


@pytest.fixture
def pairs(tokenizer: Any, tmp_path: Path) -> list[Pair]:
    encoded = encode_rows(tokenizer, rows(tmp_path, preference_lines(32)).rows, 256)
    assert encoded.holds_pairs
    return list(encoded.samples)


def preferences(tokenizer: Any, pairs: list[Pair]) -> tuple[MlxLora, Preferences]:
    backend = MlxLora(TINY_BASE, LORA, end_tokens(TINY_BASE, tokenizer))
    learned = Preferences(backend)
    learned.prepare(pairs, lambda: None)
    return backend, learned


def test_a_pair_is_both_answers_to_the_same_prompt_and_only_answers_are_learned(tokenizer: Any, pairs: list[Pair]) -> None:
    for pair in pairs:
        begins = [side.learned.index(True) for side in (pair.chosen, pair.rejected)]
        assert pair.chosen.ids[: begins[0]] == pair.rejected.ids[: begins[1]], "what was asked is the same"
        assert "Pack your bags" in tokenizer.decode(pair.chosen.ids) and "Pack your bags" not in tokenizer.decode(pair.rejected.ids)


def test_a_run_begins_at_ln_2_whatever_the_base_makes_of_the_answers(tokenizer: Any, pairs: list[Pair]) -> None:
    _, learned = preferences(tokenizer, pairs)
    assert mean_loss(learned.row_losses(pairs)) == pytest.approx(math.log(2), abs=1e-6)
    assert learned.step(pairs[:4], 0.0, 0).loss == pytest.approx(math.log(2), abs=1e-5)


def test_a_step_against_the_gradient_lowers_the_loss_by_its_square(tokenizer: Any, pairs: list[Pair]) -> None:
    """The first update of AdamW is the rate in the direction of the gradient's sign: to first order the loss falls by the
    rate times the sum of the gradient's absolute values, which must be the gradient of the loss that is measured."""
    backend, learned = preferences(tokenizer, pairs)
    before, start = learned.row_losses(pairs[:8]), backend.adapter()
    learned.step(pairs[:8], 1e-5, 0)
    moved = {name: value - start[name] for name, value in backend.adapter().items()}
    after = learned.row_losses(pairs[:8])
    backend.load_adapter({name: start[name] - moved[name] for name in start})
    back = learned.row_losses(pairs[:8])
    fall, rise = mean_loss(before) - mean_loss(after), mean_loss(back) - mean_loss(before)
    assert fall > 0 and fall == pytest.approx(rise, rel=0.05), "the loss is smooth here, and falls where the step leads"


def test_learning_prefers_the_chosen_answers_of_rows_it_never_saw(tokenizer: Any, pairs: list[Pair]) -> None:
    _, learned = preferences(tokenizer, pairs)
    backend = learned._backend
    loop = Loop(backend, pairs[:24], pairs[24:], PLAN, LOOP, Quiet(), lambda: 0.0, learned)
    before = learned.row_losses(pairs[24:])
    assert loop.run() is None
    after = learned.row_losses(pairs[24:])
    assert mean_loss(after) < 0.3 < mean_loss(before)
    assert sum(row.correct for row in after) == len(after) and not any(row.correct for row in before)


def test_a_run_that_goes_on_from_any_step_gives_the_same_bytes(tokenizer: Any, pairs: list[Pair]) -> None:
    def loop_to(stop: int | None, snapshot: Any = None) -> Loop:
        backend, learned = preferences(tokenizer, pairs)
        loop = Loop(backend, pairs[:24], pairs[24:], PLAN, LOOP, Quiet(stop), lambda: 0.0, learned)
        if snapshot:
            loop.restore(snapshot)
        loop.run()
        return loop

    whole = loop_to(None).snapshot()
    resumed = loop_to(None, loop_to(7).snapshot()).snapshot()
    assert whole.adapter.keys() == resumed.adapter.keys()
    assert all(np.array_equal(whole.adapter[name], resumed.adapter[name]) for name in whole.adapter)


def test_the_loss_of_a_margin_never_overflows() -> None:
    assert pair_loss(0.0) == pytest.approx(math.log(2))
    assert pair_loss(-5000.0) == pytest.approx(5000.0) and pair_loss(5000.0) == 0.0
    assert pair_loss(BETA) < pair_loss(0.0) < pair_loss(-BETA)


def test_a_file_of_pairs_and_answers_is_refused(tokenizer: Any, tmp_path: Path) -> None:
    mixed = preference_lines(3) + b'{"prompt": "a", "completion": "b"}\n'
    with pytest.raises(RunFailure, match="3 of 4 rows are preference pairs"):
        encode_rows(tokenizer, rows(tmp_path, mixed).rows, 256)


def test_a_pair_that_cutting_makes_equal_teaches_nothing(tokenizer: Any, tmp_path: Path) -> None:
    encoded = encode_rows(tokenizer, rows(tmp_path, preference_lines(4)).rows, 8)
    assert (len(encoded.samples), encoded.dropped) == (0, 4)


def test_a_whole_run_of_pairs_publishes_a_model_that_prefers_as_it_was_told(api: FakeApi, tmp_path: Path) -> None:
    data = preference_lines(60)
    api.files["data.jsonl"] = data
    api.frozen = frozen_spec(data, epochs=2, learningRate=0.002, targetModules="all-linear")
    assert do(api, tmp_path) == 0
    manifest = manifest_of(api)
    evaluation = manifest["evaluation"]
    assert evaluation["objective"] == "preferences"
    assert evaluation["base"]["loss"] == pytest.approx(math.log(2), abs=1e-6)
    assert evaluation["difference"]["high"] < 0
    assert (evaluation["base"]["tokenAccuracy"], evaluation["tuned"]["tokenAccuracy"]) == (0, 1)
    assert evaluation["tokens"] == evaluation["rows"], "a pair is measured as one"
    assert len(manifest["samples"]) == 2
