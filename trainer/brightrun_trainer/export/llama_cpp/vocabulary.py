"""A base model's tokenizer as llama.cpp keeps it: tokens, their kinds, merges, and how text is split into words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gguf import SpecialVocab, TokenType

from .refusal import refused

_LLAMA_3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_QWEN = _LLAMA_3.replace(r"\p{N}{1,3}", r"\p{N}")
#: llama.cpp splits text into words by code of its own, chosen by a name in the file: these names, for the
#: regular expression that a tokenizer.json states. Its own converter guesses the name from the tokens of one text.
_WORD_RULES = {_LLAMA_3: "llama-bpe", _QWEN: "qwen2"}
#: The rule for which llama.cpp takes a word that is a token as it is, without merging.
_TAKES_WORDS_WHOLE = "llama-bpe"


@dataclass(frozen=True)
class Vocabulary:
    """As many tokens as the embedding has rows; `special` has merges, special tokens and chat template."""

    tokens: list[str]
    kinds: list[int]
    word_rule: str
    special: SpecialVocab


def read_vocabulary(model_dir: Path, size: int) -> Vocabulary:
    """Raises `export-failed` where llama.cpp would make other tokens of a text than the tokenizer does."""
    try:
        stored = json.loads((model_dir / "tokenizer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise refused("has no tokenizer.json that can be read") from error
    rule = _word_rule(stored)
    words, added = stored["model"]["vocab"], stored["added_tokens"]
    if any(token[name] for token in added for name in ("single_word", "lstrip", "rstrip", "normalized")):
        raise refused("has special tokens that also take what stands around them")
    by_id = {number: (token, TokenType.NORMAL) for token, number in words.items()}
    by_id |= {token["id"]: (token["content"], _kind(token)) for token in added}
    if max(by_id) >= size:
        raise refused(f"has {max(by_id) + 1} tokens for {size} rows of its embedding")
    entries = [by_id.get(number, (f"[PAD{number}]", TokenType.UNUSED)) for number in range(size)]
    return Vocabulary([token for token, _ in entries], [int(kind) for _, kind in entries], rule, _special(model_dir))


def _word_rule(stored: dict[str, Any]) -> str:
    model, splitter, normalizer = stored["model"], stored["pre_tokenizer"] or {}, stored["normalizer"]
    if model.get("type") != "BPE" or model.get("byte_fallback"):
        raise refused("has a tokenizer that is no byte-level BPE")
    if normalizer is not None and normalizer.get("type") != "NFC":
        raise refused("has a tokenizer that rewrites text before it splits it")
    rule = _rule_of(splitter)
    if rule is None or bool(model.get("ignore_merges")) != (rule == _TAKES_WORDS_WHOLE):
        raise refused("has a tokenizer that splits text into words by a rule that is not known here")
    return rule


def _rule_of(splitter: dict[str, Any]) -> str | None:
    """None where it is none of the three."""
    if splitter.get("type") == "ByteLevel":
        return "gpt-2" if splitter.get("use_regex") and not splitter.get("add_prefix_space") else None
    steps = splitter.get("pretokenizers", [])
    if [step.get("type") for step in steps] != ["Split", "ByteLevel"]:
        return None
    split, level = steps
    plain = split.get("behavior") == "Isolated" and not split.get("invert") and not level.get("use_regex") and not level.get("add_prefix_space")
    return _WORD_RULES.get(split["pattern"].get("Regex")) if plain else None


def _kind(token: dict[str, Any]) -> TokenType:
    """Control tokens are not shown in an answer. Some models mark theirs as ordinary; llama.cpp's converter knows
    them by their brackets, and so are they here."""
    text = token["content"]
    return TokenType.CONTROL if token["special"] or (text.startswith("<|") and text.endswith("|>")) else TokenType.USER_DEFINED


def _special(model_dir: Path) -> SpecialVocab:
    special = SpecialVocab(model_dir, load_merges=True)
    # Unsaid, it is llama.cpp's default for the word rule.
    special.add_special_token.setdefault("bos", False)
    if special.chat_template is not None and not isinstance(special.chat_template, str):
        raise refused("has several chat templates, of which a GGUF would not say which was trained with")
    return special
