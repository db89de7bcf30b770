"""A Ray cluster of two machines in this one: a resource that only the second has stands in for its GPUs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conftest import TRAINER

#: What a run asks for beside the machine that it was started on.
EACH = {"CPU": 1, "machine": 1}
#: The least that Ray accepts; nothing of ours goes through it.
OBJECT_STORE_BYTES = 78_643_200


class TwoMachines:
    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        # Its processes are the cluster's nodes: they find the trainer as its image has it.
        os.environ["PYTHONPATH"] = str(TRAINER)
        # A raylet ends itself where its own agent has not started within 30 s, which two busy cores do not always manage.
        os.environ["RAY_agent_register_timeout_ms"] = "300000"
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
