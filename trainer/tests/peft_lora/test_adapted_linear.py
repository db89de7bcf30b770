"""A layer and its adapter in one product compute what peft computes of them, and keep less."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the torch backend needs torch")

from peft import LoraConfig, get_peft_model  # noqa: E402
from torch import nn  # noqa: E402

from brightrun_trainer.peft_lora.adapted_linear import _Adapted, take_products  # noqa: E402

INPUTS, OUTPUTS = 24, 40


def layer_of(dtype: Any, bias: bool, variant: str = "lora", dropout: float = 0.0) -> Any:
    """One layer of peft's over a frozen one, its B no longer zero."""
    torch.manual_seed(1)
    base = nn.ModuleDict({"proj": nn.Linear(INPUTS, OUTPUTS, bias=bias, dtype=dtype)}).requires_grad_(False)
    config = LoraConfig(r=4, lora_alpha=12, lora_dropout=dropout, target_modules=["proj"], use_dora=variant == "dora")
    layer = get_peft_model(base, config).base_model.model["proj"]
    nn.init.normal_(layer.lora_B["default"].weight, std=0.1)
    return layer


def passed(layer: Any, x: Any, dtype: Any) -> list[Any]:
    """What comes out, and the gradients of x and of the adapter."""
    x = x.clone().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
        out = layer(x)
    torch.manual_seed(2)
    parameters = [x, layer.lora_A["default"].weight, layer.lora_B["default"].weight]
    return [out.detach(), *torch.autograd.grad(out, parameters, torch.randn(out.shape).to(out.dtype))]


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("dtype", "within"), [(torch.float32, 1e-6), (torch.bfloat16, 0.02)])
def test_output_and_gradients_are_pefts(dtype: Any, within: float, bias: bool) -> None:
    x = torch.randn(2, 9, INPUTS, dtype=dtype).transpose(0, 1)
    layer = layer_of(dtype, bias)
    theirs = passed(layer, x, dtype)
    take_products([layer])
    ours = passed(layer, x, dtype)
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        assert (one.float() - other.float()).norm() <= within * other.float().norm()
    layer.enable_adapters(False)
    assert torch.equal(layer(x), layer.base_layer(x))


@pytest.mark.parametrize("form", ["weight", "base"])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_the_written_gradients_are_those_of_the_function(form: str, dropout: float) -> None:
    """By differences, in float64; the same mask each time."""
    generator = torch.Generator().manual_seed(3)
    x, base, weight, bias, a, b = (
        torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((5, 6), (5, 7), (7, 6), (7,), (2, 6), (7, 2))
    )

    def computed(x: Any, base: Any, a: Any, b: Any) -> Any:
        torch.manual_seed(4)
        frozen = (None, weight, bias) if form == "weight" else (base, None, None)
        return _Adapted.apply(x, *frozen, a, b, 1.5, dropout)

    assert torch.autograd.gradcheck(computed, tuple(each.requires_grad_() for each in (x, base, a, b)))


def test_dropout_drops_the_adapters_input_alone_and_keeps_its_mean() -> None:
    layer = layer_of(torch.float32, False, dropout=0.5)
    take_products([layer])
    x = torch.ones(1, INPUTS)
    plain = layer.base_layer(x)
    layer.eval()
    whole = layer(x) - plain
    layer.train()
    drawn = torch.cat([layer(x) - plain for _ in range(4000)])
    assert drawn.std(0).min() > 0.01
    assert torch.allclose(drawn.mean(0), whole[0], atol=0.05 * float(drawn.std(0).max()))


def test_modules_that_read_one_input_keep_it_once_and_nothing_else_as_wide() -> None:
    """bf16, as on a GPU: peft keeps three copies of it."""
    layers = [layer_of(torch.bfloat16, False) for _ in range(3)]
    take_products(layers)
    x = torch.randn(64, INPUTS, dtype=torch.bfloat16, requires_grad=True)
    kept: dict[int, int] = {}
    with torch.autograd.graph.saved_tensors_hooks(lambda t: (kept.update({t.untyped_storage().data_ptr(): t.shape[0]}), t)[1], lambda t: t):
        sum(layer(x).float().sum() for layer in layers).backward()
    widths = [rows for pointer, rows in kept.items() if rows == 64]
    assert len(widths) == 1 + 3, "the input once, and of each module the narrow product"


def test_dora_stays_pefts() -> None:
    layer = layer_of(torch.float32, False, "dora")
    take_products([layer])
    assert "forward" not in vars(layer)
