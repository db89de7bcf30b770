"""Packed rows learn what padded ones do, and none sees another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from both_backends import SETTINGS, opened, samples_of, steps_of
from conftest import TINY_BASE

torch = pytest.importorskip("torch", reason="the torch backend needs torch")

from transformers import LlamaConfig, MistralConfig, Qwen2Config  # noqa: E402

from brightrun_trainer.backend import end_tokens  # noqa: E402
from brightrun_trainer.masking import Sample  # noqa: E402
from brightrun_trainer.peft_lora import PeftLora  # noqa: E402
from brightrun_trainer.peft_lora import packed_attention as packing  # noqa: E402
from brightrun_trainer.peft_lora.feeding import feed_packed, feed_padded  # noqa: E402
from brightrun_trainer.peft_lora.placement import Placement  # noqa: E402
from brightrun_trainer.schedule import Plan  # noqa: E402


def backend(tokenizer: Any, packs: bool, **placed: Any) -> PeftLora:
    opened_here = PeftLora(TINY_BASE, SETTINGS, end_tokens(TINY_BASE, tokenizer), Placement(packing=packs, **placed))
    assert opened_here._packs == packs
    return opened_here


@pytest.fixture(scope="module")
def samples(tokenizer: Any) -> list[Sample]:
    return samples_of(tokenizer, 48)


def test_rows_are_packed_unless_told_otherwise(tokenizer: Any) -> None:
    assert opened("peft_lora", tokenizer)._packs


@pytest.mark.parametrize("recomputed", [False, True])
def test_the_losses_of_packed_and_padded_training_agree_at_every_step(tokenizer: Any, samples: list[Sample], recomputed: bool) -> None:
    """Seen over 12 steps, in which the loss falls from 4.7 to 1.6: 1.2e-7 nats at most, the adapters 3.3e-5 apart."""
    plan = Plan(len(samples), 4, 1, 1)
    packed, padded = (backend(tokenizer, packs, gradient_checkpointing=recomputed) for packs in (True, False))
    one, other = (steps_of(each, samples, plan.total_steps, plan) for each in (packed, padded))
    assert one[0] > one[-1] + 1, "it is the learning that is compared"
    assert one == pytest.approx(other, abs=3e-6)
    adapters = packed.adapter(), padded.adapter()
    assert max(np.abs(adapters[0][name] - adapters[1][name]).max() for name in adapters[0]) < 2e-4


def test_a_row_is_measured_to_the_bit_whatever_lies_before_it(tokenizer: Any, samples: list[Sample]) -> None:
    packed = backend(tokenizer, True)
    row, neighbour = samples[0], samples[1]
    other = replace(neighbour, ids=tuple(reversed(neighbour.ids)))
    with torch.no_grad():
        alone, beside, beside_other = (
            packed._predictions(rows).measured()[0][-row.targets :] for rows in ([row], [neighbour, row], [other, row])
        )
    assert torch.equal(beside, beside_other)
    assert torch.allclose(beside, alone, atol=1e-5), "its positions begin at 0 wherever it lies"


def test_packed_rows_have_no_padding_and_predict_the_same_tokens(samples: list[Sample]) -> None:
    packed, padded = feed_packed(samples, "cpu"), feed_padded(samples, "cpu")
    assert packed.inputs["input_ids"].shape == (1, sum(len(s.ids) - 1 for s in samples))
    assert packed.inputs["input_ids"].numel() < 0.8 * padded.inputs["input_ids"].numel()
    assert torch.equal(packed.targets, padded.targets) and len(packed.picked) == sum(s.targets for s in samples)


def test_parts_are_cut_by_what_is_fed(tokenizer: Any, samples: list[Sample]) -> None:
    bound = 4 * max(len(s.ids) for s in samples)
    counts = {}
    for packs in (True, False):
        each = backend(tokenizer, packs, micro_batch_tokens=bound)
        parts = list(each.at_once.parts(samples))
        counts[packs] = len(parts)
        assert [s for part in parts for s in part] == samples
    assert counts[True] < counts[False] == len(samples) / 4


@pytest.mark.parametrize(
    ("config", "packs"),
    [
        (LlamaConfig(), True),
        (Qwen2Config(use_sliding_window=False), True),
        (Qwen2Config(use_sliding_window=True, sliding_window=64, max_window_layers=2), False),
        (MistralConfig(sliding_window=64), False),
    ],
    ids=["llama", "qwen2", "qwen2 with a window", "mistral with a window"],
)
def test_a_model_whose_layers_look_back_a_window_only_is_padded(config: Any, packs: bool) -> None:
    assert packing.may_pack(config) == packs


def test_a_model_that_packs_otherwise_is_padded(tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here by attention that lets rows see each other; the trial at the start must notice."""

    def blind(module: Any, query: Any, key: Any, value: Any, mask: Any, cu_seq_lens_q: Any = None, max_length_q: Any = None, **others: Any) -> Any:
        return packing.sdpa_attention_forward(module, query, key, value, mask, **others)

    monkeypatch.setitem(packing.AttentionInterface._global_mapping, packing.NAME, blind)
    opened_here = PeftLora(TINY_BASE, SETTINGS, end_tokens(TINY_BASE, tokenizer), Placement())
    assert not opened_here._packs
    assert opened_here._model.config._attn_implementation == "sdpa"
