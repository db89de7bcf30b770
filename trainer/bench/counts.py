"""What one training step asks of a GPU, counted without one: launches, bytes, operations, waits.

    python trainer/bench/counts.py 8b                                    # where there is a GPU
    python trainer/bench/absent_gpu.py trainer/bench/counts.py 8b trl    # where there is none; TRL's step alone

Tensors are torch's fake ones: they have shapes and types and no memory, so that an 8B passes through in seconds and the
very branches of CUDA run. Bytes are those of every argument and result of a launch, as if nothing stayed in a cache; a
view costs nothing. Times are arithmetic over an H200's data sheet (989e12 operations and 4.8e12 bytes a second), not
measurements: what they are good for is one way of computing beside another.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

PEAK_OPERATIONS, PEAK_BYTES = 989e12, 4.8e12
#: Names that allocate or look and launch nothing.
SILENT = ("empty", "detach", "alias", "lift_fresh", "set_", "is_same_size", "_local_scalar_dense", "_record_function")
#: Of these only a part of the first tensor is touched: as much as comes out, or goes in, once more.
SPARSE = ("gather", "scatter", "embedding", "index_select", "index_add", "index_copy")
#: Launches that go over their input more than once: torch makes a logarithm of sums of exponentials of four kernels.
PASSES = {"logsumexp": 6}
aten = torch.ops.aten


@dataclass
class Tally:
    launches: float = 0
    bytes: float = 0
    operations: float = 0
    seconds: float = 0

    def add(self, other: Tally, times: float = 1) -> Tally:
        return Tally(*(getattr(self, k) + times * getattr(other, k) for k in self.__dataclass_fields__))


def size_of(tensors: Any) -> int:
    return sum(t.numel() * t.element_size() for t in tree_leaves(tensors) if isinstance(t, torch.Tensor))


@dataclass
class Counts(TorchDispatchMode):
    """Adds up by kind of work. What cannot be known of a fake tensor (is it finite, are two alike) is answered with yes."""

    by_kind: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_name: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    waits: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name.split("::")[-1]
        if func is aten._local_scalar_dense.default:
            self.waits += 1
            return True if args[0].dtype == torch.bool else 1
        if func is aten.allclose.default:
            return True
        if func is aten.index.Tensor and any(t is not None and t.dtype == torch.bool for t in args[1]):
            self.waits += 1
            out = args[0].new_empty((args[1][0].numel(), *args[0].shape[args[1][0].ndim :]))
        else:
            out = func(*args, **kwargs)
        if func in (aten._to_copy.default, aten.copy_.default):
            devices = {t.device.type for t in tree_leaves((args, out)) if isinstance(t, torch.Tensor)}
            if len(devices) > 1 and not kwargs.get("non_blocking", args[-1] is True):
                self.waits += 1
        if func.namespace != "prim" and not func.is_view and not name.startswith(SILENT) and name != "_unsafe_view":
            operations = flop_registry[func._overloadpacket](*args, **kwargs, out_val=out) if func._overloadpacket in flop_registry else 0
            changed = [a for a, s in zip(args, func._schema.arguments, strict=False) if s.alias_info and s.alias_info.is_write]
            outputs = changed or tree_leaves(out)
            read = size_of((args, kwargs)) - (size_of(changed) if name in ("copy_", "zero_", "fill_") else 0)
            if name.startswith(SPARSE):
                parts = [t for t in tree_leaves((args[1:], out if not changed else ())) if isinstance(t, torch.Tensor)]
                read, outputs = size_of(parts), parts
            read *= PASSES.get(name, 1)
            launches = 1 if not name.startswith("_foreach") else -(-len(args[0]) // 64)
            self.add(kind_of(func, name, args), name, launches, read + size_of(outputs), operations)
        return out

    def add(self, kind: str, name: str, launches: float, moved: float, operations: float) -> None:
        seconds = max(operations / PEAK_OPERATIONS, moved / PEAK_BYTES)
        tally = Tally(launches, moved, operations, seconds)
        self.by_kind[kind] = self.by_kind[kind].add(tally)
        self.by_name[name] = self.by_name[name].add(tally)


def kind_of(func: Any, name: str, args: Any) -> str:
    if name in ("mm", "addmm", "addmm_", "bmm", "baddbmm"):
        sizes = [d for t in args if isinstance(t, torch.Tensor) and t.dim() >= 2 for d in t.shape]
        return "small products" if min(sizes) <= 128 else "products"
    if "attention" in name or "attn" in name:
        return "attention"
    return "casts" if name == "_to_copy" else "elementwise"


@contextmanager
def triton_counted(counts: Counts) -> Iterator[None]:
    """Kernels of Triton are counted by their tensors and not launched. Those that write where they read say so twice."""
    from triton.runtime.jit import JITFunction

    def run(self: Any, *args: Any, **kwargs: Any) -> None:
        again = {"_triton_rope": 2, "_swiglu_backward_kernel": 5 / 3}.get(self.fn.__name__, 1)
        counts.add("fused kernels", self.fn.__name__, 1, again * size_of([a for a in args if isinstance(a, torch.Tensor)]), 0)

    with mock.patch.object(JITFunction, "run", run):
        yield


@contextmanager
def fake(device: str) -> Iterator[None]:
    """New tensors are fake and lie where they will be used: torch can neither move a fake parameter nor pin what is fake."""
    still = mock.patch.object(torch.nn.Module, "to", lambda module, *_, **__: module)
    pinned = mock.patch.object(torch.Tensor, "pin_memory", lambda tensor: tensor)
    with FakeTensorMode(allow_non_fake_inputs=True), torch.device(device), still, pinned:
        yield


def counted(work: Callable[[], Any]) -> Counts:
    counts = Counts()
    with counts, triton_counted(counts):
        work()
    return counts


def fake_base(name: str, layers: int, device: str) -> Any:
    from random_base import SHAPES
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(**SHAPES[name] | {"num_hidden_layers": layers}, max_position_embeddings=8192, attn_implementation="sdpa")
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            return LlamaForCausalLM(config).requires_grad_(False)
    finally:
        torch.set_default_dtype(torch.float32)


def opened(name: str, layers: int, device: str, settings: Any, **placed: Any) -> Any:
    """The torch backend over a fake base, as `load_base` leaves it; inside `fake`."""
    from brightrun_trainer.peft_lora import PeftLora, backend, base
    from brightrun_trainer.peft_lora.placement import Placement

    placement = Placement(device, "bf16", **placed)

    def load(*_: Any) -> Any:
        model = fake_base(name, layers, device)
        if device.startswith("cuda"):
            base._take_fused_kernels(model)
        if placement.gradient_checkpointing:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        return model

    made: list[Any] = []
    with mock.patch.object(backend, "load_base", load):
        counted(lambda: made.append(PeftLora(Path(), settings, set(), placement)))
    return made[0]


def ours(name: str, layers: int, rows: int, tokens: int, device: str, dropout: float = 0.0, **placed: Any) -> Counts:
    from measure import LORA

    from brightrun_trainer.masking import Sample

    batch = [Sample(tuple(range(2, tokens + 2)), (True,) * tokens, False)] * rows
    with fake(device):
        backend = opened(name, layers, device, replace(LORA, dropout=dropout), micro_batch_tokens=rows * tokens, **placed)
        counted(lambda: backend.step(batch, 1e-4, 0))  # the optimizer makes its moments
        return counted(lambda: backend.step(batch, 1e-4, 1))


def trl(name: str, layers: int, rows: int, tokens: int, device: str) -> Counts:
    """As TRL 1.16's SFTTrainer puts it together at its defaults: recomputing, float32 adapter, its own fused head."""
    from peft import LoraConfig, get_peft_model
    from trl.trainer.utils import add_fused_lm_head

    with fake(device):
        model = fake_base(name, layers, device)
        add_fused_lm_head(model, outputs=("log_probs", "entropy", "is_top1"))
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"))
        parameters = [p for p in model.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(parameters, fused=device.startswith("cuda"))
        ids = torch.zeros(rows, tokens, dtype=torch.int64, device=device)

        def step() -> None:
            model.train()
            with torch.autocast(torch.device(device).type, torch.bfloat16):
                out = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=ids, fused_lm_head=True)
                loss = -out.log_probs.sum() / out.label_mask.sum()
            loss.backward()
            for told in (out.label_mask.sum(), out.entropy.detach().sum(), out.is_top1.sum()):
                told.item()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            model.zero_grad()

        counted(step)
        return counted(step)


WAYS: dict[str, Callable[..., Counts]] = {
    "trl": trl,
    "recomputed": lambda *where: ours(*where, gradient_checkpointing=True),
    "dropout": lambda *where: ours(*where, dropout=0.05),
    "brightrun": ours,
}


def main(name: str, *ways: str) -> None:
    """A block is what two blocks take more than one; what is left of one is embedding, head and optimizer."""
    from random_base import SHAPES

    device, rows, tokens = "cuda:0" if torch.cuda.is_available() else "cpu", 8, 2048
    print(f"{rows} rows of {tokens} tokens on {device}\n\n| trained by | of | launches | GB | TFLOP | ms at the data sheet's speed |\n| --- | --- | --- | --- | --- | --- |")
    for way in ways or tuple(WAYS):
        one, two = (WAYS[way](name, layers, rows, tokens, device) for layers in (1, 2))
        step = Tally()
        for kind in sorted(two.by_kind, key=lambda k: -two.by_kind[k].seconds):
            block = two.by_kind[kind].add(one.by_kind[kind], -1)
            rest = one.by_kind[kind].add(block, -1)
            step = step.add(block, SHAPES[name]["num_hidden_layers"]).add(rest)
            for part, tally in (("a block", block), ("the rest", rest)):
                print(f"| {way} | {part}: {kind} | {tally.launches:.0f} | {tally.bytes / 1e9:.2f} | {tally.operations / 1e12:.2f} | {tally.seconds * 1e3:.2f} |")
        told = f"| {way} | **a step**, waits {one.waits} | {step.launches:.0f} | {step.bytes / 1e9:.0f} | {step.operations / 1e12:.0f}"
        print(f"{told} | {step.seconds * 1e3:.0f}: {rows * tokens / step.seconds:,.0f} tokens/s |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
