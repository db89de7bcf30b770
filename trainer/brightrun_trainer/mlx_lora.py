"""LoRA with mlx-lm's models and layers: CPU on Linux, the GPU on a Mac.

Of mlx-lm only the models and the LoRA layer are used. Its training loop has no stop, no resume of
the optimizer and no batch order of one's own, its mask covers the last answer alone, its default
scale is 20 and MLX's AdamW corrects no bias: all of that is the loop's contract and stands here.
"""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Compiling on a CPU wants a C++ compiler and was slower here: 60 s against 36 s (facts.md §7).
if platform.system() == "Linux":
    os.environ.setdefault("MLX_DISABLE_COMPILE", "1")

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from mlx.optimizers import AdamW, clip_grad_norm
from mlx.utils import tree_flatten, tree_map, tree_unflatten
from mlx_lm.models.cache import make_prompt_cache
from mlx_lm.tuner.lora import LoRALinear
from mlx_lm.utils import load_model

from .cpu_products import CpuEmbedding, CpuLinear, CpuLora
from .backend import Arrays, LoraSettings, RowLoss, StepResult, adapted_modules, initial_adapter
from .failures import RunFailure, classify, runs_out_of_memory
from .masking import Pair, Sample
from .micro_batches import MICRO_BATCH_TOKENS, Row, by_length, padded, sides
from .tokens_at_once import TokensAtOnce

#: Under this many parameters the model computes in float32: exact on a CPU, and cheap.
FLOAT32_PARAMETERS = 50_000_000


def _padded(batch: Sequence[Sample]) -> tuple[mx.array, mx.array]:
    ids, learned = padded(batch)
    return mx.array(ids), mx.array(learned)


def _losses_of_rows(model: nn.Module, ids: mx.array, learned: mx.array) -> mx.array:
    logits = model(ids[:, :-1]).astype(mx.float32)
    return (nn.losses.cross_entropy(logits, ids[:, 1:]) * learned).sum(axis=1)


def _summed_loss(model: nn.Module, ids: mx.array, learned: mx.array) -> mx.array:
    return _losses_of_rows(model, ids, learned).sum()


def _summed_pair_loss(model: nn.Module, ids: mx.array, learned: mx.array, base_leads: mx.array, beta: float) -> mx.array:
    """Rows are chosen and rejected by turns; -log sigmoid(m) = log(1 + e^-m)."""
    losses = _losses_of_rows(model, ids, learned)
    return mx.logaddexp(0.0, -beta * (losses[1::2] - losses[::2] - base_leads)).sum()


def _loaded(folder: Path) -> tuple[nn.Module, bool]:
    """The model of a folder, and whether it is small enough to compute in float32."""
    try:
        model, _ = load_model(folder)
    except (ValueError, FileNotFoundError, KeyError, RuntimeError) as error:
        if classify(error).code == "out-of-memory":
            raise
        raise RunFailure("base-model-invalid", f"The base model cannot be loaded here: {str(error)[:200]}") from error
    small = sum(p.size for _, p in tree_flatten(model.parameters())) < FLOAT32_PARAMETERS
    if small:
        model.set_dtype(mx.float32)
    return model, small


class MlxLora:
    """A base model of mlx-lm with a LoRA adapter on its linear layers."""

    name = "mlx_lora"

    def __init__(self, model_dir: Path, settings: LoraSettings, ends: set[int], tokens: int = MICRO_BATCH_TOKENS) -> None:
        if settings.variant == "dora" or settings.quantization != "none":
            raise RunFailure(
                "method-unsupported",
                "The trainer of this machine knows LoRA and rsLoRA over unquantized weights. DoRA and 4-bit weights need an NVIDIA GPU.",
            )
        self._settings, self._ends = settings, ends
        self.at_once = TokensAtOnce(tokens)
        self._model, small = _loaded(model_dir)
        self._model.freeze()
        self._by_numpy = small and platform.system() == "Linux" and mx.default_device().type == mx.DeviceType.cpu
        self._lora: dict[str, LoRALinear] = {}
        self._attach()
        self.modules = sorted(self._lora)
        self.load_adapter(initial_adapter(self._shapes(), settings.rank, settings.seed))
        self._optimizer = AdamW(learning_rate=0.0, weight_decay=settings.weight_decay, bias_correction=True)
        self._optimizer.init(self._model.trainable_parameters())
        self._gradient = nn.value_and_grad(self._model, _summed_loss)
        self._pair_gradient = nn.value_and_grad(self._model, _summed_pair_loss)

    def _attach(self) -> None:
        """Puts an adapter on each linear layer it is meant for, and numpy under all of them on a CPU."""
        s, replaced = self._settings, {}
        linear = [p for p, m in self._model.named_modules() if isinstance(m, (nn.Linear, nn.QuantizedLinear))]
        adapted = set(adapted_modules(linear, s.target_modules))
        for path, module in self._model.named_modules():
            if isinstance(module, nn.Embedding) and self._by_numpy:
                replaced[path] = CpuEmbedding(module)
            if not isinstance(module, (nn.Linear, nn.QuantizedLinear)):
                continue
            by_numpy = self._by_numpy and isinstance(module, nn.Linear)
            layer = CpuLinear(module) if by_numpy else module
            if path in adapted:
                kind = CpuLora if by_numpy else LoRALinear
                outputs, inputs = self._weight_shape(module)
                lora = kind(inputs, outputs, r=s.rank, dropout=s.dropout, scale=s.scale)
                lora.linear = layer
                layer = self._lora[path] = lora
            replaced[path] = layer
        if not self._lora:
            raise RunFailure("base-model-invalid", "The base model has no linear layer that an adapter could sit on.")
        self._model.update_modules(tree_unflatten(list(replaced.items())))
        self._model.freeze()
        for layer in self._lora.values():
            layer.unfreeze(keys=["lora_a", "lora_b"], recurse=False)

    @staticmethod
    def _weight_shape(module: nn.Module) -> tuple[int, int]:
        outputs, inputs = module.weight.shape
        return outputs, inputs * 32 // module.bits if isinstance(module, nn.QuantizedLinear) else inputs

    def _shapes(self) -> dict[str, tuple[int, int]]:
        return {path: (layer.lora_a.shape[0], layer.lora_b.shape[1]) for path, layer in self._lora.items()}

    def step(self, batch: Sequence[Sample], learning_rate: float, step: int) -> StepResult:
        """One optimizer step on the mean loss over all learned tokens of the batch. Dropout draws
        from a seed made of run and step, so that a resumed run draws the same."""
        targets = sum(s.targets for s in batch)
        loss, norm = self._update(batch, lambda part: self._gradient(self._model, *_padded(part)), targets, learning_rate, step)
        return StepResult(loss, norm, sum(s.length for s in batch), targets)

    def step_pairs(
        self, batch: Sequence[Pair], base_leads: Sequence[float], beta: float, learning_rate: float, step: int
    ) -> StepResult:
        leads = dict(zip(batch, base_leads, strict=True))

        def gradient(part: Sequence[Pair]) -> tuple[mx.array, Any]:
            return self._pair_gradient(self._model, *_padded(sides(part)), mx.array([leads[pair] for pair in part]), beta)

        loss, norm = self._update(batch, gradient, len(batch), learning_rate, step)
        return StepResult(loss, norm, sum(pair.tokens for pair in batch), sum(pair.targets for pair in batch))

    def _update(
        self, batch: Sequence[Row], gradient: Callable[[Sequence[Row]], tuple[mx.array, Any]], count: int, learning_rate: float, step: int
    ) -> tuple[float, float]:
        """Changes the adapter by the sum of the parts' gradients over `count`; returns the mean loss and the norm before
        clipping."""
        self._model.train()
        total, gradients = self.at_once.until_it_fits(
            lambda: self._summed(batch, gradient, step), runs_out_of_memory, mx.clear_cache
        )
        gradients = tree_map(lambda g: g / count, gradients)
        gradients, norm = clip_grad_norm(gradients, self._settings.max_gradient_norm)
        self._optimizer.learning_rate = learning_rate
        self._optimizer.update(self._model, gradients)
        mx.eval(self._model.trainable_parameters(), self._optimizer.state, norm)
        return total.item() / count, norm.item()

    def _summed(
        self, batch: Sequence[Row], gradient: Callable[[Sequence[Row]], tuple[mx.array, Any]], step: int
    ) -> tuple[mx.array, Any]:
        """Loss and gradients, summed over all parts."""
        mx.random.seed(self._settings.seed * 1_000_003 + step)
        total, gradients = mx.array(0.0), None
        for part in self.at_once.parts(batch):
            loss, slope = gradient(part)
            gradients = slope if gradients is None else tree_map(mx.add, gradients, slope)
            total = total + loss
            mx.eval(total, gradients)
        return total, gradients

    def row_losses(self, samples: Sequence[Sample]) -> list[RowLoss]:
        """Losses in the order of `samples`; rows of like length go through together."""
        return self.at_once.until_it_fits(lambda: self._row_losses(samples), runs_out_of_memory, mx.clear_cache)

    def _row_losses(self, samples: Sequence[Sample]) -> list[RowLoss]:
        self._model.eval()
        found: dict[int, RowLoss] = {}
        for part in by_length(samples, self.at_once.parts):
            ids, learned = _padded([samples[i] for i in part])
            logits = self._model(ids[:, :-1]).astype(mx.float32)
            losses = (nn.losses.cross_entropy(logits, ids[:, 1:]) * learned).sum(axis=1)
            correct = ((logits.argmax(axis=-1) == ids[:, 1:]) * learned).sum(axis=1)
            for i, loss, right in zip(part, losses.tolist(), correct.tolist(), strict=True):
                found[i] = RowLoss(loss, samples[i].targets, int(right))
        return [found[i] for i in range(len(samples))]

    def generate(self, prompt: Sequence[int], limit: int) -> list[int]:
        """The greedy answer, without the token that ends it."""
        self._model.eval()
        cache = make_prompt_cache(self._model)
        answer: list[int] = []
        fed = mx.array([list(prompt)])
        while len(answer) < limit:
            token = int(self._model(fed, cache=cache)[0, -1].argmax().item())
            if token in self._ends:
                break
            answer.append(token)
            fed = mx.array([[token]])
        return answer

    def logits(self, ids: Sequence[int], last: int) -> np.ndarray:
        self._model.eval()
        return np.array(self._model(mx.array([list(ids)]))[0, -last:].astype(mx.float32))

    def reload(self, folder: Path) -> None:
        # The old weights first: two models may be more than the machine holds.
        self._lora, self._model, self._gradient, self._optimizer = {}, nn.Module(), None, None
        self._model, _ = _loaded(folder)

    @contextmanager
    def without_adapter(self) -> Iterator[None]:
        """The base model alone, as long as the context lasts."""
        for layer in self._lora.values():
            layer.scale = 0.0
        try:
            yield
        finally:
            for layer in self._lora.values():
                layer.scale = self._settings.scale

    def adapter(self) -> Arrays:
        return {
            f"{path}.{name}": np.array(getattr(layer, name).astype(mx.float32))
            for path, layer in sorted(self._lora.items())
            for name in ("lora_a", "lora_b")
        }

    def load_adapter(self, arrays: Arrays) -> None:
        for path, layer in self._lora.items():
            layer.lora_a = mx.array(arrays[f"{path}.lora_a"])
            layer.lora_b = mx.array(arrays[f"{path}.lora_b"])
        mx.eval(self._model.trainable_parameters())

    def optimizer_state(self) -> Arrays:
        return {name: np.array(value) for name, value in tree_flatten(self._optimizer.state)}

    def load_optimizer_state(self, arrays: Arrays) -> None:
        self._optimizer.state = tree_unflatten([(name, mx.array(value)) for name, value in arrays.items()])
        mx.eval(self._optimizer.state)

    def peak_memory_bytes(self) -> int:
        """On a GPU what its tensors took; on a CPU the whole process, which shares that memory."""
        if mx.default_device().type == mx.DeviceType.gpu:
            return int(mx.get_peak_memory())
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if platform.system() == "Darwin" else 1024)
