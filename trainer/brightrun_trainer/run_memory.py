"""What a run remembers over attempts, besides the loop: it travels in every checkpoint."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from .evaluation.before_after import Baseline
from .spec import MetricPoint

#: Points remembered for metrics.jsonl; more are thinned to every second one.
POINTS_REMEMBERED = 20_000


@dataclass
class Memory(Baseline):
    points: list[dict[str, Any]] = field(default_factory=list)
    phases: dict[str, float] = field(default_factory=dict)
    training_seconds: float = 0.0
    landing: dict[str, Any] = field(default_factory=dict)  # LandingTimes

    def keep(self, told: MetricPoint) -> None:
        """A point without what it does not say. Evaluations are never thinned: the curve is read by them."""
        self.points.append({k: v for k, v in asdict(told).items() if v is not None})
        if len(self.points) > POINTS_REMEMBERED:
            self.points = [p for i, p in enumerate(self.points) if i % 2 or "validation_loss" in p]

    def spent(self, phase: str, seconds: float) -> None:
        self.phases[phase] = self.phases.get(phase, 0.0) + seconds
