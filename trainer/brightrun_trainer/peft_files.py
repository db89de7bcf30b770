"""Writes an adapter in the form that peft loads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from .backend import Arrays, LoraSettings

TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "merges.txt", "tokenizer.model", "chat_template.jinja",
)


def peft_tensors(adapter: Arrays) -> Arrays:
    """`x.lora_a` [in, r] becomes `base_model.model.x.lora_A.weight` [r, in], likewise B [out, r]."""
    letters = {"lora_a": "lora_A", "lora_b": "lora_B"}
    tensors: Arrays = {}
    for name, value in adapter.items():
        module, matrix = name.rsplit(".", 1)
        tensors[f"base_model.model.{module}.{letters[matrix]}.weight"] = np.ascontiguousarray(value.T)
    return tensors


def adapter_config(settings: LoraSettings, modules: list[str], base_model: str, revision: str | None) -> dict[str, object]:
    """peft's own description. Its scale is `lora_alpha / r`, the same as ours."""
    return {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base_model,
        "revision": revision, "inference_mode": True, "r": settings.rank, "lora_alpha": settings.alpha,
        "lora_dropout": settings.dropout, "target_modules": sorted({m.rsplit(".", 1)[-1] for m in modules}),
        "bias": "none", "fan_in_fan_out": False, "use_rslora": False, "use_dora": False,
        "init_lora_weights": True, "modules_to_save": None, "layers_to_transform": None,
        "layers_pattern": None, "rank_pattern": {}, "alpha_pattern": {},
    }


def write_adapter(folder: Path, adapter: Arrays, config: dict[str, object]) -> None:
    """`adapter_model.safetensors` and `adapter_config.json`. Equal tensors give equal bytes: one
    metadata entry only, because safetensors writes several in an order of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(peft_tensors(adapter), folder / "adapter_model.safetensors", metadata={"format": "pt"})
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def copy_tokenizer(model_dir: Path, folder: Path) -> None:
    """The base model's tokenizer as it is: the adapter was trained with exactly this one."""
    for name in TOKENIZER_FILES:
        if (model_dir / name).is_file():
            shutil.copyfile(model_dir / name, folder / name)
