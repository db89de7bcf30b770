"""The trainer's dataclasses say what contracts/ says; the fake API checks every call of every run."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import pytest
from conftest import TRAINER, frozen_spec
from contract_schema import CONTRACT, faults

from brightrun_trainer import spec
from brightrun_trainer.company.machines import WANTED, Wanted, wanted_machines
from brightrun_trainer.logtail import TAIL_BYTES
from brightrun_trainer.reporter import FINDINGS_PER_BATCH, POINTS_PER_BATCH
from brightrun_trainer.spec import Hyperparameters
from brightrun_trainer.wire import camel, read


def properties(schema: dict[str, Any], *path: str) -> tuple[set[str], set[str]]:
    """Names and required names of the object that `path` leads to."""
    root, at = schema, schema
    for name in ("", *path):
        at = at["properties"][name] if name else at
        while "$ref" in at or "anyOf" in at or "items" in at or "oneOf" in at:
            if "$ref" in at:
                at = root["$defs"][at["$ref"].rsplit("/", 1)[-1]]
            elif "items" in at:
                at = at["items"]
            elif "oneOf" in at:
                every = [properties({**option, "$defs": root.get("$defs", {})}) for option in at["oneOf"]]
                return set.union(*(n for n, _ in every)), set.intersection(*(r for _, r in every))
            else:
                at = next(option for option in at["anyOf"] if option.get("type") != "null")
    return set(at["properties"]), set(at.get("required", []))


RUN, MODEL, CHECKPOINT = (CONTRACT["schemas"][n] for n in ("RunSpec", "ModelManifest", "CheckpointManifest"))
PROGRESS = CONTRACT["operations"]["reportProgress"]["body"]

def test_what_submit_run_tells_of_further_machines_is_what_the_trainer_asks_for() -> None:
    told = {"further": 3, "each": {"CPU": 96, "GPU": 8, "memory": 824_633_720_832}}
    assert faults(CONTRACT["schemas"]["FurtherMachines"], told) == []
    assert wanted_machines({WANTED: json.dumps(told)}) == Wanted(**told)
    assert wanted_machines({}) is None


READ = [
    (spec.RunSpec, RUN, ()), (spec.FrozenRunSpec, RUN, ("spec",)), (spec.Hyperparameters, RUN, ("spec", "hyperparameters")),
    (spec.BaseModel, RUN, ("spec", "baseModel")), (spec.ModelSource, RUN, ("spec", "baseModel", "source")),
    (spec.DatasetSpec, RUN, ("spec", "dataset")), (spec.StoredFile, RUN, ("spec", "dataset", "data")),
    (spec.DatasetFiles, RUN, ("files",)), (spec.FileToFetch, RUN, ("files", "data")), (spec.Resume, RUN, ("resume",)),
]
WRITTEN = [
    (spec.ModelManifest, MODEL, ()), (spec.ManifestFile, MODEL, ("files",)), (spec.TrainingFacts, MODEL, ("training",)),
    (spec.Evaluation, MODEL, ("evaluation",)), (spec.EvaluationScore, MODEL, ("evaluation", "base")),
    (spec.Interval, MODEL, ("evaluation", "difference")), (spec.Canaries, MODEL, ("canaries",)),
    (spec.CanaryGroup, MODEL, ("canaries", "groups")), (spec.Memorisation, MODEL, ("memorisation",)),
    (spec.ExportProof, MODEL, ("exportProof",)), (spec.Sample, MODEL, ("samples",)),
    (spec.Message, MODEL, ("samples", "messages")), (spec.ModelReference, MODEL, ("baseModel",)),
    (spec.CheckpointManifest, CHECKPOINT, ()), (spec.ProgressReport, PROGRESS, ()), (spec.MetricPoint, PROGRESS, ("points",)),
]


def names_of(cls: type) -> tuple[set[str], set[str]]:
    """Field names on the wire, and those without a default."""
    fields = dataclasses.fields(cls)
    bare = {camel(f.name) for f in fields if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING}
    return {camel(f.name) for f in fields}, bare


@pytest.mark.parametrize(("cls", "schema", "path"), READ, ids=lambda v: getattr(v, "__name__", ""))
def test_what_is_read_exists_and_what_is_needed_is_always_there(cls: type, schema: dict[str, Any], path: tuple[str, ...]) -> None:
    names, bare = names_of(cls)
    known, required = properties(schema, *path)
    assert names <= known and bare <= required


def test_every_hyperparameter_of_the_contract_is_obeyed_by_a_field() -> None:
    assert names_of(spec.Hyperparameters)[0] == properties(RUN, "spec", "hyperparameters")[0]


@pytest.mark.parametrize(("cls", "schema", "path"), WRITTEN, ids=lambda v: getattr(v, "__name__", ""))
def test_what_is_written_is_known_and_nothing_required_is_missing(cls: type, schema: dict[str, Any], path: tuple[str, ...]) -> None:
    names, _ = names_of(cls)
    known, required = properties(schema, *path)
    assert names <= known and required <= names


def test_every_phase_and_failure_code_in_the_source_is_the_contracts() -> None:
    source = "".join(p.read_text() for p in (TRAINER / "brightrun_trainer").rglob("*.py"))
    codes = set(re.findall(r'RunFailure\(\s*"([a-z-]+)"', source))
    assert codes and codes <= set(CONTRACT["failures"])
    phases = set(re.findall(r'(?:_enter|reporter\.phase)\("([a-z-]+)"\)', source))
    assert phases and phases <= set(CONTRACT["phases"])
    assert set(CONTRACT["phases"]) - phases == {"starting"}, "a run starts in that one"


def test_limits_of_a_report_lie_under_the_contracts() -> None:
    assert CONTRACT["limits"]["pointsPerBatch"] >= POINTS_PER_BATCH
    assert CONTRACT["limits"]["logTailBytes"] >= TAIL_BYTES
    assert PROGRESS["properties"]["findings"]["maxItems"] >= FINDINGS_PER_BATCH


def test_the_schema_reader_sees_faults() -> None:
    body = CONTRACT["operations"]["completeRun"]["body"]
    assert not faults(body, {"outcome": "stopped"})
    assert faults(body, {"outcome": "stopped", "more": 1})
    assert faults(body, {"outcome": "failed", "failure": {"code": "no-such-code", "detail": ""}})
    assert faults(PROGRESS, {"batch": 0})


def test_a_checkpoint_of_before_a_hyperparameter_came_is_its_own_run_s_still() -> None:
    given = frozen_spec(b"{}")["hyperparameters"]
    before = read(Hyperparameters, given)
    assert "variant" not in before.for_fingerprint() and "quantization" not in before.for_fingerprint()
    assert before.for_fingerprint() == read(Hyperparameters, {**given, "variant": "lora"}).for_fingerprint()
    assert before.for_fingerprint() != read(Hyperparameters, {**given, "variant": "rslora"}).for_fingerprint()
    assert before.for_fingerprint() != read(Hyperparameters, {**given, "seed": 1}).for_fingerprint()
