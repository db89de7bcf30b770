"""Failures that a person can act on: one code and one sentence for each foreseeable end."""

from __future__ import annotations

import errno


class RunFailure(Exception):
    """The run cannot go on. `code` is one of the contract's failure codes (contracts/failures.ts),
    `message` a sentence for a person with the figures of this case."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Superseded(Exception):
    """This attempt is no longer the live one: stop at once and write nothing."""


def runs_out_of_memory(error: BaseException) -> bool:
    """Whether less at once may mend it: of the process, of torch's GPU or of mlx's."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "unable to allocate" in text


def classify(error: BaseException) -> RunFailure:
    """The failure that an unexpected error amounts to; never raises, never shows a traceback."""
    if isinstance(error, RunFailure):
        return error
    if runs_out_of_memory(error):
        return RunFailure(
            "out-of-memory",
            "The machine ran out of memory. Take a smaller batch size, a shorter sequence length or a larger GPU.",
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RunFailure(
            "disk-full", "The machine's disk is full. Free space on the cluster, then start the job again."
        )
    return RunFailure("trainer-crashed", f"The trainer ended on an unexpected {type(error).__name__}. The log says more.")
