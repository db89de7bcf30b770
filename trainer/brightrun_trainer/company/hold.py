"""`python -m brightrun_trainer.company.hold`: holds a run's further machines for as long as it lives.

A process of its own, because joining Ray takes the signals from a process and ends it when the cluster's head is gone: the
leader saves at a SIGTERM and says why it ends. Ray gives back what a process held as soon as it is gone, so to kill this
one is to give everything back; it dies with the leader, also with one that is killed.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from ..follow import end_with_parent, leave_signals_to_the_leader
from .machines import PARENT, TELL
from .seat import Seat

#: How long to wait is the leader's to say; Ray's own wait has to end at some time.
WAIT_SECONDS = 3600.0


class Holding:
    def __init__(self, pipe: int) -> None:
        self._pipe = os.fdopen(pipe, "w", encoding="utf-8", buffering=1)

    def tell(self, **word: Any) -> None:
        self._pipe.write(json.dumps(word) + "\n")

    def hold(self, further: int, each: dict[str, float]) -> list[Any]:
        """One bundle a machine, all of them or none (docs/decisions/0032)."""
        import ray
        from ray.util import get_node_ip_address, placement_group
        from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

        ray.init(address=os.environ.get("RAY_ADDRESS", "auto"), logging_level="warning")
        leave_signals_to_the_leader()  # Ray has just taken them
        group = placement_group([each] * further, strategy="PACK")
        while not group.wait(WAIT_SECONDS):
            pass
        rest = {name: amount for name, amount in each.items() if name not in ("CPU", "GPU", "memory")}
        seats = [
            ray.remote(Seat).options(
                num_cpus=each.get("CPU", 0), num_gpus=each.get("GPU", 0), memory=each.get("memory"), resources=rest,
                scheduling_strategy=PlacementGroupSchedulingStrategy(group, index),
            ).remote()
            for index in range(further)
        ]
        addresses = ray.get([seat.address.remote() for seat in seats])
        self.tell(kind="held", here=get_node_ip_address(), addresses=addresses)
        return seats

    def start(self, seats: list[Any], places: list[dict[str, Any]], base: dict[str, Any]) -> None:
        import ray

        for failure in ray.get([seat.start.remote(place, base) for seat, place in zip(seats, places, strict=True)]):
            if failure:
                self.tell(kind="failed", **failure)
                return
        self.tell(kind="ready")
        self._watch(seats)

    def _watch(self, seats: list[Any]) -> None:
        import ray

        waiting = {seat.word.remote(): seat for seat in seats}
        while True:
            (said,), _ = ray.wait(list(waiting), num_returns=1)
            seat = waiting.pop(said)
            kind, sentence = ray.get(said)
            self.tell(kind=kind, message=sentence)
            if kind == "leaving":
                waiting[seat.word.remote()] = seat


def main() -> None:
    leave_signals_to_the_leader()
    end_with_parent(int(os.environ[PARENT]))
    holding = Holding(int(os.environ[TELL]))
    asked = json.loads(sys.stdin.readline())
    from ray.exceptions import RayActorError

    try:
        seats = holding.hold(asked["further"], asked["each"])
        told = json.loads(sys.stdin.readline())
        holding.start(seats, told["places"], told["base"])
    except RayActorError as error:
        # Its process is gone without a word, and with it as a rule the machine.
        holding.tell(kind="lost", message=str(error).splitlines()[0])
    sys.stdin.read()  # until the leader has heard it and ends


if __name__ == "__main__":
    main()
