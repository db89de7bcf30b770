"""Writes a base model with its adapter merged in as GGUF, tensor by tensor, cut below the upload's limit.

Merged in float32 and rounded once, as safetensors are (`merged.py`): into the base's own number format, or to
Q8_0, 8 bits and a scale for every 32 values. Memory holds a few rows of one weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
from gguf import GGML_QUANT_SIZES, GGML_QUANT_VERSION, GGMLQuantizationType, GGUFType, GGUFWriter, LlamaFileType, quantize

from ...backend import Arrays, LoraSettings
from ...failures import RunFailure
from ...spec import BaseModel
from ..merged import SHARD_BYTES, adapted_weights, merged_pieces
from ..tensor_files import StoredTensor
from .base import ROPE_FACTORS, LlamaCppBase

#: llama.cpp takes parts by this name: model-00001-of-00004.gguf (gguf's SHARD_NAME_FORMAT).
FILE = "model.gguf"

_FORMATS = {"F32": GGMLQuantizationType.F32, "F16": GGMLQuantizationType.F16, "BF16": GGMLQuantizationType.BF16}
_FILE_TYPES = {
    GGMLQuantizationType.F32: LlamaFileType.ALL_F32, GGMLQuantizationType.F16: LlamaFileType.MOSTLY_F16,
    GGMLQuantizationType.BF16: LlamaFileType.MOSTLY_BF16, GGMLQuantizationType.Q8_0: LlamaFileType.MOSTLY_Q8_0,
}


@dataclass(frozen=True)
class _Tensor:
    """One tensor of the file and how its values are had, in float32 and a few rows at a time."""

    name: str
    shape: tuple[int, ...]
    format: GGMLQuantizationType
    make: Callable[[], Iterable[np.ndarray]]

    @property
    def nbytes(self) -> int:
        values, size = GGML_QUANT_SIZES[self.format]
        return math.prod(self.shape) // values * size

    def tofile(self, file: BinaryIO) -> None:
        """As the writer asks an array to; a short tensor would shift all that follow."""
        written = sum(file.write(np.ascontiguousarray(quantize(piece, self.format)).data) for piece in self.make())
        if written != self.nbytes:
            raise RunFailure("export-failed", f"The tensor {self.name} has {written} bytes instead of {self.nbytes}.")


def gguf_bytes(base: LlamaCppBase, quantized: bool) -> int:
    """What all tensors of the file take."""
    return sum(tensor.nbytes for tensor in _tensors(base, {}, 1.0, quantized))


def write_gguf(
    folder: Path, base: LlamaCppBase, adapter: Arrays, settings: LoraSettings, quantized: bool, title: str, model: BaseModel,
    shard_bytes: int = SHARD_BYTES,
) -> None:
    """One file, or parts that llama.cpp finds by their names."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = list(_tensors(base, adapter, settings.scale, quantized))
    is_cut = sum(tensor.nbytes for tensor in tensors) > shard_bytes
    writer = GGUFWriter(None, base.architecture, split_max_size=shard_bytes if is_cut else 0)
    _describe(writer, base, title, model)
    _number(writer, base, _format(base.tensors["model.embed_tokens.weight"], quantized))
    _spell(writer, base)
    for tensor in tensors:
        writer.add_tensor_info(tensor.name, tensor.shape, np.dtype(np.float32), tensor.nbytes, tensor.format)
    try:
        writer.write_header_to_file(folder / FILE)
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in tensors:
            writer.write_tensor_data(tensor)  # type: ignore[arg-type] - it asks for nbytes and tofile alone
    finally:
        writer.close()


def _tensors(base: LlamaCppBase, adapter: Arrays, scale: float, quantized: bool) -> Iterator[_Tensor]:
    factors = base.rope_factors()
    if factors is not None:
        yield _Tensor(ROPE_FACTORS, factors.shape, GGMLQuantizationType.F32, lambda: [factors])
    layers = adapted_weights(adapter, base.tensors)
    for name, tensor in base.tensors.items():
        pieces = partial(merged_pieces, tensor, adapter, layers.get(name), scale, base.row_order(name))
        make = pieces if len(tensor.shape) == 2 else lambda tensor=tensor: [tensor.float32()]
        yield _Tensor(base.names[name], tensor.shape, _format(tensor, quantized), make)


def _format(tensor: StoredTensor, quantized: bool) -> GGMLQuantizationType:
    """Vectors are norms, which llama.cpp keeps in float32. Rows that are no multiple of 32 cannot be Q8_0."""
    if len(tensor.shape) == 1:
        return GGMLQuantizationType.F32
    return GGMLQuantizationType.Q8_0 if quantized and tensor.shape[-1] % 32 == 0 else _FORMATS[tensor.dtype]


def _describe(writer: GGUFWriter, base: LlamaCppBase, title: str, model: BaseModel) -> None:
    writer.add_type(GGUFType.MODEL)
    writer.add_name(title)
    writer.add_base_model_count(1)
    writer.add_base_model_name(0, model.id)
    writer.add_base_model_version(0, model.source.revision)


def _number(writer: GGUFWriter, base: LlamaCppBase, format: GGMLQuantizationType) -> None:
    config = base.config
    writer.add_block_count(int(config["num_hidden_layers"]))
    writer.add_context_length(int(config["max_position_embeddings"]))
    writer.add_embedding_length(int(config["hidden_size"]))
    writer.add_feed_forward_length(int(config["intermediate_size"]))
    writer.add_head_count(base.heads)
    writer.add_head_count_kv(base.key_value_heads)
    writer.add_key_length(base.head_width)
    writer.add_value_length(base.head_width)
    writer.add_rope_dimension_count(base.head_width)
    writer.add_rope_freq_base(float(base.rope["rope_theta"]))
    writer.add_layer_norm_rms_eps(float(config["rms_norm_eps"]))
    writer.add_vocab_size(len(base.vocabulary.tokens))
    writer.add_file_type(_FILE_TYPES[format])
    writer.add_quantization_version(GGML_QUANT_VERSION)


def _spell(writer: GGUFWriter, base: LlamaCppBase) -> None:
    writer.add_tokenizer_model("gpt2")  # llama.cpp's word for byte-level BPE
    writer.add_tokenizer_pre(base.vocabulary.word_rule)
    writer.add_token_list(base.vocabulary.tokens)
    writer.add_token_types(base.vocabulary.kinds)
    base.vocabulary.special.add_to_gguf(writer, quiet=True)
