"""A frozen linear layer and its adapter as one product: y = x Wᵀ + s · (x Aᵀ) Bᵀ.

peft computes the same in steps of its own, each a pass over activations in memory. In bf16 it makes x float32 because the
adapter is, autocast makes it bf16 again, the update is scaled and added by a launch each, and the way back repeats all
that: for an 8B at 16,384 tokens 28 GB a block, 5.9 ms of a block's 26 on an H200 by its data sheet (bench/counts.py). Here the
small products add into the large ones' results, and what is kept for the backward pass is x itself, once for all
modules that read it.

Dropout keeps a mask for each module and x once, where peft keeps a dropped copy for each as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MethodType
from typing import Any

import torch
from peft.tuners.lora import LoraLayer
from torch import nn


class _Adapted(torch.autograd.Function):
    """Differentiable in `x`, `base`, `a` and `b`. Of the frozen layer either its weight is given, and both its products are
    made here, or `base`, what it made of x (4 bits have products of their own)."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, base: torch.Tensor | None, weight: torch.Tensor | None, bias: torch.Tensor | None,
        a: torch.Tensor, b: torch.Tensor, scale: float, dropout: float,
    ) -> torch.Tensor:
        rows = x.reshape(-1, x.shape[-1])
        read, mask = (rows, None) if dropout == 0 else torch.native_dropout(rows, dropout, True)
        ctx.kept_in = a.dtype
        a, b = a.to(rows.dtype), b.to(rows.dtype)
        low = read @ a.T
        if base is None:
            out = nn.functional.linear(rows, weight, bias).addmm_(low, b.T, alpha=scale)  # type: ignore[arg-type]
        else:
            out = torch.addmm(base.reshape(-1, base.shape[-1]), low, b.T, alpha=scale)
        ctx.save_for_backward(rows, mask, low, weight, a, b)
        ctx.scale, ctx.drawn, ctx.shape = scale, 1 / (1 - dropout), x.shape
        return out.view(*x.shape[:-1], out.shape[-1])

    @staticmethod
    def backward(ctx: Any, flowing: torch.Tensor) -> tuple[Any, ...]:
        rows, mask, low, weight, a, b = ctx.saved_tensors
        slope = flowing.reshape(-1, flowing.shape[-1])
        low_slope = (slope @ b).mul_(ctx.scale)
        back = None
        if ctx.needs_input_grad[0]:
            back = slope @ weight if weight is not None else None
            if mask is not None:
                through = low_slope @ a
                back = torch.zeros_like(through) if back is None else back
                back.addcmul_(through, mask, value=ctx.drawn)
            elif back is None:
                back = low_slope @ a
            else:
                back.addmm_(low_slope, a)
            back = back.view(ctx.shape)
        a_slope = (low_slope.T @ (rows if mask is None else rows * mask)).to(ctx.kept_in)
        b_slope = (slope.T @ low).to(ctx.kept_in).mul_(ctx.scale)
        if mask is not None:
            a_slope.mul_(ctx.drawn)
        return back, flowing if ctx.needs_input_grad[1] else None, None, None, a_slope, b_slope, None, None


def _forward(layer: Any, x: torch.Tensor) -> torch.Tensor:
    """In place of peft's for a layer with this one adapter."""
    if layer.disable_adapters:
        return layer.base_layer(x)  # type: ignore[no-any-return]
    frozen, dropout = layer.base_layer, layer.lora_dropout["default"]
    is_plain = type(frozen) is nn.Linear
    base = None if is_plain else frozen(x)
    return _Adapted.apply(  # type: ignore[no-any-return]
        x.to(frozen.weight.dtype if is_plain else base.dtype), base, frozen.weight if is_plain else None, frozen.bias if is_plain else None,
        layer.lora_A["default"].weight, layer.lora_B["default"].weight, layer.scaling["default"],
        dropout.p if layer.training and isinstance(dropout, nn.Dropout) else 0.0,
    )


def take_products(layers: Iterable[LoraLayer]) -> None:
    """LoRA's layers compute as above; DoRA's, whose norm of W + BA is another computation, as peft has it."""
    for layer in layers:
        if not layer.lora_variant:
            layer.forward = MethodType(_forward, layer)
