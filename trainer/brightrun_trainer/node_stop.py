"""`python -m brightrun_trainer.node_stop <seconds>`: asks the runs on this machine to save before it is taken away.

What ends a node (a spot notice, a drained Kubernetes node) tells Ray, not the run, and Ray kills its children. Called
first, from a pod's `preStop` or a machine's shutdown unit, this sends SIGTERM to every `brightrun-train` here, and to the
processes of runs that are led from another machine: those pass it on to their leader, which saves. It waits until all have
gone, or the seconds are over. Reads /proc, so it works where only Linux and Python are.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

COMMANDS = ("brightrun-train", "brightrun_trainer.follow")
LOOK_SECONDS = 0.2


def runs_here(proc: Path = Path("/proc")) -> list[int]:
    """Process ids of runs: those whose program, or whose script or module behind the interpreter, is one of ours."""
    found = []
    for folder in proc.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile, or is somebody else's
        if any(Path(os.fsdecode(word)).name in COMMANDS for word in words[:3] if word):
            found.append(int(folder.name))
    return sorted(found)


def stop_runs(
    seconds: float, runs: Callable[[], list[int]] = runs_here,
    clock: Callable[[], float] = time.monotonic, wait: Callable[[float], object] = time.sleep,
) -> list[int]:
    """Signals each run once; returns those that are still there after `seconds`."""
    left = runs()
    for process in left:
        try:
            os.kill(process, signal.SIGTERM)
        except ProcessLookupError:
            pass
    until = clock() + seconds
    while left and clock() < until:
        wait(LOOK_SECONDS)
        left = [process for process in runs() if process in left]
    return left


if __name__ == "__main__":
    sys.exit(1 if stop_runs(float(sys.argv[1])) else 0)
