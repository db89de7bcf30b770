"""What the loop asks of a training library: `mlx_lora` and `peft_lora` both do it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from .masking import Pair, Sample
from .tokens_at_once import TokensAtOnce

Arrays = dict[str, np.ndarray]


#: The linear layers of a block that `attention` adapts; `all-linear` takes every one.
ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")


@dataclass(frozen=True)
class LoraSettings:
    """The adapter's shape, the same in every backend."""

    rank: int
    alpha: float
    dropout: float
    target_modules: str  # "attention" or "all-linear"
    weight_decay: float
    max_gradient_norm: float
    seed: int
    variant: str = "lora"  # "lora", "rslora" or "dora"
    quantization: str = "none"  # of the frozen base: "none" or "nf4"

    @property
    def scale(self) -> float:
        """What the update is multiplied by. rsLoRA divides by the root of the rank, so that a high
        rank learns as fast as a low one (arXiv 2312.03732)."""
        return self.alpha / (math.sqrt(self.rank) if self.variant == "rslora" else self.rank)


@dataclass(frozen=True)
class StepResult:
    """One optimizer step: mean loss per learned token, gradient norm before clipping, tokens read."""

    loss: float
    gradient_norm: float
    tokens: int
    learned_tokens: int


@dataclass(frozen=True)
class RowLoss:
    """One row's summed loss over its learned tokens, how many they are, and how many were right."""

    loss: float
    tokens: int
    correct: int


class Backend(Protocol):
    """A base model with a fresh or restored LoRA adapter on it."""

    name: str
    modules: list[str]
    at_once: TokensAtOnce  # what goes through the model at once, and how often that had to be halved

    def step(self, batch: Sequence[Sample], learning_rate: float, step: int) -> StepResult: ...

    def step_pairs(
        self, batch: Sequence[Pair], base_leads: Sequence[float], beta: float, learning_rate: float, step: int
    ) -> StepResult:
        """One optimizer step on the mean loss of the pairs (preferences.py); `base_leads` says by how many nats the base
        model finds each chosen answer likelier than the rejected one. The result's loss is a pair's."""
        ...

    def row_losses(self, samples: Sequence[Sample]) -> list[RowLoss]: ...

    def generate(self, prompt: Sequence[int], limit: int) -> list[int]: ...

    def logits(self, ids: Sequence[int], last: int) -> np.ndarray:
        """What follows each of the last `last` tokens: float32 [last, words]."""
        ...

    def reload(self, folder: Path) -> None:
        """Lets its model go and takes the whole one that lies in `folder`, without an adapter. After
        that it says `logits` and `generate` only: the proof of a merged model."""
        ...

    def without_adapter(self) -> AbstractContextManager[None]: ...

    def adapter(self) -> Arrays:
        """`<module>.lora_a` [in, rank] and `<module>.lora_b` [rank, out], float32; DoRA has
        `<module>.magnitude` [out] besides."""
        ...

    def load_adapter(self, arrays: Arrays) -> None: ...

    def optimizer_state(self) -> Arrays: ...

    def load_optimizer_state(self, arrays: Arrays) -> None: ...

    def peak_memory_bytes(self) -> int: ...


def adapted_modules(linear: Sequence[str], targets: str) -> list[str]:
    """Of a model's linear layers, by their paths, those that get an adapter: the blocks' own, sorted.
    The output layer is never one."""
    return sorted(
        path for path in linear
        if ".layers." in f".{path}" and (targets != "attention" or path.rsplit(".", 1)[-1] in ATTENTION)
    )


def initial_adapter(shapes: dict[str, tuple[int, int]], rank: int, seed: int) -> Arrays:
    """The adapter every backend starts from: A uniform in ±1/√in (torch's default for a linear
    layer), B zero, so that the first answer is the base model's. Made by numpy, whose generator
    gives the same numbers on every machine, module by module in the order of their names."""
    generator = np.random.Generator(np.random.PCG64(seed))
    arrays: Arrays = {}
    for module in sorted(shapes):
        inputs, outputs = shapes[module]
        bound = 1.0 / np.sqrt(inputs)
        arrays[f"{module}.lora_a"] = generator.uniform(-bound, bound, (inputs, rank)).astype(np.float32)
        arrays[f"{module}.lora_b"] = np.zeros((rank, outputs), np.float32)
    return arrays


def end_tokens(model_dir: Path, tokenizer: object) -> set[int]:
    """Every token that ends an answer: the tokenizer's own and the generation config's."""
    import json

    ends = {getattr(tokenizer, "eos_token_id", None)}
    for file in ("generation_config.json", "config.json"):
        path = model_dir / file
        if path.is_file():
            value = json.loads(path.read_text(encoding="utf-8")).get("eos_token_id")
            ends.update(value if isinstance(value, list) else [value])
    return {int(end) for end in ends if end is not None}
