"""What llama.cpp is told of a base model: its numbers, the names of its tensors, the order of their rows."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gguf import MODEL_ARCH, MODEL_ARCH_NAMES, MODEL_TENSORS, TensorNameMap, get_tensor_name_map

from ..merged import base_weights
from ..tensor_files import ROUNDED, StoredTensor
from .refusal import refused
from .vocabulary import Vocabulary, read_vocabulary

#: The families of the catalog, by the class that transformers loads them with.
_FAMILIES = {"LlamaForCausalLM": MODEL_ARCH.LLAMA, "Qwen3ForCausalLM": MODEL_ARCH.QWEN3}
#: Factors by which llama.cpp divides the rotation's frequencies; no tensor of the base's own.
ROPE_FACTORS = "rope_freqs.weight"
#: Kept by some models beside their weights; made from the configuration.
_NOT_WEIGHTS = ".rotary_emb.inv_freq"


@dataclass(frozen=True)
class LlamaCppBase:
    """A base model that llama.cpp has a place for. `tensors` are the base's by their own names, `names` llama.cpp's."""

    family: MODEL_ARCH
    config: dict[str, Any]
    rope: dict[str, Any]
    vocabulary: Vocabulary
    tensors: dict[str, StoredTensor]
    names: dict[str, str]

    @property
    def architecture(self) -> str:
        return MODEL_ARCH_NAMES[self.family]

    @property
    def heads(self) -> int:
        return int(self.config["num_attention_heads"])

    @property
    def key_value_heads(self) -> int:
        return int(self.config.get("num_key_value_heads") or self.heads)

    @property
    def head_width(self) -> int:
        return int(self.config.get("head_dim") or self.config["hidden_size"] // self.heads)

    def row_order(self, name: str) -> np.ndarray | None:
        """In which order the rows of a weight go into the file. Of a Llama, llama.cpp rotates neighbours, where
        transformers rotates the first half of a head against its second."""
        if self.family != MODEL_ARCH.LLAMA or not name.endswith(("q_proj.weight", "k_proj.weight")):
            return None
        rows = np.arange(self.tensors[name].shape[0])
        heads = self.heads if name.endswith("q_proj.weight") else self.key_value_heads
        return rows.reshape(heads, 2, -1).swapaxes(1, 2).reshape(-1)

    def rope_factors(self) -> np.ndarray | None:
        """By what each frequency of the rotation is divided in Llama 3.1 and later: nothing for short waves, `factor`
        for those longer than the first context, a slope between (transformers' `rope_type` llama3)."""
        rope = self.rope
        if rope["rope_type"] != "llama3":
            return None
        context, low, high = rope["original_max_position_embeddings"], rope["low_freq_factor"], rope["high_freq_factor"]
        waves = 2 * math.pi * rope["rope_theta"] ** (np.arange(0, self.head_width, 2) / self.head_width)
        smooth = np.clip((context / waves - low) / (high - low), 0, 1)
        return (1 / ((1 - smooth) / rope["factor"] + smooth)).astype(np.float32)


def llama_cpp_base(model_dir: Path) -> LlamaCppBase:
    """Raises `export-failed` with the reason where llama.cpp knows no such model, or not for certain."""
    config = json.loads((model_dir / "config.json").read_text(encoding="utf-8"))
    kind = next(iter(config.get("architectures") or ["of no named class"]))
    family = _FAMILIES.get(kind)
    if family is None:
        raise refused(f"is a {kind} and none of {', '.join(_FAMILIES)}")
    if config.get("hidden_act", "silu") != "silu" or config.get("use_sliding_window"):
        raise refused("differs from its family in its activation or attention")
    tensors = {name: tensor for name, tensor in base_weights(model_dir).items() if not name.endswith(_NOT_WEIGHTS)}
    names = _names(family, int(config["num_hidden_layers"]), tensors)
    return LlamaCppBase(family, config, _rope(config), read_vocabulary(model_dir, int(config["vocab_size"])), tensors, names)


def _rope(config: dict[str, Any]) -> dict[str, Any]:
    """As transformers 5 writes it, or 4."""
    stated = config.get("rope_parameters") or config.get("rope_scaling") or {}
    rope = {
        "rope_theta": config.get("rope_theta", 10_000.0), "rope_type": stated.get("type", "default"),
        "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
    } | stated
    if rope["rope_type"] not in ("default", "llama3") or stated.get("partial_rotary_factor", 1) != 1:
        raise refused(f"has a rotation of positions ({rope['rope_type']}) that is not known here")
    return rope


def _names(family: MODEL_ARCH, layers: int, tensors: dict[str, StoredTensor]) -> dict[str, str]:
    known: TensorNameMap = get_tensor_name_map(family, layers)
    names: dict[str, str] = {}
    for name, tensor in tensors.items():
        found = known.get_type_and_name(name, try_suffixes=(".weight",))
        if found is None or found[0] not in MODEL_TENSORS[family] or tensor.dtype not in ROUNDED:
            raise refused(f"has a tensor {name} ({tensor.dtype}) for which a {MODEL_ARCH_NAMES[family]} of llama.cpp has no place")
        names[name] = found[1]
    return names
