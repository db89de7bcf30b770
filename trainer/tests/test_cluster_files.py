"""The image and the cluster's files keep what docs/cluster.md promises of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import TRAINER

from brightrun_trainer.node_stop import runs_here, stop_runs

CLUSTER = TRAINER / "cluster"


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((CLUSTER / name).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def ray_cluster() -> dict[str, Any]:
    return next(d for d in documents("raycluster.yaml") if d["kind"] == "RayCluster")["spec"]


def groups(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [spec["headGroupSpec"], *spec["workerGroupSpecs"]]


def pinned(name: str, file: str) -> str:
    found = re.search(rf"^{re.escape(name)}==(\S+)", (TRAINER / file).read_text(encoding="utf-8"), re.M)
    assert found, f"{name} in {file}"
    return found[1]


def test_the_image_installs_what_was_tested_and_every_file_of_it_is_hashed() -> None:
    for name in ("torch", "transformers", "peft", "bitsandbytes", "liger-kernel", "accelerate"):
        assert pinned(name, "requirements-gpu.txt") == pinned(name, "requirements-gpu-tests.txt"), name
    lines = (TRAINER / "requirements-gpu.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"[A-Za-z]", line):
            assert "==" in line and "--hash=sha256:" in lines[number + 1], line


def test_the_image_is_pinned_runs_as_nobody_of_rank_and_has_no_compiler() -> None:
    text = (TRAINER / "Dockerfile").read_text(encoding="utf-8")
    stages = text.split("\nFROM ")[1:]
    assert len(stages) == 2 and all(re.match(r"python:\S+@sha256:[0-9a-f]{64}", stage) for stage in stages)
    last = stages[-1]
    assert "\nUSER 1000\n" in last and "apt-get" not in last and "pip" not in last
    assert "--require-hashes" in stages[0] and "--only-binary :all:" in stages[0]


def test_every_node_runs_the_ray_of_its_image_behind_a_token_and_without_rights(ray_cluster: dict[str, Any]) -> None:
    assert ray_cluster["rayVersion"] == pinned("ray", "requirements-gpu.txt").split("[")[0]
    assert ray_cluster["authOptions"] == {"mode": "token", "secretName": "cluster-key"}
    for group in groups(ray_cluster):
        pod = group["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert "@sha256:" in container["image"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_no_run_sits_on_the_head_and_a_worker_has_what_the_catalog_asks_for_each_gpu(ray_cluster: dict[str, Any]) -> None:
    assert ray_cluster["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    share = re.search(
        r"NODE_SHARE = \{ numCpus: (\d+), numGpus: 1, memoryBytes: (\d+) \* GIB \}",
        (TRAINER.parent / "lambdas" / "catalog" / "gpu-types.ts").read_text(encoding="utf-8"),
    )
    assert share
    starts = [group["rayStartParams"] for group in ray_cluster["workerGroupSpecs"]]
    commands = documents("ray-up.yaml")[0]["worker_start_ray_commands"]
    starts.append(dict(re.findall(r"--([a-z-]+)=(\d+)", commands[-1])))
    for start in starts:
        gpus = int(start["num-gpus"])
        assert int(start["num-cpus"]) >= gpus * int(share[1]) and int(start["memory"]) >= gpus * int(share[2]) * 1024**3


def test_a_node_that_is_taken_away_gives_its_runs_time_to_save(ray_cluster: dict[str, Any]) -> None:
    for group in ray_cluster["workerGroupSpecs"]:
        pod = group["template"]["spec"]
        (container,) = pod["containers"]
        command = container["lifecycle"]["preStop"]["exec"]["command"][-1]
        seconds = re.match(r"python -m brightrun_trainer\.node_stop (\d+); ray stop --grace-period (\d+)$", command)
        assert seconds and int(seconds[1]) + int(seconds[2]) < pod["terminationGracePeriodSeconds"] <= 120


def test_the_largest_job_finds_its_machines_and_they_may_speak_on_every_port(ray_cluster: dict[str, Any]) -> None:
    limits = (TRAINER.parent / "contracts" / "limits.ts").read_text(encoding="utf-8")
    most = re.search(r"gpusPerJob: (\d+),", limits)
    assert most and any(
        group["maxReplicas"] * int(group["rayStartParams"]["num-gpus"]) >= int(most[1]) for group in ray_cluster["workerGroupSpecs"]
    )
    within = next(d["spec"] for d in documents("network-policy.yaml") if d["metadata"]["name"] == "within-the-cluster")
    for rule in [*within["ingress"], *within["egress"]]:
        assert "ports" not in rule, "gloo and NCCL take any"
    for group in ray_cluster["workerGroupSpecs"]:
        shared = next(v for v in group["template"]["spec"]["volumes"] if v["name"] == "shared-memory")
        assert int(shared["emptyDir"]["sizeLimit"].removesuffix("Gi")) >= 8


def test_nobody_reaches_the_cluster_but_the_load_balancer_and_the_metadata_stays_out_of_reach() -> None:
    policies = {d["metadata"]["name"]: d["spec"] for d in documents("network-policy.yaml")}
    assert policies["nothing-by-default"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ports = [
        port["port"] for spec in policies.values() for rule in spec.get("ingress", [])
        if not all("podSelector" in peer for peer in rule["from"]) for port in rule["ports"]
    ]
    assert ports == [8265]
    public = [
        peer["ipBlock"] for spec in policies.values() for rule in spec.get("egress", [])
        for peer in rule["to"] if peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0"
    ]
    assert public and all("169.254.0.0/16" in block["except"] for block in public)


def test_the_proxy_lets_through_what_brightrun_calls_and_nothing_else() -> None:
    (ingress,) = documents("ingress.yaml")
    paths = {p["path"] for rule in ingress["spec"]["rules"] for p in rule["http"]["paths"]}
    source = (TRAINER.parent / "lambdas" / "training-workflow" / "ray-jobs-api.ts").read_text(encoding="utf-8")
    called = {path.rstrip("/") for path in re.findall(r"[`'](/api/[a-z_]+)", source)}
    assert called and called <= paths and paths - called == {"/api/version"}


def test_plain_ray_up_listens_on_the_loopback_alone_and_asks_for_the_token() -> None:
    (config,) = documents("ray-up.yaml")
    assert "--dashboard-host=127.0.0.1" in config["head_start_ray_commands"][-1]
    assert "--env RAY_AUTH_MODE=token" in config["docker"]["run_options"]
    jsonschema = pytest.importorskip("jsonschema")
    ray = pytest.importorskip("ray")
    import json

    schema = json.loads((Path(ray.__file__).parent / "autoscaler" / "ray-schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(config, schema)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which Linux has")
def test_runs_on_a_node_are_asked_to_save_and_waited_for(tmp_path: Path) -> None:
    script = tmp_path / "brightrun-train"
    script.write_text(
        "import signal, sys, pathlib\n"
        "def save(*_):\n    pathlib.Path(sys.argv[1]).write_text('saved')\n    sys.exit(143)\n"
        "signal.signal(signal.SIGTERM, save)\nprint('ready', flush=True)\nsignal.pause()\n"
    )
    saved = tmp_path / "checkpoint"
    with subprocess.Popen([sys.executable, str(script), str(saved)], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout and run.stdout.readline() == "ready\n"
        assert run.pid in runs_here() and os.getpid() not in runs_here()
        # Of this test alone: a run of somebody else on this machine is none of its business.
        assert stop_runs(30.0, lambda: [pid for pid in runs_here() if pid == run.pid], wait=lambda _: run.wait(30)) == []
    assert run.returncode == 143 and saved.read_text() == "saved"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which Linux has")
def test_a_node_that_a_run_was_lent_asks_the_runs_leader_elsewhere_to_save(tmp_path: Path) -> None:
    """By its process here, whose pipe carries the signal on at once."""
    mine, its = os.pipe()
    follower = (
        "import sys, signal\nfrom brightrun_trainer.follow import pass_signals_on\n"
        "pass_signals_on(int(sys.argv[1]))\nprint('ready', flush=True)\nsignal.sigwait([signal.SIGUSR1])\n"
    )
    script = tmp_path / "brightrun_trainer.follow"  # as `python -m` shows itself
    script.write_text(follower)
    environment = os.environ | {"PYTHONPATH": str(TRAINER)}
    command = [sys.executable, "-u", str(script), str(its)]
    with subprocess.Popen(command, pass_fds=(its,), stdout=subprocess.PIPE, text=True, env=environment) as run:
        os.close(its)
        assert run.stdout and run.stdout.readline() == "ready\n"
        seen = run.pid in runs_here()
        stop_runs(5.0, lambda: [pid for pid in runs_here() if pid == run.pid], wait=lambda _: run.kill() or run.wait())
        run.kill()
    assert seen
    assert os.read(mine, 1) == bytes([15]), "its leader was not told"
    os.close(mine)
