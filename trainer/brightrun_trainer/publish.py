"""Writes the model's files, uploads them and, last of all, the manifest that makes them a model."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .backend import Arrays, LoraSettings
from .evaluation.before_after import Measured
from .export.published import write_model
from .model_card import model_card
from .spec import ExportProof, ModelManifest, ModelReference, RunSpec, TrainingFacts
from .uploads import Uploader
from .wire import camel, write

log = logging.getLogger("brightrun")


@dataclass(frozen=True)
class Published:
    """What a finished run has to show, and in which format (export/published.py)."""

    run: RunSpec
    settings: LoraSettings
    modules: list[str]
    adapter: Arrays
    model_dir: Path
    points: list[dict[str, Any]]
    measured: Measured
    form: str


def write_reports(published: Published, facts: TrainingFacts, proof: ExportProof | None, folder: Path) -> None:
    """What was measured, beside the model: for programs, and as the card for people."""
    p, m = published, published.measured
    lines = [json.dumps({camel(k): v for k, v in point.items()}, allow_nan=False) for point in p.points]
    (folder / "metrics.jsonl").write_text("".join(line + "\n" for line in lines) or "\n", encoding="utf-8")
    told = {
        "evaluation": write(m.evaluation), "samples": write(m.samples), "canaries": write(m.canaries),
        "memorisation": write(m.memorisation), "exportProof": write(proof),
    }
    (folder / "evaluation.json").write_text(json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    weights = sorted(path.name for path in folder.iterdir() if path.suffix in (".gguf", ".safetensors"))
    (folder / "README.md").write_text(model_card(p.run.spec, p.form, facts, m, proof, weights), encoding="utf-8")


def publish(
    published: Published, facts: Callable[[], TrainingFacts], folder: Path, uploader: Uploader,
    prove: Callable[[Path], ExportProof | None], publishing: Callable[[], None], now: Callable[[], str],
) -> str:
    """Writes everything, has it proven, uploads it and returns the manifest's VersionId. `facts` is
    asked twice: the card is written before the upload, the manifest after it and knows how long that took."""
    p, spec = published, published.run.spec
    write_model(folder, p.form, p.adapter, p.settings, p.modules, spec.base_model, p.model_dir, spec.job_name)
    proof = prove(folder)
    write_reports(p, facts(), proof, folder)
    files = sorted(path for path in folder.iterdir() if path.is_file())
    publishing()
    uploaded = uploader.upload_all([(file, f"final/{file.name}", f"final/{file.name}") for file in files])
    m = p.measured
    manifest = ModelManifest(
        job_id=spec.job_id, attempt=p.run.attempt, created_at=now(),
        base_model=ModelReference(spec.base_model.id, spec.base_model.source.revision),
        files=uploaded, training=facts(), samples=m.samples, dataset_sha256=spec.dataset.data.sha256,
        evaluation=m.evaluation, format=p.form, canaries=m.canaries, memorisation=m.memorisation, export_proof=proof,
    )
    path = folder.parent / "manifest.json"
    path.write_text(json.dumps(write(manifest), indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return uploader.upload(path, "manifest.json", "manifest.json").version_id
