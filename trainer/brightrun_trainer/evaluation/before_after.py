"""Measures the base model before training and the tuned one after it, by the same questions."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..backend import Backend, RowLoss
from ..dataset import Row
from ..evaluate import accuracy_difference, difference, quality
from ..export.proof import Prompted, prompted, references
from ..loop import Objective
from ..masking import Pair, Sample, answers_of, encode_prompt
from ..preferences import Preferences
from ..spec import Canaries, Evaluation, EvaluationScore, FrozenRunSpec, Interval, Memorisation, Message
from ..spec import Sample as AskedSample
from ..split import sample_rows
from .canaries import answered_right, canaries, choices_as_samples, compared
from .memorisation import RUN_WORDS, exactly, longest_repeats, rows_to_ask

log = logging.getLogger("brightrun")


@dataclass
class Baseline:
    """The base model's side; it travels in checkpoints, so that no attempt measures it again."""

    base: list[list[float]] = field(default_factory=list)  # loss, tokens, correct of each held-out row
    base_answers: list[str] = field(default_factory=list)
    base_canaries: list[bool] = field(default_factory=list)
    base_exact: int | None = None  # training rows that it completes as they stand

    def base_losses(self) -> list[RowLoss]:
        return [RowLoss(loss, int(tokens), int(correct)) for loss, tokens, correct in self.base]


@dataclass(frozen=True)
class Measured:
    """The tuned model against its base. What could not be asked is None or empty."""

    evaluation: Evaluation | None = None
    samples: list[AskedSample] = field(default_factory=list)
    canaries: Canaries | None = None
    memorisation: Memorisation | None = None


class BeforeAndAfter:
    """The questions of one run. `longest` is the most tokens a row has, `teaches` what training rows say."""

    def __init__(
        self, backend: Backend, objective: Objective, tokenizer: Any, spec: FrozenRunSpec, longest: int,
        training: Sequence[Sample] | Sequence[Pair], teaches: Sequence[str], validation: Sequence[Sample] | Sequence[Pair],
        held_out: Sequence[Row],
    ) -> None:
        self._backend, self._objective, self._tokenizer, self._spec = backend, objective, tokenizer, spec
        self._validation, self._teaches, self._longest = validation, teaches, longest
        self.asked = sample_rows(list(held_out), spec.sample_prompts, spec.hyperparameters.seed)
        self._canaries = canaries()
        self._choices = choices_as_samples(tokenizer, self._canaries, longest)
        self._training = rows_to_ask(answers_of(training), spec.hyperparameters.seed)
        # A run in which every row is cut still has its files proven.
        self._stand_ins = (self._training or answers_of(training))[: max(1, spec.sample_prompts)]
        self.tokens_answered = 0
        self._given: list[list[int]] = []

    # The base model, with its adapter off -----------------------------------------

    def base_rows(self, baseline: Baseline) -> None:
        baseline.base = [[r.loss, r.tokens, r.correct] for r in self._objective.row_losses(self._validation)]

    def base_answers(self, baseline: Baseline) -> None:
        self._given = [self._answer(row) for row in self.asked]
        baseline.base_answers = [self._decoded(ids) for ids in self._given]

    def base_checks(self, baseline: Baseline) -> None:
        """Canaries and training rows: a few thousand tokens, bounded whatever the dataset."""
        baseline.base_canaries = self._answered_right()
        baseline.base_exact = exactly(self._backend.row_losses(self._training))

    def pass_over_prompts(self) -> None:
        """What a proof of the published files does, to see how long it takes."""
        references(self.frozen_prompts(), self._backend.logits)

    # The tuned model ----------------------------------------------------------------

    def tuned(self, baseline: Baseline) -> Measured:
        self._given = [self._answer(row) for row in self.asked]
        answers = [self._decoded(ids) for ids in self._given]
        samples = [
            AskedSample([Message(turn.role, turn.content) for turn in row.prompt], before, after, row.answer)
            for row, before, after in zip(self.asked, baseline.base_answers, answers, strict=False)
        ]
        held_out = self._objective.row_losses(self._validation) if baseline.base else []
        # Another attempt's trainer may have asked other canaries: then there is nothing to compare with.
        is_same_set = len(baseline.base_canaries) == len(self._canaries)
        right = self._answered_right() if is_same_set else []
        return Measured(
            self._evaluation(baseline.base_losses(), held_out) if held_out else None, samples,
            compared(self._canaries, baseline.base_canaries, right) if right else None,
            self._memorisation(baseline, answers, self._said_of(held_out)) if baseline.base_exact is not None else None,
        )

    def _said_of(self, held_out: list[RowLoss]) -> list[RowLoss]:
        """What the model would say in place of the held-out answers; of pairs that is not what was measured."""
        if not held_out or not isinstance(self._objective, Preferences):
            return held_out
        return self._backend.row_losses(answers_of(self._validation))

    def _evaluation(self, base: list[RowLoss], tuned: list[RowLoss]) -> Evaluation:
        scores = [EvaluationScore(**asdict(quality(rows))) for rows in (base, tuned)]
        seed = self._spec.hyperparameters.seed
        loss, accuracy = (Interval(**asdict(of(base, tuned, seed))) for of in (difference, accuracy_difference))
        log.info("validation loss %.4f before, %.4f after (%.4f to %.4f)", scores[0].loss, scores[1].loss, loss.low, loss.high)
        objective = "preferences" if isinstance(self._objective, Preferences) else "answers"
        return Evaluation(len(base), sum(r.tokens for r in base), scores[0], scores[1], loss, accuracy, objective)

    def _memorisation(self, baseline: Baseline, answers: Sequence[str], held_out: Sequence[RowLoss]) -> Memorisation:
        asked = [" ".join(turn.content for turn in row.prompt) for row in self.asked]
        repeats = longest_repeats(list(zip(asked, answers, strict=True)), self._teaches)
        return Memorisation(
            training_rows=len(self._training), base=baseline.base_exact or 0, tuned=exactly(self._backend.row_losses(self._training)),
            held_out_rows=len(held_out), held_out_tuned=exactly(held_out), answers=len(answers),
            answers_repeating=sum(1 for length in repeats if length), run_words=RUN_WORDS, longest_run_words=max(repeats, default=0),
        )

    # Both ----------------------------------------------------------------------------

    def _answered_right(self) -> list[bool]:
        return answered_right(self._canaries, self._backend.row_losses(self._choices)) if self._choices else []

    def _answer(self, row: Row) -> list[int]:
        prompt = encode_prompt(self._tokenizer, row.prompt)
        limit = min(self._spec.sample_max_tokens, self._spec.base_model.context_length - len(prompt))
        ids = self._backend.generate(prompt, limit) if limit > 0 else []
        self.tokens_answered += len(ids)
        return ids

    def _decoded(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=True).strip()

    def frozen_prompts(self) -> list[Prompted]:
        """What a published file is proven on: the held-out prompts with the answers that were given last,
        or training rows where none was held out."""
        if self._given:
            # A prompt that fills the context has no answer; its end compares as well as all of it.
            prompts = [encode_prompt(self._tokenizer, row.prompt)[-self._longest :] for row in self.asked]
            return [prompted(prompt, ids) for prompt, ids in zip(prompts, self._given, strict=True)]
        return [prompted(s.ids[: s.learned.index(True)], s.ids[s.learned.index(True) :]) for s in self._stand_ins]
