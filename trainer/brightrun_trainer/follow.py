"""`python -m brightrun_trainer.follow`: a further process of a run, started by `peft_lora.lead.Lead`.

It lies outside that package so that it sees to its own end before torch is imported, which takes seconds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import ExitStack

#: What a follower is told of its place; the meeting is the file where the processes find each other.
RANK, SIZE, MEETING, LEADER = "BRIGHTRUN_RANK", "BRIGHTRUN_SIZE", "BRIGHTRUN_MEETING", "BRIGHTRUN_LEADER"
#: A pipe's end: a byte on it says that this process is ready to meet, its end without one that it never will be.
READY = "BRIGHTRUN_READY"
#: prctl: a signal for this process when the one that started it is gone (Linux).
PR_SET_PDEATHSIG = 1


def end_with_leader() -> None:
    """What the cluster says of ending is the leader's to hear: it saves, and then ends the others. When the leader is
    gone itself, nothing of its run is left to do."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(os.environ[LEADER]):
        sys.exit(1)  # it was gone before that


def follow() -> None:
    """Makes each call that the leader sends, for as long as there is one."""
    from .peft_lora import PeftLora
    from .peft_lora.lead import join, placed

    os.write(int(os.environ[READY]), b"1")
    rank = int(os.environ[RANK])
    world, calls = join(rank, int(os.environ[SIZE]), os.environ[MEETING])
    model_dir, settings, ends, placement = calls.hear()
    backend = PeftLora(model_dir, settings, ends, placed(placement, rank), world)
    hidden = ExitStack()
    while True:
        name, arguments = calls.hear()
        if name == "hide_adapter":
            hidden.enter_context(backend.without_adapter())
        elif name == "show_adapter":
            hidden.close()
        else:
            getattr(backend, name)(*arguments)


if __name__ == "__main__":
    end_with_leader()
    follow()
