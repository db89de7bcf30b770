"""Finds the base model's folder: packaged, in the cluster's own folder, or on the hub at a pinned revision."""

from __future__ import annotations

import json
from pathlib import Path

from .failures import RunFailure
from .spec import BaseModel

TINY_BASE = "brightrun/tiny-base"
#: What is fetched from a hub: weights as safetensors only, never code.
HUB_PATTERNS = ["*.safetensors", "*.safetensors.index.json", "*.json", "tokenizer.model", "*.txt", "*.jinja"]


def tiny_base_folder() -> Path:
    """Installed, it lies in a package of data beside this one; in the source tree, in tiny_base/."""
    package = Path(__file__).resolve().parent
    for folder in (package.parent / "brightrun_tiny_base", package.parent / "tiny_base" / "model"):
        if (folder / "config.json").is_file():
            return folder
    raise RunFailure("base-model-not-found", "The trainer was installed without its tiny base model.")


def check_folder(folder: Path, model_id: str) -> Path:
    """Refuses a folder that is not a whole model in Hugging Face layout with safetensors weights."""
    if not (folder / "config.json").is_file():
        raise RunFailure("base-model-not-found", f"The base model {model_id} is not in the cluster's folder of models.")
    try:
        json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunFailure("base-model-invalid", f"The config.json of {model_id} is damaged.") from error
    if not list(folder.glob("*.safetensors")):
        raise RunFailure("base-model-invalid", f"The base model {model_id} has no safetensors weights; other formats are not loaded.")
    return folder


def find_base_model(model: BaseModel, models_dir: str | None) -> Path:
    """The folder of `model`. `models_dir` holds local models as `<id>` or, flat, `<organisation>--<name>`."""
    if models_dir:
        root = Path(models_dir)
        for name in (model.id, model.id.replace("/", "--")):
            folder = (root / name).resolve()
            if folder.is_dir() and root.resolve() in folder.parents:
                return check_folder(folder, model.id)
    if model.id == TINY_BASE:
        return check_folder(tiny_base_folder(), model.id)
    if model.source.kind == "hub" and model.source.repository:
        return _from_hub(model)
    raise RunFailure("base-model-not-found", f"The base model {model.id} is not in the cluster's folder of models.")


def _from_hub(model: BaseModel) -> Path:
    from huggingface_hub import snapshot_download

    try:
        folder = snapshot_download(model.source.repository, revision=model.source.revision, allow_patterns=HUB_PATTERNS)
    except OSError as error:
        if error.errno is not None:
            raise  # a full disk has its own failure class
        raise RunFailure("base-model-not-found", f"The base model {model.id} could not be fetched at its pinned revision ({type(error).__name__}).") from error
    except Exception as error:
        raise RunFailure("base-model-not-found", f"The base model {model.id} could not be fetched at its pinned revision ({type(error).__name__}).") from error
    return check_folder(Path(folder), model.id)
