"""A finished model's folder in the format that its job asks for, and the same folder loaded afresh."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..backend import Arrays, Backend, LoraSettings
from ..failures import RunFailure, classify
from ..peft_files import adapter_config, copy_tokenizer, read_adapter, read_scale, write_adapter
from ..row_forms import Turn, user
from ..spec import BaseModel, ExportProof
from .merged import write_merged
from .proof import (
    COARSE_DRIFT, EXACT_DRIFT, QUANTIZED_DRIFT, ROUNDED_DRIFT, Prompted, is_coarse, prove, references, templates_equal,
)
from .tensor_files import TensorsUnreadable, float32_of, rounded

#: As contracts/model-format.ts has them.
ADAPTER, ADAPTER_BF16, MERGED = "peft", "peft-bf16", "merged-safetensors"

#: The number format of an adapter's file.
DTYPES = {ADAPTER: "F32", ADAPTER_BF16: "BF16"}

#: What a whole model needs besides weights and tokenizer.
MODEL_FILES = ("config.json", "generation_config.json")

#: Written by every tokenizer, also where a run has no prompt of its own to try it with.
_PLAIN_CHAT = (user("What is the capital of Kenya?"),)


def write_model(
    folder: Path, form: str, adapter: Arrays, settings: LoraSettings, modules: list[str], base: BaseModel, model_dir: Path
) -> None:
    """Weights, configuration and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
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
    chats: Sequence[Sequence[Turn]],
) -> ExportProof:
    """Compares the folder with the model that `backend` holds, which is left with the published files:
    an adapter read back, or the merged model instead of its base. Raises `export-failed`."""
    known = references(cases, backend.logits)
    same_template = templates_equal(folder, tokenizer, [*chats, _PLAIN_CHAT])
    try:
        if form == MERGED:
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
    return prove(known, backend.logits, _tolerance(form, settings, is_coarse(known)), same_template)


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
    if form == MERGED and settings.quantization != "none":
        return QUANTIZED_DRIFT
    if coarse:
        return COARSE_DRIFT
    return EXACT_DRIFT if form == ADAPTER else ROUNDED_DRIFT
