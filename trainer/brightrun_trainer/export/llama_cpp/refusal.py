"""The one sentence for a base model that cannot be had as GGUF."""

from __future__ import annotations

from ...failures import RunFailure


def refused(reason: str) -> RunFailure:
    """`reason` goes on from "The base model"."""
    return RunFailure("export-failed", f"The base model {reason}: it cannot be published as GGUF here. Take another format.")
