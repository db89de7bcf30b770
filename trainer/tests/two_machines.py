"""A Ray cluster of two machines in this one: a resource that only the second has stands in for its GPUs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from conftest import TRAINER

#: What a run asks for beside the machine that it was started on.
EACH = {"CPU": 1, "machine": 1}
#: The least that Ray accepts; nothing of ours goes through it.
OBJECT_STORE_BYTES = 78_643_200


#: Ray waits 30 s for a node it has started, which busy cores need for the node's own agents alone.
NODE_SECONDS = 180.0


def patient(get_node: Callable[..., Any]) -> Callable[..., Any]:
    """Ray's look for a node that is starting, answered when it is there."""

    def look(*arguments: Any, **named: Any) -> Any:
        until = time.monotonic() + NODE_SECONDS
        while True:
            try:
                return get_node(*arguments, **named)
            except RuntimeError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)  # Ray itself asks again without a pause

    return look


class TwoMachines:
    def __init__(self) -> None:
        from ray._private import services
        from ray.cluster_utils import Cluster

        services.get_node = patient(services.get_node)
        # Its processes are the cluster's nodes: they find the trainer as its image has it.
        os.environ["PYTHONPATH"] = str(TRAINER)
        node = {"num_cpus": 1, "object_store_memory": OBJECT_STORE_BYTES, "include_dashboard": False}
        self._cluster = Cluster(initialize_head=True, head_node_args=node)
        self._further = self._add()

    def _add(self) -> Any:
        return self._cluster.add_node(num_cpus=1, object_store_memory=OBJECT_STORE_BYTES, resources={"machine": 1})

    def lose_the_further(self) -> None:
        """Its raylet is killed, and with it all that it started; another machine takes its place."""
        self._cluster.remove_node(self._further, allow_graceful=False)

    def replace_the_further(self) -> None:
        self._further = self._add()

    def environment(self, **told: str) -> dict[str, str]:
        """What a job's driver is told on this cluster, by Ray and by submit-run."""
        token = {"env_vars": {"BRIGHTRUN_BOOTSTRAP_TOKEN": "the-bootstrap-token"}}
        return os.environ | {
            "RAY_ADDRESS": self._cluster.address, "RAY_JOB_CONFIG_JSON_ENV_VAR": json.dumps({"runtime_env": token, "metadata": {}}),
            "BRIGHTRUN_MACHINES": json.dumps({"further": 1, "each": EACH}), "PYTHONPATH": str(TRAINER),
        } | told

    def is_free_within(self, seconds: float) -> bool:
        """Whether somebody else gets the further machine in that time."""
        from ray.util import placement_group, remove_placement_group

        group = placement_group([EACH])
        got = group.wait(seconds)
        remove_placement_group(group)
        return got

    def close(self) -> None:
        self._cluster.shutdown()


@contextmanager
def two_machines() -> Iterator[TwoMachines]:
    import ray

    machines = TwoMachines()
    ray.init(address=machines._cluster.address, logging_level="error", log_to_driver=False)
    try:
        yield machines
    finally:
        ray.shutdown()
        machines.close()
