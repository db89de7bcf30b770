"""The training loop's contract, the same over every backend.

It owns the order of batches, the schedule, evaluation at intervals, which adapter is best, early
stopping, and the moments at which somebody else may stop or save it. It knows neither the API nor
files: those come in as `Hooks`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from .backend import Arrays, Backend, RowLoss, StepResult
from .evaluate import mean_loss
from .failures import RunFailure
from .masking import Pair, Sample
from .schedule import Plan, batch_rows, learning_rate


@dataclass(frozen=True)
class LoopSettings:
    """The hyperparameters that the loop itself obeys."""

    learning_rate: float
    schedule: str
    warmup_ratio: float
    patience: int  # evaluations without progress before an early stop; 0 never stops
    keep: str  # "best" or "last"
    seed: int


@dataclass
class LoopState:
    """Where the loop stands; with adapter and optimizer this is all that a resume needs."""

    step: int = 0
    tokens: int = 0
    learned_tokens: int = 0
    best_step: int = 0
    best_loss: float | None = None
    evaluations_without_progress: int = 0
    stopped_early: bool = False
    history: list[dict[str, float]] = field(default_factory=list)  # every evaluation: step, loss

    def to_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Point:
    """What is known about one step; `validation_loss` only where the loop evaluated."""

    step: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int
    seconds: float
    validation_loss: float | None = None

    @property
    def not_finite(self) -> list[str]:
        """What is infinite or no number here, by the contract's names."""
        values = {"loss": self.loss, "validationLoss": self.validation_loss, "gradientNorm": self.gradient_norm}
        return [name for name, value in values.items() if value is not None and not math.isfinite(value)]


class Objective(Protocol):
    """What is learned from a batch. A backend itself is one, for answers as they stand; `preferences.Preferences` is the
    other, for pairs."""

    def step(self, batch: Sequence[Any], learning_rate: float, step: int) -> StepResult: ...

    def row_losses(self, samples: Sequence[Any]) -> list[RowLoss]: ...


class Hooks(Protocol):
    """What happens around a step. `stop` names a reason once the loop has to end."""

    def stop(self, state: LoopState) -> str | None: ...

    def point(self, point: Point) -> None: ...

    def may_save(self, state: LoopState, save: Callable[[], "Snapshot"]) -> None: ...


@dataclass(frozen=True)
class Snapshot:
    """Everything that an exact resume needs."""

    state: LoopState
    adapter: Arrays
    optimizer: Arrays
    best: Arrays


class Loop:
    """One run's loop over one backend."""

    def __init__(
        self, backend: Backend, train: Sequence[Sample] | Sequence[Pair], validation: Sequence[Sample] | Sequence[Pair],
        plan: Plan, settings: LoopSettings, hooks: Hooks, clock: Callable[[], float], objective: Objective | None = None,
    ) -> None:
        self._backend, self._train, self._validation = backend, train, validation
        self._objective: Objective = objective or backend
        self._plan, self._settings, self._hooks, self._clock = plan, settings, hooks, clock
        self.state = LoopState()
        self.evaluation_seconds = 0.0  # the slowest one here
        self._best: Arrays = {}

    def restore(self, snapshot: Snapshot) -> None:
        """Continues from a checkpoint as if nothing had happened."""
        self.state, self._best = snapshot.state, snapshot.best
        self._backend.load_adapter(snapshot.adapter)
        self._backend.load_optimizer_state(snapshot.optimizer)

    def snapshot(self) -> Snapshot:
        return Snapshot(self.state, self._backend.adapter(), self._backend.optimizer_state(), self._best)

    def run(self) -> str | None:
        """Trains to the end; returns the reason if something else ended it first."""
        while self.state.step < self._plan.total_steps and not self.state.stopped_early:
            if reason := self._hooks.stop(self.state):
                return reason
            self._one_step()
            self._hooks.may_save(self.state, self.snapshot)
        return None

    def _one_step(self) -> None:
        plan, s, state = self._plan, self._settings, self.state
        rate = learning_rate(s.schedule, s.learning_rate, s.warmup_ratio, plan.total_steps, state.step)
        started = self._clock()
        batch = [self._train[i] for i in batch_rows(plan, s.seed, state.step)]
        result = self._objective.step(batch, rate, state.step)
        seconds = self._clock() - started
        state.step += 1
        state.tokens += result.tokens
        state.learned_tokens += result.learned_tokens
        point = Point(state.step, state.step / plan.steps_per_epoch, result.loss, rate, result.gradient_norm, result.tokens, seconds)
        if point.not_finite:
            self._hooks.point(point)  # told before the run ends of it: the curve shows where
            raise RunFailure("loss-not-finite", f"The loss stopped being a number at step {state.step}. Take a lower learning rate.")
        if self._validation and plan.evaluates_after(state.step):
            point = replace(point, validation_loss=self.evaluate())
        self._hooks.point(point)

    def evaluate(self) -> float:
        """Measures the adapter as it is; remembers it when it is the best so far."""
        state = self.state
        started = self._clock()
        loss = mean_loss(self._objective.row_losses(self._validation))
        self.evaluation_seconds = max(self.evaluation_seconds, self._clock() - started)
        state.history.append({"step": state.step, "loss": loss})
        if math.isfinite(loss) and (state.best_loss is None or loss < state.best_loss):
            state.best_loss, state.best_step, state.evaluations_without_progress = loss, state.step, 0
            self._best = self._backend.adapter()
        else:
            state.evaluations_without_progress += 1
            patience = self._settings.patience
            state.stopped_early = 0 < patience <= state.evaluations_without_progress
        return loss

    def choose(self, measure: bool = True) -> int:
        """Puts the adapter to publish on the backend and returns its step. A run that was ended
        between two evaluations measures where it stands first: the last steps may be the best.
        Where there is no time to `measure`, the best that is known is taken."""
        state = self.state
        if not self._validation or self._settings.keep == "last" or not state.step:
            return state.step
        if measure and (not state.history or state.history[-1]["step"] != state.step):
            self.evaluate()
        if not self._best:
            return state.step  # nothing was ever measured: what there is
        self._backend.load_adapter(self._best)
        return state.best_step


def losses_of(backend: Backend, samples: Sequence[Sample]) -> tuple[list[RowLoss], list[RowLoss]]:
    """Base and tuned losses of the same rows."""
    with backend.without_adapter():
        base = backend.row_losses(samples)
    return base, backend.row_losses(samples)
