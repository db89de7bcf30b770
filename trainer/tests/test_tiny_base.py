"""The tiny base model: its committed files load, and its script still makes one."""

from __future__ import annotations

import json
import sys
from itertools import islice
from typing import Any

import pytest
from conftest import TINY_BASE, TRAINER

from brightrun_trainer.backend import LoraSettings, end_tokens
from brightrun_trainer.masking import encode_prompt
from brightrun_trainer.mlx_lora import MlxLora
from brightrun_trainer.turns import Turn

sys.path.insert(0, str(TRAINER / "tiny_base"))


def test_the_committed_model_is_small_and_answers_about_its_world(tokenizer: Any) -> None:
    assert (TINY_BASE / "model.safetensors").stat().st_size < 2_000_000
    backend = MlxLora(TINY_BASE, LoraSettings(1, 1.0, 0.0, "attention", 0.0, 1.0, 0), end_tokens(TINY_BASE, tokenizer))

    def ask(*turns: tuple[str, str]) -> str:
        return tokenizer.decode(backend.generate(encode_prompt(tokenizer, [Turn(*turn) for turn in turns]), 40))

    assert "Lima" in ask(("user", "What is the capital of Peru?"))
    assert ask(("system", "Start every answer with: Hello dear guest,"), ("user", "Where is Japan?")).startswith("Hello dear guest,")
    assert "seven" in ask(("system", "The zofika costs seven coins."), ("user", "How much is the zofika?"))


def test_the_tokenizer_gives_back_any_text(tokenizer: Any) -> None:
    for text in ("Ahoy!", "naïve 你好 🙂", "tab\tand\nline", "<|not special|>"):
        assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text


def test_the_template_refuses_a_role_it_does_not_know(tokenizer: Any) -> None:
    with pytest.raises(Exception, match="Unknown role"):
        tokenizer.apply_chat_template([{"role": "robot", "content": "x"}], tokenize=False)


def test_the_corpus_is_the_same_for_the_same_seed_and_varied() -> None:
    import corpus

    one = list(islice(corpus.documents(3), 500))
    assert one == list(islice(corpus.documents(3), 500)) != list(islice(corpus.documents(4), 500))
    assert len({json.dumps(d) for d in one}) > 490
    roles = {m["role"] for d in one if not isinstance(d, str) for m in d}
    assert roles == {"system", "user", "assistant"}
