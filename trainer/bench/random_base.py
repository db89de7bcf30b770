"""Base models of Llama's shape with random weights: as fast and as large as the real ones, and made here."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

#: Widths of Llama 3.2 1B and 3.1 8B as in lambdas/catalog/base-models.ts, and one that a CPU trains in seconds.
SHAPES = {
    "tiny": {"hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
             "vocab_size": 512, "tie_word_embeddings": True},
    "1b": {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8,
           "head_dim": 64, "vocab_size": 128_256, "tie_word_embeddings": True},
    "8b": {"hidden_size": 4096, "intermediate_size": 14_336, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
           "vocab_size": 128_256, "tie_word_embeddings": False},
}


def make_base(name: str, folder: Path) -> Path:
    """Writes config and bf16 safetensors, made where they are fastest made; keeps what lies there already."""
    if (folder / "config.json").is_file():
        return folder
    torch.manual_seed(1)
    config = LlamaConfig(**SHAPES[name], max_position_embeddings=8192, rope_theta=500_000.0, bos_token_id=None, eos_token_id=1, pad_token_id=0)
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
            model = LlamaForCausalLM(config)
    finally:
        torch.set_default_dtype(torch.float32)
    model.save_pretrained(folder)
    return folder
