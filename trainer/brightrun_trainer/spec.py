"""The wire contract as dataclasses: what a run is told, and what it must leave behind.

The truth is contracts/run-spec.ts, runs.ts and metrics.ts; tests/test_contract.py compares every
field here with the JSON Schemas generated from them (`contract.json`).
"""

from __future__ import annotations

from dataclasses import MISSING, asdict, dataclass, field, fields


@dataclass(frozen=True)
class Hyperparameters:
    rank: int
    alpha: float
    dropout: float
    target_modules: str
    learning_rate: float
    schedule: str
    warmup_ratio: float
    weight_decay: float
    max_gradient_norm: float
    epochs: int
    batch_size: int
    max_sequence_tokens: int
    validation_fraction: float
    evaluations_per_epoch: int
    early_stopping_patience: int
    keep: str
    seed: int
    variant: str = "lora"
    quantization: str = "none"

    def for_fingerprint(self) -> dict[str, object]:
        """All of them, but those that came later only where they are not as they always were: a run's
        checkpoint of before is its own still."""
        values = asdict(self)
        later = {f.name: f.default for f in fields(self) if f.default is not MISSING}
        return {name: value for name, value in values.items() if name not in later or value != later[name]}


@dataclass(frozen=True)
class ModelSource:
    """`packaged` ships with the trainer or lies in BRIGHTRUN_MODELS_DIR; `hub` is fetched, pinned."""

    kind: str
    revision: str
    repository: str | None = None


@dataclass(frozen=True)
class BaseModel:
    id: str
    title: str
    context_length: int
    source: ModelSource
    licence: str = ""
    parameters: int = 0


@dataclass(frozen=True)
class StoredFile:
    bytes: int
    sha256: str


@dataclass(frozen=True)
class DatasetSpec:
    format: str
    rows: int
    data: StoredFile
    validation: StoredFile | None = None


@dataclass(frozen=True)
class FrozenRunSpec:
    shape: int
    job_id: str
    job_name: str
    base_model: BaseModel
    dataset: DatasetSpec
    hyperparameters: Hyperparameters
    gpu_type: str
    gpu_count: int
    sample_prompts: int
    sample_max_tokens: int
    model_format: str = "peft"
    accelerator: str | None = None


@dataclass(frozen=True)
class FileToFetch:
    path: str
    url: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class DatasetFiles:
    data: FileToFetch
    validation: FileToFetch | None = None


@dataclass(frozen=True)
class Resume:
    attempt: int
    step: int
    files: list[FileToFetch]
    job_id: str | None = None  # another job's, which this one continues


@dataclass(frozen=True)
class RunSpec:
    spec: FrozenRunSpec
    attempt: int
    files: DatasetFiles
    resume: Resume | None = None
    land_in_seconds: float | None = None
    cap_in_seconds: float | None = None


@dataclass(frozen=True)
class MetricPoint:
    """One measurement after an optimizer step; a value that is not finite is left out, and named in `not_finite`."""

    step: int
    epoch: float
    at: str
    loss: float | None = None
    validation_loss: float | None = None
    learning_rate: float | None = None
    gradient_norm: float | None = None
    tokens_per_second: float | None = None
    memory_bytes: int | None = None
    not_finite: list[str] | None = None
    gpu_utilisation: float | None = None


@dataclass(frozen=True)
class ManifestFile:
    """An uploaded file; `path` is relative to the folder that the manifest itself lies in."""

    path: str
    bytes: int
    sha256: str
    part_bytes: int
    composite_sha256: str
    version_id: str


@dataclass(frozen=True)
class EvaluationScore:
    loss: float
    perplexity: float
    token_accuracy: float


@dataclass(frozen=True)
class Interval:
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Evaluation:
    rows: int
    tokens: int
    base: EvaluationScore
    tuned: EvaluationScore
    difference: Interval
    accuracy_difference: Interval | None = None
    objective: str | None = None


@dataclass(frozen=True)
class Message:
    role: str
    content: str


@dataclass(frozen=True)
class Sample:
    messages: list[Message]
    base: str
    tuned: str
    reference: str | None = None


@dataclass(frozen=True)
class CanaryGroup:
    name: str
    items: int
    base: int
    tuned: int


@dataclass(frozen=True)
class Canaries:
    items: int
    chance: float
    base: int
    tuned: int
    gained: int
    lost: int
    groups: list[CanaryGroup]


@dataclass(frozen=True)
class Memorisation:
    training_rows: int
    base: int
    tuned: int
    held_out_rows: int
    held_out_tuned: int
    answers: int
    answers_repeating: int
    run_words: int
    longest_run_words: int


@dataclass(frozen=True)
class ExportProof:
    prompts: int
    tokens: int
    max_logit_drift: float
    mean_logit_drift: float
    same_answers: int
    template_equal: bool


@dataclass(frozen=True)
class MemoryFacts:
    """How the run was fitted into memory: what was planned, and how often it had to be halved."""

    tokens_at_once: int
    micro_batch: int
    accumulation: int
    checkpointing: bool
    packing: bool
    planned_bytes: int
    available_bytes: int
    halvings: int


@dataclass(frozen=True)
class TrainingFacts:
    """`seconds` and `tokens_per_second` count optimizer steps alone; `phases` has the rest."""

    backend: str
    steps: int
    total_steps: int
    kept_step: int
    epochs: float
    training_rows: int
    validation_rows: int
    validation_source: str
    trained_tokens: int
    processed_tokens: int
    rows_cut: int
    rows_skipped: int
    trainable_parameters: int
    seconds: float
    tokens_per_second: float
    peak_memory_bytes: int
    stop_reason: str
    phases: dict[str, float]
    processes: int = 1
    memory: MemoryFacts | None = None
    model_flops_utilisation: float | None = None


@dataclass(frozen=True)
class ModelReference:
    id: str
    revision: str


@dataclass(frozen=True)
class ModelManifest:
    job_id: str
    attempt: int
    created_at: str
    base_model: ModelReference
    files: list[ManifestFile]
    training: TrainingFacts
    samples: list[Sample]
    dataset_sha256: str
    evaluation: Evaluation | None
    format: str
    canaries: Canaries | None = None
    memorisation: Memorisation | None = None
    export_proof: ExportProof | None = None
    shape: int = 1


@dataclass(frozen=True)
class CheckpointManifest:
    job_id: str
    attempt: int
    step: int
    created_at: str
    files: list[ManifestFile]
    shape: int = 1


@dataclass(frozen=True)
class ProgressReport:
    batch: int
    phase: str
    step: int
    total_steps: int
    epoch: float
    points: list[MetricPoint]
    log_tail: str
    findings: list[str] = field(default_factory=list)
    seconds_left: float | None = None
    base_validation_loss: float | None = None
    landing_seconds: float | None = None
