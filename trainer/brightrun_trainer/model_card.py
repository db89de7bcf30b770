"""The README.md that lies beside the adapter: what it is, what it is worth, how to load it."""

from __future__ import annotations

from .spec import Evaluation, FrozenRunSpec, Sample, TrainingFacts

VALIDATION_SOURCES = {
    "file": "the dataset's own validation file", "split": "rows split off before training", "none": "none",
}


def _quality(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "Too few rows could be held out of training, so a gain cannot be proven.\n"
    e, d = evaluation, evaluation.difference
    if d.high < 0:
        verdict = "The tuned model is better: the whole interval lies below zero."
    elif d.low > 0:
        verdict = "The tuned model is worse: the whole interval lies above zero. Keep the base."
    else:
        verdict = "The interval includes zero: a gain is not proven."
    return (
        f"| {e.rows} validation rows, {e.tokens} tokens | base | tuned |\n| --- | --- | --- |\n"
        f"| loss (nats a token) | {e.base.loss:.4f} | {e.tuned.loss:.4f} |\n"
        f"| perplexity | {e.base.perplexity:.2f} | {e.tuned.perplexity:.2f} |\n"
        f"| token accuracy | {e.base.token_accuracy:.1%} | {e.tuned.token_accuracy:.1%} |\n\n"
        f"Loss difference {d.mean:+.4f}, 95 % interval {d.low:+.4f} to {d.high:+.4f} "
        f"(bootstrap over rows). {verdict}\n"
    )


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in (text or "(nothing)").splitlines())


def _samples(samples: list[Sample]) -> str:
    if not samples:
        return "No row was held out to ask for.\n"
    shown = []
    for sample in samples[:5]:
        asked = sample.messages[-1].content if sample.messages else ""
        shown.append(f"**{asked[:300]}**\n\nBase:\n{_quoted(sample.base)}\n\nTuned:\n{_quoted(sample.tuned)}\n")
    return "\n".join(shown)


def model_card(spec: FrozenRunSpec, training: TrainingFacts, evaluation: Evaluation | None, samples: list[Sample]) -> str:
    """Markdown with the front matter that model hubs read."""
    h, base = spec.hyperparameters, spec.base_model
    repository = base.source.repository
    where = (
        f'"{repository}", revision="{base.source.revision}"' if repository
        else '"<folder of the base model>"  # ships with BrightRun: trainer/tiny_base/model'
    )
    return f"""---
library_name: peft
base_model: {repository or base.id}
tags: [lora, brightrun]
---

# {spec.job_name.replace(chr(10), " ")}

A LoRA adapter for {base.title} (`{base.id}`, revision `{base.source.revision}`), trained by BrightRun
in job `{spec.job_id}`. Use it under the licence of its base model{f" ({base.licence})" if base.licence else ""}.

## Quality

{_quality(evaluation)}
Validation rows: {VALIDATION_SOURCES[training.validation_source]}. Kept: step {training.kept_step} of
{training.total_steps} ({training.stop_reason}).

## Answers before and after

{_samples(samples)}
## Load it

```python
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = AutoModelForCausalLM.from_pretrained({where})
model = PeftModel.from_pretrained(base, "<this folder>")
tokenizer = AutoTokenizer.from_pretrained("<this folder>")
```

## How it was trained

{training.training_rows} rows, {training.epochs:.2f} epochs, {training.trained_tokens} learned tokens, rank {h.rank}, alpha {h.alpha:g}, dropout {h.dropout:g},
{h.target_modules}, learning rate {h.learning_rate:g} ({h.schedule}, warm-up {h.warmup_ratio:.0%}), batch size {h.batch_size},
at most {h.max_sequence_tokens} tokens a row, seed {h.seed}; {training.seconds:.0f} s with `{training.backend}`.
Dataset SHA-256 `{spec.dataset.data.sha256}`.
"""
