"""How much memory a run takes, worked out before any of it is spent.

Bytes on one device, for a transformer of Llama's form with LoRA on its linear layers:

- **Weights.** Parameters counted from the widths of config.json, times the bytes of their type. In 4 bits
  (nf4, double quantization) a linear layer of a block takes 0.5 + 0.127 / 8 bytes a parameter (QLoRA, arXiv
  2305.14314, §3); embedding, head and norms keep bf16.
  Where several devices share out the blocks (`peft_lora/sharded_base.py`), each has its part of them, embedding, head and
  norms whole, and the blocks in use: one that computes, what was just sent for it, and the next on its way, so three.
  Not so in 4 bits.
- **Adapter.** 16 bytes a trainable parameter: float32 value, gradient and AdamW's two moments; two more for the
  copy that products in bf16 take.
- **Activations.** What autograd keeps of a block for one token (the count of arXiv 2205.05198, §4, redone for
  RMSNorm, grouped queries, a gated feed-forward and frozen weights, whose products keep no input: only the
  adapter's do). With `w` bytes a value, `h`, `q`, `k`, `f` the widths of the block, of its queries, of its keys
  and of its feed-forward: two norms' inputs in float32, 8·h; queries, keys, values and attention's output,
  2·w·(q + k); gate, its SiLU and its partner, 3·w·f. Then `w` for each input of the adapter's modules, once where
  modules that read one input share it (`peft_lora/adapted_linear.py`), else each its own copy in bf16 or where dropout
  draws for each; and a mask of each with dropout. `tests/peft_lora/test_memory_on_torch.py` holds this against what torch keeps. Fused kernels keep less: the plan errs on the safe side. With gradient
  checkpointing (arXiv 1604.06174) a block keeps its input, `w·h`, and one block at a time is whole.
- **Loss.** Logits in the model's type, in float32, their log-softmax and its gradient: `(w + 12)` bytes an
  entry of the vocabulary and token. Where the loss cuts tokens into chunks (`peft_lora/frozen_head.py`), of one chunk.
- **Context.** 1.4 GB for CUDA, its libraries and workspaces (facts.md §5), and a tenth of what the device has
  for the fragments of its allocator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .failures import RunFailure
from .micro_batches import MICRO_BATCH_TOKENS

#: Bytes of a value by the name of its type; `nf4` is the blocks' alone.
BYTES_OF = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0, "int8": 1.0, "nf4": 0.5 + 0.127 / 8}
BYTES_PER_TRAINABLE_PARAMETER = 16
CUDA_CONTEXT_BYTES = int(1.4e9)
#: Share of a device that a plan may fill; the rest is fragments and what the formulae leave out.
USABLE = 0.9
#: Whole blocks that a device has in use at once where blocks are shared out.
BLOCKS_IN_USE = 3
#: Logits that a loss in chunks has at once: what `peft_lora/frozen_head.py` allows itself.
CHUNK_LOGITS = 64 * 1024 * 1024
#: From so many tokens at once on, products are bound by arithmetic and a larger part gains little: with T tokens a product does
#: T operations for each byte of bf16 weights, and an H100 does 989e12 / 3.35e12 = 295 for each byte that it reads.
#: Below three times that, recomputing (half as much work again) with larger parts is the better trade.
ENOUGH_TOKENS = 1024


@dataclass(frozen=True)
class ModelShape:
    """The widths that decide what a model weighs; `query_width` is of all query heads together."""

    layers: int
    hidden: int
    query_width: int
    key_value_width: int
    feed_forward: int
    vocabulary: int
    tied: bool

    @staticmethod
    def of(config: Mapping[str, Any]) -> ModelShape:
        """From a config.json. Raises KeyError where the model is not of this form."""
        heads = config["num_attention_heads"]
        head = config.get("head_dim") or config["hidden_size"] // heads
        return ModelShape(
            config["num_hidden_layers"], config["hidden_size"], heads * head,
            (config.get("num_key_value_heads") or heads) * head, config["intermediate_size"], config["vocab_size"],
            bool(config.get("tie_word_embeddings", False)),
        )

    @property
    def block_parameters(self) -> int:
        """Of the linear layers of all blocks."""
        attention = 2 * self.hidden * self.query_width + 2 * self.hidden * self.key_value_width
        return self.layers * (attention + 3 * self.hidden * self.feed_forward)

    @property
    def other_parameters(self) -> int:
        """Embedding, head and norms."""
        return (1 if self.tied else 2) * self.vocabulary * self.hidden + (2 * self.layers + 1) * self.hidden

    @property
    def parameters(self) -> int:
        return self.block_parameters + self.other_parameters


@dataclass(frozen=True)
class Memory:
    """Bytes on one device by what they are for; `gathered` are blocks in use where each device holds its part of them."""

    weights: int
    gathered: int
    adapter: int
    activations: int
    loss: int
    context: int

    @property
    def total(self) -> int:
        return self.weights + self.gathered + self.adapter + self.activations + self.loss + self.context


@dataclass(frozen=True)
class Demand:
    """What is to be trained. `precision` is a key of BYTES_OF; `rows` are the lengths of the training rows in tokens."""

    shape: ModelShape
    rank: int
    target_modules: str
    precision: str
    rows: Sequence[int]
    batch_size: int
    packing: bool = False
    chunked_loss: bool = False
    #: Whether activations may be computed again instead of kept.
    may_recompute: bool = True
    dropout: float = 0.0
    #: Devices over which each batch is shared out; on a CPU there is no context.
    devices: int = 1
    #: Devices of a machine that share out the blocks' weights; 1 where each has the whole.
    shares: int = 1
    context_bytes: int = CUDA_CONTEXT_BYTES
    #: Of an entry of a dropout mask.
    mask_bytes: int = 1
    #: Whether modules that read one input keep it once, whatever its type and dropout.
    shares_inputs: bool = False


@dataclass(frozen=True)
class MemoryPlan:
    """`tokens_at_once` bounds a part of a batch, and `memory` is what its largest part takes. `micro_batch` is how many rows
    of the usual length that is; `micro_batch × accumulation × devices` is the batch that was asked for, or up to one
    part more. Of the base's blocks each device holds one of `shares` parts."""

    tokens_at_once: int
    micro_batch: int
    accumulation: int
    checkpointing: bool
    packing: bool
    shares: int
    memory: Memory
    available_bytes: int

    @property
    def fits(self) -> bool:
        return self.memory.total <= self.available_bytes * USABLE

    def sentence(self) -> str:
        """For the log, in the order in which a person asks."""
        m = self.memory
        names = ("weights", "gathered", "adapter", "activations", "loss", "context")
        parts = ", ".join(f"{name} {_gb(getattr(m, name))}" for name in names if name != "gathered" or self.shares > 1)
        base = f"the base shared out over {self.shares} devices" if self.shares > 1 else "the base whole on each device"
        return (
            f"memory plan: {self.micro_batch} rows at once ({self.tokens_at_once} tokens), {self.accumulation} times a step, "
            f"{'with' if self.checkpointing else 'without'} gradient checkpointing, {'packed' if self.packing else 'padded'}, "
            f"{base}; "
            f"{_gb(m.total)} of {_gb(self.available_bytes)} ({parts})"
        )


def trainable_parameters(shape: ModelShape, rank: int, target_modules: str) -> int:
    """An adapter on a layer [in, out] adds `rank × (in + out)` (lambdas/catalog/base-models.ts counts alike)."""
    attention = 2 * (shape.hidden + shape.query_width) + 2 * (shape.hidden + shape.key_value_width)
    feed = 3 * (shape.hidden + shape.feed_forward) if target_modules != "attention" else 0
    return rank * shape.layers * (attention + feed)


def weight_bytes(shape: ModelShape, precision: str, parts: int = 1) -> int:
    """Of a device that holds one of so many parts of the blocks, and the rest whole."""
    others = "bfloat16" if precision in ("nf4", "int8") else precision
    return int(shape.block_parameters * BYTES_OF[precision] / parts + shape.other_parameters * BYTES_OF[others])


def block_bytes_per_token(demand: Demand) -> float:
    """What autograd keeps of one block for one token without checkpointing."""
    shape, width = demand.shape, _compute_width(demand.precision)
    h, q, k, f = shape.hidden, shape.query_width, shape.key_value_width, shape.feed_forward
    kept = 8 * h + 2 * width * (q + k) + 3 * width * f
    is_whole = demand.target_modules != "attention"
    # q, k and v read one input, gate and up another; o reads attention's output and down the gated product.
    own_copies = 3 * h + q + (2 * h + f if is_whole else 0)
    shared = h + (h + f if is_whole else 0)
    inputs = own_copies if not demand.shares_inputs and (width != 4 or demand.dropout) else shared
    masks = demand.mask_bytes * own_copies if demand.dropout else 0
    return kept + width * (inputs + demand.rank * (7 if is_whole else 4)) + masks


def _compute_width(precision: str) -> float:
    """Bytes of a value that is computed; quantized weights are multiplied in bf16."""
    return BYTES_OF["bfloat16" if precision in ("nf4", "int8") else precision]


def memory_of(demand: Demand, tokens: int, checkpointing: bool) -> Memory:
    """Bytes on one device while `tokens` go through the model at once."""
    shape = demand.shape
    width, block = _compute_width(demand.precision), block_bytes_per_token(demand)
    kept = shape.layers * shape.hidden * width + block if checkpointing else shape.layers * block
    bytes_a_parameter = BYTES_PER_TRAINABLE_PARAMETER + (2 if width == 2 else 0)
    logits = tokens * shape.vocabulary
    if demand.chunked_loss:
        logits = min(logits, CHUNK_LOGITS)
    gathered = BLOCKS_IN_USE * shape.block_parameters * BYTES_OF[demand.precision] / shape.layers if demand.shares > 1 else 0
    return Memory(
        weight_bytes(shape, demand.precision, demand.shares), int(gathered),
        bytes_a_parameter * trainable_parameters(shape, demand.rank, demand.target_modules),
        int(tokens * kept), int(logits * (width + 12)), demand.context_bytes,
    )


def tokens_that_fit(demand: Demand, available_bytes: int, checkpointing: bool) -> int:
    """The most tokens at once that keep to the usable share; 0 where not even one does. Memory is linear in
    tokens, so the answer is found by halving."""
    low, high = 0, 1 << 24
    while low < high:
        middle = (low + high + 1) // 2
        fits = memory_of(demand, middle, checkpointing).total <= available_bytes * USABLE
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


def plan_run(demand: Demand, available_bytes: int, on_a_machine: int) -> MemoryPlan:
    """The base whole on each device where that fits, for nothing has to be sent then; else shared out over the devices of
    each machine: between machines a block would take ten times as long. 4-bit weights stay whole: a 70B takes 40 GB of them. lambdas/costs/memory.ts decides alike, held to the same
    cases (test/costs/memory-plans.json).

    Raises `out-of-memory` where neither can be."""
    if on_a_machine == 1 or demand.precision == "nf4":
        return plan_memory(demand, available_bytes)
    refused: RunFailure | None = None
    plans: list[MemoryPlan] = []
    for shares in (1, on_a_machine):
        try:
            plans.append(plan_memory(replace(demand, shares=shares), available_bytes))
        except RunFailure as failure:
            refused = failure
            continue
        if plans[-1].fits:
            return plans[-1]
    if refused and not plans:
        raise refused
    return min(plans, key=lambda plan: plan.memory.total)


def plan_memory(demand: Demand, available_bytes: int) -> MemoryPlan:
    """The largest parts that fit, without checkpointing where that still keeps the device busy.

    Raises `out-of-memory` where weights and adapter alone do not fit, which no part of a batch can mend. A plan that
    only its smallest part exceeds is returned all the same (`fits` is false): formulae err, and the device has the last word.
    """
    least = memory_of(demand, 0, True)
    if least.total > available_bytes:
        raise RunFailure("out-of-memory", _refusal(demand, least, available_bytes))
    rows = -(-demand.batch_size // demand.devices)  # of each batch on one device
    longest, usual = max(demand.rows), _usual_length(demand.rows, rows, demand.packing)
    most = sum(sorted(demand.rows)[-rows:]) if demand.packing else rows * longest
    plain, recomputed = (tokens_that_fit(demand, available_bytes, c) for c in (False, True))
    checkpointing = demand.may_recompute and plain < max(longest, min(int(rows * usual), ENOUGH_TOKENS))
    tokens = max(longest, min(MICRO_BATCH_TOKENS, recomputed if checkpointing else plain))
    at_once = max(1, min(rows, int(tokens // usual)))
    return MemoryPlan(
        tokens, at_once, -(-rows // at_once), checkpointing, demand.packing, demand.shares,
        memory_of(demand, min(tokens, most), checkpointing), available_bytes,
    )


def _refusal(demand: Demand, least: Memory, available_bytes: int) -> str:
    smaller = "Take more memory or a smaller base model."
    if demand.precision != "nf4":
        smaller = f"Take {'more or larger GPUs' if demand.shares > 1 else 'a larger GPU'}, 4-bit weights or a smaller base model."
    shared = ""
    if demand.shares > 1:
        shared = f", also where {demand.shares} devices share them out ({_gb(least.weights)} on each, and {_gb(least.gathered)} in use)"
    return (
        f"The weights ({_gb(weight_bytes(demand.shape, demand.precision))}, {demand.precision}) and the adapter "
        f"({_gb(least.adapter)}) of this run exceed the {_gb(available_bytes)} of the device{shared}. {smaller}"
    )


def _usual_length(rows: Sequence[int], drawn: int, packing: bool) -> float:
    """What a row of a batch takes on average: its own tokens where rows are packed, else those of the longest of
    `drawn` rows, whose expectation is the sum over the sorted lengths of `length × ((i/n)^drawn − ((i−1)/n)^drawn)`."""
    count = len(rows)
    if packing:
        return sum(rows) / count
    ordered = enumerate(sorted(rows), 1)
    return sum(length * ((i / count) ** drawn - ((i - 1) / count) ** drawn) for i, length in ordered)


def _gb(size: float) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 1e7 else f"{size / 1e6:.2f} MB"
