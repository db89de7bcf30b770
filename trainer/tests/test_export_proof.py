"""What is published is loaded from the disk again, and is refused where it is not the trained model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TINY_BASE, frozen_spec, lines
from fake_api import FakeApi
from safetensors.numpy import load
from test_whole_run import do, manifest_of

from brightrun_trainer.backend import Backend, LoraSettings, end_tokens
from brightrun_trainer.choose_backend import open_backend
from brightrun_trainer.dataset import read_rows
from brightrun_trainer.export import merged, published
from brightrun_trainer.export.proof import Prompted, Reference, is_coarse, prompted
from brightrun_trainer.export.published import prove_model, write_model
from brightrun_trainer.export.tensor_files import float32_of, rounded, tensors_in
from brightrun_trainer.failures import RunFailure
from brightrun_trainer.main import EXIT_DONE, EXIT_FAILED
from brightrun_trainer.masking import encode_rows
from brightrun_trainer.spec import BaseModel, ExportProof, ModelSource

SETTINGS = LoraSettings(rank=4, alpha=8.0, dropout=0.0, target_modules="all-linear", weight_decay=0.0, max_gradient_norm=1.0, seed=3)
BASE = BaseModel("brightrun/tiny-base", "Tiny base", 256, ModelSource("packaged", "1"))
FORMATS = ("peft", "peft-bf16", "merged-safetensors", "gguf", "gguf-q8_0")


class Trained:
    """A few steps on the country guide, and what may be asked of it."""

    def __init__(self, tokenizer: Any, backend: str = "mlx_lora", steps: int = 30, settings: LoraSettings = SETTINGS) -> None:
        self.tokenizer, self.settings = tokenizer, settings
        samples = encode_rows(tokenizer, read_rows(TINY_BASE.parent.parent.parent / "examples" / "country-guide.jsonl").rows[:160], 256).samples
        self.backend: Backend = open_backend(backend, TINY_BASE, settings, end_tokens(TINY_BASE, tokenizer))
        for step in range(steps):
            self.backend.step(samples[step * 4 % 120 : step * 4 % 120 + 4], 4e-3, step)
        self.adapter = self.backend.adapter()
        self.cases: list[Prompted] = []
        for sample in samples[120:124]:
            prompt = sample.ids[: sample.learned.index(True)]
            self.cases.append(prompted(prompt, self.backend.generate(prompt, 24)))

    def write(self, folder: Path, form: str) -> Path:
        write_model(folder, form, self.adapter, self.settings, self.backend.modules, BASE, TINY_BASE)
        return folder

    def prove(self, folder: Path, form: str) -> ExportProof:
        return prove_model(folder, form, self.backend, self.settings, self.tokenizer, self.cases, [], TINY_BASE)


@pytest.fixture(scope="module")
def adapted(tokenizer: Any) -> Trained:
    """Left as it is by the proof of an adapter; a merged model takes its place in the backend."""
    return Trained(tokenizer)


# What is whole ----------------------------------------------------------------------


def test_an_adapter_in_float32_comes_back_without_any_drift(adapted: Trained, tmp_path: Path) -> None:
    proof = adapted.prove(adapted.write(tmp_path, "peft"), "peft")
    assert (proof.max_logit_drift, proof.mean_logit_drift) == (0.0, 0.0)
    assert proof.same_answers == proof.prompts == 4 and proof.tokens > 20 and proof.template_equal


def test_an_adapter_in_bf16_is_half_as_large_and_drifts_by_what_rounding_costs(adapted: Trained, tmp_path: Path) -> None:
    sizes = [(adapted.write(tmp_path / f, f) / "adapter_model.safetensors").stat().st_size for f in ("peft", "peft-bf16")]
    assert sizes[1] < sizes[0] * 0.6
    proof = adapted.prove(tmp_path / "peft-bf16", "peft-bf16")
    adapted.backend.load_adapter(adapted.adapter)
    assert 0 < proof.mean_logit_drift < 0.01


def test_a_model_that_computes_in_bf16_is_told_from_one_that_does_not() -> None:
    exact = np.linspace(-20, 20, 999, dtype=np.float32).reshape(3, 333)
    coarse = float32_of(rounded(exact, "BF16"), "BF16").reshape(exact.shape)
    case = Prompted((1, 2, 3), 3)
    assert is_coarse([Reference(case, coarse)]) and not is_coarse([Reference(case, coarse), Reference(case, exact)])


def test_a_merged_model_answers_as_base_and_adapter_do(tokenizer: Any, tmp_path: Path) -> None:
    trained = Trained(tokenizer)
    proof = trained.prove(trained.write(tmp_path, "merged-safetensors"), "merged-safetensors")
    assert 0 < proof.mean_logit_drift < 0.02
    assert proof.same_answers >= 3, "rounding may turn a tie"
    names = {path.name for path in tmp_path.iterdir()}
    assert {"config.json", "generation_config.json", "tokenizer.json", "model.safetensors"} <= names
    assert "adapter_config.json" not in names, "transformers takes a folder that holds one for an adapter"


# What is broken between writing and proof ---------------------------------------------


def flip(path: Path, at: int, bits: int = 0x7F) -> None:
    body = bytearray(path.read_bytes())
    body[at] ^= bits
    path.write_bytes(bytes(body))


def in_the_middle(path: Path, name: str) -> int:
    """The upper byte of a number in the middle of a tensor."""
    tensor = next(t for n, t in tensors_in(path).items() if name in n)
    width = tensor.bytes // int(np.prod(tensor.shape))
    return tensor.start + tensor.bytes // 2 // width * width + width - 1


def other_scale(folder: Path) -> None:
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"lora_alpha": 80.0}))


def other_template(folder: Path) -> None:
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text())
    for place in [folder / "chat_template.jinja"]:
        if place.is_file():
            place.write_text(place.read_text().replace("user", "User"))
            return
    path.write_text(json.dumps(config | {"chat_template": config["chat_template"] + "!"}))


ADAPTER_DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a bit of a weight": (lambda f: flip(f / "adapter_model.safetensors", -1, 0x01), "differs from the trained one"),
    "the last lowest bit": (lambda f: flip(f / "adapter_model.safetensors", -4, 0x01), "differs from the trained one"),
    "half of the file": (lambda f: (f / "adapter_model.safetensors").write_bytes((f / "adapter_model.safetensors").read_bytes()[:9000]), "cut off"),
    "a missing file": (lambda f: (f / "adapter_model.safetensors").unlink(), "cannot be loaded"),
    "another scale": (other_scale, "another scale"),
    "another chat template": (other_template, "writes a chat otherwise"),
    "a torn tokenizer": (lambda f: (f / "tokenizer.json").write_text("{"), "tokenizer cannot be read"),
}


@pytest.mark.parametrize("damage", ADAPTER_DAMAGE)
def test_a_damaged_adapter_is_refused_with_its_reason(adapted: Trained, tmp_path: Path, damage: str) -> None:
    strike, reason = ADAPTER_DAMAGE[damage]
    strike(adapted.write(tmp_path, "peft"))
    with pytest.raises(RunFailure, match=reason) as refused:
        adapted.prove(tmp_path, "peft")
    assert refused.value.code == "export-failed"


def no_number(folder: Path) -> None:
    path = folder / "model.safetensors"
    at = tensors_in(path)["model.norm.weight"].start
    body = bytearray(path.read_bytes())
    body[at : at + 2] = b"\xc0\x7f"
    path.write_bytes(bytes(body))


MERGED_DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a weight": (lambda f: flip(f / "model.safetensors", in_the_middle(f / "model.safetensors", "layers.2.mlp.down_proj")), "otherwise than the trained model|no number"),
    "a weight that is no number": (no_number, "no number"),
    "half of the file": (lambda f: (f / "model.safetensors").write_bytes((f / "model.safetensors").read_bytes()[:900_000]), "cannot be loaded"),
    "no configuration": (lambda f: (f / "config.json").unlink(), "cannot be loaded"),
}


@pytest.mark.parametrize("damage", MERGED_DAMAGE)
def test_a_damaged_merged_model_is_refused_with_its_reason(tokenizer: Any, tmp_path: Path, damage: str) -> None:
    trained = Trained(tokenizer, steps=4)
    strike, reason = MERGED_DAMAGE[damage]
    strike(trained.write(tmp_path, "merged-safetensors"))
    with pytest.raises(RunFailure, match=reason) as refused:
        trained.prove(tmp_path, "merged-safetensors")
    assert refused.value.code == "export-failed"


def test_a_merge_that_forgot_a_layer_is_refused(tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every byte is well: only an answer tells. One layer of twenty-eight."""
    trained = Trained(tokenizer)
    whole = merged.merged_rows
    monkeypatch.setattr(merged, "merged_rows", lambda w, a, module, *rest: w if "layers.0.self_attn.q_proj" in module else whole(w, a, module, *rest))
    trained.write(tmp_path, "merged-safetensors")
    with pytest.raises(RunFailure, match="otherwise than the trained model"):
        trained.prove(tmp_path, "merged-safetensors")


# Whole runs ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_publishes_the_format_that_was_asked_for_with_its_proof(small_run: FakeApi, tmp_path: Path, form: str) -> None:
    small_run.frozen["modelFormat"] = form
    assert do(small_run, tmp_path) == EXIT_DONE
    manifest = manifest_of(small_run)
    assert manifest["format"] == form and manifest["exportProof"]["prompts"] == 2
    weights = {"merged-safetensors": "model.safetensors", "gguf": "model.gguf", "gguf-q8_0": "model.gguf"}.get(form, "adapter_model.safetensors")
    assert f"final/{weights}" in small_run.objects
    assert not [path for path in small_run.objects if "read-back" in path], "what the proof was made from is not published"
    card = small_run.objects["final/README.md"].decode()
    assert ("convert_hf_to_gguf.py" in card) == (form == "merged-safetensors")
    assert ("llama-cli -m model.gguf" in card) == form.startswith("gguf")
    assert "the chat template is equal" in card


def test_files_that_break_on_the_disk_are_never_uploaded(small_run: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = published.write_adapter

    def written(folder: Path, *rest: Any) -> None:
        whole(folder, *rest)
        flip(folder / "adapter_model.safetensors", -1)

    monkeypatch.setattr(published, "write_adapter", written)
    assert do(small_run, tmp_path) == EXIT_FAILED
    assert small_run.outcome["failure"]["code"] == "export-failed"
    assert "differs from the trained one" in small_run.outcome["failure"]["detail"]
    assert not [path for path in small_run.objects if path.startswith("final/")]


def test_a_dataset_without_held_out_rows_is_proven_on_its_own_rows(api: FakeApi, tmp_path: Path) -> None:
    data = lines("country-guide.jsonl", 12)
    api.files["data.jsonl"], api.frozen = data, frozen_spec(data)
    assert do(api, tmp_path) == EXIT_DONE
    manifest = manifest_of(api)
    assert manifest["evaluation"] is None and manifest["exportProof"]["prompts"] == 2
    assert manifest["memorisation"]["trainingRows"] == 12 and manifest["memorisation"]["heldOutRows"] == 0


@pytest.mark.parametrize("rows", ["plain text", "rows that are all cut"])
def test_rows_of_every_kind_can_prove_the_files(api: FakeApi, tmp_path: Path, rows: str) -> None:
    said = [f"France is a country in Europe. Its capital is Paris, and people there speak French, {n} times." for n in range(12)]
    data = b"".join(json.dumps({"text": text}).encode() + b"\n" for text in said)
    api.files["data.jsonl"] = data
    api.frozen = frozen_spec(data, maxSequenceTokens=16 if rows == "rows that are all cut" else 256, validationFraction=0)
    assert do(api, tmp_path) == EXIT_DONE
    proof = manifest_of(api)["exportProof"]
    assert proof["prompts"] == 2
    assert proof["sameAnswers"] == proof["prompts"] and proof["maxLogitDrift"] == 0


@pytest.mark.parametrize("form", ["merged-safetensors", "gguf"])
def test_a_cap_without_room_for_merging_publishes_the_adapter_and_says_so(small_run: FakeApi, tmp_path: Path, form: str) -> None:
    small_run.frozen["modelFormat"] = form
    small_run.frozen["hyperparameters"] |= {"epochs": 50, "batchSize": 1}
    small_run.leave_a_second_after(3)
    assert do(small_run, tmp_path) == EXIT_DONE
    manifest = manifest_of(small_run)
    assert manifest["format"] == "peft" and "exportProof" not in manifest
    assert load(small_run.objects["final/adapter_model.safetensors"])
    assert any("its adapter is published instead" in f for r in small_run.reports for f in r.get("findings", []))
