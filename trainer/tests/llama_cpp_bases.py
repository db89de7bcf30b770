"""Small base models of the catalog's families with random weights and their families' own rules of tokenizing: what
differs between a Llama 3, a Qwen3 and the tiny base in a GGUF, without a download."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from conftest import EXAMPLES
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from brightrun_trainer.backend import Arrays, initial_adapter
from brightrun_trainer.export.tensor_files import tensors_in, to_write, write_tensors

#: As the families' own tokenizer.json state them (lambdas/datasets/tokens/tokenizer-file.ts has them too).
_LLAMA_3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"

_LLAMA_TEMPLATE = "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m['role'] }}<|end_header_id|>\n\n{{ m['content'] }}<|eot_id|>{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
_QWEN_TEMPLATE = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"

#: Of each family what is its own. The rotation of this Llama stretches within the few tokens of a test's prompt, as
#: Llama 3.1's does within 8,192.
FAMILIES: dict[str, dict[str, Any]] = {
    "llama-3": {
        "pattern": _LLAMA_3, "special": ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        "begins": "<|begin_of_text|>", "ends": "<|eot_id|>", "template": _LLAMA_TEMPLATE,
        "config": {
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "rope_theta": 500000.0, "tie_word_embeddings": True,
            "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32},
        },
    },
    "qwen-3": {
        "pattern": _QWEN, "special": ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"],
        "begins": None, "ends": "<|im_end|>", "template": _QWEN_TEMPLATE,
        "config": {
            "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "rope_theta": 1000000.0, "tie_word_embeddings": False,
            "use_sliding_window": False,
        },
    },
}
_WIDTH, _HEADS, _PAIRS, _HEAD, _FEED, _LAYERS, _WORDS = 64, 4, 2, 32, 96, 2, 640


def make_llama_cpp_base(folder: Path, family: str) -> Path:
    """A folder in Hugging Face layout; its embedding has a few rows more than there are tokens, as Qwen's has."""
    folder.mkdir(parents=True)
    kind = FAMILIES[family]
    tokenizer = _tokenizer(kind, family)
    tokenizer.save(str(folder / "tokenizer.json"))
    marked = {"eos_token": kind["ends"], "chat_template": kind["template"], "tokenizer_class": "PreTrainedTokenizerFast"}
    _write(folder / "tokenizer_config.json", marked | ({"bos_token": kind["begins"]} if kind["begins"] else {"add_bos_token": False}))
    ends = tokenizer.token_to_id(kind["ends"])
    _write(folder / "config.json", kind["config"] | {
        "hidden_size": _WIDTH, "intermediate_size": _FEED, "num_hidden_layers": _LAYERS, "num_attention_heads": _HEADS,
        "num_key_value_heads": _PAIRS, "head_dim": _HEAD, "vocab_size": _WORDS, "max_position_embeddings": 256, "hidden_act": "silu",
        "rms_norm_eps": 1e-6, "attention_bias": False, "eos_token_id": ends, "torch_dtype": "bfloat16",
        "bos_token_id": tokenizer.token_to_id(kind["begins"]) if kind["begins"] else None,
    })
    _write(folder / "generation_config.json", {"eos_token_id": [ends]})
    write_tensors(folder / "model.safetensors", to_write(_weights(family), "BF16"))
    return folder


def adapter_on(model_dir: Path) -> Arrays:
    """On every linear layer of the blocks, with something in it."""
    shapes = {n.removesuffix(".weight"): t.shape[::-1] for n, t in tensors_in(model_dir / "model.safetensors").items() if "_proj" in n}
    random = np.random.default_rng(5)
    drawn = initial_adapter(shapes, 4, 3)  # type: ignore[arg-type]
    return {n: random.normal(0, 0.05, v.shape).astype(np.float32) if n.endswith("_b") else v for n, v in drawn.items()}


def change(folder: Path, file: str, edit: Callable[[dict[str, Any]], Any]) -> Path:
    """`edit` is given what a JSON file of the folder holds."""
    held = json.loads((folder / file).read_text(encoding="utf-8"))
    edit(held)
    _write(folder / file, held)
    return folder


def _write(path: Path, held: dict[str, Any]) -> None:
    path.write_text(json.dumps(held), encoding="utf-8")


def _tokenizer(kind: dict[str, Any], family: str) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(ignore_merges=family == "llama-3"))
    split = pre_tokenizers.Split(Regex(kind["pattern"]), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    if family == "qwen-3":
        tokenizer.normalizer = normalizers.NFC()
    plain = [t for t in kind["special"] if t in ("<think>", "</think>")]
    trainer = trainers.BpeTrainer(vocab_size=600, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    text = (EXAMPLES / "country-guide.jsonl").read_text(encoding="utf-8")
    tokenizer.train_from_iterator(text.splitlines(), trainer)
    tokenizer.add_special_tokens([t for t in kind["special"] if t not in plain])
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in plain])
    if kind["begins"]:
        begins = (kind["begins"], tokenizer.token_to_id(kind["begins"]))
        tokenizer.post_processor = processors.TemplateProcessing(single=f"{begins[0]} $A", pair=f"{begins[0]} $A {begins[0]} $B", special_tokens=[begins])
    return tokenizer


def _weights(family: str) -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (_WORDS, _WIDTH), "model.norm.weight": (_WIDTH,)}
    for n in range(_LAYERS):
        at = f"model.layers.{n}"
        shapes |= {f"{at}.self_attn.q_proj.weight": (_HEADS * _HEAD, _WIDTH), f"{at}.self_attn.o_proj.weight": (_WIDTH, _HEADS * _HEAD)}
        shapes |= {f"{at}.self_attn.{side}_proj.weight": (_PAIRS * _HEAD, _WIDTH) for side in "kv"}
        shapes |= {f"{at}.mlp.{side}_proj.weight": (_FEED, _WIDTH) for side in ("gate", "up")} | {f"{at}.mlp.down_proj.weight": (_WIDTH, _FEED)}
        shapes |= {f"{at}.{norm}_layernorm.weight": (_WIDTH,) for norm in ("input", "post_attention")}
        if family == "qwen-3":
            shapes |= {f"{at}.self_attn.{side}_norm.weight": (_HEAD,) for side in "qk"}
    if family == "qwen-3":
        shapes["lm_head.weight"] = (_WORDS, _WIDTH)
    drawn = {name: random.normal(0, 0.25, shape) + (1 if len(shape) == 1 else 0) for name, shape in shapes.items()}
    return {name: value.astype(np.float32) for name, value in drawn.items()}
