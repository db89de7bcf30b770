"""Matrix products on a Linux CPU, by numpy's BLAS instead of the one in mlx's wheel.

The `mlx-cpu` wheel brings the reference BLAS (netlib, one thread, no vector code for transposed
operands): 432 × 128 × 768 took 61 ms there and 2–9 ms in numpy's OpenBLAS on the same core. Only the
products move; everything else, gradients included, stays mlx. EXPERIMENTS.md has the whole table.
"""

from __future__ import annotations

from collections.abc import Callable

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from mlx_lm.tuner.lora import LoRALinear


def _flat(x: mx.array) -> np.ndarray:
    """The values of `x` as rows; no copy, an mlx array on a CPU is memory like any other."""
    return np.array(x, copy=False).reshape(-1, x.shape[-1])


def frozen_product(weight: mx.array) -> Callable[[mx.array], mx.array]:
    """`x @ weight.T` for a weight that is never trained: only `x` has a gradient."""
    values = np.array(weight)  # [out, in]

    @mx.custom_function
    def product(x: mx.array) -> mx.array:
        return mx.array(_flat(x) @ values.T).reshape(*x.shape[:-1], values.shape[0])

    @product.vjp
    def backward(x: mx.array, cotangent: mx.array, _output: mx.array) -> mx.array:
        return mx.array(_flat(cotangent) @ values).reshape(x.shape)

    return product


@mx.custom_function
def trained_product(x: mx.array, weight: mx.array) -> mx.array:
    """`x @ weight` where both have a gradient."""
    return mx.array(_flat(x) @ _flat(weight)).reshape(*x.shape[:-1], weight.shape[1])


@trained_product.vjp
def _trained_product_backward(
    primals: tuple[mx.array, mx.array], cotangent: mx.array, _output: mx.array
) -> tuple[mx.array, mx.array]:
    x, weight = primals
    flowing = _flat(cotangent)
    return mx.array(flowing @ _flat(weight).T).reshape(x.shape), mx.array(_flat(x).T @ flowing)


class CpuLinear(nn.Linear):
    """A frozen linear layer; its weight stays a parameter, so that saving and counting see it."""

    def __init__(self, linear: nn.Linear) -> None:
        nn.Module.__init__(self)
        self.weight = linear.weight
        if "bias" in linear:
            self.bias = linear.bias
        self._product = frozen_product(linear.weight)

    def __call__(self, x: mx.array) -> mx.array:
        y = self._product(x)
        return y + self.bias if "bias" in self else y


class CpuLora(LoRALinear):
    """mlx-lm's LoRA layer with its two products by numpy."""

    def __call__(self, x: mx.array) -> mx.array:
        y = self.linear(x)
        if self.scale == 0.0:
            return y
        return y + self.scale * trained_product(trained_product(self.dropout(x), self.lora_a), self.lora_b)


class CpuEmbedding(nn.Embedding):
    """A frozen embedding that is also the output layer of a model with tied weights."""

    def __init__(self, embedding: nn.Embedding) -> None:
        nn.Module.__init__(self)
        self.weight = embedding.weight
        self._product = frozen_product(embedding.weight)

    def as_linear(self, x: mx.array) -> mx.array:
        return self._product(x)
