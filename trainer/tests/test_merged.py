"""A merged model: the base's weights plus the adapter, in the base's own number format, file by file."""

from __future__ import annotations

import json
import resource
import shutil
from pathlib import Path
from types import SimpleNamespace

import mlx.core as mx
import numpy as np
import pytest
from conftest import TINY_BASE
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from brightrun_trainer.backend import Arrays, LoraSettings, initial_adapter
from brightrun_trainer.export import merged, tensor_files
from brightrun_trainer.export.merged import room_to_merge, write_merged
from brightrun_trainer.export.tensor_files import TensorsUnreadable, float32_of, rounded, tensors_in, to_write, write_tensors
from brightrun_trainer.failures import RunFailure

MODULE = "model.layers.1.mlp.up_proj"


def adapter_for(*modules: str, rank: int = 4) -> Arrays:
    """A and B both with something in them; shapes as the tiny base has them."""
    shapes = {name.removesuffix(".weight"): t.shape[::-1] for name, t in tensors_in(TINY_BASE / "model.safetensors").items()}
    drawn = initial_adapter({m: shapes[m] for m in modules}, rank, 3)
    generator = np.random.default_rng(5)
    return {n: generator.normal(0, 0.05, v.shape).astype(np.float32) if n.endswith("_b") else v for n, v in drawn.items()}


def settings(**more: object) -> LoraSettings:
    return LoraSettings(**{"rank": 4, "alpha": 8.0, "dropout": 0.0, "target_modules": "all-linear", "weight_decay": 0.0, "max_gradient_norm": 1.0, "seed": 3} | more)  # type: ignore[arg-type]


def in_float32(folder: Path) -> Path:
    """The tiny base once more, in float32."""
    shutil.copytree(TINY_BASE, folder)
    values = {name: t.float32() for name, t in tensors_in(TINY_BASE / "model.safetensors").items()}
    save_file(values, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_a_merged_rows_is_the_bases_plus_the_scaled_update_and_nothing_else_changes(tmp_path: Path) -> None:
    base, adapter = in_float32(tmp_path / "base"), adapter_for(MODULE)
    write_merged(tmp_path / "out", base, adapter, settings())
    before, after = load_file(base / "model.safetensors"), load_file(tmp_path / "out" / "model.safetensors")
    update = adapter[f"{MODULE}.lora_b"].T @ adapter[f"{MODULE}.lora_a"].T * 2.0
    np.testing.assert_allclose(after[f"{MODULE}.weight"], before[f"{MODULE}.weight"] + update, atol=1e-6)
    assert np.abs(update).max() > 0.01
    assert set(after) == set(before)
    assert all((after[name] == before[name]).all() for name in before if name != f"{MODULE}.weight")


def test_a_base_in_bf16_stays_in_bf16_and_is_rounded_once(tmp_path: Path) -> None:
    adapter = adapter_for(MODULE)
    write_merged(tmp_path, TINY_BASE, adapter, settings())
    before, after = (tensors_in(f / "model.safetensors") for f in (TINY_BASE, tmp_path))
    assert {t.dtype for t in after.values()} == {"BF16"}
    exact = merged.merged_rows(before[f"{MODULE}.weight"].float32(), adapter, MODULE, 2.0)
    # By mlx's own rounding, bit for bit.
    np.testing.assert_array_equal(after[f"{MODULE}.weight"].float32(), np.array(mx.array(exact).astype(mx.bfloat16).astype(mx.float32)))


@pytest.mark.parametrize("variant", ["rslora", "dora"])
def test_options_of_the_adapter_are_merged_as_they_were_trained(variant: str) -> None:
    weight, adapter = np.random.default_rng(1).normal(size=(352, 128)).astype(np.float32), adapter_for(MODULE)
    update = adapter[f"{MODULE}.lora_b"].T @ adapter[f"{MODULE}.lora_a"].T
    if variant == "rslora":
        assert settings(variant="rslora").scale == pytest.approx(8 / 2)
        return
    adapter[f"{MODULE}.magnitude"] = np.linspace(1, 2, 352, dtype=np.float32)
    found = merged.merged_rows(weight, adapter, MODULE, 2.0)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), adapter[f"{MODULE}.magnitude"], rtol=1e-5)
    direction = weight + 2 * update
    np.testing.assert_allclose(found / np.linalg.norm(found, axis=1)[:, None], direction / np.linalg.norm(direction, axis=1)[:, None], atol=1e-5)


def test_shards_are_each_below_the_limit_and_the_index_names_every_tensor_once(tmp_path: Path) -> None:
    write_merged(tmp_path / "one", TINY_BASE, adapter_for(MODULE), settings())
    write_merged(tmp_path / "cut", TINY_BASE, adapter_for(MODULE), settings(), shard_bytes=300_000)
    index = json.loads((tmp_path / "cut" / "model.safetensors.index.json").read_text())
    files = sorted(set(index["weight_map"].values()))
    assert len(files) > 3 and files[0] == f"model-00001-of-{len(files):05d}.safetensors"
    assert sum(t.bytes for f in files for t in tensors_in(tmp_path / "cut" / f).values()) == index["metadata"]["total_size"]
    whole = tensors_in(tmp_path / "one" / "model.safetensors")
    assert set(index["weight_map"]) == set(whole)
    for name, file in index["weight_map"].items():
        assert bytes(tensors_in(tmp_path / "cut" / file)[name].raw()) == bytes(whole[name].raw())
    assert all((tmp_path / "cut" / f).stat().st_size <= 310_000 for f in files)


def test_a_base_in_shards_is_read_by_its_index_and_not_by_what_else_lies_there(tmp_path: Path) -> None:
    write_merged(tmp_path / "base", TINY_BASE, adapter_for(MODULE), settings(), shard_bytes=300_000)
    shutil.copy(TINY_BASE / "config.json", tmp_path / "base")
    save_file({"model.norm.weight": np.zeros(3, np.float32)}, tmp_path / "base" / "consolidated.safetensors")
    assert room_to_merge(tmp_path / "base", tmp_path) == room_to_merge(TINY_BASE, tmp_path)


def test_merging_holds_rows_in_memory_and_not_the_model(tmp_path: Path) -> None:
    """Twelve weights of 32 MB in bf16: the whole model would be 384 MB. Pages of a mapped file count as long as they lie in memory."""
    modules = [f"model.layers.{n}.self_attn.q_proj" for n in range(12)]
    row = rounded(np.random.default_rng(0).normal(size=4096), "BF16")
    zeros = [tensor_files.TensorToWrite(f"{m}.weight", "BF16", (4096, 4096), lambda: [np.tile(row, 4096)]) for m in modules]
    write_tensors(tmp_path / "model.safetensors", zeros)
    generator = np.random.default_rng(1)
    adapter = {f"{m}.{n}": generator.normal(size=s).astype(np.float32) for m in modules for n, s in (("lora_a", (4096, 4)), ("lora_b", (4, 4096)))}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    write_merged(tmp_path / "out", tmp_path, adapter, settings(), shard_bytes=100_000_000)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert len(list((tmp_path / "out").glob("*.safetensors"))) == 6
    assert grown < 100_000_000, f"{grown / 1e6:.0f} MB"


def test_an_adapter_of_another_model_is_refused_by_name(tmp_path: Path) -> None:
    adapter = {"model.layers.99.mlp.up_proj.lora_a": np.zeros((128, 4), np.float32), "model.layers.99.mlp.up_proj.lora_b": np.zeros((4, 352), np.float32)}
    with pytest.raises(RunFailure, match="layers.99") as refused:
        write_merged(tmp_path, TINY_BASE, adapter, settings())
    assert refused.value.code == "export-failed"


def test_a_quantized_base_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    shutil.copytree(TINY_BASE, tmp_path / "base")
    config = json.loads((TINY_BASE / "config.json").read_text()) | {"quantization": {"bits": 4, "group_size": 64}}
    (tmp_path / "base" / "config.json").write_text(json.dumps(config))
    with pytest.raises(RunFailure, match="quantized") as refused:
        room_to_merge(tmp_path / "base", tmp_path)
    assert refused.value.code == "export-failed"


def test_a_disk_without_room_for_the_merged_model_is_refused_before_anything_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merged.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_700_000))
    with pytest.raises(RunFailure, match="0.0 GB") as refused:
        room_to_merge(TINY_BASE, tmp_path)
    assert refused.value.code == "disk-full"


@pytest.mark.parametrize("dtype", ["F32", "F16", "BF16"])
def test_files_are_what_the_safetensors_library_reads(tmp_path: Path, dtype: str) -> None:
    values = {"b": np.random.default_rng(2).normal(size=(3, 5)).astype(np.float32), "a": np.array([1.0, -0.0, 6e4], np.float32)}
    write_tensors(tmp_path / "x.safetensors", to_write(values, dtype))
    theirs = mx.load(str(tmp_path / "x.safetensors"))
    expected = {"F32": mx.float32, "F16": mx.float16, "BF16": mx.bfloat16}[dtype]
    for name, value in values.items():
        assert theirs[name].dtype == expected
        np.testing.assert_array_equal(np.array(theirs[name].astype(mx.float32)), np.array(mx.array(value).astype(expected).astype(mx.float32)))
    with safe_open(tmp_path / "x.safetensors", framework="numpy") as file:
        assert set(file.keys()) == {"a", "b"} and file.metadata() == {"format": "pt"}


def test_what_is_no_number_stays_none() -> None:
    odd = np.array([np.nan, np.inf, -np.inf], np.float32)
    back = float32_of(rounded(odd, "BF16"), "BF16")
    assert np.isnan(back[0]) and back[1] == np.inf and back[2] == -np.inf


@pytest.mark.parametrize("damage", ["cut", "a pickle", "a length without end", "empty"])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, damage: str) -> None:
    whole = (TINY_BASE / "model.safetensors").read_bytes()
    bodies = {"cut": whole[:-10], "a pickle": b"\x80\x04\x95" + b"x" * 500, "a length without end": b"\xff" * 200, "empty": b""}
    (tmp_path / "model.safetensors").write_bytes(bodies[damage])
    with pytest.raises(TensorsUnreadable, match="model.safetensors"):
        tensors_in(tmp_path / "model.safetensors")
    shutil.copy(TINY_BASE / "config.json", tmp_path)
    with pytest.raises(RunFailure) as refused:
        room_to_merge(tmp_path, tmp_path)
    assert refused.value.code == "base-model-invalid"
