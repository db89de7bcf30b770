"""Writes the model's files, uploads them and, last of all, the manifest that makes them a model."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .backend import Arrays, LoraSettings
from .model_card import model_card
from .peft_files import adapter_config, copy_tokenizer, write_adapter
from .spec import Evaluation, ModelManifest, ModelReference, RunSpec, Sample, TrainingFacts
from .uploads import Uploader
from .wire import camel, write

log = logging.getLogger("brightrun")


@dataclass(frozen=True)
class Published:
    """What a finished run has to show."""

    run: RunSpec
    settings: LoraSettings
    modules: list[str]
    adapter: Arrays
    model_dir: Path
    points: list[dict[str, Any]]
    evaluation: Evaluation | None
    samples: list[Sample]


def write_files(published: Published, facts: TrainingFacts, folder: Path) -> list[Path]:
    """All files of the model but its manifest, in a stable order."""
    p, spec = published, published.run.spec
    source = spec.base_model.source
    name, revision = (source.repository, source.revision) if source.repository else (spec.base_model.id, None)
    write_adapter(folder, p.adapter, adapter_config(p.settings, p.modules, name, revision))
    copy_tokenizer(p.model_dir, folder)
    lines = [json.dumps({camel(k): v for k, v in point.items()}, allow_nan=False) for point in p.points]
    (folder / "metrics.jsonl").write_text("".join(line + "\n" for line in lines) or "\n", encoding="utf-8")
    told = {"evaluation": write(p.evaluation), "samples": write(p.samples)}
    (folder / "evaluation.json").write_text(json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(model_card(spec, facts, p.evaluation, p.samples), encoding="utf-8")
    return sorted(path for path in folder.iterdir() if path.is_file())


def publish(
    published: Published, facts: Callable[[], TrainingFacts], folder: Path, uploader: Uploader,
    publishing: Callable[[], None], now: Callable[[], str],
) -> str:
    """Uploads everything and returns the manifest's VersionId. `facts` is asked twice: the card is
    written before the upload, the manifest after it and knows how long that took."""
    run = published.run
    files = write_files(published, facts(), folder)
    publishing()
    uploaded = uploader.upload_all([(file, f"final/{file.name}", f"final/{file.name}") for file in files])
    manifest = ModelManifest(
        job_id=run.spec.job_id, attempt=run.attempt, created_at=now(),
        base_model=ModelReference(run.spec.base_model.id, run.spec.base_model.source.revision),
        files=uploaded, training=facts(), samples=published.samples,
        dataset_sha256=run.spec.dataset.data.sha256, evaluation=published.evaluation, format="peft",
    )
    path = folder.parent / "manifest.json"
    path.write_text(json.dumps(write(manifest), indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return uploader.upload(path, "manifest.json", "manifest.json").version_id
