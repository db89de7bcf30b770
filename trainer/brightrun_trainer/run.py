"""One run from its spec to its published model: the phases in their order, each a method."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .api import Api
from .backend import LoraSettings, end_tokens
from .base_models import find_base_model
from .checkpoint import CheckpointRefused, fingerprint
from .checkpointer import Checkpointer, fetch_checkpoint
from .choose_backend import Muster, choose_backend, look_around, open_planned
from .dataset import read_rows, verify_checksum
from .evaluate import mean_loss
from .evaluation.before_after import BeforeAndAfter, Measured
from .export.published import ADAPTER, WHOLE_MODELS, Room, prove_model, room_for_whole
from .failures import Lost, RunFailure, Superseded
from .gpu import gpu_here, model_flops_utilisation
from .landing import LandingTimes, merge_seconds
from .load import Load, memory_facts
from .loop import Loop, LoopSettings, LoopState, Objective, Point, Snapshot
from .paid_gpus import gpus_seen, refuse_missing_gpus
from .preferences import Preferences
from .publish import Published, publish
from .reporter import Reporter
from .run_memory import Memory
from .schedule import Plan
from .spec import ExportProof, FileToFetch, MetricPoint, RunSpec, TrainingFacts
from .split import split, validation_count, without_leaks
from .stopping import PUBLISHED_AS, Stopping
from .training_data import Data, encode
from .uploads import Uploader
from .wire import finite

log = logging.getLogger("brightrun")
#: The slowest of so many last steps is what the step under way may take when the run has to land.
STEPS_TO_EXPECT_FROM = 32


def now_iso() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Stopped(Exception):
    """The run was told to end and to publish nothing; `by` is `cancelled` or `signal`."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class Run:
    """One attempt. `clock` counts seconds."""

    def __init__(
        self, api: Api, reporter: Reporter, run: RunSpec, stopping: Stopping, workdir: Path,
        models_dir: str | None = None, clock: Callable[[], float] = time.monotonic, checkpoint_every: float | None = None,
        backend: str | None = None, muster: Muster = Muster(),
    ) -> None:
        self._api, self._reporter, self._run, self._stopping = api, reporter, run, stopping
        self._workdir, self._models_dir, self._clock = workdir, models_dir, clock
        self._checkpoint_every, self._named_backend, self._muster = checkpoint_every, backend, muster
        self._whole_step = -1  # the newest after which nothing was left undone
        self._memory = Memory()
        self._room = Room()  # of a whole model, where one will be published
        self._phase, self._phase_since = "starting", clock()
        self._steps_here, self._seconds_here = 0, 0.0
        self._last_steps: deque[float] = deque(maxlen=STEPS_TO_EXPECT_FROM)

    @property
    def _hyper(self):  # noqa: ANN202 - the spec says it
        return self._run.spec.hyperparameters

    def execute(self) -> str:
        """Runs all phases; returns the VersionId of the published manifest."""
        if not (self._named_backend or self._muster.processes):  # tests and measurements say what they have
            refuse_missing_gpus(self._run.spec, gpus_seen(), self._muster.machine_count)
        self._enter("loading")
        data = self._load_data()
        self._load_model(data)
        self._resume()
        self._enter("evaluating-base")
        self._evaluate_base(data)
        self._enter("training")
        reason = self._train()
        self._enter("evaluating-tuned")
        measures = reason != "budget" or self._stopping.has_time_to_measure()
        if not measures:
            self._reporter.finding("What was left of the cap did not allow to measure the model: it is stored as it was trained.")
        kept = self._loop.choose(measures)
        return self._publish(data, reason, kept, self._measures.tuned(self._memory) if measures else None)

    def _phase_seconds(self) -> dict[str, float]:
        """Seconds of each phase over all attempts, the present one up to now."""
        under_way = {self._phase: self._memory.phases.get(self._phase, 0.0) + self._clock() - self._phase_since}
        return {name: round(seconds, 3) for name, seconds in (self._memory.phases | under_way).items()}

    # Phases ------------------------------------------------------------------

    def _enter(self, phase: str) -> None:
        now = self._clock()
        self._memory.spent(self._phase, now - self._phase_since)
        self._phase, self._phase_since = phase, now
        self._reporter.phase(phase)
        self._stop_unless_publishing(self._stopping.reason())

    def _stop_unless_publishing(self, reason: str | None) -> None:
        """Between phases only what forbids publishing ends the run; the loop sees to the rest."""
        if reason == "superseded":
            raise Superseded("this attempt is no longer the live one")
        if reason == "cancelled":
            raise Stopped(reason)

    def _fetch(self, file: FileToFetch, fresh: Callable[[], FileToFetch | None], name: str) -> Path:
        path = self._workdir / name

        def again() -> FileToFetch:
            return fresh() or file

        self._api.fetch(file, again, path)
        verify_checksum(path, file.sha256)
        return path

    def _load_data(self) -> Data:
        from transformers import AutoTokenizer

        spec, files, h = self._run.spec, self._run.files, self._hyper
        if spec.dataset.data.sha256 != files.data.sha256:
            raise RunFailure("dataset-checksum-mismatch", "The dataset on offer is not the one that this job was started with.")
        read = read_rows(self._fetch(files.data, lambda: self._api.current().files.data, "data.jsonl"))
        skipped = read.skipped
        if files.validation:
            held = read_rows(self._fetch(files.validation, lambda: self._api.current().files.validation, "validation.jsonl"))
            skipped += held.skipped
            parts, source = without_leaks(read.rows, held.rows, h.seed), "file"
        else:
            parts, source = split(read.rows, validation_count(len(read.rows), h.validation_fraction), h.seed), "split"
        self._model_dir = find_base_model(spec.base_model, self._models_dir)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(self._model_dir, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise RunFailure("base-model-invalid", f"The tokenizer of {spec.base_model.id} cannot be read.") from error
        if spec.model_format in WHOLE_MODELS:
            self._room = room_for_whole(spec.model_format, self._model_dir, self._workdir, self._tokenizer)
        self._longest = min(h.max_sequence_tokens, spec.base_model.context_length)
        return encode(parts, source, skipped, self._tokenizer, self._longest, self._reporter.finding)

    def _load_model(self, data: Data) -> None:
        h, run = self._hyper, self._run
        self._settings = LoraSettings(
            h.rank, h.alpha, h.dropout, h.target_modules, h.weight_decay, h.max_gradient_norm, h.seed, h.variant, h.quantization
        )
        name = choose_backend(look_around(), self._named_backend)
        company = self._muster.company(name, run.spec.gpu_count)
        self._processes = company.size
        log.info("training with %s in %d process%s", name, self._processes, "" if self._processes == 1 else "es")
        load = Load(
            [s.length for s in data.train.samples], h.batch_size, self._processes, company.here, run.spec.model_format in WHOLE_MODELS
        )
        self._backend, self._memory_plan = open_planned(
            name, self._model_dir, self._settings, end_tokens(self._model_dir, self._tokenizer), load, company, run.spec.base_model
        )
        self._backend.at_once.tell = self._reporter.finding
        self._gpu = gpu_here(name)
        self._plan = Plan(len(data.train.samples), h.batch_size, h.epochs, h.evaluations_per_epoch)
        settings = LoopSettings(h.learning_rate, h.schedule, h.warmup_ratio, h.early_stopping_patience, h.keep, h.seed)
        self._objective: Objective = Preferences(self._backend) if data.train.holds_pairs else self._backend
        self._loop = Loop(
            self._backend, data.train.samples, data.validation.samples, self._plan, settings, self, self._clock, self._objective
        )
        validation = run.spec.dataset.validation
        self._fingerprint = fingerprint(
            self._backend.name, run.spec.base_model.id, run.spec.base_model.source.revision, run.spec.dataset.data.sha256,
            validation.sha256 if validation else None, h.for_fingerprint(),
        )
        every = {} if self._checkpoint_every is None else {"every": self._checkpoint_every}
        self._checkpointer = Checkpointer(
            self._api, Uploader(self._api), self._workdir / "checkpoints", run.spec.job_id, run.attempt,
            self._fingerprint, self._clock, now_iso, self._remember, **every,
        )

    def _resume(self) -> None:
        """Goes on from the newest checkpoint; one that cannot be read costs time, not the job."""
        if self._run.resume is None:
            return
        try:
            checkpoint = fetch_checkpoint(self._api, self._run, self._workdir / "resume", self._fingerprint)
        except CheckpointRefused as refused:
            if self._run.resume.job_id is not None:
                # To begin a continued job anew would charge a second time for what was paid already.
                raise RunFailure("checkpoint-missing", f"The checkpoint of step {self._run.resume.step} was refused: {refused}.") from refused
            self._reporter.finding(f"The checkpoint of step {self._run.resume.step} was refused: {refused}. Training starts again.")
            return
        self._loop.restore(checkpoint.snapshot)
        phases = self._memory.phases
        self._memory = Memory(**checkpoint.run)
        if self._memory.landing:
            self._stopping.landing = LandingTimes(**self._memory.landing)
        for name, seconds in phases.items():
            self._memory.spent(name, seconds)
        self._tell_position()
        whose = f"attempt {self._run.resume.attempt}" if self._run.resume.job_id is None else "the job before this one"
        self._reporter.finding(f"Training goes on from step {self._loop.state.step}, where {whose} left it.")

    def _evaluate_base(self, data: Data) -> None:
        m, landing = self._memory, self._stopping.landing
        if isinstance(self._objective, Preferences):
            self._objective.prepare(
                [*data.train.samples, *data.validation.samples], lambda: self._stop_unless_publishing(self._stopping.reason())
            )
        self._measures = BeforeAndAfter(
            self._backend, self._objective, self._tokenizer, self._run.spec, self._longest, data.train.samples, data.teaches,
            data.validation.samples, data.held_out,
        )
        with self._backend.without_adapter():
            if data.validation.samples and not m.base:
                landing.evaluated(self._timed(lambda: self._measures.base_rows(m)))
                landing.answers = self._longest_answers(self._timed(lambda: self._measures.base_answers(m)))
            elif not data.validation.samples:
                landing.evaluation = landing.answers = 0.0
            if m.base_exact is None:
                landing.checks = self._timed(lambda: self._measures.base_checks(m))
                landing.proof = self._longest_answers(self._timed(self._measures.pass_over_prompts))
        if m.base:
            self._reporter.base_loss(mean_loss(m.base_losses()))

    def _timed(self, measure: Callable[[], None]) -> float:
        started = self._clock()
        measure()
        return self._clock() - started

    def _longest_answers(self, seconds: float) -> float:
        """Seconds for all answers of the tuned model, which may run to their limit where the base's did not."""
        most = len(self._measures.asked) * self._run.spec.sample_max_tokens
        return seconds * max(1.0, most / max(1, self._measures.tokens_answered))

    def _train(self) -> str | None:
        """The loop; returns the manifest's stop reason, or raises where nothing may be published."""
        try:
            reason = self._loop.run()
        except Lost:  # of the others: this process has all that a checkpoint takes
            if self._loop.state.step == self._whole_step:
                self._save_before_the_end()
            raise
        self._stop_unless_publishing(reason)
        if reason == "signal":
            self._save_before_the_end()
            raise Stopped("signal")
        if reason and self._loop.state.step == 0:
            if reason == "budget":
                raise RunFailure("cap-reached", "The cap was reached before the first training step.")
            raise Stopped("cancelled")  # told to keep a model before there is one
        if reason:  # before its checkpoint: whoever looks sees that it is landing
            self._enter("evaluating-tuned")
        if reason and not self._checkpointer.save_now(self._loop.snapshot):
            log.warning("no checkpoint of step %d: the job can be continued from an earlier one only", self._loop.state.step)
        self._checkpointer.wait()
        return reason

    def _save_before_the_end(self) -> None:
        saved = self._checkpointer.save_now(self._loop.snapshot, self._stopping.seconds_to_save())
        log.warning("the cluster stops this run; checkpoint at step %d %s", self._loop.state.step, "saved" if saved else "not saved")

    def _publish(self, data: Data, reason: str | None, kept: int, measured: Measured | None) -> str:
        self._enter("exporting")
        state, m = self._loop.state, self._memory
        is_early = state.step < self._plan.total_steps
        stop = PUBLISHED_AS[reason] if reason else "early-stopping" if is_early else "completed"
        parameters = sum(int(a.size) for a in self._backend.adapter().values())
        tokens_per_second = state.tokens / max(m.training_seconds, 1e-9)
        peak = self._backend.peak_memory_bytes()
        memory = memory_facts(self._memory_plan, self._backend.at_once, peak)
        used = model_flops_utilisation(tokens_per_second, self._run.spec.base_model.parameters, self._gpu, self._processes)

        def facts() -> TrainingFacts:
            return TrainingFacts(
                backend=self._backend.name, steps=state.step, total_steps=self._plan.total_steps, kept_step=kept,
                epochs=state.step / self._plan.steps_per_epoch, training_rows=data.training_rows,
                validation_rows=len(data.held_out), validation_source=data.source, trained_tokens=state.learned_tokens,
                processed_tokens=state.tokens, rows_cut=data.train.truncated + data.validation.truncated,
                rows_skipped=data.skipped, trainable_parameters=parameters, seconds=m.training_seconds,
                tokens_per_second=tokens_per_second, peak_memory_bytes=peak, stop_reason=stop,
                phases=self._phase_seconds(), processes=self._processes, memory=memory, model_flops_utilisation=used,
            )

        published = Published(
            self._run, self._settings, self._backend.modules, self._backend.adapter(), self._model_dir, m.points,
            measured or Measured(), self._form_in_time(),
        )

        def prove(folder: Path) -> ExportProof | None:
            if measured is None:
                return None  # there was no time to measure either
            chats = [row.prompt for row in self._measures.asked]
            cases = self._measures.frozen_prompts()
            return prove_model(folder, published.form, self._backend, self._settings, self._tokenizer, cases, chats, self._model_dir)

        return publish(published, facts, self._workdir / "final", Uploader(self._api), prove, lambda: self._enter("publishing"), now_iso)

    def _form_in_time(self) -> str:
        """The format that was asked for, or the adapter alone where the cap does not pay for merging any more."""
        form = self._run.spec.model_format
        if form not in WHOLE_MODELS or self._stopping.has_time_to_merge():
            return form
        self._reporter.finding("What was left of the cap did not allow to merge the model: its adapter is published instead.")
        return ADAPTER

    # What the loop calls (loop.Hooks) ------------------------------------------

    def stop(self, state: LoopState) -> str | None:
        return self._stopping.reason()

    def point(self, point: Point) -> None:
        m = self._memory
        self._steps_here, self._seconds_here = self._steps_here + 1, self._seconds_here + point.seconds
        self._measure_landing(point.seconds)
        m.training_seconds += point.seconds
        told = MetricPoint(
            point.step, round(point.epoch, 4), now_iso(), finite(point.loss), finite(point.validation_loss), point.learning_rate,
            finite(point.gradient_norm), round(point.tokens / max(point.seconds, 1e-9), 1), self._backend.peak_memory_bytes(),
            point.not_finite or None, self._gpu.utilisation() if self._gpu else None,
        )
        self._reporter.point(told)
        m.keep(told)
        self._tell_position()

    def _measure_landing(self, step_seconds: float) -> None:
        times = self._stopping.landing
        self._last_steps.append(step_seconds)
        times.step = max(self._last_steps)
        times.evaluated(self._loop.evaluation_seconds)
        if self._checkpointer.seconds is not None:
            times.checkpoint = self._checkpointer.seconds
            speed = self._checkpointer.bytes / max(times.checkpoint, 1e-9)
            times.merge = merge_seconds(self._room.written, self._room.uploaded, speed)
        if times.is_whole:
            self._reporter.landing(times.seconds())

    def may_save(self, state: LoopState, save: Callable[[], Snapshot]) -> None:
        self._whole_step = state.step
        if state.step < self._plan.total_steps:
            self._checkpointer.may_save(state, save)

    def _remember(self) -> dict[str, Any]:
        return asdict(replace(self._memory, landing=asdict(self._stopping.landing)))

    def _tell_position(self) -> None:
        state, plan = self._loop.state, self._plan
        left = None
        if self._steps_here:
            since = self._clock() - self._phase_since  # with evaluations and checkpoints, not steps alone
            left = since / self._steps_here * (plan.total_steps - state.step)
        self._reporter.at(state.step, plan.total_steps, round(state.step / plan.steps_per_epoch, 4), left)
