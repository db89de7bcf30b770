"""`python -m brightrun_trainer.follow`: a further process of a run, started by `company.followers.Followers`.

It lies outside the backend's package so that it sees to its own end before torch is imported, which takes seconds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

#: What a follower is told of its place: its number among all, its GPU's on this machine, and where the processes meet.
RANK, PLACE, SIZE, MEETING = "BRIGHTRUN_RANK", "BRIGHTRUN_PLACE", "BRIGHTRUN_SIZE", "BRIGHTRUN_MEETING"
#: The process that started it, by its id.
LEADER = "BRIGHTRUN_LEADER"
#: On a run of several machines: this one's address. On a machine that is not the leader's also the folder where it has the base model.
ADDRESS, BASE, FURTHER = "BRIGHTRUN_ADDRESS", "BRIGHTRUN_BASE", "BRIGHTRUN_FURTHER"
#: A pipe's end: a byte on it says that this process is ready to meet, its end without one that it never will be.
READY = "BRIGHTRUN_READY"
#: prctl: a signal for this process when the one that started it is gone (Linux).
PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """When the one that started this process is gone, nothing of its run is left to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)  # it was gone before that


def leave_signals_to_the_leader() -> None:
    """What the cluster says of ending is the leader's to hear: it saves, and then ends the others."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def pass_signals_on(pipe: int) -> None:
    """On another machine than the leader's the leader hears nothing: the signal's number goes into the pipe, from C and at
    once, also while this process waits within torch."""
    os.set_blocking(pipe, False)
    signal.set_wakeup_fd(pipe, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def follow() -> None:
    """Makes each call that the leader sends, for as long as there is one."""
    from .peft_lora import PeftLora
    from .peft_lora.meeting import join, placed

    os.write(int(os.environ[READY]), b"\x01")
    world, calls = join(int(os.environ[RANK]), int(os.environ[SIZE]), os.environ[MEETING], os.environ.get(ADDRESS, ""))
    model_dir, settings, ends, placement = calls.hear()
    own = os.environ.get(BASE)
    placement = placed(placement, int(os.environ[PLACE]))
    backend = PeftLora(Path(own) if own else model_dir, settings, ends, placement, world)
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
    if os.environ.get(FURTHER):
        pass_signals_on(int(os.environ[READY]))
    else:
        leave_signals_to_the_leader()
    end_with_parent(int(os.environ[LEADER]))
    follow()
