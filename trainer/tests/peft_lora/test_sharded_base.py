"""Two processes that each hold a part of the base train what one does that holds the whole: over gloo, on the CPU, in float32."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="the torch backend needs torch")

import torch  # noqa: E402
from as_one import Hooks, afresh, assert_resumes_to_the_bit, assert_trains_as_one_does, loop_of  # noqa: E402
from both_backends import PEAK_RATE, SETTINGS, opened, samples_of  # noqa: E402
from conftest import TINY_BASE, TRAINER  # noqa: E402
from fake_api import FakeApi  # noqa: E402
from preference_rows import preference_lines  # noqa: E402
from transformers import AutoConfig, AutoModelForCausalLM  # noqa: E402

from brightrun_trainer.backend import LoraSettings, end_tokens  # noqa: E402
from brightrun_trainer.company import Company, followers  # noqa: E402
from brightrun_trainer.dataset import parse_row  # noqa: E402
from brightrun_trainer.failures import RunFailure  # noqa: E402
from brightrun_trainer.masking import Pair, Sample, encode_rows  # noqa: E402
from brightrun_trainer.peft_lora.lead import Lead  # noqa: E402
from brightrun_trainer.peft_lora.placement import Placement  # noqa: E402
from brightrun_trainer.peft_lora.sharded_base import held_bytes  # noqa: E402

SHARDED = Placement(shares=2)


@pytest.fixture(scope="module")
def rows(tokenizer: Any) -> list[Sample]:
    return samples_of(tokenizer, 28)


def pairs_of(tokenizer: Any, count: int) -> list[Pair]:
    lines = [json.loads(line) for line in io.BytesIO(preference_lines(count))]
    return list(encode_rows(tokenizer, [parse_row(line, number) for number, line in enumerate(lines, 1)], 256).samples)


@contextmanager
def led(
    tokenizer: Any, settings: LoraSettings = SETTINGS, placement: Placement = SHARDED, base: Path = TINY_BASE, processes: int = 2
) -> Iterator[Lead]:
    company = Company(processes, None, lambda failure: pytest.fail(f"gave up: {failure}"))
    leader = Lead(base, settings, end_tokens(base, tokenizer), placement, company)
    try:
        yield leader
    finally:
        leader.close()


@pytest.fixture(scope="class")
def two(tokenizer: Any) -> Iterator[Lead]:
    with led(tokenizer) as leader:
        yield leader


class TestTwoThatShare:
    def test_shares_have_the_losses_and_the_adapter_of_the_whole(self, two: Lead, tokenizer: Any, rows: list[Sample]) -> None:
        """To 1e-5 over ten steps with their evaluations: the shares of a batch are uneven, and of the last of each epoch, which
        is one row, the second process has none."""
        assert_trains_as_one_does(two, tokenizer, rows)

    def test_a_run_resumes_to_the_bit(self, two: Lead, rows: list[Sample]) -> None:
        assert_resumes_to_the_bit(two, rows)

    def test_a_run_goes_on_where_the_base_lies_otherwise(self, two: Lead, tokenizer: Any, rows: list[Sample]) -> None:
        """A checkpoint holds the adapter, and nothing of where the base lay: from shares to the whole, and back."""
        start, one = two.adapter(), opened("peft_lora", tokenizer)
        loop_of(two, rows, Hooks()).run()
        expected = two.adapter()
        for before, after in ((two, one), (one, two)):
            first = loop_of(afresh(before, start), rows, Hooks(stop_at=6))
            first.run()
            second = loop_of(after, rows, Hooks())
            second.restore(first.snapshot())
            assert second.run() is None
            assert all(np.allclose(value, expected[name], atol=1e-4) for name, value in after.adapter().items())
        afresh(two, start)

    def test_answers_and_logits_are_those_of_the_whole_with_the_adapter_and_without(self, two: Lead, tokenizer: Any, rows: list[Sample]) -> None:
        one = opened("peft_lora", tokenizer)
        start = two.adapter()
        for backend in (one, afresh(two, start)):
            for step in range(3):
                backend.step(rows[:5], PEAK_RATE, step)
        prompt = rows[0].ids[: rows[0].learned.index(True)]
        answer = one.generate(prompt, 24)
        assert answer and two.generate(prompt, 24) == answer
        assert np.allclose(two.logits(rows[1].ids, 4), one.logits(rows[1].ids, 4), atol=1e-4)
        with two.without_adapter(), one.without_adapter():
            assert two.generate(prompt, 24) == one.generate(prompt, 24)
            assert [r.loss for r in two.row_losses(rows)] == pytest.approx([r.loss for r in one.row_losses(rows)], rel=1e-5)
            assert [r.loss for r in two.row_losses(rows[:1])] == pytest.approx([one.row_losses(rows[:1])[0].loss], rel=1e-5)
        afresh(two, start)


def small_untied(folder: Path) -> Path:
    """A base with a head of its own, whose 131 rows of the feed-forward two processes cannot share evenly."""
    config = AutoConfig.from_pretrained(TINY_BASE)
    config.update({"tie_word_embeddings": False, "intermediate_size": 131, "num_hidden_layers": 3})
    torch.manual_seed(1)
    AutoModelForCausalLM.from_config(config, dtype=torch.float32).save_pretrained(folder, max_shard_size="200KB")
    return folder


@pytest.mark.parametrize(
    ("variant", "dropout", "placement"),
    [
        ("dora", 0.2, SHARDED),
        ("rslora", 0.0, replace(SHARDED, precision="bf16", gradient_checkpointing=True, packing=False, micro_batch_tokens=100)),
    ],
)
def test_pairs_and_every_way_to_train_go_as_with_the_whole(
    variant: str, dropout: float, placement: Placement, tokenizer: Any, tmp_path: Path
) -> None:
    """Beside two processes that hold the whole: what is drawn and summed is the same to the bit."""
    settings, pairs, base = replace(SETTINGS, variant=variant, dropout=dropout), pairs_of(tokenizer, 9), small_untied(tmp_path)
    found = []
    for each in (placement, replace(placement, shares=1)):
        with led(tokenizer, settings, each, base) as leader:
            start = leader.adapter()
            rows = [side for pair in pairs for side in pair.sides]
            losses = [leader.step(rows[:7], PEAK_RATE, 0).loss, leader.step(rows[7:8], PEAK_RATE, 1).loss]
            losses += [leader.step_pairs(batch, [0.1] * len(batch), 0.2, PEAK_RATE, step).loss for step, batch in enumerate((pairs[:5], pairs[5:6]))]
            losses += [row.loss for row in leader.row_losses(rows)]
            found.append((start, losses, leader.adapter()))
    (start, losses, adapter), (begun, expected, whole) = found
    assert all(np.array_equal(value, begun[name]) for name, value in start.items())
    assert losses == expected
    assert all(np.array_equal(value, whole[name]) for name, value in adapter.items())
    assert any(not np.array_equal(value, begun[name]) for name, value in adapter.items())


def behind(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A follower that runs this script in front of what it does."""
    start = subprocess.Popen
    whole = f"{script}\nfrom brightrun_trainer.follow import follow\nfollow()"
    monkeypatch.setattr(followers.subprocess, "Popen", lambda command, **rest: start([command[0], "-c", whole], **rest))


#: Writes what the process holds once its base is loaded.
WEIGHED = """
from pathlib import Path
from brightrun_trainer.peft_lora import backend
from brightrun_trainer.peft_lora.sharded_base import held_bytes
attach = backend.attached
def weighed(model, config):
    Path({path!r}).write_text(str(held_bytes(model)))
    return attach(model, config)
backend.attached = weighed
"""


def test_each_process_holds_its_half_of_the_blocks(tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured of its tensors: two halves of the blocks, and twice what lies whole on each."""
    told = tmp_path / "follower"
    behind(monkeypatch, WEIGHED.format(path=str(told)))
    whole = AutoModelForCausalLM.from_pretrained(TINY_BASE, dtype=torch.float32)
    blocks = sum(p.numel() * 4 for name, p in whole.named_parameters() if ".layers." in name)
    others = held_bytes(whole) - blocks
    with led(tokenizer) as leader:
        trained = sum(value.nbytes for value in leader.adapter().values())
        assert held_bytes(leader._own._model) - trained == blocks / 2 + others
    assert int(told.read_text()) == blocks / 2 + others


#: Runs out of memory in the third block, of more than one row at once: on the way there or back.
NARROW = """
import torch
from brightrun_trainer.peft_lora import backend
make = backend.PeftLora.__init__
class Full(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values): return values.clone()
    @staticmethod
    def backward(ctx, flowing): raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
def made(self, *rest):
    make(self, *rest)
    block = self._model.model.layers[2]
    def full(module, given, more):
        if given[0].shape[1] <= {tokens}: return None
        if not torch.is_grad_enabled() or {where!r} == "forward":
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return (Full.apply(given[0]), *given[1:]), more
    block.mlp.register_forward_pre_hook(full, with_kwargs=True)
backend.PeftLora.__init__ = made
"""


@pytest.mark.parametrize("where", ["forward", "backward"])
def test_all_stop_at_the_same_block_and_try_again_when_one_runs_out_of_memory(
    where: str, tokenizer: Any, rows: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the midst of a pass, while the others wait for its part of the next block."""
    longest = max(row.length for row in rows)
    behind(monkeypatch, NARROW.format(tokens=longest, where=where))
    one = opened("peft_lora", tokenizer)
    with led(tokenizer) as leader:
        for step in range(2):
            result, expected = leader.step(rows[:8], PEAK_RATE, step), one.step(rows[:8], PEAK_RATE, step)
            assert result.loss == pytest.approx(expected.loss, rel=1e-5)
            assert result.gradient_norm == pytest.approx(expected.gradient_norm, rel=1e-4)
            assert leader.at_once.halvings > 0
        halvings = leader.at_once.halvings
        losses = [row.loss for row in leader.row_losses(rows)]
        assert losses == pytest.approx([row.loss for row in one.row_losses(rows)], rel=1e-5)
        assert leader.at_once.halvings == halvings


def test_nothing_smaller_ends_the_run_everywhere(tokenizer: Any, rows: list[Sample], monkeypatch: pytest.MonkeyPatch) -> None:
    behind(monkeypatch, NARROW.format(tokens=3, where="forward"))
    with led(tokenizer) as leader:
        with pytest.raises(MemoryError, match="another process"):
            leader.step(rows[:4], PEAK_RATE, 0)
        (other,) = leader._company._followers.processes
        assert other.wait(timeout=60) != 0
        with pytest.raises(RunFailure):
            leader.step(rows[:4], PEAK_RATE, 1)


def test_of_several_machines_each_shares_it_out_and_the_leaders_proves_a_merged_model(tokenizer: Any, rows: list[Sample], tmp_path: Path) -> None:
    """Four processes as of two machines. The merged model's folder is looked for by the first two alone."""
    one = opened("peft_lora", tokenizer)
    with led(tokenizer, processes=4) as leader:
        for step in range(2):
            assert leader.step(rows[:5], PEAK_RATE, step).loss == pytest.approx(one.step(rows[:5], PEAK_RATE, step).loss, rel=1e-5)
        assert [r.loss for r in leader.row_losses(rows[:3])] == pytest.approx([r.loss for r in one.row_losses(rows[:3])], rel=1e-5)
        other = small_untied(tmp_path)
        for backend in (leader, one):
            backend.reload(other)
        assert np.allclose(leader.logits(rows[1].ids, 4), one.logits(rows[1].ids, 4), atol=1e-4)


#: The trainer as the cluster starts it, on a machine where only shares of the base would fit.
ON_SMALL_DEVICES = """
from dataclasses import replace
from brightrun_trainer.peft_lora import planned
plan = planned.plan_load
def sharing(model_dir, settings, load, means):
    return replace(plan(model_dir, settings, load, means), shares=load.on_a_machine)
planned.plan_load = sharing
from brightrun_trainer.main import main
main()
"""


def test_a_whole_run_publishes_a_merged_model_that_is_proven(small_run: FakeApi, tmp_path: Path) -> None:
    """Base and tuned model are measured and answer, and the merged one is loaded in shares again for its proof."""
    small_run.frozen["modelFormat"] = "merged-safetensors"
    told = {
        "BRIGHTRUN_API_URL": small_run.url, "BRIGHTRUN_BOOTSTRAP_TOKEN": "the-bootstrap-token", "BRIGHTRUN_BACKEND": "peft_lora",
        "BRIGHTRUN_PROCESSES": "2", "TMPDIR": str(tmp_path), "PYTHONPATH": str(TRAINER),
    }
    run = subprocess.run([sys.executable, "-c", ON_SMALL_DEVICES], env=os.environ | told, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    manifest = json.loads(small_run.objects["manifest.json"])
    assert manifest["training"]["processes"] == 2 and manifest["exportProof"]["prompts"] == 2
    assert "final/model.safetensors" in small_run.objects
    assert not list(tmp_path.iterdir()), "nothing is left on the disk"
