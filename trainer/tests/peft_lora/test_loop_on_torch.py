"""The loop's contract over torch: the very tests that hold mlx to it."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")

import test_loop  # noqa: E402
from test_loop import (  # noqa: E402, F401 - pytest runs what stands here
    samples,
    test_dropout_draws_anew_at_each_step_and_alike_at_the_same,
    test_gradients_are_clipped_before_the_update,
    test_interrupted_at_any_step_and_resumed_is_the_same_as_never_interrupted,
    test_no_step_waits_for_an_upload_and_what_is_uploaded_is_the_step_that_was_copied,
    test_rows_are_measured_alike_alone_and_among_others,
    test_the_best_adapter_is_kept_and_a_plateau_stops_early,
    test_the_best_adapter_of_before_an_interruption_can_still_win_after_it,
    test_the_export_has_the_names_and_shapes_that_peft_reads,
    test_the_first_update_is_adamw_with_bias_correction,
    test_the_update_is_scaled_by_alpha_over_rank_and_one_batch_is_one_step,
    test_weight_decay_is_decoupled_from_the_gradient,
    test_without_its_adapter_a_backend_answers_as_the_base,
)


@pytest.fixture(autouse=True)
def on_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_loop, "BACKEND", "peft_lora")
