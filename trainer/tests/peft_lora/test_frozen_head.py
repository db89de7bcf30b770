"""The loss behind a frozen output layer, in chunks, is cross-entropy and its gradient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from both_backends import SETTINGS, opened, samples_of
from conftest import TINY_BASE

torch = pytest.importorskip("torch", reason="the torch backend needs torch")

from transformers import Gemma2Config, Gemma2ForCausalLM  # noqa: E402

from brightrun_trainer.backend import end_tokens  # noqa: E402
from brightrun_trainer.masking import Sample  # noqa: E402
from brightrun_trainer.peft_lora import PeftLora, frozen_head  # noqa: E402
from brightrun_trainer.peft_lora.placement import Placement  # noqa: E402


def random_case(dtype: Any, bias: bool) -> tuple[Any, ...]:
    generator = torch.Generator().manual_seed(1)
    head = torch.nn.Linear(24, 50, bias=bias, dtype=dtype).requires_grad_(False)
    hidden = torch.randn(37, 24, generator=generator).to(dtype).requires_grad_()
    return head, hidden, torch.randint(50, (37,), generator=generator), torch.rand(37, generator=generator)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("rows", [1, 10, 37, 1000])
def test_loss_and_gradient_are_those_of_plain_cross_entropy(rows: int, bias: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frozen_head, "CHUNK_LOGITS", 50 * rows)
    head, hidden, targets, weights = random_case(torch.float32, bias)
    plain = (torch.nn.functional.cross_entropy(head(hidden), targets, reduction="none") * weights).sum()
    (expected,) = torch.autograd.grad(3 * plain, hidden)
    loss = frozen_head.weighted_loss(hidden, head, targets, weights)
    (gradient,) = torch.autograd.grad(3 * loss, hidden)
    assert loss.item() == pytest.approx(plain.item(), rel=1e-6)
    assert torch.allclose(gradient, expected, atol=1e-6)
    losses, right = frozen_head.measured(hidden, head, targets)
    assert (losses * weights).sum().item() == pytest.approx(plain.item(), rel=1e-6)
    assert torch.equal(right, head(hidden).argmax(-1) == targets)


def test_in_bf16_the_sums_stay_float32() -> None:
    head, hidden, targets, weights = random_case(torch.bfloat16, False)
    loss = frozen_head.weighted_loss(hidden, head, targets, weights)
    exact = torch.nn.functional.cross_entropy(head(hidden).float(), targets, reduction="none")
    assert loss.dtype == torch.float32 and loss.item() == pytest.approx((exact * weights).sum().item(), rel=1e-5)


@pytest.mark.parametrize("packs", [False, True], ids=["padded", "packed"])
def test_tokens_that_are_not_learned_have_no_gradient(tokenizer: Any, packs: bool) -> None:
    """Of the states that the head reads, exactly those have a gradient that predict a learned token;
    padding and questions have none, to the bit."""
    samples = samples_of(tokenizer, 3)
    backend = PeftLora(TINY_BASE, SETTINGS, end_tokens(TINY_BASE, tokenizer), Placement(packing=packs))
    seen: list[Any] = []
    backend._model.base_model.norm.register_forward_hook(lambda _m, _i, out: (out.retain_grad(), seen.append(out))[0])
    backend.step(samples, 1e-3, 0)
    [states] = seen
    padding = 0 if packs else states.shape[1]
    learned: list[bool] = []
    for sample in samples:
        learned += [*sample.learned[1:], *[False] * (padding - len(sample.ids) + 1)]
    moved = states.grad.abs().sum(-1) > 0
    assert moved.flatten().tolist() == learned, "a state predicts the token after it"


def test_a_model_that_caps_its_logits_is_trained_on_the_capped_ones(tmp_path: Path, tokenizer: Any) -> None:
    torch.manual_seed(1)
    config = Gemma2Config(
        vocab_size=768, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, final_logit_softcapping=0.5, max_position_embeddings=256,
    )
    Gemma2ForCausalLM(config).save_pretrained(tmp_path)
    backend = PeftLora(tmp_path, SETTINGS, {1})
    assert backend._head is None and opened("peft_lora", tokenizer, base=TINY_BASE)._head is not None
    samples: list[Sample] = samples_of(tokenizer, 4)
    rows = backend.row_losses(samples)
    step = backend.step(samples, 1e-2, 0)
    assert step.loss == pytest.approx(sum(r.loss for r in rows) / sum(r.tokens for r in rows), rel=1e-5)
    with torch.no_grad():
        logits = backend._model(input_ids=torch.tensor([samples[0].ids])).logits
    assert logits.abs().max() <= 0.5
    assert backend.step(samples, 1e-2, 1).loss < step.loss
