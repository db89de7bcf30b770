"""How fast the torch backend trains beside plain TRL + peft, on the same GPU, weights, rows and adapter; and whether it is right.

    python trainer/bench/speed.py --out bases          # Llama-shaped 8B and 1B, at most eight minutes on one H200
    python trainer/bench/speed.py --out bases --tiny   # proves the script on a CPU

Checks first (smoke.py), then rows of 2,048 tokens, eight a step, as packing leaves them, by the order of what they decide.
Each line is printed and added to `results.md` in that folder as soon as it is known, with all figures in `results.jsonl`:
a window that closes early loses what it did not come to. A way that fails, or that the time left is too short for, says so
in its row. Tokens/s are of one GPU; MFU counts four operations for each parameter and token (brightrun_trainer/gpu.py).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from random_base import make_base  # noqa: E402

from brightrun_trainer.gpu import gpu_here, model_flops_utilisation  # noqa: E402
from brightrun_trainer.load import shape_of  # noqa: E402

WAYS = {
    "brightrun": "peft_lora", "trl": "TRL + peft, plain", "dropout": "peft_lora, dropout 0.05",
    "recomputed": "peft_lora, recomputing", "nf4": "peft_lora, 4-bit weights",
}
#: By what they decide: the aim on an 8B, what the presets and QLoRA cost, and a small base last.
ORDER = [("8b", list(WAYS)), ("1b", ["brightrun", "trl", "dropout"])]
#: One measurement that takes longer has failed.
MOST_SECONDS = 150
#: A measurement that gets less has no chance: libraries and weights load in half of it.
LEAST_SECONDS = 40


class Results:
    """Lines for a person, now and in a file, and the figures behind them."""

    def __init__(self, folder: Path, minutes: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._ends = folder, time.monotonic() + 60 * minutes

    def left(self) -> float:
        """Seconds until the window closes."""
        return self._ends - time.monotonic()

    def say(self, line: str) -> None:
        print(line, flush=True)
        self._add("results.md", line)

    def keep(self, figures: dict[str, Any]) -> None:
        self._add("results.jsonl", json.dumps(figures))

    def _add(self, name: str, line: str) -> None:
        with (self._folder / name).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def checked(results: Results) -> None:
    """Smoke's lines as they come; its end is awaited no longer than a measurement."""
    results.say("| check | found | took |\n| --- | --- | --- |")
    command = [sys.executable, "-W", "ignore", str(HERE / "smoke.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        ends = time.monotonic() + min(MOST_SECONDS, results.left())
        assert run.stdout
        for line in run.stdout:
            results.say(line.rstrip())
            if time.monotonic() > ends:
                run.kill()
                results.say("| the other checks | left out: the time for them was up | |")


def measured(how: str, base: Path, steps: int, rows: int, tokens: int, seconds: float) -> dict[str, Any]:
    """The line that measure.py printed, or `failed` with the last line of what it said."""
    if seconds < LEAST_SECONDS:
        return {"failed": "no time was left"}
    command = [sys.executable, str(HERE / "measure.py"), how, str(base), str(steps), str(rows), str(tokens)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {seconds:.0f} s"}
    if run.returncode:
        return {"failed": (run.stderr.strip().splitlines() or ["no word"])[-1][:200]}
    return json.loads(run.stdout.strip().splitlines()[-1])  # type: ignore[no-any-return]


def line_of(name: str, how: str, found: dict[str, Any], ours: float | None, mfu: float | None) -> str:
    if "failed" in found:
        return f"| {name} | {WAYS[how]} | – | – | – | – | {found['failed']} |"
    speed = found["tokensPerSecond"]
    planned = f", planned {found['planned'] / 1e9:.1f}" if found.get("planned") else ""
    return (
        f"| {name} | {WAYS[how]} | {speed:,.0f} | {f'{speed / ours:.2f} ×' if ours else '–'} | {f'{mfu:.2f}' if mfu else '–'} "
        f"| {found['peakBytes'] / 1e9:.1f}{planned} | {found['losses'][0]:.3f} → {found['losses'][-1]:.3f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="where the random base models (19 GB) and the results lie")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--minutes", type=float, default=8, help="when to start nothing more")
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    asked = parser.parse_args()
    order = [("tiny", list(WAYS))] if asked.tiny else ORDER
    steps, rows, tokens = (3, 2, 128) if asked.tiny else (20, 8, 2048)
    results = Results(asked.out, asked.minutes)
    gpu = gpu_here("peft_lora")
    results.say(f"{gpu.name if gpu else 'CPU'}; {rows} rows of {tokens} tokens a step, {steps} steps after the warm-up\n")
    checked(results)
    results.say("\n| base | trained by | tokens/s | of peft_lora's | MFU | peak GB | loss, first and last step |\n| --- | --- | --- | --- | --- | --- | --- |")
    for name, ways in order:
        base = make_base(name, asked.out / name)
        shape, ours = shape_of(base), None
        for how in (way for way in ways if way in asked.ways):
            found = measured(how, base, steps, rows, tokens, min(MOST_SECONDS, results.left()))
            if how == "brightrun":
                ours = found.get("tokensPerSecond")
            mfu = model_flops_utilisation(found.get("tokensPerSecond", 0.0), shape.parameters, gpu, 1) if shape else None
            results.keep({"base": name, "how": how, "mfu": mfu, **found})
            results.say(line_of(name, how, found, ours, mfu))


if __name__ == "__main__":
    main()
