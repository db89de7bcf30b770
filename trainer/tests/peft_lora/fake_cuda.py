"""What the torch backend does on a CUDA device, on fake tensors: run by test_on_fake_cuda.py through bench/absent_gpu.py.

Prints one line of JSON. A process of its own: whether torch sees a GPU is decided once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

TRAINER = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TRAINER), str(TRAINER / "bench")]

import numpy as np  # noqa: E402
import torch  # noqa: E402
from counts import Counts, counted, fake, opened  # noqa: E402
from measure import LORA  # noqa: E402

from brightrun_trainer.masking import Pair, Sample  # noqa: E402
from brightrun_trainer.memory_plan import CUDA_CONTEXT_BYTES  # noqa: E402
from brightrun_trainer.peft_lora.placement import placement_here  # noqa: E402
from brightrun_trainer.peft_lora.planned import means_here  # noqa: E402

TOKENS = 256
BATCH = [Sample(tuple(range(2, TOKENS + 2)), (True,) * TOKENS)] * 4
PAIRS = [Pair(BATCH[0], BATCH[1]), Pair(BATCH[2], BATCH[3])]


def told(counts: Counts) -> dict[str, Any]:
    return {
        "waits": counts.waits, "launches": sum(t.launches for t in counts.by_kind.values()), "names": sorted(counts.by_name),
        "bytes": {kind: tally.bytes for kind, tally in counts.by_kind.items()},
    }


def stepped(settings: Any, work: Callable[[Any], Any] = lambda backend: backend.step(BATCH, 1e-4, 1), **placed: Any) -> dict[str, Any]:
    """The counts of a second step over two blocks."""
    with fake("cuda:0"):
        backend = opened("tiny", 2, "cuda:0", settings, **placed)
        counted(lambda: backend.step(BATCH, 1e-4, 0))
        return told(counted(lambda: work(backend))) | {"packs": bool(backend._packs)}


def resumed() -> dict[str, Any]:
    """Moments and count as a checkpoint holds them, back in the fused optimizer."""
    with fake("cuda:0"):
        backend = opened("tiny", 1, "cuda:0", LORA)
        arrays = {}
        for name, parameter in backend._parameters.items():
            arrays |= {f"{name}/exp_avg": np.zeros(parameter.shape, np.float32), f"{name}/exp_avg_sq": np.zeros(parameter.shape, np.float32)}
            arrays[f"{name}/step"] = np.array(7, np.float32)
        backend.load_optimizer_state(arrays)
        counted(lambda: backend.step(BATCH, 1e-4, 7))
        return {"devices": sorted({str(value.device) for state in backend._optimizer.state.values() for value in state.values()})}


def main() -> None:
    here = placement_here()
    means = means_here(here, LORA)
    found: dict[str, Any] = {
        "placement": [here.device, here.precision], "means": [means.available_bytes, means.precision, means.context_bytes == CUDA_CONTEXT_BYTES],
        "whole": stepped(LORA), "parts": stepped(LORA, micro_batch_tokens=TOKENS), "padded": stepped(LORA, packing=False),
        "dropout": stepped(replace(LORA, dropout=0.05)), "dora": stepped(replace(LORA, variant="dora")),
        "pairs": stepped(LORA, lambda backend: backend.step_pairs(PAIRS, [0.0, 0.0], 0.1, 1e-4, 1)),
        "resumed": resumed(),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
