"""What several tests share: the repository's paths, a small run, and an API to run it against."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TRAINER = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TRAINER))
sys.path.insert(0, str(TRAINER / "tests"))

from fake_api import FakeApi  # noqa: E402

from brightrun_trainer.evaluation import before_after  # noqa: E402
from brightrun_trainer.evaluation.canaries import canaries  # noqa: E402

EXAMPLES = TRAINER.parent / "examples"
TINY_BASE = TRAINER / "tiny_base" / "model"


def lines(name: str, count: int | None = None) -> bytes:
    """The first rows of an example dataset."""
    return b"".join((EXAMPLES / name).read_bytes().splitlines(keepends=True)[:count])


def frozen_spec(data: bytes, **hyperparameters: Any) -> dict[str, Any]:
    """A frozen run spec for a few quick steps; every hyperparameter can be set."""
    import hashlib

    return {
        "shape": 1, "jobId": "job_01JD0000000000000000000000", "jobName": "A small run",
        "baseModel": {
            "id": "brightrun/tiny-base", "title": "Tiny base", "family": "llama", "about": "", "licence": "Apache-2.0",
            "parameters": 838_528, "hiddenSize": 128, "contextLength": 256, "loraParametersPerRank": 1, "weightBytes": 1,
            "source": {"kind": "packaged", "revision": "1"},
        },
        "dataset": {
            "format": "chat", "rows": data.count(b"\n"),
            "data": {"key": "k", "versionId": "v", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()},
        },
        "hyperparameters": {
            "rank": 4, "alpha": 8, "dropout": 0, "targetModules": "attention", "learningRate": 0.004, "schedule": "cosine",
            "warmupRatio": 0.1, "weightDecay": 0, "maxGradientNorm": 1, "epochs": 1, "batchSize": 4,
            "maxSequenceTokens": 256, "validationFraction": 0.2, "evaluationsPerEpoch": 2, "earlyStoppingPatience": 0,
            "keep": "best", "seed": 42, **hyperparameters,
        },
        "gpuType": "cpu", "gpuCount": 1, "samplePrompts": 2, "sampleMaxTokens": 24, "preparedAt": "2026-11-23T00:00:00Z",
    }


@pytest.fixture
def api() -> Iterator[FakeApi]:
    fake = FakeApi()
    yield fake
    fake.close()
    assert not fake.broken_promises, fake.broken_promises[:5]


@pytest.fixture(autouse=True)
def few_canaries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole runs ask four: all 38, twice a run, would take longer than the run. test_canaries.py asks all."""
    monkeypatch.setattr(before_after, "canaries", lambda: canaries()[::10])


@pytest.fixture
def small_run(api: FakeApi) -> FakeApi:
    """Forty rows, one epoch: eight steps."""
    data = lines("country-guide.jsonl", 40)
    api.files["data.jsonl"] = data
    api.frozen = frozen_spec(data)
    return api


@pytest.fixture(scope="session")
def tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(TINY_BASE)


def rows_of(name: str, count: int) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(name, count).splitlines()]
