"""Causal attention over rows that lie one behind the other: each row attends to itself alone.

On a GPU by torch's own variable-length kernels (FlashAttention or cuDNN, in 16 bits), elsewhere by one call a row. A
mask over all tokens would do the same and cost tokens squared: 16,384 packed tokens are 268 million entries.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.attention.varlen import varlen_attn
from transformers import AttentionInterface, PretrainedConfig, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from ..masking import Sample
from ..tokens_at_once import StoppedElsewhere
from .feeding import Fed, feed_packed, feed_padded
from .sharded_base import forget_pass

log = logging.getLogger("brightrun")

#: The name by which a model's configuration asks for it. No mask is registered under it: none is made then.
NAME = "brightrun_packed"

#: How far the hidden states of packed rows may lie from those of padded ones, as a share of their norm: sums run in
#: another order, in float32 by 1e-6 and in bf16, of 8 bits, by 1e-2.
TOLERANCE = {torch.float32: 1e-4, torch.bfloat16: 0.03, torch.float16: 0.01}

#: Two rows of other lengths, for the trial. So short ones go through the kernels of long ones: cuDNN, from 9.24 on (torch brings 9.26),
#: where Hopper has it, else FlashAttention.
TRIAL = tuple(Sample(tuple(range(length)), (True,) * length) for length in (7, 12))


def packed_attention(
    module: nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: torch.Tensor | None,
    dropout: float = 0.0, scaling: float | None = None, cu_seq_lens_q: torch.Tensor | None = None,
    max_length_q: int | None = None, **others: Any,
) -> tuple[torch.Tensor, None]:
    """As transformers calls it: `query` [1, heads, tokens, size], `key` and `value` with as many heads or a share of them.
    Returns [1, tokens, heads, size]. Without `cu_seq_lens_q` rows lie side by side, as they do for answers."""
    if cu_seq_lens_q is None or max_length_q is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **others)
    if query.is_cuda and query.dtype in (torch.bfloat16, torch.float16):
        q, k, v = (part.squeeze(0).transpose(0, 1) for part in (query, key, value))  # part[0] would cost the way back a copy
        out = varlen_attn(
            q, k, v, cu_seq_lens_q, cu_seq_lens_q, max_length_q, max_length_q,
            scale=scaling, window_size=(-1, 0), enable_gqa=q.shape[1] != k.shape[1],
        )
        return out[None], None  # type: ignore[index]
    lengths = cu_seq_lens_q.diff().tolist()
    rows = zip(*(part.split(lengths, dim=2) for part in (query, key, value)), strict=True)
    outs = [
        nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scaling, enable_gqa=q.shape[1] != k.shape[1])
        for q, k, v in rows
    ]
    return (outs[0] if len(outs) == 1 else torch.cat(outs, dim=2)).transpose(1, 2), None


AttentionInterface.register(NAME, packed_attention)


def may_pack(config: PretrainedConfig) -> bool:
    """Whether all layers attend to the whole row: a window or a state space would run over from row to row."""
    text = config.get_text_config()
    kinds = set(getattr(text, "layer_types", None) or ())
    window = getattr(text, "sliding_window", None) and getattr(text, "use_sliding_window", True)
    return kinds <= {"full_attention"} and not window


def take_packing(model: PreTrainedModel, agree: Callable[[int], int] = lambda verdict: verdict) -> bool:
    """Sets the model up for packed rows, and tries two, there and back: False, with the model as it was, where they do not
    come out as padded ones do. The way back has kernels of its own. `agree` makes one verdict of those of all processes,
    the worst: all pack, or none."""
    if not may_pack(model.config):
        return False
    before, device = model.config._attn_implementation, str(model.device)
    padded = _trial(model, feed_padded(TRIAL, device))
    failed = 0
    try:
        model.set_attn_implementation(NAME)
        packed = _trial(model, feed_packed(TRIAL, device))
        if not all((one - other).norm() <= TOLERANCE[model.dtype] * other.norm() for one, other in zip(packed, padded, strict=True)):
            failed = 1
            log.warning("rows are padded: packed ones come out otherwise with this base model")
    except StoppedElsewhere:
        failed = -1  # agreed on already
    except Exception as error:  # a kernel that this GPU lacks, a model with an attention of its own
        failed = 1
        log.warning("rows are padded: %s", str(error)[:200])
    if failed == 0 and agree(0) == 0:
        return True
    if failed == 1:
        agree(1)
    model.set_attn_implementation(before)
    forget_pass(model)
    return False


def _trial(model: PreTrainedModel, fed: Fed) -> tuple[torch.Tensor, torch.Tensor]:
    """The last states, and the gradient that a sum of theirs has in the first ones."""
    inputs = dict(fed.inputs)
    states = model.get_input_embeddings()(inputs.pop("input_ids")).detach().requires_grad_()
    hidden = model.base_model(inputs_embeds=states, **inputs, use_cache=False).last_hidden_state
    picked = hidden.flatten(0, 1).index_select(0, fed.picked).float()
    # Alternating signs: the plain sum of a normalised state has hardly a gradient.
    signs = torch.ones(picked.shape[1], device=picked.device)
    signs[::2] = -1
    (slope,) = torch.autograd.grad((picked * signs).sum(), states)
    return picked.detach(), slope.flatten(0, 1).index_select(0, fed.picked).float()
