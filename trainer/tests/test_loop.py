"""The loop's contract over the real backend: exact resume, bias correction, scale, best adapter."""

from __future__ import annotations

import copy
import random
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import EXAMPLES, TINY_BASE
from safetensors.numpy import load_file

from brightrun_trainer.backend import Backend, LoraSettings, RowLoss, end_tokens, initial_adapter
from brightrun_trainer.checkpoint import Checkpoint, CheckpointRefused, read_checkpoint, write_checkpoint, write_manifest
from brightrun_trainer.checkpointer import Checkpointer
from brightrun_trainer.choose_backend import open_backend
from brightrun_trainer.dataset import file_sha256, read_rows
from brightrun_trainer.evaluate import difference, quality
from brightrun_trainer.failures import RunFailure
from brightrun_trainer.loop import Loop, LoopSettings, LoopState, Snapshot, losses_of
from brightrun_trainer.masking import Sample, encode_rows
from brightrun_trainer.peft_files import adapter_config, peft_tensors, write_adapter
from brightrun_trainer.schedule import Plan, batch_rows, learning_rate
from brightrun_trainer.spec import ManifestFile

LORA = LoraSettings(rank=4, alpha=8.0, dropout=0.1, target_modules="attention", weight_decay=0.01, max_gradient_norm=1.0, seed=5)
LOOP = LoopSettings(learning_rate=0.004, schedule="cosine", warmup_ratio=0.1, patience=0, keep="best", seed=5)
PLAN = Plan(rows=24, batch_size=4, epochs=2, evaluations_per_epoch=2)

#: Which backend these tests hold to the contract; peft_lora/test_loop_on_torch.py takes the other.
BACKEND = "mlx_lora"


@pytest.fixture(scope="module")
def samples(tokenizer: Any) -> list[Sample]:
    return encode_rows(tokenizer, read_rows(EXAMPLES / "country-guide.jsonl").rows[:32], 256).samples


def backend(tokenizer: Any, settings: LoraSettings = LORA) -> Backend:
    return open_backend(BACKEND, TINY_BASE, settings, end_tokens(TINY_BASE, tokenizer))


class Quiet:
    """Hooks that only stop where they are told to, and keep the snapshot of that moment."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at, self.points = stop_at, []

    def stop(self, state: LoopState) -> str | None:
        return "signal" if state.step == self.stop_at else None

    def point(self, point: Any) -> None:
        self.points.append(point)

    def may_save(self, state: LoopState, save: Any) -> None:
        pass


def loop_of(tokenizer: Any, samples: list[Sample], hooks: Quiet) -> Loop:
    return Loop(backend(tokenizer), samples[:24], samples[24:], PLAN, LOOP, hooks, lambda: 0.0)


def saved(folder: Path, snapshot: Snapshot) -> Path:
    file = write_checkpoint(folder, Checkpoint(copy.deepcopy(snapshot), {"points": []}), "mine")
    write_manifest(folder, {"files": [{"path": file.name, "bytes": file.stat().st_size, "sha256": file_sha256(file)}]})
    return folder


def test_interrupted_at_any_step_and_resumed_is_the_same_as_never_interrupted(tokenizer: Any, samples: list[Sample], tmp_path: Path) -> None:
    whole = loop_of(tokenizer, samples, Quiet())
    assert whole.run() is None
    whole.choose()
    expected = whole._backend.adapter()
    for stop_at in (random.Random().randrange(1, PLAN.total_steps), PLAN.total_steps - 1):
        first = loop_of(tokenizer, samples, Quiet(stop_at))
        assert first.run() == "signal"
        folder = saved(tmp_path / str(stop_at), first.snapshot())
        second = loop_of(tokenizer, samples, Quiet())
        second.restore(read_checkpoint(folder, "mine").snapshot)
        assert second.run() is None
        second.choose()
        assert second.state == whole.state, f"interrupted at {stop_at}"
        for name, value in second._backend.adapter().items():
            assert np.array_equal(value, expected[name]), f"{name}, interrupted at {stop_at}"


def test_no_step_waits_for_an_upload_and_what_is_uploaded_is_the_step_that_was_copied(tokenizer: Any, samples: list[Sample], tmp_path: Path) -> None:
    """An upload that lasts longer than all of the training: every step is done while it is under way."""
    held, kept = threading.Event(), tmp_path / "kept"

    class Slow:
        def upload(self, file: Path, path: str, name: str, is_given_up: Any = None) -> ManifestFile:
            assert held.wait(300)
            kept.mkdir(exist_ok=True)
            shutil.copy(file, kept / name)
            return ManifestFile(name, file.stat().st_size, file_sha256(file), 1, "c", "v")

        def register_checkpoint(self, step: int, version: str) -> None:
            registered.append(step)

    registered: list[int] = []
    slow = Slow()
    checkpointer = Checkpointer(slow, slow, tmp_path / "work", "job_1", 1, "mine", time.monotonic, lambda: "now", dict, every=0.0)  # type: ignore[arg-type]
    seen: dict[int, Any] = {}

    class Saving(Quiet):
        def may_save(self, state: LoopState, save: Any) -> None:
            if state.step == 3:
                seen[3] = loop._backend.adapter()
            if state.step >= 3:
                checkpointer.may_save(state, save)

    loop = loop_of(tokenizer, samples, Saving())
    assert loop.run() is None and loop.state.step == PLAN.total_steps
    assert registered == [], "not one byte has arrived, and the training is over"
    held.set()
    checkpointer.wait()
    assert registered == [3]
    stored = read_checkpoint(kept, "mine").snapshot
    assert stored.state.step == 3
    for name, value in seen[3].items():
        assert np.array_equal(stored.adapter[name], value)
        assert not np.array_equal(loop._backend.adapter()[name], value), "the training went on from there"


def test_the_best_adapter_of_before_an_interruption_can_still_win_after_it(tokenizer: Any, samples: list[Sample], tmp_path: Path) -> None:
    diverging = replace(LOOP, learning_rate=0.08, schedule="constant")
    first = loop_of(tokenizer, samples, Quiet(6))
    first._settings = diverging
    first.run()
    assert first.state.best_step == 6 or first.state.best_step == 3
    second = loop_of(tokenizer, samples, Quiet(9))
    second._settings = diverging
    second.restore(read_checkpoint(saved(tmp_path, first.snapshot()), "mine").snapshot)
    second.state.best_loss = -1.0  # nothing that follows is better
    second.run()
    assert second.choose() == first.state.best_step
    for name, value in second._backend.adapter().items():
        assert np.array_equal(value, first._best[name])


def test_checkpoints_that_are_missing_torn_damaged_or_of_another_run_are_refused(tokenizer: Any, samples: list[Sample], tmp_path: Path) -> None:
    loop = loop_of(tokenizer, samples, Quiet(1))
    loop.run()

    def refused(name: str, spoil: Any) -> str:
        folder = saved(tmp_path / name, loop.snapshot())
        spoil(folder)
        with pytest.raises(CheckpointRefused) as reason:
            read_checkpoint(folder, "mine")
        return str(reason.value)

    state, manifest = "training-state.safetensors", "manifest.json"
    assert "no manifest" in refused("a", lambda f: (f / manifest).unlink())
    assert "torn" in refused("b", lambda f: (f / manifest).write_text((f / manifest).read_text()[:40]))
    assert "missing" in refused("c", lambda f: (f / state).unlink())
    assert "differs" in refused("d", lambda f: (f / state).write_bytes((f / state).read_bytes()[:-1]))
    assert "differs" in refused("e", lambda f: (f / state).write_bytes((f / state).read_bytes()[:-1] + b"?"))
    assert "does not name" in refused("f", lambda f: (f / manifest).write_text('{"files": []}'))
    folder = saved(tmp_path / "g", loop.snapshot())
    with pytest.raises(CheckpointRefused, match="other data or settings"):
        read_checkpoint(folder, "another's")


def test_the_first_update_is_adamw_with_bias_correction(tokenizer: Any, samples: list[Sample]) -> None:
    """With corrected moments the first step is the learning rate times the gradient's sign; without,
    MLX's default, it would be 0.1 / √0.001 ≈ 3.2 times as long."""
    settings = replace(LORA, dropout=0.0, weight_decay=0.0, max_gradient_norm=1e9)
    trained = backend(tokenizer, settings)
    before = trained.adapter()
    trained.step(samples[:4], 1e-3, 0)
    moved = [trained.adapter()[n] - before[n] for n in before if n.endswith("lora_b")]
    steps = np.abs(np.concatenate([m.ravel() for m in moved]))
    assert np.median(steps) == pytest.approx(1e-3, rel=1e-2)
    assert steps.max() <= 1e-3 * 1.001


def test_weight_decay_is_decoupled_from_the_gradient(tokenizer: Any, samples: list[Sample]) -> None:
    plain = backend(tokenizer, replace(LORA, dropout=0.0, weight_decay=0.0))
    decayed = backend(tokenizer, replace(LORA, dropout=0.0, weight_decay=0.5))
    before = plain.adapter()
    for trained in (plain, decayed):
        trained.step(samples[:4], 1e-2, 0)
    name = next(n for n in before if n.endswith("lora_a"))
    expected = plain.adapter()[name] - 1e-2 * 0.5 * before[name]
    assert np.allclose(decayed.adapter()[name], expected, atol=1e-6)


def test_gradients_are_clipped_before_the_update(tokenizer: Any, samples: list[Sample]) -> None:
    """Adam divides by the gradient's own size, so a clip shows only below its epsilon of 1e-8."""
    clipped = backend(tokenizer, replace(LORA, dropout=0.0, weight_decay=0.0, max_gradient_norm=1e-10))
    before = clipped.adapter()
    result = clipped.step(samples[:4], 1e-3, 0)
    moved = max(np.abs(clipped.adapter()[n] - before[n]).max() for n in before)
    assert result.gradient_norm > 0.01, "the norm that is told is the one before clipping"
    assert moved < 1e-4


def test_dropout_draws_anew_at_each_step_and_alike_at_the_same(tokenizer: Any, samples: list[Sample]) -> None:
    dropped = backend(tokenizer, replace(LORA, dropout=0.5))
    dropped.load_adapter({n: np.full_like(a, 0.05) for n, a in dropped.adapter().items()})
    losses = [dropped.step(samples[:4], 0.0, step).loss for step in (1, 2, 1)]
    assert losses[0] == losses[2] != losses[1]


def test_the_update_is_scaled_by_alpha_over_rank_and_one_batch_is_one_step(tokenizer: Any, samples: list[Sample]) -> None:
    arrays = {n: np.full_like(a, 0.02) for n, a in backend(tokenizer).adapter().items()}
    losses = []
    for alpha in (4.0, 8.0):
        loaded = backend(tokenizer, replace(LORA, alpha=alpha))
        scaled = {n: a * (8.0 / alpha) if n.endswith("lora_b") else a for n, a in arrays.items()}
        loaded.load_adapter(scaled)
        losses.append(loaded.row_losses(samples[:2])[0].loss)
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_without_its_adapter_a_backend_answers_as_the_base(tokenizer: Any, samples: list[Sample]) -> None:
    fresh, tuned = backend(tokenizer), backend(tokenizer)
    tuned.step(samples[:8], 0.05, 0)
    base, after = losses_of(tuned, samples[:8])
    assert [r.loss for r in base] == pytest.approx([r.loss for r in fresh.row_losses(samples[:8])], rel=1e-5)
    assert [r.loss for r in after] != pytest.approx([r.loss for r in base], rel=1e-3)


def test_rows_are_measured_alike_alone_and_among_others(tokenizer: Any, samples: list[Sample]) -> None:
    b = backend(tokenizer)
    together = [r.loss for r in b.row_losses(samples)]
    alone = [b.row_losses([s])[0].loss for s in samples[:5]]
    assert together[:5] == pytest.approx(alone, rel=1e-4)


def test_the_best_adapter_is_kept_and_a_plateau_stops_early(tokenizer: Any, samples: list[Sample]) -> None:
    plan = Plan(rows=24, batch_size=8, epochs=30, evaluations_per_epoch=3)
    settings = replace(LOOP, learning_rate=0.05, schedule="constant", patience=3)  # far too high: it diverges
    loop = Loop(backend(tokenizer), samples[:24], samples[24:], plan, settings, Quiet(), lambda: 0.0)
    assert loop.run() is None
    assert loop.state.stopped_early and loop.state.step < plan.total_steps
    kept = loop.choose()
    losses = {int(h["step"]): h["loss"] for h in loop.state.history}
    assert kept == min(losses, key=lambda s: losses[s])
    measured = quality(loop._backend.row_losses(samples[24:])).loss
    assert measured == pytest.approx(losses[kept], rel=1e-6)


def test_an_evaluation_that_is_no_number_is_told_and_never_the_best(tokenizer: Any, samples: list[Sample], monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = Quiet()
    loop = loop_of(tokenizer, samples, hooks)
    measure = loop._backend.row_losses
    lost = [RowLoss(float("nan"), 1, 0)]
    monkeypatch.setattr(loop._backend, "row_losses", lambda rows: measure(rows) if loop.state.history else lost)
    assert loop.run() is None
    assert [p.not_finite for p in hooks.points if p.validation_loss is not None][:2] == [["validationLoss"], []]
    assert loop.choose() == min(loop.state.history[1:], key=lambda h: h["loss"])["step"]


def test_each_epoch_passes_over_every_row_once_in_an_order_of_its_own() -> None:
    plan = Plan(rows=10, batch_size=4, epochs=2, evaluations_per_epoch=1)
    epochs = [[row for step in range(e * 3, e * 3 + 3) for row in batch_rows(plan, 1, step)] for e in (0, 1)]
    assert [sorted(e) for e in epochs] == [list(range(10))] * 2
    assert epochs[0] != epochs[1]
    assert epochs[0] != [row for step in range(3) for row in batch_rows(plan, 2, step)]


def test_the_schedule_warms_up_peaks_and_comes_down() -> None:
    rates = [learning_rate("cosine", 1.0, 0.1, 100, step) for step in range(100)]
    assert rates[0] == 0.1 and rates[9] == rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True) and rates[-1] < 0.001
    assert learning_rate("linear", 1.0, 0.0, 10, 5) == 0.5 and learning_rate("constant", 1.0, 0.0, 10, 9) == 1.0


def test_an_evaluation_ends_every_run() -> None:
    plan = Plan(rows=10, batch_size=3, epochs=1, evaluations_per_epoch=3)
    assert [s for s in range(1, 5) if plan.evaluates_after(s)] == [2, 4]


def test_the_interval_is_paired_and_narrows_where_every_row_gains_alike() -> None:
    base = [RowLoss(10.0 + i, 10, 1) for i in range(40)]
    tuned = [RowLoss(r.loss - 5.0, 10, 5) for r in base]
    d = difference(base, tuned, 1)
    assert (d.mean, d.low, d.high) == pytest.approx((-0.5, -0.5, -0.5))
    noise = [RowLoss(r.loss + random.Random(i).gauss(0, 3), 10, 1) for i, r in enumerate(base)]
    unsure = difference(base, noise, 1)
    assert unsure.low < 0 < unsure.high


def test_a_micro_batched_step_is_the_step_of_the_whole_batch(tokenizer: Any, samples: list[Sample]) -> None:
    settings = replace(LORA, dropout=0.0)
    whole, cut = backend(tokenizer, settings), backend(tokenizer, settings)
    one = whole.step(samples[:6], 1e-3, 0)
    cut.at_once.tokens = 100
    other = cut.step(samples[:6], 1e-3, 0)
    assert one.loss == pytest.approx(other.loss, rel=1e-5) and one.gradient_norm == pytest.approx(other.gradient_norm, rel=1e-4)


def test_the_first_adapter_is_the_same_for_every_backend_of_a_seed() -> None:
    shapes = {"b": (8, 4), "a": (4, 4)}
    one, other = initial_adapter(shapes, 2, 9), initial_adapter(dict(reversed(shapes.items())), 2, 9)
    assert all(np.array_equal(one[n], other[n]) for n in one)
    assert not one["a.lora_b"].any() and np.abs(one["b.lora_a"]).max() <= 8**-0.5
    assert float(one["a.lora_a"][0, 0]) == pytest.approx(initial_adapter({"a": (4, 4)}, 2, 9)["a.lora_a"][0, 0])


@pytest.mark.parametrize("asked", [{"variant": "dora"}, {"quantization": "nf4"}])
def test_a_way_of_training_that_mlx_does_not_have_is_refused_before_anything_is_loaded(tokenizer: Any, asked: dict[str, str]) -> None:
    with pytest.raises(RunFailure) as failure:
        backend(tokenizer, replace(LORA, **asked))
    assert failure.value.code == "method-unsupported" and "NVIDIA" in failure.value.message


@pytest.mark.parametrize(("targets", "modules"), [("attention", 16), ("all-linear", 28)])
def test_the_export_has_the_names_and_shapes_that_peft_reads(tokenizer: Any, tmp_path: Path, targets: str, modules: int) -> None:
    settings = replace(LORA, target_modules=targets)
    trained = backend(tokenizer, settings)
    adapter = trained.adapter()
    write_adapter(tmp_path, adapter, adapter_config(settings, trained.modules, "brightrun/tiny-base", None))
    tensors = load_file(tmp_path / "adapter_model.safetensors")
    assert len(tensors) == 2 * modules
    prefix = "base_model.model.model.layers.3.self_attn.k_proj"
    assert tensors[f"{prefix}.lora_A.weight"].shape == (4, 128) and tensors[f"{prefix}.lora_B.weight"].shape == (64, 4)
    assert np.array_equal(peft_tensors(adapter)[f"{prefix}.lora_A.weight"], adapter["model.layers.3.self_attn.k_proj.lora_a"].T)
    config = adapter_config(settings, trained.modules, "b", None)
    assert config["lora_alpha"] / config["r"] == settings.scale
