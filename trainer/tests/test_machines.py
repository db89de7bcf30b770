"""Further machines of a run: got from a real Ray, given back however the run ends. Without torch, which none of it needs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from two_machines import TwoMachines, two_machines

pytest.importorskip("ray", reason="asks a real Ray")

#: A leader that asks for its machines, says what it got or why it did not, and stays until it is told to end.
LEADER = """
import os, sys
from brightrun_trainer.company import Machines, wanted_machines
from brightrun_trainer.failures import RunFailure
machines = Machines(wanted_machines(os.environ), float(sys.argv[1]))
try:
    machines.wait()
    print(len(machines.addresses), "held", flush=True)
    sys.stdin.read()
except RunFailure as failure:
    print(failure.code, failure.message, flush=True)
machines.close()
"""


@pytest.fixture(scope="module")
def machines() -> Iterator[TwoMachines]:
    with two_machines() as machines:
        yield machines


def leader(machines: TwoMachines, wait: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LEADER, str(wait)], env=machines.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_a_leader_holds_further_machines_and_a_second_one_is_told_that_they_are_not_free(machines: TwoMachines) -> None:
    with leader(machines, 120) as first:
        assert first.stdout.readline() == "1 held\n"
        with leader(machines, 3) as second:
            assert second.stdout.readline().startswith("start-timeout Timed out waiting for the placement group: the cluster had not 1 further machine")
        first.stdin.close()
        assert first.wait(60) == 0
    assert machines.is_free_within(10)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word on a lost parent is Linux's")
def test_a_leader_that_is_killed_gives_its_machines_back_within_ten_seconds(machines: TwoMachines) -> None:
    with leader(machines, 120) as held:
        assert held.stdout.readline() == "1 held\n"
        assert not machines.is_free_within(1)
        held.kill()
    assert machines.is_free_within(10)
