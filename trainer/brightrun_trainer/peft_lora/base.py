"""Loads a frozen base model: safetensors only, no code of its author's, where and as exactly as asked."""

from __future__ import annotations

import importlib.util
import logging
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel
from transformers.utils import logging as library_log

from ..failures import RunFailure, classify
from .placement import Placement
from .sharded_base import sharded_class
from .world import World

log = logging.getLogger("brightrun")
library_log.disable_progress_bar()  # the log is a file that people read

#: Dropouts of the base model's own, by the names that configurations have for them. A job's dropout
#: is the adapter's; mlx-lm's models have no other.
BASE_DROPOUTS = ("attention_dropout", "hidden_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop")


def load_base(model_dir: Path, placement: Placement, quantization: str, near: World, all_: World) -> PreTrainedModel:
    """The model of a folder in Hugging Face layout, frozen. `quantization` is `none` or `nf4`, which
    keeps the linear layers of the blocks in 4 bits (QLoRA). `near` are the processes that share it out, `all_` those that make
    the same passes. Ends as `base-model-invalid` where the
    folder holds something else than a model this library knows, whole and in safetensors."""
    try:
        config = AutoConfig.from_pretrained(model_dir, trust_remote_code=False, local_files_only=True)
        for name in BASE_DROPOUTS:
            if hasattr(config, name):
                setattr(config, name, 0.0)
        kind = sharded_class(config, placement.device, near, all_) if near.size > 1 else AutoModelForCausalLM
        model = kind.from_pretrained(
            model_dir, config=config, dtype=placement.dtype, use_safetensors=True, trust_remote_code=False,
            local_files_only=True, device_map={"": placement.device}, **_quantized(quantization, placement),
        )
    except RunFailure:
        raise
    except Exception as error:  # the libraries raise many classes for a folder that is no model
        if classify(error).code != "trainer-crashed":
            raise
        raise RunFailure("base-model-invalid", f"The base model cannot be loaded here: {str(error)[:200]}") from error
    model.requires_grad_(False)
    if quantization != "none":
        _keep_differentiable(model)
    if placement.device.startswith("cuda"):
        _take_fused_kernels(model)
    if placement.gradient_checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return model


def _quantized(quantization: str, placement: Placement) -> dict[str, Any]:
    if quantization == "none":
        return {}
    if importlib.util.find_spec("bitsandbytes") is None:
        raise RunFailure(
            "method-unsupported",
            "4-bit weights need bitsandbytes, which this cluster's trainer does not have. Train without quantization.",
        )
    from transformers import BitsAndBytesConfig

    # Double quantization saves another 0.4 bit a weight (the QLoRA paper, section 3).
    return {
        "quantization_config": BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=placement.dtype,
        )
    }


def _keep_differentiable(model: PreTrainedModel) -> None:
    """On a CPU with AVX512 bitsandbytes packs a weight anew at its first evaluation and never unpacks it; the
    product over packed weights has no gradient, so that the blocks below would learn from a part of it, in silence."""
    for layer in model.modules():
        if hasattr(layer, "support_avx512bf16_for_cpu"):
            layer.support_avx512bf16_for_cpu = False


def _take_fused_kernels(model: PreTrainedModel) -> None:
    """Liger's norm, rotary and gated kernels where it has them for this model. Its loss is not taken:
    it works over all tokens, `frozen_head` over the learned ones."""
    if importlib.util.find_spec("liger_kernel") is None:
        return
    try:
        from liger_kernel.transformers.monkey_patch import _apply_liger_kernel_to_instance

        _apply_liger_kernel_to_instance(model=model, cross_entropy=False, fused_linear_cross_entropy=False)
    except Exception as error:  # a model it does not fit trains as well without it, only slower
        log.warning("no fused kernels for this base model: %s", str(error)[:200])


@torch.no_grad()
def plain_head(model: PreTrainedModel) -> nn.Linear | None:
    """The output layer, where logits are nothing but this layer over the decoder's last hidden states;
    None where the model does more (caps them, scales them). Found by trying a few tokens."""
    head, decoder = model.get_output_embeddings(), model.base_model
    if not isinstance(head, nn.Linear) or type(head) is not nn.Linear or decoder is model:
        return None
    ids = torch.arange(min(8, model.config.get_text_config().vocab_size), device=model.device)[None]
    logits = model(input_ids=ids, use_cache=False).logits
    direct = head(decoder(input_ids=ids, use_cache=False).last_hidden_state)
    return head if logits.shape == direct.shape and torch.allclose(logits, direct, rtol=1e-3, atol=1e-3) else None
