"""Writes an adapter in the form that peft loads, and reads it back."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np

from .backend import Arrays, LoraSettings
from .export.tensor_files import tensors_in, to_write, write_tensors

ADAPTER_FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"

TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "merges.txt", "tokenizer.model", "chat_template.jinja",
)


_PREFIX = "base_model.model."
#: Our names of a module's parts and peft's; the matrices are transposed between the two.
_PARTS = {"lora_a": "lora_A.weight", "lora_b": "lora_B.weight", "magnitude": "lora_magnitude_vector"}


def peft_tensors(adapter: Arrays) -> Arrays:
    """`x.lora_a` [in, r] becomes `base_model.model.x.lora_A.weight` [r, in], likewise B [out, r];
    DoRA's magnitude [out] keeps its form."""
    tensors: Arrays = {}
    for name, value in adapter.items():
        module, part = name.rsplit(".", 1)
        tensors[f"{_PREFIX}{module}.{_PARTS[part]}"] = np.ascontiguousarray(value.T)
    return tensors


def read_adapter(folder: Path) -> Arrays:
    """The adapter of a folder that `write_adapter` wrote, in float32 and by our names. Raises
    `TensorsUnreadable` or KeyError where it is something else."""
    ours = {theirs: part for part, theirs in _PARTS.items()}
    adapter: Arrays = {}
    for name, tensor in tensors_in(folder / ADAPTER_FILE).items():
        module, theirs = name.removeprefix(_PREFIX).split(".lora_", 1)
        adapter[f"{module}.{ours[f'lora_{theirs}']}"] = np.ascontiguousarray(tensor.float32().T)
    return adapter


def read_scale(folder: Path) -> float:
    """What `adapter_config.json` says the update is multiplied by."""
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    rank = float(config["r"])
    return float(config["lora_alpha"]) / (math.sqrt(rank) if config["use_rslora"] else rank)


def adapter_config(settings: LoraSettings, modules: list[str], base_model: str, revision: str | None) -> dict[str, object]:
    """peft's own description. Its scale is `lora_alpha / r`, or by the root of r, the same as ours."""
    return {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base_model,
        "revision": revision, "inference_mode": True, "r": settings.rank, "lora_alpha": settings.alpha,
        "lora_dropout": settings.dropout, "target_modules": sorted({m.rsplit(".", 1)[-1] for m in modules}),
        "bias": "none", "fan_in_fan_out": False, "use_rslora": settings.variant == "rslora", "use_dora": settings.variant == "dora",
        "init_lora_weights": True, "modules_to_save": None, "layers_to_transform": None,
        "layers_pattern": None, "rank_pattern": {}, "alpha_pattern": {},
    }


def write_adapter(folder: Path, adapter: Arrays, config: dict[str, object], dtype: str = "F32") -> None:
    """`adapter_model.safetensors` in F32 or BF16, and `adapter_config.json`. Equal tensors give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tensors(folder / ADAPTER_FILE, to_write(peft_tensors(adapter), dtype))
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def copy_tokenizer(model_dir: Path, folder: Path) -> None:
    """The base model's tokenizer as it is: the adapter was trained with exactly this one."""
    for name in TOKENIZER_FILES:
        if (model_dir / name).is_file():
            shutil.copyfile(model_dir / name, folder / name)
