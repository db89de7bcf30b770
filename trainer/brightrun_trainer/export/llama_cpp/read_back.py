"""Reads a GGUF and makes an ordinary model folder of it, for the proof: that folder answers, not what was in memory.

What the file says is read by transformers' rules: which of its numbers is which of a configuration's, and how the
rows of queries and keys lie. So a row that the writer put elsewhere, a number that it left out or a token that it
spelt otherwise is found by rules that are not the writer's.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, ReaderTensor, dequantize
from transformers.integrations.ggml import GGUF_CONFIG_MAPPING
from transformers.modeling_gguf_pytorch_utils import TENSOR_PROCESSORS, TensorProcessor

from ...failures import RunFailure
from ...peft_files import copy_tokenizer
from ..merged import PIECE_VALUES, write_weights
from ..tensor_files import TensorToWrite, rounded
from .base import ROPE_FACTORS, LlamaCppBase

#: What llama.cpp cannot load a model without; a file that says less would be read with its defaults.
_NEEDED = (
    "context_length", "block_count", "embedding_length", "feed_forward_length", "attention.head_count",
    "attention.head_count_kv", "rope.freq_base", "attention.layer_norm_rms_epsilon",
)


def read_back(folder: Path, base: LlamaCppBase, model_dir: Path, chat_template: str | None, target: Path) -> None:
    """The GGUF of `folder` as a model folder `target`, in the base's number format. Raises `export-failed` where the
    file is damaged or says something else than the base model does."""
    try:
        parts = [GGUFReader(path) for path in _files(folder)]
        _same_numbers(parts[0], base)
        _same_vocabulary(parts[0], base, model_dir, chat_template)
        write_weights(target, _weights([tensor for part in parts for tensor in part.tensors], base))
    except RunFailure:
        raise
    except (ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise RunFailure("export-failed", f"The published GGUF cannot be read: {str(error)[:200]}") from error
    copy_tokenizer(model_dir, target)
    for name in ("config.json", "generation_config.json"):
        if (model_dir / name).is_file():
            shutil.copyfile(model_dir / name, target / name)


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.gguf"))
    if not files:
        raise RunFailure("export-failed", "The published GGUF cannot be read: it is not there.")
    return files


def _said(part: GGUFReader, key: str) -> Any:
    field = part.get_field(key)
    return None if field is None else field.contents()


def _same_numbers(part: GGUFReader, base: LlamaCppBase) -> None:
    config = {
        "num_key_value_heads": base.config["num_attention_heads"], "rope_theta": base.rope["rope_theta"],
        "head_dim": base.config["hidden_size"] // base.config["num_attention_heads"],
    } | {name: value for name, value in base.config.items() if value is not None}
    for key, name in GGUF_CONFIG_MAPPING[base.architecture].items():
        said = _said(part, f"{base.architecture}.{key}")
        if name is None or (said is None and key not in _NEEDED):
            continue
        if said is None or np.float32(said) != np.float32(config[name]):
            raise RunFailure("export-failed", f"The published GGUF says {said} of {key}, the base model {config[name]}.")


def _same_vocabulary(part: GGUFReader, base: LlamaCppBase, model_dir: Path, chat_template: str | None) -> None:
    """Held against the tokenizer's own file."""
    model = json.loads((model_dir / "tokenizer.json").read_text(encoding="utf-8"))
    words, merges = model["model"]["vocab"], model["model"]["merges"]
    by_id = {number: token for token, number in words.items()} | {t["id"]: t["content"] for t in model["added_tokens"]}
    tokens = _said(part, "tokenizer.ggml.tokens") or []
    joined = [merge if isinstance(merge, str) else " ".join(merge) for merge in merges]
    if len(tokens) != base.config["vocab_size"] or any(tokens[number] != token for number, token in by_id.items()):
        raise RunFailure("export-failed", "The published GGUF has another vocabulary than the base model.")
    if (_said(part, "tokenizer.ggml.merges") or []) != joined:
        raise RunFailure("export-failed", "The published GGUF joins letters to words otherwise than the base model.")
    if _said(part, "tokenizer.chat_template") != chat_template:
        raise RunFailure("export-failed", "The published GGUF writes a chat otherwise than the base model's tokenizer does.")


def _weights(found: list[ReaderTensor], base: LlamaCppBase) -> list[TensorToWrite]:
    tensors = {tensor.name: tensor for tensor in found}
    expected = set(base.names.values()) | ({ROPE_FACTORS} if base.rope_factors() is not None else set())
    if set(tensors) != expected:
        odd = sorted(set(tensors) ^ expected)[0]
        raise RunFailure("export-failed", f"The published GGUF lacks the tensor {odd}, or should not have it.")
    heads = {"num_attention_heads": base.heads, "num_key_value_heads": base.key_value_heads}
    rules: TensorProcessor = TENSOR_PROCESSORS.get(base.architecture, TensorProcessor)(config=heads)
    return [_weight(name, tensors[base.names[name]], base, rules) for name in base.tensors]


def _weight(name: str, tensor: ReaderTensor, base: LlamaCppBase, rules: TensorProcessor) -> TensorToWrite:
    stored = base.tensors[name]
    if tuple(int(n) for n in reversed(tensor.shape)) != stored.shape:
        raise RunFailure("export-failed", f"The published GGUF has another shape of {tensor.name} than the base model.")
    # Only queries and keys are put in order, for which transformers takes the whole weight.
    read = _in_order if name.endswith(("q_proj.weight", "k_proj.weight")) else _in_pieces
    return TensorToWrite(name, stored.dtype, stored.shape, partial(read, tensor, stored.dtype, rules.process))


def _in_order(tensor: ReaderTensor, dtype: str, process: Callable[..., Any]) -> Iterator[np.ndarray]:
    yield rounded(process(dequantize(tensor.data, tensor.tensor_type), tensor.name).weights, dtype)


def _in_pieces(tensor: ReaderTensor, dtype: str, process: Callable[..., Any]) -> Iterator[np.ndarray]:
    step = len(tensor.data) if tensor.data.ndim == 1 else max(1, PIECE_VALUES // int(tensor.shape[0]))
    for start in range(0, len(tensor.data), step):
        values = dequantize(tensor.data[start : start + step], tensor.tensor_type)
        yield rounded(process(values, tensor.name).weights, dtype)
