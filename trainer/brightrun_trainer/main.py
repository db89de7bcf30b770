"""`brightrun-train`: what the cluster starts. Everything it needs to know comes from the API."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .api import Api, Refused
from .company import Machines, wanted_machines
from .failures import RunFailure, Superseded, classify
from .logtail import LogTail, redact
from .reporter import Reporter
from .stopping import Stopping, stop_seconds

log = logging.getLogger("brightrun")

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_SUPERSEDED = 3
EXIT_SIGNALLED = 143
#: Not all of the run's machines became free: nothing was claimed. The workflow knows it by this number (run-verdict.ts).
EXIT_NO_MACHINES = 75
#: What is left of a run's last words once the cluster has said stop (stopping.py keeps the time for it).
LAST_WORDS_SECONDS = 4.0


def _environment(environment: Mapping[str, str]) -> tuple[str, str]:
    url, token = environment.get("BRIGHTRUN_API_URL", ""), environment.get("BRIGHTRUN_BOOTSTRAP_TOKEN", "")
    missing = [n for n, v in (("BRIGHTRUN_API_URL", url), ("BRIGHTRUN_BOOTSTRAP_TOKEN", token)) if not v]
    if missing:
        print(f"brightrun-train is started by a BrightRun cluster: {' and '.join(missing)} not set.", file=sys.stderr)
        raise SystemExit(EXIT_USAGE)
    return url, token


def _failed(failure: RunFailure, line: str) -> dict[str, Any]:
    told: dict[str, Any] = {"code": failure.code, "detail": failure.message[:1000]}
    if line:
        told["logLine"] = line[:500]
    return {"outcome": "failed", "failure": told}


def train(environment: Mapping[str, str], workdir: Path, api: Api | None = None, checkpoint_every: float | None = None) -> int:
    """Claims the run, does it and says how it ended; the exit status."""
    url, token = _environment(environment)
    api = api or Api(url, token)
    tail = LogTail(lambda: api.secrets)
    log.handlers, log.propagate = [tail], False
    log.setLevel(logging.INFO)
    machines: Machines | None = None
    try:
        if wanted := wanted_machines(environment):
            machines = Machines(wanted)
            # Before the claim, from which on a run is paid for: waiting never is.
            machines.wait()
        return _train(environment, workdir, api, tail, machines, checkpoint_every)
    except RunFailure as failure:
        log.error("%s (%s)", failure.message, failure.code)
        return EXIT_NO_MACHINES
    finally:
        if machines:
            machines.close()


def _train(
    environment: Mapping[str, str], workdir: Path, api: Api, tail: LogTail, machines: Machines | None, checkpoint_every: float | None
) -> int:
    reporter = Reporter(api, tail.text)
    stopping: Stopping | None = None

    def give_up(failure: RunFailure) -> None:
        """From another thread, where the main one waits within a library for a process that is gone."""
        _report_failure(api, reporter, failure, signalled=False)
        shutil.rmtree(workdir, ignore_errors=True)
        os._exit(EXIT_FAILED)  # the others end with this process

    try:
        attempt = api.claim()
        log.info("claimed attempt %d", attempt)
        run_spec = api.current()
        stopping = Stopping(reporter, lambda: api.money, api.clock, stop_seconds(environment))
        stopping.listen()
        reporter.start()
        from .choose_backend import Muster
        from .run import Run, Stopped

        try:
            run = Run(
                api, reporter, run_spec, stopping, workdir, environment.get("BRIGHTRUN_MODELS_DIR"),
                checkpoint_every=checkpoint_every, backend=environment.get("BRIGHTRUN_BACKEND"),
                muster=Muster(environment.get("BRIGHTRUN_PROCESSES"), machines, give_up),
            )
            version = run.execute()
        except Stopped as stopped:
            return _stopped(api, reporter, stopped.by)
        reporter.phase("ended")
        reporter.close(5.0)
        api.complete({"outcome": "published", "manifestVersionId": version})
        log.info("published")
        return EXIT_DONE
    except Superseded as error:
        log.warning("this attempt is not the live one (%s); nothing more is written", error)
        return EXIT_SUPERSEDED
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        return _report_failure(api, reporter, error, signalled=bool(stopping and stopping.signalled.is_set()))


def _stopped(api: Api, reporter: Reporter, by: str) -> int:
    """Told to end. A signal without the API's word is the cluster's own doing: the job goes on elsewhere."""
    reporter.phase("ended")
    reporter.close(LAST_WORDS_SECONDS)
    if by == "cancelled" or reporter.control.stop_reason == "cancelled":
        api.complete({"outcome": "stopped"}, patience=60.0)
        log.info("stopped as told")
        return EXIT_DONE
    failure = RunFailure("stopped-by-cluster", "The cluster stopped the run before it was done.")
    try:
        api.complete(_failed(failure, ""), patience=LAST_WORDS_SECONDS)
    except (RunFailure, Refused, Superseded) as error:
        log.warning("could not say so: %s", error)
    return EXIT_SIGNALLED


def _report_failure(api: Api, reporter: Reporter, error: BaseException, *, signalled: bool) -> int:
    failure = error if isinstance(error, RunFailure) else classify(error)
    if failure.code == "trainer-crashed":
        for line in traceback.format_exception(error):
            log.error("%s", line.rstrip())
    line = redact(f"{type(error).__name__}: {error}".splitlines()[0], api.secrets) if not isinstance(error, RunFailure) else ""
    log.error("failed: %s (%s)", failure.message, failure.code)
    if not api.is_claimed:
        return EXIT_FAILED
    reporter.phase("ended")
    reporter.close(LAST_WORDS_SECONDS)
    try:
        api.complete(_failed(failure, line), patience=LAST_WORDS_SECONDS if signalled else min(120.0, api.patience))
    except (RunFailure, Refused, Superseded) as unheard:
        log.warning("could not say so: %s", unheard)
    return EXIT_FAILED


def main() -> None:
    """The console script. Works in a folder of its own and leaves nothing behind."""
    workdir = Path(tempfile.mkdtemp(prefix="brightrun-"))
    try:
        status = train(os.environ, workdir)
    finally:
        shutil.rmtree(workdir, ignore_errors=True)
    sys.exit(status)
