"""A finished model's folder in the format that its job asks for, and the same folder loaded afresh."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..backend import Arrays, Backend, LoraSettings
from ..failures import RunFailure, classify
from ..peft_files import adapter_config, copy_tokenizer, read_adapter, read_scale, write_adapter
from ..row_forms import Turn, user
from ..spec import BaseModel, ExportProof
from .merged import room_to_merge, write_merged
from .proof import (
    COARSE_DRIFT, EXACT_DRIFT, QUANTIZED_DRIFT, ROUNDED_DRIFT, Prompted, is_coarse, prove, references, templates_equal,
)
from .tensor_files import TensorsUnreadable, float32_of, rounded

#: As contracts/model-format.ts has them.
ADAPTER, ADAPTER_BF16, MERGED = "peft", "peft-bf16", "merged-safetensors"
GGUF, GGUF_Q8_0 = "gguf", "gguf-q8_0"
GGUFS = (GGUF, GGUF_Q8_0)
#: With the adapter added to the base's weights.
WHOLE_MODELS = (MERGED, *GGUFS)

#: The number format of an adapter's file.
DTYPES = {ADAPTER: "F32", ADAPTER_BF16: "BF16"}

#: What a whole model needs besides weights and tokenizer.
MODEL_FILES = ("config.json", "generation_config.json")

#: Written by every tokenizer, also where a run has no prompt of its own to try it with.
_PLAIN_CHAT = (user("What is the capital of Kenya?"),)


@dataclass(frozen=True)
class Room:
    """Bytes of a whole model: what is written while it is made and proven, and what is uploaded of that."""

    written: int = 0
    uploaded: int = 0


def room_for_whole(form: str, model_dir: Path, workdir: Path, tokenizer: Any) -> Room:
    """Raises before anything is trained where the model cannot be had in this format here, or the disk is too full."""
    if form not in GGUFS:
        merged = room_to_merge(model_dir, workdir)
        return Room(merged, merged)
    from .llama_cpp.base import llama_cpp_base
    from .llama_cpp.gguf_file import gguf_bytes
    from .llama_cpp.refusal import refused

    base = llama_cpp_base(model_dir)
    if base.vocabulary.special.chat_template != tokenizer.chat_template:
        raise refused("has two chat templates")
    uploaded = gguf_bytes(base, form == GGUF_Q8_0)
    # For the proof the file is made a model folder again.
    return Room(uploaded + room_to_merge(model_dir, workdir, uploaded), uploaded)


def write_model(
    folder: Path, form: str, adapter: Arrays, settings: LoraSettings, modules: list[str], base: BaseModel, model_dir: Path,
    title: str = "",
) -> None:
    """Weights, configuration and tokenizer; a GGUF is all of it in one."""
    folder.mkdir(parents=True, exist_ok=True)
    if form in GGUFS:
        from .llama_cpp.base import llama_cpp_base
        from .llama_cpp.gguf_file import write_gguf

        write_gguf(folder, llama_cpp_base(model_dir), adapter, settings, form == GGUF_Q8_0, title, base)
        return
    copy_tokenizer(model_dir, folder)
    if form == MERGED:
        write_merged(folder, model_dir, adapter, settings)
        for name in MODEL_FILES:
            if (model_dir / name).is_file():
                shutil.copyfile(model_dir / name, folder / name)
        return
    source = base.source
    name, revision = (source.repository, source.revision) if source.repository else (base.id, None)
    write_adapter(folder, adapter, adapter_config(settings, modules, name, revision), DTYPES[form])


def prove_model(
    folder: Path, form: str, backend: Backend, settings: LoraSettings, tokenizer: Any, cases: Sequence[Prompted],
    chats: Sequence[Sequence[Turn]], model_dir: Path,
) -> ExportProof:
    """Compares the folder with the model that `backend` holds, which is left with the published files:
    an adapter read back, or the whole model instead of its base. Raises `export-failed`."""
    known = references(cases, backend.logits)
    with ExitStack() as until_proven:
        if form in GGUFS:
            readable = Path(until_proven.enter_context(TemporaryDirectory(dir=folder.parent, prefix="read-back-")))
            _read_back(folder, model_dir, tokenizer, readable)
        else:
            readable = folder
        same_template = templates_equal(readable, tokenizer, [*chats, _PLAIN_CHAT])
        _load(readable, form, backend, settings)
        return prove(known, backend.logits, _tolerance(form, settings, is_coarse(known)), same_template)


def _read_back(folder: Path, model_dir: Path, tokenizer: Any, target: Path) -> None:
    from .llama_cpp.base import llama_cpp_base
    from .llama_cpp.read_back import read_back

    read_back(folder, llama_cpp_base(model_dir), model_dir, tokenizer.chat_template, target)


def _load(folder: Path, form: str, backend: Backend, settings: LoraSettings) -> None:
    try:
        if form in WHOLE_MODELS:
            backend.reload(folder)
        else:
            backend.load_adapter(_same_adapter(folder, form, backend.adapter(), settings))
    except (TensorsUnreadable, ValueError, KeyError, RuntimeError, OSError) as error:
        if classify(error).code != "trainer-crashed":
            raise  # no memory or no disk: says nothing about the files
        raise RunFailure("export-failed", f"The published files cannot be loaded: {str(error)[:200]}") from error
    except RunFailure as failure:
        if failure.code != "base-model-invalid":
            raise
        raise RunFailure("export-failed", f"The merged model cannot be loaded: {failure.message[:200]}") from failure


def _same_adapter(folder: Path, form: str, trained: Arrays, settings: LoraSettings) -> Arrays:
    """The adapter of a folder, which is the trained one to the last bit that its number format keeps."""
    if not math.isclose(read_scale(folder), settings.scale, rel_tol=1e-6):
        raise RunFailure("export-failed", "The published adapter_config.json has another scale than the run trained with.")
    found = read_adapter(folder)
    for name, value in trained.items():
        kept = float32_of(rounded(value, DTYPES[form]), DTYPES[form]).reshape(value.shape)
        if name not in found or not np.array_equal(found[name], kept):
            raise RunFailure("export-failed", f"The published adapter differs from the trained one in {name}.")
    return found


def _tolerance(form: str, settings: LoraSettings, coarse: bool) -> float:
    if form in WHOLE_MODELS and settings.quantization != "none":
        return QUANTIZED_DRIFT
    if coarse:
        return COARSE_DRIFT
    return EXACT_DRIFT if form == ADAPTER else ROUNDED_DRIFT
