"""A frozen base that lies in shares on the processes of a machine, for one that exceeds a GPU.

Of each block every process holds its rows of the weights, one in n of them; torch's FSDP2 puts a block together right
before it is used, in both directions, and lets it go after. Embedding, head and last norm lie whole on each process: of
a 70B in bf16 they are 4.2 of 141 GB, the loss reads the head's weight chunk by chunk (`frozen_head.py`), and shares of
them would save 3.7 GB on each of eight GPUs while a pass sends 3 % more. So does the adapter, which FSDP never sees: it
sits on blocks that are divided already. Weights are frozen, so nothing is ever summed here (`World.add_up` does that).

To put a block together all processes have to take part, in the same order. Therefore all make equally many passes
(`PeftLora._rounds`), and before each block all say that they are still there: one that has run out of memory says so in
its stead, and all stop at the same block and try again with less (`Gather`). Said on processors, over 80 blocks of a 70B
that are 160 messages of about 0.1 ms a pass of some seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch
import torch.distributed as dist
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor
from torch.distributed.tensor.experimental import implicit_replication
from transformers import PretrainedConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

from ..failures import RunFailure
from .world import World

#: The path of a block, by the name that decoders have for them; `backend.adapted_modules` goes by it as well.
BLOCK = re.compile(r"(^|\.)layers\.\d+$")


class Gather:
    """Puts a block together, where all processes are still there to do so; for `FSDPModule.set_custom_all_gather`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def allocate(self, size: Sequence[Any], *, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
        return torch.empty(*size, dtype=dtype, device=device)

    def __call__(
        self, output_tensor: torch.Tensor, input_tensor: torch.Tensor, group: dist.ProcessGroup, async_op: bool = False
    ) -> dist.Work | None:
        # Asked after the memory was taken: from here to the message itself nothing can run out.
        self._world.go_on()
        return dist.all_gather_into_tensor(output_tensor, input_tensor, group=group, async_op=async_op)


def sharded_class(config: PretrainedConfig, device: str, near: World, all_: World) -> type[PreTrainedModel]:
    """The model's class, of which an instance is divided before it has weights. transformers makes it so (on torch's meta
    device), then reads from the files what this process holds, straight to its device: no process ever has the whole, and
    a host no more than what its system keeps of the files."""
    kind = MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]

    def divided(self: PreTrainedModel, config: PretrainedConfig, *rest: Any, **more: Any) -> None:
        kind.__init__(self, config, *rest, **more)
        divide(self, device, near, all_)

    return type(kind.__name__, (kind,), {"__init__": divided, "__module__": kind.__module__})


def divide(model: PreTrainedModel, device: str, near: World, all_: World) -> None:
    """Shares out the blocks over `near`, whose passes are those of `all_`. The decoder is the root that they have in common, through which every pass goes, with
    head or without; itself it holds nothing in shares."""
    blocks = [module for path, module in model.named_modules() if BLOCK.search(path)]
    if not blocks or model.base_model is model:
        raise RunFailure("base-model-invalid", "The base model has no blocks that several GPUs could share out. Take 4-bit weights or a larger GPU.")
    model.requires_grad_(False)
    with torch.device("cpu"):
        mesh = DeviceMesh.from_group(near.group or dist.group.WORLD, torch.device(device).type)
    gather = Gather(all_)
    for block in blocks:
        fully_shard(block, mesh=mesh, reshard_after_forward=True)
        block.set_custom_all_gather(gather)
    inside = {parameter for block in blocks for parameter in block.parameters()}
    fully_shard(model.base_model, mesh=mesh, ignored_params=set(model.base_model.parameters()) - inside)


def forget_pass(model: PreTrainedModel) -> None:
    """Makes the blocks ready for a pass whatever became of the last one: it may have been given up half-way, or had no
    way back."""
    if isinstance(model.base_model, FSDPModule):
        model.base_model.reset_iter_state()


def attached(model: PreTrainedModel, config: LoraConfig) -> PeftModel:
    """The model with an adapter, whole on each process. DoRA begins with the norms of the weights' rows, of which a process
    has its own: they are put together once."""
    with implicit_replication():
        with_adapter = get_peft_model(model, config)
    for module in with_adapter.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            if parameter.requires_grad and isinstance(parameter, DTensor):
                setattr(module, name, nn.Parameter(parameter.full_tensor()))
    return with_adapter


def held_bytes(model: nn.Module) -> int:
    """What this process holds of a model's weights while none of its blocks is in use."""
    kept = [p.to_local() if isinstance(p, DTensor) else p for p in model.parameters()]
    return sum(part.numel() * part.element_size() for part in kept)
