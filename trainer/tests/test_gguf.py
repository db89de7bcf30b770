"""A model as GGUF: what llama.cpp reads out of the file is the merged model, and what it cannot read is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from conftest import TINY_BASE
from gguf import GGUFReader
from llama_cpp_bases import FAMILIES, adapter_on, change, make_llama_cpp_base
from mlx_lm.models import llama, rope_utils
from mlx_lm.utils import load_model
from test_export_proof import BASE, SETTINGS, Trained
from transformers import AutoTokenizer

from brightrun_trainer.backend import Arrays, end_tokens
from brightrun_trainer.choose_backend import open_backend
from brightrun_trainer.export import merged
from brightrun_trainer.export.llama_cpp import base as llama_cpp, gguf_file
from brightrun_trainer.export.llama_cpp.base import llama_cpp_base
from brightrun_trainer.export.llama_cpp.gguf_file import write_gguf
from brightrun_trainer.export.llama_cpp.read_back import read_back
from brightrun_trainer.export.merged import write_merged
from brightrun_trainer.export.published import room_for_whole
from brightrun_trainer.export.tensor_files import tensors_in, to_write, write_tensors
from brightrun_trainer.failures import RunFailure

BASES = ("tiny", *FAMILIES)


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bases")
    return {"tiny": TINY_BASE} | {family: make_llama_cpp_base(folder / family, family) for family in FAMILIES}


def written(folder: Path, model_dir: Path, quantized: bool = False, **more: Any) -> Path:
    write_gguf(folder, llama_cpp_base(model_dir), adapter_on(model_dir), SETTINGS, quantized, "Country guide", BASE, **more)
    return folder


def read(folder: Path, model_dir: Path, target: Path) -> dict[str, np.ndarray]:
    template = AutoTokenizer.from_pretrained(model_dir).chat_template
    read_back(folder, llama_cpp_base(model_dir), model_dir, template, target)
    return weights(target)


def weights(folder: Path) -> dict[str, np.ndarray]:
    return {name: t.float32() for file in sorted(folder.glob("*.safetensors")) for name, t in tensors_in(file).items()}


@pytest.fixture(scope="module")
def adapted(tokenizer: Any) -> Trained:
    """Trained once; what would take its place in the backend goes to `once_more`."""
    return Trained(tokenizer)


def once_more(adapted: Trained) -> Trained:
    """The same trained model in a backend of its own."""
    again = copy(adapted)
    again.backend = open_backend("mlx_lora", TINY_BASE, SETTINGS, end_tokens(TINY_BASE, adapted.tokenizer))
    again.backend.load_adapter(adapted.adapter)
    return again


def mean_drift(found: np.ndarray, known: np.ndarray) -> float:
    return float(np.abs(found - known).mean() / known.std())


# What is in the file ------------------------------------------------------------------


@pytest.mark.parametrize("name", BASES)
def test_what_is_read_back_is_the_merged_model_to_the_last_bit(bases: dict[str, Path], tmp_path: Path, name: str) -> None:
    found = read(written(tmp_path / "gguf", bases[name]), bases[name], tmp_path / "back")
    write_merged(tmp_path / "merged", bases[name], adapter_on(bases[name]), SETTINGS)
    expected = weights(tmp_path / "merged")
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[tensor], expected[tensor]) for tensor in expected)


@pytest.mark.parametrize("name", BASES)
def test_eight_bits_take_half_the_bytes_and_drift_by_less_than_a_hundredth(bases: dict[str, Path], tmp_path: Path, name: str) -> None:
    whole, half = written(tmp_path / "whole", bases[name]), written(tmp_path / "half", bases[name], quantized=True)
    base = llama_cpp_base(bases[name])
    for folder, quantized in ((whole, False), (half, True)):
        tensors = GGUFReader(folder / "model.gguf").tensors
        assert sum(t.n_bytes for t in tensors) == gguf_file.gguf_bytes(base, quantized)
    assert gguf_file.gguf_bytes(base, True) < 0.56 * gguf_file.gguf_bytes(base, False)
    found, exact = read(half, bases[name], tmp_path / "a"), read(whole, bases[name], tmp_path / "b")
    assert max(mean_drift(found[tensor], exact[tensor]) for tensor in exact if exact[tensor].ndim == 2) < 0.01


def test_parts_are_named_as_llama_cpp_looks_for_them_and_hold_every_tensor_once(bases: dict[str, Path], tmp_path: Path) -> None:
    whole = read(written(tmp_path / "one", TINY_BASE), TINY_BASE, tmp_path / "a")
    written(tmp_path / "cut", TINY_BASE, shard_bytes=300_000)
    names = sorted(path.name for path in (tmp_path / "cut").iterdir())
    assert len(names) > 4 and names[0] == f"model-00001-of-{len(names):05d}.gguf"
    parts = [GGUFReader(tmp_path / "cut" / name) for name in names]
    assert [part.get_field("split.no").contents() for part in parts] == list(range(len(names)))
    assert all(sum(t.n_bytes for t in part.tensors) <= 300_000 for part in parts)
    back = read(tmp_path / "cut", TINY_BASE, tmp_path / "b")
    assert back.keys() == whole.keys() and all(np.array_equal(back[n], whole[n]) for n in whole)


def test_a_reader_that_rotates_neighbours_as_llama_cpp_does_answers_as_the_trained_model(adapted: Trained, tmp_path: Path) -> None:
    """mlx reads the file by a library of its own, and the rows of queries and keys are taken as they lie in it."""
    adapted.write(tmp_path, "gguf")
    tensors, said = mx.load(str(tmp_path / "model.gguf"), return_metadata=True)
    model = llama.Model(llama.ModelArgs(
        model_type="llama", hidden_size=int(said["llama.embedding_length"]), num_hidden_layers=int(said["llama.block_count"]),
        intermediate_size=int(said["llama.feed_forward_length"]), num_attention_heads=int(said["llama.attention.head_count"]),
        rms_norm_eps=float(said["llama.attention.layer_norm_rms_epsilon"]), vocab_size=len(said["tokenizer.ggml.tokens"]),
        num_key_value_heads=int(said["llama.attention.head_count_kv"]), rope_theta=float(said["llama.rope.freq_base"]),
        rope_traditional=True, tie_word_embeddings=True,
    ))
    model.load_weights([(named_by_mlx(name), value.astype(mx.float32)) for name, value in tensors.items()])
    for case in adapted.cases:
        found = np.array(model(mx.array([list(case.ids)]))[0, -case.places :])
        assert np.abs(found - adapted.backend.logits(case.ids, case.places)).mean() < 0.05


def named_by_mlx(name: str) -> str:
    names = {"token_embd": "embed_tokens", "output_norm": "norm", "blk": "layers", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
    names |= {f"attn_{side}": f"self_attn.{side}_proj" for side in "qkv"} | {"attn_output": "self_attn.o_proj"}
    names |= {f"ffn_{side}": f"mlp.{side}_proj" for side in ("gate", "up", "down")}
    return ".".join(["model", *(names.get(part, part) for part in name.split("."))])


def test_the_rotation_of_llama_3_is_stretched_as_mlx_stretches_it(bases: dict[str, Path]) -> None:
    base = llama_cpp_base(bases["llama-3"])
    theirs = rope_utils.initialize_rope(32, 500_000.0, False, FAMILIES["llama-3"]["config"]["rope_scaling"], 256)
    plain = 500_000.0 ** (np.arange(0, 32, 2) / 32)
    found = base.rope_factors()
    assert found is not None and found[0] == 1 and found[-1] == 8 and 1 < found[1] < 8
    np.testing.assert_allclose(plain * found, np.array(theirs._freqs), rtol=1e-5)
    assert llama_cpp_base(bases["qwen-3"]).rope_factors() is None


@pytest.mark.parametrize(("name", "rule", "begins"), [("tiny", "gpt-2", False), ("llama-3", "llama-bpe", True), ("qwen-3", "qwen2", False)])
def test_the_file_says_how_its_family_spells(bases: dict[str, Path], tmp_path: Path, name: str, rule: str, begins: bool) -> None:
    file = GGUFReader(written(tmp_path, bases[name]) / "model.gguf")
    said = {key.removeprefix("tokenizer.ggml."): field.contents() for key, field in file.fields.items()}
    assert (said["model"], said["pre"], said["add_bos_token"]) == ("gpt2", rule, begins)
    tokenizer = AutoTokenizer.from_pretrained(bases[name])
    assert said["eos_token_id"] == tokenizer.eos_token_id and said["tokenizer.chat_template"] == tokenizer.chat_template
    assert tokenizer.convert_tokens_to_ids(said["tokens"][:300]) == list(range(300))
    kinds = {said["tokens"][place]: kind for place, kind in enumerate(said["token_type"]) if kind != 1}
    assert kinds[tokenizer.eos_token] == 3
    if name == "qwen-3":
        assert kinds["<think>"] == 4 and kinds["[PAD639]"] == 5


# What is broken between writing and proof ---------------------------------------------


def damaged(at: int) -> Callable[[Path], None]:
    def strike(folder: Path) -> None:
        path = folder / "model.gguf"
        path.write_bytes(path.read_bytes()[:at])

    return strike


def replaced(before: bytes, after: bytes) -> Callable[[Path], None]:
    def strike(folder: Path) -> None:
        path = folder / "model.gguf"
        body = path.read_bytes()
        assert before in body and len(before) == len(after)
        path.write_bytes(body.replace(before, after, 1))

    return strike


def no_number(folder: Path) -> None:
    path = folder / "model.gguf"
    tensor = next(t for t in GGUFReader(path).tensors if t.name == "output_norm.weight")
    body = bytearray(path.read_bytes())
    body[tensor.data_offset : tensor.data_offset + 4] = np.float32(np.nan).tobytes()
    path.write_bytes(bytes(body))


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "half of the file": (damaged(900_000), "cannot be read"),
    "a header alone": (damaged(5_000), "cannot be read"),
    "no file": (lambda folder: (folder / "model.gguf").unlink(), "not there"),
    "another file": (lambda folder: (folder / "model.gguf").write_bytes(b"PK" * 500), "cannot be read"),
    "another chat template": (replaced(b"raise_exception", b"raise_exceptiom"), "writes a chat otherwise"),
    "another token": (replaced("Ġcountry".encode(), "Ġcountrj".encode()), "another vocabulary"),
    "a number that is missing": (replaced(b"llama.rope.freq_base", b"llama.rope.freq_bass"), "says None of rope.freq_base"),
    "another number": (replaced(b"llama.attention.head_count\x04\0\0\0\x04", b"llama.attention.head_count\x04\0\0\0\x08"), "of attention.head_count"),
    "a tensor by another name": (replaced(b"blk.2.ffn_down", b"blk.2.ffn_dovn"), "blk.2.ffn_dovn"),
    "a weight that is no number": (no_number, "no number"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_gguf_is_refused_with_its_reason(adapted: Trained, tmp_path: Path, damage: str) -> None:
    trained = once_more(adapted)
    strike, reason = DAMAGE[damage]
    strike(trained.write(tmp_path / "final", "gguf"))
    with pytest.raises(RunFailure, match=reason) as refused:
        trained.prove(tmp_path / "final", "gguf")
    assert refused.value.code == "export-failed"
    assert [path.name for path in tmp_path.iterdir()] == ["final"], "what was read back is gone"


@pytest.mark.parametrize("form", ["gguf", "gguf-q8_0"])
def test_a_gguf_that_forgot_a_layer_is_refused(adapted: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """One of twenty-eight: it moves the answers by more than eight bits do."""
    trained = once_more(adapted)
    whole = merged.merged_rows
    monkeypatch.setattr(merged, "merged_rows", lambda w, a, module, *rest: w if "layers.0.self_attn.q_proj" in module else whole(w, a, module, *rest))
    trained.write(tmp_path / "final", form)
    with pytest.raises(RunFailure, match="otherwise than the trained model"):
        trained.prove(tmp_path / "final", form)


@pytest.mark.parametrize("order", ["as transformers has them", "by the wrong count of heads"])
def test_rows_of_queries_and_keys_in_another_order_are_refused(adapted: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    """A writer and a reader of one mistake would agree: the reader's order is transformers'."""
    trained = once_more(adapted)
    right = llama_cpp.LlamaCppBase.row_order
    wrong: Callable[..., Any] = lambda self, name: None if order == "as transformers has them" else right(replace(self, config=self.config | {"num_key_value_heads": 4}), name)
    monkeypatch.setattr(llama_cpp.LlamaCppBase, "row_order", wrong)
    trained.write(tmp_path / "final", "gguf")
    with pytest.raises(RunFailure, match="otherwise than the trained model"):
        trained.prove(tmp_path / "final", "gguf")


# What is refused before anything is trained --------------------------------------------


def stated(file: str, **changes: Any) -> Callable[[Path], Path]:
    return lambda folder: change(folder, file, lambda held: held.update(changes))


def another_pattern(folder: Path) -> Path:
    return change(folder, "tokenizer.json", lambda held: held["pre_tokenizer"]["pretokenizers"][0].update(pattern={"Regex": r"\w+"}))


def greedy_token(folder: Path) -> Path:
    return change(folder, "tokenizer.json", lambda held: held["added_tokens"][0].update(lstrip=True))


def odd_tensor(folder: Path) -> Path:
    held = weights(folder) | {"model.layers.0.self_attn.q_proj.bias": np.zeros(128, np.float32)}
    write_tensors(folder / "model.safetensors", to_write(held, "BF16"))
    return folder


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "another architecture": (stated("config.json", architectures=["GemmaForCausalLM"]), "GemmaForCausalLM and none of LlamaForCausalLM, Qwen3ForCausalLM"),
    "another rotation": (stated("config.json", rope_scaling={"rope_type": "yarn", "factor": 4.0}), "yarn"),
    "another activation": (stated("config.json", hidden_act="gelu"), "activation"),
    "a bias": (odd_tensor, "q_proj.bias"),
    "words by another rule": (another_pattern, "splits text into words"),
    "merges within words that are tokens": (lambda f: change(f, "tokenizer.json", lambda held: held["model"].update(ignore_merges=False)), "splits text into words"),
    "text that is rewritten": (stated("tokenizer.json", normalizer={"type": "NFKC"}), "rewrites text"),
    "a token that takes spaces": (greedy_token, "what stands around"),
    "more tokens than rows": (stated("config.json", vocab_size=100), "tokens for 100 rows"),
    "no tokenizer.json": (lambda f: (f / "tokenizer.json").unlink() or f, "no tokenizer.json"),
    "several templates": (stated("tokenizer_config.json", chat_template=[{"name": "default", "template": "x"}]), "several chat templates"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_base_that_llama_cpp_would_read_otherwise_is_refused_by_name(bases: dict[str, Path], tmp_path: Path, reason: str) -> None:
    alter, words = REFUSED[reason]
    folder = alter(Path(shutil.copytree(bases["llama-3"], tmp_path / "base")))
    with pytest.raises(RunFailure, match=words) as refused:
        room_for_whole("gguf", folder, tmp_path, SimpleNamespace(chat_template=FAMILIES["llama-3"]["template"]))
    assert refused.value.code == "export-failed" and "cannot be published as GGUF" in refused.value.message


def test_a_template_beside_the_tokenizers_own_is_refused(bases: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(RunFailure, match="two chat templates"):
        room_for_whole("gguf", bases["qwen-3"], tmp_path, SimpleNamespace(chat_template="another"))


def test_the_disk_holds_the_file_and_what_is_read_back_of_it(tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_for_whole("gguf-q8_0", TINY_BASE, tmp_path, tokenizer)
    assert 0.5 * 1_673_472 < room.uploaded < 0.56 * 1_673_472 and room.written == room.uploaded + 1_673_472
    monkeypatch.setattr(merged.shutil, "disk_usage", lambda _: SimpleNamespace(free=1.1 * room.written - 1))
    with pytest.raises(RunFailure) as refused:
        room_for_whole("gguf-q8_0", TINY_BASE, tmp_path, tokenizer)
    assert refused.value.code == "disk-full"
