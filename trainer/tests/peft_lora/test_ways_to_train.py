"""rsLoRA, DoRA, 4-bit weights, bf16, recomputed activations: what each may change of the loss, and what not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from both_backends import SETTINGS, opened, samples_of
from conftest import TINY_BASE

torch = pytest.importorskip("torch", reason="the torch backend needs torch")

from peft import PeftModel  # noqa: E402
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM  # noqa: E402

from brightrun_trainer.backend import LoraSettings, end_tokens  # noqa: E402
from brightrun_trainer.masking import Sample  # noqa: E402
from brightrun_trainer.peft_files import adapter_config, write_adapter  # noqa: E402
from brightrun_trainer.peft_lora import PeftLora  # noqa: E402
from brightrun_trainer.peft_lora.placement import Placement  # noqa: E402


@pytest.fixture(scope="module")
def samples(tokenizer: Any) -> list[Sample]:
    return samples_of(tokenizer, 8)


def on_torch(tokenizer: Any, settings: LoraSettings = SETTINGS, **placed: Any) -> PeftLora:
    return PeftLora(TINY_BASE, settings, end_tokens(TINY_BASE, tokenizer), Placement(**placed))


def random_base(folder: Path) -> None:
    """A Llama of random weights whose widths are multiples of 64, the block in which 4-bit weights share a scale."""
    torch.manual_seed(1)
    LlamaForCausalLM(LlamaConfig(
        vocab_size=768, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=256,
    )).save_pretrained(folder)


def trained(backend: Any, samples: list[Sample], steps: int = 3) -> list[float]:
    return [backend.step(samples[:4], 2e-3, step).loss for step in range(steps)]


@pytest.mark.parametrize("name", ["mlx_lora", "peft_lora"])
def test_rslora_scales_by_the_root_of_the_rank_in_either_backend(tokenizer: Any, samples: list[Sample], name: str) -> None:
    rooted = opened(name, tokenizer, replace(SETTINGS, rank=16, alpha=8.0, variant="rslora"))
    plain = opened(name, tokenizer, replace(SETTINGS, rank=16, alpha=8.0 * 4))
    assert trained(rooted, samples) == pytest.approx(trained(plain, samples), rel=1e-6)


def test_dora_begins_as_the_base_and_trains_its_magnitudes(tokenizer: Any, samples: list[Sample]) -> None:
    dora = on_torch(tokenizer, replace(SETTINGS, variant="dora"))
    before = dora.adapter()
    base = on_torch(tokenizer).row_losses(samples)
    assert [r.loss for r in dora.row_losses(samples)] == pytest.approx([r.loss for r in base], rel=1e-5)
    losses = trained(dora, samples, 4)
    assert losses[-1] < losses[0]
    moved = [n for n, value in dora.adapter().items() if n.endswith(".magnitude") and not np.array_equal(value, before[n])]
    assert len(moved) == len(dora.modules)


@pytest.mark.parametrize("variant", ["lora", "rslora", "dora"])
def test_an_exported_adapter_computes_in_peft_what_it_computed_in_training(
    tokenizer: Any, samples: list[Sample], tmp_path: Path, variant: str
) -> None:
    settings = replace(SETTINGS, variant=variant)
    ours = on_torch(tokenizer, settings)
    trained(ours, samples)
    write_adapter(tmp_path, ours.adapter(), adapter_config(settings, ours.modules, "brightrun/tiny-base", None))
    theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(TINY_BASE, dtype=torch.float32), tmp_path).eval()
    ours._model.eval()
    ids = torch.tensor([samples[5].ids])
    with torch.no_grad():
        assert torch.allclose(theirs(input_ids=ids).logits, ours._model(input_ids=ids).logits, atol=1e-5)


@pytest.mark.parametrize("variant", ["lora", "dora"])
def test_what_a_checkpoint_holds_restores_every_part_of_the_adapter(tokenizer: Any, samples: list[Sample], variant: str) -> None:
    settings = replace(SETTINGS, variant=variant, dropout=0.1)
    first = on_torch(tokenizer, settings)
    trained(first, samples)
    second = on_torch(tokenizer, settings)
    second.load_adapter(first.adapter())
    second.load_optimizer_state(first.optimizer_state())
    for backend in (first, second):
        backend.step(samples[4:], 2e-3, 3)
    one, other = first.adapter(), second.adapter()
    assert all(np.array_equal(value, other[name]) for name, value in one.items())


def test_four_bit_weights_learn_and_stay_near_the_full_ones(tokenizer: Any, samples: list[Sample], tmp_path: Path) -> None:
    """nf4 keeps about four significant bits of a weight."""
    from bitsandbytes.nn import Linear4bit

    random_base(tmp_path)
    quantized = PeftLora(tmp_path, replace(SETTINGS, quantization="nf4"), {1}, Placement())
    assert all(isinstance(quantized._layers[m].get_base_layer(), Linear4bit) for m in quantized.modules)
    assert type(quantized._model.get_output_embeddings()) is torch.nn.Linear, "the head keeps its precision"
    full = PeftLora(tmp_path, SETTINGS, {1}, Placement())
    assert [r.loss for r in quantized.row_losses(samples)] == pytest.approx([r.loss for r in full.row_losses(samples)], rel=0.02)
    losses = trained(quantized, samples, 6)
    assert losses[-1] < losses[0] - 0.05
    assert losses == pytest.approx(trained(full, samples, 6), rel=0.02)
    assert all(value.dtype == np.float32 for value in quantized.adapter().values())


def test_four_bit_weights_that_were_measured_pass_gradients_down_as_the_same_weights_unpacked(
    tokenizer: Any, samples: list[Sample], tmp_path: Path
) -> None:
    """A run measures its base before it trains, and bitsandbytes keeps measured weights in a form without a gradient."""
    from bitsandbytes.functional import dequantize_4bit

    random_base(tmp_path)
    quantized = PeftLora(tmp_path, replace(SETTINGS, quantization="nf4"), {1}, Placement())
    unpacked = PeftLora(tmp_path, SETTINGS, {1}, Placement())
    for module in quantized.modules:
        weight = quantized._layers[module].get_base_layer().weight
        unpacked._layers[module].get_base_layer().weight.data.copy_(dequantize_4bit(weight.data, weight.quant_state))
    quantized.row_losses(samples)
    steps = [backend.step(samples[:4], 1e-3, 0) for backend in (quantized, unpacked)]
    assert steps[0].loss == pytest.approx(steps[1].loss, rel=1e-4)
    assert steps[0].gradient_norm == pytest.approx(steps[1].gradient_norm, rel=1e-3)


def test_bf16_follows_float32_to_its_own_digits_and_leaves_the_adapter_exact(tokenizer: Any, samples: list[Sample]) -> None:
    """bf16 has 8 significant bits: 0.4 % a value. Seen over 4 steps: 0.3 % of the loss."""
    half, whole = on_torch(tokenizer, precision="bf16"), on_torch(tokenizer)
    assert trained(half, samples, 4) == pytest.approx(trained(whole, samples, 4), rel=2e-2)
    assert all(p.dtype == torch.float32 for p in half._parameters.values())
    assert all(p.dtype == torch.bfloat16 for n, p in half._model.named_parameters() if "lora_" not in n)


def test_recomputed_activations_change_nothing_not_even_the_dropout(tokenizer: Any, samples: list[Sample]) -> None:
    settings = replace(SETTINGS, dropout=0.1)
    kept, recomputed = on_torch(tokenizer, settings), on_torch(tokenizer, settings, gradient_checkpointing=True)
    runs: list[int] = []
    recomputed._model.base_model.layers[0].self_attn.register_forward_hook(lambda *_: runs.append(1))
    assert trained(kept, samples) == trained(recomputed, samples)
    assert len(runs) == 2 * 3, "each of three steps ran the block again for its backward pass"
    one, other = kept.adapter(), recomputed.adapter()
    assert all(np.array_equal(value, other[name]) for name, value in one.items())


def test_a_step_in_parts_is_the_step_of_the_whole_batch(tokenizer: Any, samples: list[Sample]) -> None:
    whole, cut = on_torch(tokenizer), on_torch(tokenizer, micro_batch_tokens=60)
    one, other = whole.step(samples, 1e-3, 0), cut.step(samples, 1e-3, 0)
    assert one.loss == pytest.approx(other.loss, rel=1e-6) and one.gradient_norm == pytest.approx(other.gradient_norm, rel=1e-5)
