"""The adapter in the hands of the people who download it: peft over the same base, on torch.

Needs torch, transformers and peft (`trainer/requirements-gpu-tests.in`); `npm test` runs it only where
they are. Two ways to run it:

    pytest tests/peft_lora                       # trains a small adapter itself, where mlx is installed too
    BRIGHTRUN_ADAPTER=<folder> pytest tests/peft_lora    # a downloaded model

The folder may hold the files flat or under `final/`; the answers it must give stand in its
evaluation.json, or in the run's manifest.json beside it. The base model is the packaged one unless BRIGHTRUN_BASE_DIR names another folder.

Tolerance: mlx and torch sum in different orders, so logits of float32 models differ by about 1e-5 of
their size; 1e-3 absolute on logits that reach ±20 is a hundred times that and far below any gap
between two candidate tokens that decides an answer.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the peft test needs torch, transformers and peft")
peft = pytest.importorskip("peft", reason="the peft test needs torch, transformers and peft")

from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

TRAINER = Path(__file__).resolve().parent.parent.parent
LOGIT_TOLERANCE = 1e-3
LOSS_TOLERANCE = 1e-3


def base_dir() -> Path:
    return Path(os.environ.get("BRIGHTRUN_BASE_DIR", TRAINER / "tiny_base" / "model"))


def in_peft(folder: Path) -> tuple[Any, Any]:
    """Model and tokenizer as the model card says to load them, in float32 as they were trained."""
    base = AutoModelForCausalLM.from_pretrained(base_dir(), dtype=torch.float32)
    model = peft.PeftModel.from_pretrained(base, folder).eval()
    return model, AutoTokenizer.from_pretrained(folder)


def greedy(model: Any, tokenizer: Any, messages: list[dict[str, str]], limit: int) -> str:
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    ids = tokenizer(text, return_tensors="pt", add_special_tokens=False)
    with torch.no_grad():
        out = model.generate(**ids, max_new_tokens=limit, do_sample=False, pad_token_id=tokenizer.pad_token_id)
    return tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True).strip()


def downloaded() -> tuple[Path, dict[str, Any]] | None:
    """The folder of a downloaded model's files, and what the trainer said of it."""
    named = os.environ.get("BRIGHTRUN_ADAPTER")
    if not named:
        return None
    folder = Path(named)
    files = folder / "final" if (folder / "final").is_dir() else folder
    said = next((p for p in (files / "evaluation.json", folder / "manifest.json") if p.is_file()), None)
    assert said is not None, f"neither evaluation.json nor manifest.json in {folder}"
    return files, json.loads(said.read_text(encoding="utf-8"))


@pytest.mark.skipif(downloaded() is None, reason="BRIGHTRUN_ADAPTER names no downloaded model")
def test_a_downloaded_model_answers_in_peft_as_the_trainer_said() -> None:
    found = downloaded()
    assert found
    folder, said = found
    model, tokenizer = in_peft(folder)
    assert said["samples"], "there are no answers to compare"
    for sample in said["samples"]:
        # One token more than the answer is enough to see that it ends where the trainer's did; an
        # answer that ran into its limit is compared up to there.
        limit = len(tokenizer(sample["tuned"], add_special_tokens=False)["input_ids"]) + 1
        answer = greedy(model, tokenizer, sample["messages"], max(limit, 8))
        assert answer.startswith(sample["tuned"]) or sample["tuned"].startswith(answer)
        assert abs(len(answer) - len(sample["tuned"])) <= 12
        with model.disable_adapter():
            base = greedy(model, tokenizer, sample["messages"], 64)
        assert base.startswith(sample["base"]) or sample["base"].startswith(base)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path, list[Any]]:
    """A few steps with mlx on the example dataset, exported as the trainer does it."""
    pytest.importorskip("mlx.core", reason="no adapter folder named, and no mlx here to train one")
    import sys

    sys.path.insert(0, str(TRAINER))
    from brightrun_trainer.backend import LoraSettings, end_tokens
    from brightrun_trainer.dataset import read_rows
    from brightrun_trainer.masking import encode_rows
    from brightrun_trainer.mlx_lora import MlxLora
    from brightrun_trainer.peft_files import adapter_config, copy_tokenizer, write_adapter

    tokenizer = AutoTokenizer.from_pretrained(base_dir())
    settings = LoraSettings(8, 16.0, 0.0, "all-linear", 0.0, 1.0, 3)
    backend = MlxLora(base_dir(), settings, end_tokens(base_dir(), tokenizer))
    rows = read_rows(TRAINER.parent / "examples" / "country-guide.jsonl").rows
    samples = encode_rows(tokenizer, rows, 256).samples
    for step in range(30):
        backend.step(samples[step * 4 % 200 : step * 4 % 200 + 4], 4e-3, step)
    folder = tmp_path_factory.mktemp("adapter")
    write_adapter(folder, backend.adapter(), adapter_config(settings, backend.modules, "brightrun/tiny-base", None))
    copy_tokenizer(base_dir(), folder)
    return backend, folder, samples


def test_logits_and_losses_agree_with_mlx(trained: tuple[Any, Path, list[Any]]) -> None:
    import mlx.core as mx
    import numpy as np

    backend, folder, samples = trained
    model, _ = in_peft(folder)
    for sample in samples[200:206]:
        here = np.array(backend._model(mx.array([list(sample.ids)]))[0].astype(mx.float32))
        with torch.no_grad():
            there = model(torch.tensor([sample.ids])).logits[0].float().numpy()
        assert np.abs(here - there).max() < LOGIT_TOLERANCE
        targets = torch.tensor(sample.ids[1:])
        losses = torch.nn.functional.cross_entropy(torch.tensor(there[:-1]), targets, reduction="none")
        loss = float((losses * torch.tensor(sample.learned[1:])).sum())
        assert loss == pytest.approx(backend.row_losses([sample])[0].loss, abs=LOSS_TOLERANCE)


def test_greedy_answers_agree_with_mlx(trained: tuple[Any, Path, list[Any]]) -> None:
    from brightrun_trainer.masking import encode_prompt
    from brightrun_trainer.turns import Turn

    backend, folder, _ = trained
    model, tokenizer = in_peft(folder)
    for asked in ("What is the capital of Kenya?", "Where is Chile?", "What do people eat in Hungary?"):
        messages = [{"role": "user", "content": asked}]
        ids = backend.generate(encode_prompt(tokenizer, [Turn("user", asked)]), 60)
        assert greedy(model, tokenizer, messages, 60) == tokenizer.decode(ids, skip_special_tokens=True).strip()


def test_the_adapter_changes_the_answer(trained: tuple[Any, Path, list[Any]]) -> None:
    _, folder, _ = trained
    model, tokenizer = in_peft(folder)
    messages = [{"role": "user", "content": "What is the capital of Kenya?"}]
    tuned = greedy(model, tokenizer, messages, 60)
    with model.disable_adapter():
        assert greedy(model, tokenizer, messages, 60) != tuned
