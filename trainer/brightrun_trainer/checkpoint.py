"""Checkpoints: everything an exact resume needs, in one tensor file and a manifest written last."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from .backend import Arrays
from .dataset import file_sha256
from .loop import LoopState, Snapshot

STATE_FILE = "training-state.safetensors"
MANIFEST_FILE = "manifest.json"
FORMAT = 1


class CheckpointRefused(Exception):
    """What lies there is not a whole checkpoint of this run; the message says what is wrong."""


@dataclass(frozen=True)
class Checkpoint:
    """A snapshot of the loop and what the run around it remembers (points, base evaluation, times)."""

    snapshot: Snapshot
    run: dict[str, Any] = field(default_factory=dict)


def fingerprint(*parts: object) -> str:
    """Tells whether a checkpoint belongs to these data and settings."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def write_checkpoint(folder: Path, checkpoint: Checkpoint, run_fingerprint: str) -> Path:
    """Writes the tensor file. Loop state and run memory travel in its header, so that tensors and
    state cannot come from two different moments."""
    folder.mkdir(parents=True, exist_ok=True)
    s = checkpoint.snapshot
    arrays: Arrays = {}
    for part, tensors in (("adapter", s.adapter), ("optimizer", s.optimizer), ("best", s.best)):
        arrays.update({f"{part}/{name}": np.ascontiguousarray(value) for name, value in tensors.items()})
    header = {"format": FORMAT, "fingerprint": run_fingerprint, "loop": s.state.to_json(), "run": checkpoint.run}
    path = folder / STATE_FILE
    save_file(arrays, path, metadata={"brightrun": json.dumps(header)})
    return path


def write_manifest(folder: Path, manifest: dict[str, Any]) -> Path:
    """Writes the manifest beside the files it names; without it they are no checkpoint."""
    path = folder / MANIFEST_FILE
    path.write_text(json.dumps(manifest, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return path


def verify_manifest(folder: Path) -> None:
    """Refuses a folder whose manifest is missing or torn, or whose files are missing or differ."""
    try:
        files = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))["files"]
        expected = {str(f["path"]): (int(f["bytes"]), str(f["sha256"])) for f in files}
    except FileNotFoundError:
        raise CheckpointRefused("it has no manifest") from None
    except (ValueError, KeyError, TypeError):
        raise CheckpointRefused("its manifest is torn") from None
    if STATE_FILE not in expected:
        raise CheckpointRefused(f"its manifest does not name {STATE_FILE}")
    for name, (size, sha256) in expected.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise CheckpointRefused(f"{name} is missing")
        if path.stat().st_size != size or file_sha256(path) != sha256:
            raise CheckpointRefused(f"{name} differs from its checksum")


def read_checkpoint(folder: Path, run_fingerprint: str) -> Checkpoint:
    """Reads a folder that `verify_manifest` accepts; refuses one of other data or settings."""
    verify_manifest(folder)
    try:
        with safe_open(folder / STATE_FILE, framework="numpy") as file:
            header = json.loads(file.metadata()["brightrun"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        state = LoopState(**header["loop"])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointRefused(f"its state cannot be read ({type(error).__name__})") from error
    if header["format"] != FORMAT or header["fingerprint"] != run_fingerprint:
        raise CheckpointRefused("it belongs to other data or settings")

    def part(name: str) -> Arrays:
        return {key.split("/", 1)[1]: value for key, value in tensors.items() if key.startswith(f"{name}/")}

    return Checkpoint(Snapshot(state, part("adapter"), part("optimizer"), part("best")), header["run"])
