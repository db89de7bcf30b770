"""Makes the tiny base model: tokenizer, weights and chat template, from a seed, on a CPU.

    python make_tiny_base.py --out model --steps 5000        # the committed one, see its README.md
    python make_tiny_base.py --out <folder> --steps 12     # about what the test runs

Needs torch, transformers, tokenizers and safetensors; nothing that ships needs them.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

import corpus

VOCABULARY = 768
CONTEXT = 256
SPECIAL = ("<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] not in ['system', 'user', 'assistant'] %}"
    "{{ raise_exception('Unknown role: ' + message['role']) }}{% endif %}"
    "<|{{ message['role'] }}|>{{ message['content'] }}<|end|>"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)

#: System and user turns are random text: a full share of the loss would spend the small model on
#: guessing questions. A fifth keeps their grammar, which in-context facts need.
PROMPT_WEIGHT = 0.2


def make_tokenizer(seed: int, chats: int) -> Tokenizer:
    """Byte-level BPE over the corpus: any text has tokens, none is unknown."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = (
        document if isinstance(document, str) else " ".join(m["content"] for m in document)
        for document in itertools.islice(corpus.documents(seed), chats)
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


Sample = tuple[list[int], list[float]]


def encode(tokenizer: Tokenizer, document: list[corpus.Message] | str) -> Sample:
    """Token ids and the weight of each as a target (answers and their end count in full)."""
    end = tokenizer.token_to_id("<|end|>")
    if isinstance(document, str):
        ids = tokenizer.encode(document).ids + [end]
        return ids, [1.0] * len(ids)
    ids, weights = [], []
    for message in document:
        turn = [tokenizer.token_to_id(f"<|{message['role']}|>"), *tokenizer.encode(message["content"]).ids, end]
        ids += turn
        weights += [0.0] + [1.0 if message["role"] == "assistant" else PROMPT_WEIGHT] * (len(turn) - 1)
    return ids, weights


def batches(tokenizer: Tokenizer, seed: int, tokens: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless batches of about `tokens` tokens, chats of like length together, right-padded."""
    stream, order = corpus.documents(seed), random.Random(seed)
    while True:
        pool = [encode(tokenizer, d) for d in itertools.islice(stream, 1024)]
        pool = sorted((s for s in pool if len(s[0]) <= CONTEXT), key=lambda s: len(s[0]))
        cut: list[list[Sample]] = [[]]
        for sample in pool:
            if cut[-1] and (len(cut[-1]) + 1) * len(sample[0]) > tokens:
                cut.append([])
            cut[-1].append(sample)
        order.shuffle(cut)
        for batch in cut:
            width = max(len(ids) for ids, _ in batch)
            yield (
                torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in batch]),
                torch.tensor([w + [0.0] * (width - len(w)) for _, w in batch]),
            )


def token_losses(model: LlamaForCausalLM, ids: torch.Tensor) -> torch.Tensor:
    logits = model(input_ids=ids[:, :-1], use_cache=False).logits.float()
    return torch.nn.functional.cross_entropy(logits.transpose(1, 2), ids[:, 1:], reduction="none")


@torch.no_grad()
def held_out(model: LlamaForCausalLM, tokenizer: Tokenizer, seed: int, count_batches: int) -> dict[str, float]:
    """Mean loss over all trained tokens and over answers alone, on chats of another seed."""
    model.eval()
    total = {"all": 0.0, "answers": 0.0}
    count = {"all": 0.0, "answers": 0.0}
    for ids, weights in itertools.islice(batches(tokenizer, seed, 4096), count_batches):
        losses = token_losses(model, ids)
        for name, mask in (("all", weights[:, 1:] > 0), ("answers", weights[:, 1:] == 1.0)):
            total[name] += float((losses * mask).sum())
            count[name] += float(mask.sum())
    model.train()
    return {name: round(total[name] / count[name], 4) for name in total}


def learning_rate(step: int, steps: int, peak: float) -> float:
    warm_up = min(200, max(1, steps // 10))
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def train(
    tokenizer: Tokenizer, steps: int, tokens: int, peak: float, seed: int, held_out_batches: int = 12
) -> tuple[LlamaForCausalLM, dict[str, object]]:
    """Trains from scratch; returns the model and what it reached."""
    torch.manual_seed(seed)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY, hidden_size=128, intermediate_size=352, num_hidden_layers=4,
            num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=CONTEXT,
            tie_word_embeddings=True, rms_norm_eps=1e-5, bos_token_id=None,
            eos_token_id=tokenizer.token_to_id("<|end|>"), pad_token_id=tokenizer.token_to_id("<|pad|>"),
        )
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=peak, betas=(0.9, 0.95), weight_decay=0.05)
    started, seen = time.monotonic(), 0
    for step, (ids, weights) in enumerate(itertools.islice(batches(tokenizer, seed, tokens), steps)):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, peak)
        weight = weights[:, 1:]
        loss = (token_losses(model, ids) * weight).sum() / weight.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        seen += int((ids != 0).sum())
        if step % 250 == 249:
            print(json.dumps({"step": step + 1, "tokens": seen, "seconds": round(time.monotonic() - started), "loss": round(float(loss.detach()), 4), "heldOut": held_out(model, tokenizer, seed + 1, held_out_batches)}), flush=True)
    return model, {"steps": steps, "tokens": seen, "seconds": round(time.monotonic() - started), "heldOutLoss": held_out(model, tokenizer, seed + 1, held_out_batches)}


def write(out: Path, model: LlamaForCausalLM, tokenizer: Tokenizer, reached: dict[str, object]) -> None:
    """Writes the folder in Hugging Face layout; bf16, so that the file stays under 2 MB."""
    out.mkdir(parents=True, exist_ok=True)
    weights = {
        name: tensor.detach().to(torch.bfloat16).contiguous()
        for name, tensor in model.state_dict().items()
        if name != "lm_head.weight"  # tied to the embedding
    }
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    end, pad = tokenizer.token_to_id("<|end|>"), tokenizer.token_to_id("<|pad|>")
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 128,
        "intermediate_size": 352, "num_hidden_layers": 4, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 32, "vocab_size": VOCABULARY,
        "max_position_embeddings": CONTEXT, "hidden_act": "silu", "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0, "attention_bias": False, "mlp_bias": False,
        "tie_word_embeddings": True, "initializer_range": 0.02, "torch_dtype": "bfloat16",
        "bos_token_id": None, "eos_token_id": end, "pad_token_id": pad, "use_cache": True,
    }
    tokenizer_config = {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": CONTEXT,
        "eos_token": "<|end|>", "pad_token": "<|pad|>", "clean_up_tokenization_spaces": False,
        "additional_special_tokens": ["<|system|>", "<|user|>", "<|assistant|>"],
        "chat_template": CHAT_TEMPLATE,
    }
    generation = {"eos_token_id": end, "pad_token_id": pad, "do_sample": False, "max_new_tokens": 64}
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    for file, content in (("config.json", config), ("tokenizer_config.json", tokenizer_config), ("generation_config.json", generation), ("training.json", reached)):
        (out / file).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--tokens", type=int, default=2048, help="tokens a step")
    parser.add_argument("--peak", type=float, default=4e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokenizer-chats", type=int, default=20_000)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    tokenizer = make_tokenizer(arguments.seed, arguments.tokenizer_chats)
    model, reached = train(tokenizer, arguments.steps, arguments.tokens, arguments.peak, arguments.seed)
    write(arguments.out, model, tokenizer, {"seed": arguments.seed, "tokensPerStep": arguments.tokens, "peakLearningRate": arguments.peak, **reached})


if __name__ == "__main__":
    main()
