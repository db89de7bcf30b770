"""Failures that a person can act on: one code and one sentence for each foreseeable end."""

from __future__ import annotations

import errno


#: In the words of CUDA and Metal, of numpy and mlx, of torch's allocator on a CPU, and of cuBLAS and cuDNN, which take
#: their workspaces beside torch's (CUBLAS_STATUS_ALLOC_FAILED).
MEMORY_WORDS = ("out of memory", "unable to allocate", "can't allocate memory", "_status_alloc_failed")
#: As the operating system says it, whoever hands it on.
DISK_WORDS = ("no space left on device", "disk quota exceeded")


class RunFailure(Exception):
    """The run cannot go on. `code` is one of the contract's failure codes (contracts/failures.ts),
    `message` a sentence for a person with the figures of this case."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Lost(RunFailure):
    """Another process of this run is gone, or its machine: what this one holds is whole as of its last step."""

    def __init__(self, message: str, code: str = "stopped-by-cluster") -> None:
        super().__init__(code, message)


class Superseded(Exception):
    """This attempt is no longer the live one: stop at once and write nothing."""


def runs_out_of_memory(error: BaseException) -> bool:
    """Whether less at once may mend it: of the process, of torch's GPU or of mlx's."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in MEMORY_WORDS)


def _runs_out_of_disk(error: BaseException) -> bool:
    """Of Python's own, or of a library written in another language: safetensors' error is no OSError."""
    number = error.errno if isinstance(error, OSError) else None
    return number in (errno.ENOSPC, errno.EDQUOT) or any(words in str(error).lower() for words in DISK_WORDS)


def classify(error: BaseException) -> RunFailure:
    """The failure that an unexpected error amounts to; never raises, never shows a traceback."""
    if isinstance(error, RunFailure):
        return error
    if runs_out_of_memory(error):
        return RunFailure(
            "out-of-memory",
            "The machine ran out of memory. Take a smaller batch size, a shorter sequence length or a larger GPU.",
        )
    if _runs_out_of_disk(error):
        return RunFailure(
            "disk-full", "The machine's disk is full. Free space on the cluster, then start the job again."
        )
    return RunFailure("trainer-crashed", f"The trainer ended on an unexpected {type(error).__name__}. The log says more.")
