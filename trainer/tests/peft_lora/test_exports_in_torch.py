"""What is published, held against peft's own merge and against peft's own loading."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TINY_BASE
from test_export_proof import BASE, FORMATS, SETTINGS, Trained

torch = pytest.importorskip("torch", reason="needs torch, transformers and peft")
peft = pytest.importorskip("peft", reason="needs torch, transformers and peft")

from transformers import AutoModelForCausalLM  # noqa: E402

from brightrun_trainer.export.merged import write_merged  # noqa: E402
from brightrun_trainer.export.published import write_model  # noqa: E402
from brightrun_trainer.export.tensor_files import tensors_in, to_write, write_tensors  # noqa: E402

#: Both multiply in float32, in another order: 2 or 3 roundings of a value around 1.
MERGE_TOLERANCE = 2e-6


@pytest.fixture(scope="module")
def base_in_float32(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny base in float32, so that nothing is rounded away that a merge may get wrong."""
    folder = tmp_path_factory.mktemp("base")
    values = {name: tensor.float32() for name, tensor in tensors_in(TINY_BASE / "model.safetensors").items()}
    write_tensors(folder / "model.safetensors", to_write(values, "F32"))
    for name in ("config.json", "generation_config.json"):
        (folder / name).write_bytes((TINY_BASE / name).read_bytes())
    return folder


@pytest.mark.parametrize("variant", ["lora", "rslora", "dora"])
def test_our_merge_is_pefts_merge_and_unload(tokenizer: Any, base_in_float32: Path, tmp_path: Path, variant: str) -> None:
    trained = Trained(tokenizer, "peft_lora", steps=8, settings=replace(SETTINGS, variant=variant))
    write_model(tmp_path / "adapter", "peft", trained.adapter, trained.settings, trained.backend.modules, BASE, TINY_BASE)
    base = AutoModelForCausalLM.from_pretrained(base_in_float32, dtype=torch.float32)
    theirs = peft.PeftModel.from_pretrained(base, tmp_path / "adapter").merge_and_unload().state_dict()
    write_merged(tmp_path, base_in_float32, trained.adapter, trained.settings)
    ours, before = tensors_in(tmp_path / "model.safetensors"), tensors_in(base_in_float32 / "model.safetensors")
    moved = 0.0
    for name, tensor in ours.items():
        assert np.abs(tensor.float32() - theirs[name].numpy()).max() < MERGE_TOLERANCE, name
        moved = max(moved, np.abs(tensor.float32() - before[name].float32()).max())
    assert moved > 1e-2, "there was something to merge"


@pytest.mark.parametrize("form", FORMATS)
def test_torch_proves_each_format_by_loading_it_afresh(tokenizer: Any, tmp_path: Path, form: str) -> None:
    trained = Trained(tokenizer, "peft_lora", steps=8)
    proof = trained.prove(trained.write(tmp_path, form), form)
    assert proof.mean_logit_drift == 0 if form == "peft" else 0 < proof.mean_logit_drift < 0.1
    assert proof.prompts == 4


@pytest.mark.parametrize("form", FORMATS)
def test_what_mlx_publishes_answers_the_same_in_the_libraries_that_people_load_it_with(tokenizer: Any, tmp_path: Path, form: str) -> None:
    pytest.importorskip("mlx.core", reason="no mlx here")
    trained = Trained(tokenizer, "mlx_lora", steps=8)
    known = [(case, trained.backend.logits(case.ids, case.places)) for case in trained.cases]
    folder = trained.write(tmp_path, form)
    if form == "merged-safetensors":
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    else:
        model = peft.PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(TINY_BASE, dtype=torch.float32), folder)
    for case, logits in known:
        with torch.no_grad():
            found = model.eval()(torch.tensor([case.ids])).logits[0, -case.places :].numpy()
        drift = np.abs(found - logits)
        assert drift.max() < 1e-3 if form == "peft" else drift.mean() < 0.1
