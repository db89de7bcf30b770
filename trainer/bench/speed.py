"""How fast the torch backend trains beside plain TRL + peft, on the same GPU, weights, rows and adapter.

    python trainer/bench/speed.py --out bases          # Llama-shaped 1B and 8B, about eight minutes on one H200
    python trainer/bench/speed.py --out bases --tiny   # proves the script on a CPU

Rows of 2,048 tokens, eight a step, as packing leaves them. Prints a table for EXPERIMENTS.md; tokens/s are of one GPU,
MFU counts four operations for each parameter and token (brightrun_trainer/gpu.py). A library that is missing, or a run
that ends in an error, leaves its row empty and says why.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from random_base import make_base  # noqa: E402

from brightrun_trainer.gpu import gpu_here, model_flops_utilisation  # noqa: E402
from brightrun_trainer.load import shape_of  # noqa: E402

WAYS = {"trl": "TRL + peft, plain", "recomputed": "peft_lora, recomputing", "brightrun": "peft_lora"}
#: A measurement that takes longer than this has failed: 12 minutes for all, and six of them.
MOST_SECONDS = 300


def measured(how: str, base: Path, steps: int, rows: int, tokens: int) -> dict[str, Any]:
    """The line that measure.py printed, or `failed` with the last line of what it said."""
    command = [sys.executable, str(HERE / "measure.py"), how, str(base), str(steps), str(rows), str(tokens)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {MOST_SECONDS} s"}
    if run.returncode:
        return {"failed": (run.stderr.strip().splitlines() or ["no word"])[-1][:200]}
    return json.loads(run.stdout.strip().splitlines()[-1])


def line_of(name: str, how: str, found: dict[str, Any], plain: float | None, mfu: float | None) -> str:
    if "failed" in found:
        return f"| {name} | {WAYS[how]} | – | – | – | – | {found['failed']} |"
    speed = found["tokensPerSecond"]
    planned = f", planned {found['planned'] / 1e9:.1f}" if found.get("planned") else ""
    return (
        f"| {name} | {WAYS[how]} | {speed:,.0f} | {f'{speed / plain:.2f} ×' if plain else '–'} | {f'{mfu:.2f}' if mfu else '–'} "
        f"| {found['peakBytes'] / 1e9:.1f}{planned} | {found['losses'][0]:.3f} → {found['losses'][-1]:.3f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="where the random base models lie; 19 GB")
    parser.add_argument("--tiny", action="store_true")
    asked = parser.parse_args()
    names, steps, rows, tokens = (["tiny"], 3, 2, 128) if asked.tiny else (["1b", "8b"], 20, 8, 2048)
    gpu = gpu_here("peft_lora")
    print(f"{gpu.name if gpu else 'CPU'}; {rows} rows of {tokens} tokens a step, {steps} steps after the warm-up\n")
    print("| base | trained by | tokens/s | against plain | MFU | peak GB | loss, first and last step |\n| --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        base = make_base(name, asked.out / name)
        shape, plain = shape_of(base), None
        for how in WAYS:
            found = measured(how, base, steps, rows, tokens)
            if how == "trl":
                plain = found.get("tokensPerSecond")
            mfu = model_flops_utilisation(found.get("tokensPerSecond", 0.0), shape.parameters, gpu, 1) if shape else None
            print(line_of(name, how, found, plain, mfu), flush=True)


if __name__ == "__main__":
    main()
