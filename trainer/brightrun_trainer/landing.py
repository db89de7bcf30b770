"""How long a run needs to land: from the moment it stops training until its model is stored.

`seconds` is the one place where that is worked out; the API subtracts what it is told from the end
of the cap, and the run does so by itself when nobody answers (docs/decisions/0018).
"""

from __future__ import annotations

from dataclasses import dataclass

#: Evaluations that may lie between the word to land and the end: one that is just due after the
#: step under way, the one that chooses the best adapter, and the tuned model's own.
EVALUATIONS = 3
#: Passes over the frozen prompts with their answers: once with the model in memory, once with the
#: published files.
PROOF_PASSES = 2
#: Uploads of a checkpoint's size: one under way, the one of this very step, and the model's files,
#: which are smaller but more of them.
UPLOADS = 3
#: What was measured once may take a quarter longer the next time.
MARGIN = 1.25
#: Last report, `complete`, the end of the process and the cluster's notice of it: 5 s. And the 20 s
#: before the cap's end at which the cluster is asked to stop a run that is not seen landing
#: (lambdas/training-workflow/run-verdict.ts): one that lands in time is seen landing before them.
LAST_SECONDS = 25.0
EXIT_SECONDS = 5.0


#: Bytes a second of merging an adapter into its base, hashing the files and loading them afresh, all
#: of it together. One core merged and hashed 200 MB/s (EXPERIMENTS.md); a network disk is slower.
MERGE_BYTES_PER_SECOND = 5e7


def merge_seconds(written_bytes: int, uploaded_bytes: int, upload_bytes_per_second: float) -> float:
    """Making, proving and uploading a whole model; the speed of uploads is a checkpoint's."""
    return written_bytes / MERGE_BYTES_PER_SECOND + uploaded_bytes / upload_bytes_per_second


@dataclass
class LandingTimes:
    """Seconds as this run has measured them; None is not measured yet. They travel in every
    checkpoint, so that the next attempt knows them from the start."""

    evaluation: float | None = None
    answers: float | None = None
    checkpoint: float | None = None
    step: float = 0.0
    checks: float = 0.0  # canaries and training rows
    proof: float = 0.0  # one pass over the frozen prompts with their answers
    merge: float = 0.0  # making, proving and uploading a merged model; 0 where an adapter is published

    @property
    def is_whole(self) -> bool:
        return None not in (self.evaluation, self.answers, self.checkpoint)

    def seconds(self) -> float:
        """What landing takes by what is known; too little while something is not measured."""
        known = EVALUATIONS * (self.evaluation or 0.0) + UPLOADS * (self.checkpoint or 0.0) + self._once()
        return MARGIN * known + self.step + LAST_SECONDS

    def seconds_to_measure_and_publish(self) -> float:
        """What is left to do once the checkpoint of the landing is stored."""
        known = 2 * (self.evaluation or 0.0) + (self.checkpoint or 0.0) + self._once()
        return MARGIN * known + EXIT_SECONDS

    def seconds_to_merge_and_publish(self) -> float:
        """What is left to do once the model is measured, or cannot be."""
        return MARGIN * (self.merge + (self.checkpoint or 0.0)) + EXIT_SECONDS

    def _once(self) -> float:
        return (self.answers or 0.0) + self.checks + PROOF_PASSES * self.proof + self.merge

    def evaluated(self, seconds: float) -> None:
        self.evaluation = max(self.evaluation or 0.0, seconds)
