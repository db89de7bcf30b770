"""Weights in safetensors files, one tensor at a time, in the number formats of base models.

safetensors' own numpy reader knows no bf16, which most base models are in, and takes a whole file
into memory. The format is a length, a JSON header and the bytes, so both are written out here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..backend import Arrays

#: Bytes of one number.
WIDTHS = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "U64": 8, "I32": 4, "U32": 4, "I16": 2, "U16": 2,
    "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
}
#: Formats that an adapter can be added to: rounding from float32 is defined for them here.
ROUNDED = ("F32", "F16", "BF16")
#: safetensors refuses longer headers; a damaged length would otherwise ask for all memory there is.
LONGEST_HEADER = 100 * 1000 * 1000


class TensorsUnreadable(ValueError):
    """A file that is no whole safetensors file; the message names it and says what is wrong."""


@dataclass(frozen=True)
class StoredTensor:
    """Where one tensor lies: its number format, shape, and bytes `start` to `end` of `file`."""

    file: Path
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def bytes(self) -> int:
        return self.end - self.start

    def raw(self) -> np.ndarray:
        """The bytes as they are, uint8, mapped and not copied."""
        return np.memmap(self.file, np.uint8, "r", self.start, (self.bytes,)) if self.bytes else np.zeros(0, np.uint8)

    def float32(self) -> np.ndarray:
        """The values in float32; every `ROUNDED` format is exact in it."""
        return float32_of(self.raw(), self.dtype).reshape(self.shape)


def tensors_in(file: Path) -> dict[str, StoredTensor]:
    """All tensors of a file by name; raises `TensorsUnreadable`."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if size < 8 or length > min(LONGEST_HEADER, size - 8):
            raise TensorsUnreadable(f"{file.name} is cut off or no safetensors file")
        try:
            header = json.loads(opened.read(length))
            found = {name: _stored(file, 8 + length, entry) for name, entry in header.items() if name != "__metadata__"}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TensorsUnreadable(f"{file.name} has a damaged header") from error
    if any(t.end > size or t.bytes != math.prod(t.shape) * WIDTHS[t.dtype] for t in found.values()):
        raise TensorsUnreadable(f"{file.name} is cut off")
    return found


def _stored(file: Path, data: int, entry: dict[str, object]) -> StoredTensor:
    start, end = entry["data_offsets"]  # type: ignore[misc]
    dtype, shape = str(entry["dtype"]), tuple(int(n) for n in entry["shape"])  # type: ignore[attr-defined]
    if dtype not in WIDTHS or not 0 <= start <= end:
        raise ValueError(dtype)
    return StoredTensor(file, dtype, shape, data + start, data + end)


def float32_of(raw: np.ndarray, dtype: str) -> np.ndarray:
    """Values of bytes in one of the `ROUNDED` formats, flat."""
    if dtype == "BF16":  # the upper half of a float32
        return (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    return raw.view(np.float16 if dtype == "F16" else np.float32).astype(np.float32)


def rounded(values: np.ndarray, dtype: str) -> np.ndarray:
    """float32 values in one of the `ROUNDED` formats as bytes, to nearest, ties to even."""
    flat = np.ascontiguousarray(values, np.float32).reshape(-1)
    if dtype != "BF16":
        return flat.astype(np.float16 if dtype == "F16" else np.float32).view(np.uint8)
    bits = flat.view(np.uint32)
    upper = bits >> 16
    upper &= 1
    upper += 0x7FFF
    upper += bits
    upper >>= 16
    # Rounding would carry a NaN's bits over into the sign: it stays one by its quiet bit.
    upper[np.isnan(flat)] = 0x7FC0
    return upper.astype(np.uint16).view(np.uint8)


@dataclass(frozen=True)
class TensorToWrite:
    """One tensor and how its bytes are had: piece by piece when it is written, so that no more than a
    piece is in memory."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    make: Callable[[], Iterable[np.ndarray]]  # uint8, flat

    @property
    def bytes(self) -> int:
        return math.prod(self.shape) * WIDTHS[self.dtype]


def write_tensors(file: Path, tensors: Iterable[TensorToWrite]) -> None:
    """A safetensors file in the order of `tensors`. Equal tensors give equal bytes."""
    tensors, at = list(tensors), 0
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    for tensor in tensors:
        header[tensor.name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": [at, at + tensor.bytes]}
        at += tensor.bytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # as the library does: data begins at a multiple of eight
    with file.open("wb") as opened:
        opened.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors:
            for piece in tensor.make():
                opened.write(piece.data)


def to_write(arrays: Arrays, dtype: str) -> list[TensorToWrite]:
    """float32 arrays, to be written in one of the `ROUNDED` formats, by name."""
    return [
        TensorToWrite(name, dtype, value.shape, lambda value=value: [rounded(value, dtype)])
        for name, value in sorted(arrays.items())
    ]
