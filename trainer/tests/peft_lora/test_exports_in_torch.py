"""What is published, held against peft's own merge and against peft's own loading."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TINY_BASE
from llama_cpp_bases import FAMILIES, adapter_on, make_llama_cpp_base
from test_export_proof import BASE, FORMATS, SETTINGS, Trained

torch = pytest.importorskip("torch", reason="needs torch, transformers and peft")
peft = pytest.importorskip("peft", reason="needs torch, transformers and peft")

from transformers import AutoModelForCausalLM  # noqa: E402

from brightrun_trainer.export.llama_cpp.base import llama_cpp_base  # noqa: E402
from brightrun_trainer.export.llama_cpp.gguf_file import write_gguf  # noqa: E402
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


@pytest.mark.parametrize("family", FAMILIES)
def test_transformers_reads_each_family_out_of_its_gguf_as_out_of_the_merged_model(tmp_path: Path, family: str) -> None:
    """But for two numbers that it never reads: Llama 3's stretched rotation, below, and the width of Qwen3's heads,
    which it takes for 128."""
    model_dir = make_llama_cpp_base(tmp_path / "base", family)
    adapter = adapter_on(model_dir)
    write_gguf(tmp_path / "gguf", llama_cpp_base(model_dir), adapter, SETTINGS, False, "", BASE)
    shutil.copytree(model_dir, tmp_path / "merged")
    write_merged(tmp_path / "merged", model_dir, adapter, SETTINGS)
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype=torch.float32).eval()
    told = {"config": merged.config} if family == "qwen-3" else {}
    read = AutoModelForCausalLM.from_pretrained(tmp_path / "gguf", gguf_file="model.gguf", dtype=torch.float32, **told).eval()
    config, said = merged.config, read.config
    for name in ("hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "intermediate_size", "rms_norm_eps", "vocab_size"):
        assert getattr(said, name) == pytest.approx(getattr(config, name)), name
    assert read.state_dict().keys() == merged.state_dict().keys()
    for name, value in merged.state_dict().items():
        assert torch.equal(read.state_dict()[name], value), name


def test_the_rotation_of_llama_3_is_stretched_as_transformers_stretches_it(tmp_path: Path) -> None:
    model_dir = make_llama_cpp_base(tmp_path / "base", "llama-3")
    stretched = AutoModelForCausalLM.from_pretrained(model_dir).model.rotary_emb.inv_freq.numpy()
    plain = 1 / 500_000.0 ** (np.arange(0, 32, 2) / 32)
    np.testing.assert_allclose(plain / stretched, llama_cpp_base(model_dir).rope_factors(), rtol=1e-5)


@pytest.mark.parametrize("form", FORMATS)
def test_torch_proves_each_format_by_loading_it_afresh(tokenizer: Any, tmp_path: Path, form: str) -> None:
    trained = Trained(tokenizer, "peft_lora", steps=8)
    proof = trained.prove(trained.write(tmp_path, form), form)
    assert proof.mean_logit_drift == 0 if form == "peft" else 0 < proof.mean_logit_drift < 0.05
    assert proof.prompts == 4


@pytest.mark.parametrize("form", FORMATS)
def test_what_mlx_publishes_answers_the_same_in_the_libraries_that_people_load_it_with(tokenizer: Any, tmp_path: Path, form: str) -> None:
    pytest.importorskip("mlx.core", reason="no mlx here")
    trained = Trained(tokenizer, "mlx_lora", steps=8)
    known = [(case, trained.backend.logits(case.ids, case.places)) for case in trained.cases]
    folder = trained.write(tmp_path, form)
    if form == "merged-safetensors":
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    elif form.startswith("gguf"):
        # transformers' own reading, weights and configuration out of the file alone.
        model = AutoModelForCausalLM.from_pretrained(folder, gguf_file="model.gguf", dtype=torch.float32)
    else:
        model = peft.PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(TINY_BASE, dtype=torch.float32), folder)
    for case, logits in known:
        with torch.no_grad():
            found = model.eval()(torch.tensor([case.ids])).logits[0, -case.places :].numpy()
        drift = np.abs(found - logits)
        assert drift.max() < 1e-3 if form == "peft" else drift.mean() < 0.1
