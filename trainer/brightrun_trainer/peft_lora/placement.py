"""Where the torch backend computes, how exactly, and how much at once."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ..micro_batches import MICRO_BATCH_TOKENS


@dataclass(frozen=True)
class Placement:
    """One process's device and what fits on it. A memory plan narrows `micro_batch_tokens` (tokens in one
    pass, padding and all) and turns `gradient_checkpointing` on; with `packing` rows lie one behind the
    other where the base model allows it. Of the base's blocks each of `shares` processes of one machine holds a
    share (`sharded_base`); 1 is the whole. None of them changes the loss."""

    device: str = "cpu"
    precision: str = "float32"  # of the base model and of products: "float32" or "bf16"; adapters are float32
    micro_batch_tokens: int = MICRO_BATCH_TOKENS
    gradient_checkpointing: bool = False
    packing: bool = True
    shares: int = 1

    @property
    def dtype(self) -> torch.dtype:
        return torch.bfloat16 if self.precision == "bf16" else torch.float32


def placement_here() -> Placement:
    """The first GPU in bf16 where it computes in bf16 itself (Ampere and later), else in float32: an
    emulated bf16 is slower than that and no more exact. A CPU computes in float32."""
    if not torch.cuda.is_available():
        return Placement()
    native = torch.cuda.is_bf16_supported(including_emulation=False)
    return Placement("cuda", "bf16" if native else "float32")
