"""Memory is planned before it is spent."""

from __future__ import annotations

import json
import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import TINY_BASE, TRAINER

from brightrun_trainer.backend import LoraSettings
from brightrun_trainer.failures import RunFailure
from brightrun_trainer.load import Load, Means, plan_load
from brightrun_trainer.memory_plan import Demand, memory_of, ModelShape, plan_memory, plan_run, trainable_parameters, weight_bytes

LLAMA_8B = ModelShape(32, 4096, 4096, 1024, 14_336, 128_256, tied=False)
LLAMA_70B = ModelShape(80, 8192, 8192, 1024, 28_672, 128_256, tied=False)
PLANS_SCRIPT = TRAINER.parent / "test" / "costs" / "make_memory_plans.py"
H100 = int(80e9)
ROWS = [300] * 900 + [2000] * 100
DEMAND = Demand(LLAMA_8B, 16, "all-linear", "bfloat16", ROWS, batch_size=8, packing=True, chunked_loss=True)


def test_parameters_are_counted_as_the_catalog_counts_them() -> None:
    assert LLAMA_8B.parameters == 8_030_261_248 and LLAMA_70B.parameters == 70_553_706_496
    tiny = ModelShape.of(json.loads((TINY_BASE / "config.json").read_text()))
    # The catalog leaves four norms of 128 out of its sum and one in: 836,736 there.
    assert tiny.parameters == 768 * 128 + 4 * (184_320 + 256) + 128
    assert trainable_parameters(LLAMA_8B, 1, "all-linear") == 2_621_440
    assert trainable_parameters(LLAMA_70B, 1, "all-linear") == 12_943_360


def test_four_bits_take_under_a_third_of_bf16_and_leave_the_embedding_whole() -> None:
    whole, four = weight_bytes(LLAMA_70B, "bfloat16"), weight_bytes(LLAMA_70B, "nf4")
    assert whole == 2 * LLAMA_70B.parameters
    assert whole / 3.8 < four < whole / 3.2  # facts.md §5 says 3.2


def test_an_8b_on_an_h100_trains_whole_batches_and_no_plan_exceeds_its_share() -> None:
    plan = plan_memory(DEMAND, H100)
    assert plan.fits and plan.micro_batch * plan.accumulation == 8
    assert plan.memory.weights == pytest.approx(16.06e9, rel=1e-3) and plan.memory.adapter == pytest.approx(18 * 16 * 2_621_440)
    for gigabytes in (24, 32, 40, 48, 80, 141):
        for batch in (1, 8, 64):
            plan = plan_memory(replace(DEMAND, batch_size=batch), int(gigabytes * 1e9))
            assert plan.fits and plan.memory.total <= 0.9 * gigabytes * 1e9, plan
            assert batch <= plan.micro_batch * plan.accumulation < batch + plan.micro_batch


def test_less_memory_means_checkpointing_and_then_smaller_parts_never_larger_ones() -> None:
    plans = [plan_memory(replace(DEMAND, batch_size=64), int(g * 1e9)) for g in (141, 80, 40, 24, 22)]
    assert [p.checkpointing for p in plans] == sorted(p.checkpointing for p in plans)
    assert plans[-1].checkpointing and not plans[0].checkpointing
    parts = [p.tokens_at_once for p in plans if p.checkpointing]
    assert parts == sorted(parts, reverse=True)


def test_recomputing_is_not_chosen_where_parts_are_large_enough_without() -> None:
    """128 rows of 300 tokens do not fit at once into 80 GB, but a thousand tokens do: half as much work again buys nothing."""
    plan = plan_memory(replace(DEMAND, rows=[300] * 1000, batch_size=128), H100)
    assert not plan.checkpointing and plan.micro_batch * 300 >= 1024 and plan.accumulation > 1


def test_longer_rows_more_rank_and_more_vocabulary_at_once_take_more() -> None:
    base = memory_of(DEMAND, 2048, False)
    assert memory_of(replace(DEMAND, rank=64), 2048, False).adapter == 4 * base.adapter
    assert memory_of(DEMAND, 4096, False).activations == 2 * base.activations
    assert memory_of(DEMAND, 2048, True).activations < base.activations / 8
    assert memory_of(replace(DEMAND, chunked_loss=False), 2048, False).loss == 2048 * 128_256 * 14 > 3 * base.loss


def test_devices_share_a_batch_out() -> None:
    plan = plan_memory(replace(DEMAND, batch_size=8, devices=4), H100)
    assert plan.micro_batch * plan.accumulation == 2


def test_weights_that_cannot_fit_end_the_run_before_anything_is_loaded() -> None:
    with pytest.raises(RunFailure, match=r"141\.1\d GB, bfloat16.*4-bit weights") as failure:
        plan_memory(replace(DEMAND, shape=LLAMA_70B), H100)
    assert failure.value.code == "out-of-memory"
    assert plan_memory(replace(DEMAND, shape=LLAMA_70B, precision="nf4", rows=[300]), H100).fits


def test_a_run_in_four_bits_whose_whole_model_cannot_be_proven_on_a_device_ends_before_it_trains(tmp_path: Path) -> None:
    shape = {"num_hidden_layers": 80, "hidden_size": 8192, "num_attention_heads": 64, "num_key_value_heads": 8,
             "intermediate_size": 28_672, "vocab_size": 128_256}  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(shape), encoding="utf-8")
    settings = LoraSettings(16, 32, 0.0, "all-linear", 0.0, 1.0, 7, quantization="nf4")
    four_bits = Means(H100, "nf4", chunked_loss=True, may_recompute=True)
    with pytest.raises(RunFailure, match=r"141\.1 GB to be proven.*80\.0 GB.*adapter") as failure:
        plan_load(tmp_path, settings, Load([300], 8, publishes_whole=True), four_bits)
    assert failure.value.code == "out-of-memory"
    assert plan_load(tmp_path, settings, Load([300], 8), four_bits), "an adapter of it is proven on the base in 4 bits"
    assert plan_load(tmp_path, settings, Load([300], 8, publishes_whole=True), replace(four_bits, available_bytes=int(288e9)))


def test_a_base_that_exceeds_a_device_is_shared_out_where_only_that_fits_and_refused_where_not_even_that_does() -> None:
    large = replace(DEMAND, shape=LLAMA_70B, devices=8)
    assert plan_run(replace(DEMAND, devices=8), H100, 8).shares == 1, "nothing has to be sent where the whole fits"
    plan = plan_run(large, H100, 8)
    assert plan.fits and plan.shares == 8
    # An eighth of 136.9 GB, 4.2 GB of embedding and head, and three of eighty blocks.
    assert plan.memory.weights == pytest.approx(17.11e9 + 4.21e9, rel=1e-3) and plan.memory.gathered == pytest.approx(5.13e9, rel=1e-3)
    assert "the base shared out over 8 devices" in plan.sentence() and "gathered 5.13 GB" in plan.sentence()
    assert "the base whole on each device" in plan_run(large, int(180e9), 8).sentence()
    assert plan_run(replace(large, devices=16), H100, 8).memory.weights == plan.memory.weights, "each machine shares it out by itself"
    with pytest.raises(RunFailure, match=r"141\.1\d GB.*2 devices share them out \(72\.6\d GB on each, and 5\.13 GB in use\).*4-bit weights"):
        plan_run(replace(large, devices=2, rank=64), H100, 2)
    assert plan_run(replace(large, precision="nf4", rows=[300]), H100, 8).shares == 1


def test_a_row_that_the_plan_says_will_not_fit_is_tried_and_said_so() -> None:
    plan = plan_memory(replace(DEMAND, rows=[131_072], batch_size=4), int(24e9))
    assert not plan.fits and plan.checkpointing and plan.micro_batch == 1 and plan.accumulation == 4
    assert "131072 tokens" in plan.sentence() and "with gradient checkpointing" in plan.sentence()


def test_the_plans_that_the_estimate_is_held_to_are_these() -> None:
    made = runpy.run_path(str(PLANS_SCRIPT))
    assert made["FILE"].read_text(encoding="utf-8") == made["as_text"](), f"run {PLANS_SCRIPT.name} and see test/costs/memory-plan.test.ts"
