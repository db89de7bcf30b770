"""Adds an adapter to its base model's weights, tensor by tensor, into files below the upload's limit.

W + scale x BA in float32, rounded once into the base's own number format. Memory holds a few rows of
one weight, whatever the size of the model. The weights are the ones on disk: a base that was trained
on in 4 bits (QLoRA) is merged in the precision it came in.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from ..backend import Arrays, LoraSettings
from ..failures import RunFailure
from .tensor_files import ROUNDED, StoredTensor, TensorsUnreadable, TensorToWrite, float32_of, rounded, tensors_in, write_tensors

INDEX = "model.safetensors.index.json"
WHOLE = "model.safetensors"
#: Below the 5 GiB that one file of a model may have (contracts/limits.ts), and a file that is loaded
#: or downloaded again costs no more than this.
SHARD_BYTES = 4 * 1024**3
#: Values that are merged at a time: 1 MB in float32, which stays in a core's cache through all the
#: passes over it. Whole weights of 4096 x 4096 took ten times as long (EXPERIMENTS.md).
PIECE_VALUES = 256 * 1024
#: Free disk over what the weights take: checkpoints and the other files of the run lie there too.
ROOM = 1.1


def base_weights(model_dir: Path) -> dict[str, StoredTensor]:
    """The base model's tensors by name: those its index names, where it has one, because some models
    bring the same weights a second time under another file name."""
    index = model_dir / INDEX
    try:
        if index.is_file():
            names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
            files = [model_dir / Path(name).name for name in names]
        elif (model_dir / WHOLE).is_file():
            files = [model_dir / WHOLE]
        else:
            files = sorted(model_dir.glob("*.safetensors"))
        return {name: tensor for file in files for name, tensor in tensors_in(file).items()}
    except (TensorsUnreadable, ValueError, KeyError, AttributeError, FileNotFoundError) as error:
        raise RunFailure("base-model-invalid", f"The base model's weights cannot be read: {error}.") from error


def room_to_merge(model_dir: Path, workdir: Path, beside: int = 0) -> int:
    """What the merged weights will take on disk, in bytes. Raises before anything is trained where they
    cannot be made here: weights that come quantized have no format to round into, or the disk is too full for
    them and for `beside` bytes of the same model in another form."""
    config = json.loads((model_dir / "config.json").read_text(encoding="utf-8"))
    if config.get("quantization") or config.get("quantization_config"):
        raise RunFailure("export-failed", "The base model's weights are quantized: an adapter cannot be merged into them. Take an adapter as the format.")
    needed = sum(tensor.bytes for tensor in base_weights(model_dir).values())
    free = shutil.disk_usage(workdir).free
    if free < (needed + beside) * ROOM:
        raise RunFailure("disk-full", f"The merged model takes {(needed + beside) / 1e9:.1f} GB and the machine's disk has {free / 1e9:.1f} GB left. Free space on the cluster, or take an adapter as the format.")
    return needed


def merged_rows(
    weight: np.ndarray, adapter: Arrays, module: str, scale: float, rows: slice | np.ndarray = slice(None)
) -> np.ndarray:
    """Some rows of a layer's weight [out, in] with its adapter added, float32. DoRA sets the length of
    each row to what it has learned."""
    outputs = adapter[f"{module}.lora_b"][:, rows].T * np.float32(scale)
    summed = outputs @ adapter[f"{module}.lora_a"].T
    summed += weight
    magnitude = adapter.get(f"{module}.magnitude")
    if magnitude is not None:
        summed *= (magnitude[rows] / np.linalg.norm(summed, axis=1))[:, None]
    return summed


def merged_pieces(
    tensor: StoredTensor, adapter: Arrays, module: str | None, scale: float, order: np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """A weight in float32, a few rows at a time and in `order` where there is one, with the adapter of `module` added."""
    outputs, inputs = tensor.shape
    raw, step = tensor.raw().reshape(outputs, -1), max(1, PIECE_VALUES // inputs)
    for start in range(0, outputs, step):
        rows = slice(start, start + step) if order is None else order[start : start + step]
        weight = float32_of(raw[rows].reshape(-1), tensor.dtype).reshape(-1, inputs)
        yield weight if module is None else merged_rows(weight, adapter, module, scale, rows)


def _merged_tensor(tensor: StoredTensor, adapter: Arrays, module: str, scale: float) -> Iterator[np.ndarray]:
    for piece in merged_pieces(tensor, adapter, module, scale):
        yield rounded(piece, tensor.dtype)


def adapted_weights(adapter: Arrays, base: dict[str, StoredTensor]) -> dict[str, str]:
    """The weights that an adapter is added to, each with its module. Raises where the base has no such weight."""
    layers = {f"{module}.weight": module for module in sorted({name.rsplit(".", 1)[0] for name in adapter})}
    unknown = sorted(set(layers) - set(base))
    if unknown:
        raise RunFailure("export-failed", f"The base model's files have no weight {unknown[0]} to merge the adapter into.")
    return layers


def _merged(base: dict[str, StoredTensor], adapter: Arrays, scale: float) -> Iterator[TensorToWrite]:
    """Every tensor of the base in its order, those with an adapter merged, the others byte by byte."""
    layers = adapted_weights(adapter, base)
    for name, tensor in base.items():
        if name not in layers:
            yield TensorToWrite(name, tensor.dtype, tensor.shape, lambda tensor=tensor: [tensor.raw()])
            continue
        if tensor.dtype not in ROUNDED:
            raise RunFailure("export-failed", f"The base model's weight {name} is in {tensor.dtype}: an adapter cannot be merged into it.")
        pieces = partial(_merged_tensor, tensor, adapter, layers[name], scale)
        yield TensorToWrite(name, tensor.dtype, tensor.shape, pieces)


def _shards(tensors: list[TensorToWrite], most: int) -> list[list[TensorToWrite]]:
    """In order, as many to a file as fit; a tensor larger than a file has one for itself."""
    shards: list[list[TensorToWrite]] = []
    room = 0
    for tensor in tensors:
        if not shards or tensor.bytes > room:
            shards.append([])
            room = most
        shards[-1].append(tensor)
        room -= tensor.bytes
    return shards


def write_merged(folder: Path, model_dir: Path, adapter: Arrays, settings: LoraSettings, shard_bytes: int = SHARD_BYTES) -> None:
    """The base's weights with the adapter merged in."""
    write_weights(folder, list(_merged(base_weights(model_dir), adapter, settings.scale)), shard_bytes)


def write_weights(folder: Path, tensors: list[TensorToWrite], shard_bytes: int = SHARD_BYTES) -> None:
    """A model's weights as one file, or as shards and the index that loaders follow."""
    folder.mkdir(parents=True, exist_ok=True)
    shards = _shards(tensors, shard_bytes)
    if len(shards) == 1:
        write_tensors(folder / WHOLE, shards[0])
        return
    where: dict[str, str] = {}
    for number, shard in enumerate(shards, start=1):
        name = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        write_tensors(folder / name, shard)
        where |= {tensor.name: name for tensor in shard}
    total = sum(tensor.bytes for shard in shards for tensor in shard)
    index = {"metadata": {"total_size": total}, "weight_map": where}
    (folder / INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
