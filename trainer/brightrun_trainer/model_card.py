"""The README.md that lies beside the adapter: what it is, what it is worth, how to load it."""

from __future__ import annotations

from .evaluation.before_after import Measured
from .export.published import ADAPTER_BF16, GGUF, GGUF_Q8_0, GGUFS, MERGED, WHOLE_MODELS
from .spec import Canaries, Evaluation, ExportProof, FrozenRunSpec, Memorisation, Sample, TrainingFacts

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
    if e.objective == "preferences":
        return (
            f"| {e.rows} held-out pairs | base | tuned |\n| --- | --- | --- |\n"
            f"| DPO loss (nats a pair) | {e.base.loss:.4f} | {e.tuned.loss:.4f} |\n"
            f"| moved towards the chosen answer | | {e.tuned.token_accuracy:.1%} |\n\n"
            f"Loss difference {d.mean:+.4f}, 95 % interval {d.low:+.4f} to {d.high:+.4f} (bootstrap over pairs). {verdict}\n"
        )
    return (
        f"| {e.rows} validation rows, {e.tokens} tokens | base | tuned |\n| --- | --- | --- |\n"
        f"| loss (nats a token) | {e.base.loss:.4f} | {e.tuned.loss:.4f} |\n"
        f"| perplexity | {e.base.perplexity:.2f} | {e.tuned.perplexity:.2f} |\n"
        f"| token accuracy | {e.base.token_accuracy:.1%} | {e.tuned.token_accuracy:.1%} |\n\n"
        f"Loss difference {d.mean:+.4f}, 95 % interval {d.low:+.4f} to {d.high:+.4f} "
        f"(bootstrap over rows). {verdict}\n"
    )


def _interval(evaluation: Evaluation) -> str:
    d = evaluation.accuracy_difference
    return f"Token accuracy {d.mean:+.1%}, 95 % interval {d.low:+.1%} to {d.high:+.1%}.\n" if d else ""


def _canaries(found: Canaries | None) -> str:
    if found is None:
        return "Not asked.\n"
    rows = "".join(f"| {g.name} | {g.base} of {g.items} | {g.tuned} of {g.items} |\n" for g in found.groups)
    return (
        f"| {found.items} short questions | base | tuned |\n| --- | --- | --- |\n{rows}"
        f"| all | {found.base} | {found.tuned} |\n\n"
        f"{found.gained} gained, {found.lost} lost; guessing gets {found.chance * found.items:.0f}.\n"
    )


def _memorisation(found: Memorisation | None) -> str:
    if found is None:
        return "Not asked.\n"
    held = f"; of {found.held_out_rows} held-out rows {found.held_out_tuned}" if found.held_out_rows else ""
    return (
        f"Of {found.training_rows} training rows the tuned model completes {found.tuned} to the last token (the base {found.base}){held}. "
        f"{found.answers_repeating} of {found.answers} answers below repeat {found.run_words} words or more of a training answer"
        f"{f', at most {found.longest_run_words}' if found.longest_run_words else ''}.\n"
    )


_CONTENTS = {
    ADAPTER_BF16: "The adapter, rounded to bf16",
    MERGED: "The whole model with the adapter merged into its weights",
    GGUF: "The whole model with the adapter merged into its weights, in the base model's number format, with its tokenizer and chat template",
    GGUF_Q8_0: "The whole model with the adapter merged into its weights, rounded to 8 bits and a scale for every 32 (Q8_0), with its tokenizer and chat template",
}


def _proof(form: str, proof: ExportProof | None) -> str:
    what = _CONTENTS.get(form, "The adapter in float32")
    if proof is None:
        return f"{what}. Not loaded afresh: what was left of the cap did not pay for it.\n"
    afresh = "Read back by transformers' rules and loaded afresh" if form in GGUFS else "Loaded afresh from these files"
    return (
        f"{what}. {afresh} and compared with the model in memory on {proof.prompts} prompts: "
        f"logits differ by {proof.mean_logit_drift:.2g} on average and {proof.max_logit_drift:.2g} at most, "
        f"{proof.same_answers} answers are the same, and the chat template is equal.\n"
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


def _load(form: str, where: str) -> str:
    return f"```python\n{_code(form, where)}\n```\n{_CONVERTED if form == MERGED else ''}"


def _code(form: str, where: str) -> str:
    if form == MERGED:
        return (
            "from transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
            'model = AutoModelForCausalLM.from_pretrained("<this folder>")\n'
            'tokenizer = AutoTokenizer.from_pretrained("<this folder>")'
        )
    return (
        "from peft import PeftModel\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
        f"base = AutoModelForCausalLM.from_pretrained({where})\n"
        'model = PeftModel.from_pretrained(base, "<this folder>")\n'
        'tokenizer = AutoTokenizer.from_pretrained("<this folder>")'
    )


#: Who wants more than the formats of docs/decisions/0024 has the way here.
_CONVERTED = """
For llama.cpp, in a checkout of it: `python convert_hf_to_gguf.py "<this folder>"`.
"""


def _load_gguf(files: list[str]) -> str:
    """Commands for the programs that read GGUF. Parts are found by the first one's name, but not by Ollama."""
    merge = f"llama-gguf-split --merge {files[0]} model.gguf\n" if len(files) > 1 else ""
    return f"""```sh
llama-cli -m {files[0]} --jinja          # or llama-server; LM Studio opens the file as it is

# Ollama
{merge}echo "FROM ./model.gguf" > Modelfile
ollama create my-model -f Modelfile && ollama run my-model
```

llama.cpp and LM Studio write chats by the template in the file. Ollama may not read it: look at
`ollama show my-model --template`, and give the Modelfile a TEMPLATE where that is another.
{"Smaller ones: `llama-quantize " + files[0] + " model-q4_k_m.gguf Q4_K_M`; those are not proven here." if not merge else ""}
"""


def model_card(
    spec: FrozenRunSpec, form: str, training: TrainingFacts, measured: Measured, proof: ExportProof | None, files: list[str]
) -> str:
    """Markdown with the front matter that model hubs read. `files` are the names of the weights' files."""
    h, base, evaluation = spec.hyperparameters, spec.base_model, measured.evaluation
    repository = base.source.repository
    where = (
        f'"{repository}", revision="{base.source.revision}"' if repository
        else '"<folder of the base model>"  # ships with BrightRun: trainer/tiny_base/model'
    )
    whole = form in WHOLE_MODELS
    library = "gguf" if form in GGUFS else "transformers" if whole else "peft"
    return f"""---
library_name: {library}
base_model: {repository or base.id}
tags: [lora, brightrun]
---

# {spec.job_name.replace(chr(10), " ")}

{"A LoRA adapter merged into" if whole else "A LoRA adapter for"} {base.title} (`{base.id}`, revision `{base.source.revision}`), trained by BrightRun
in job `{spec.job_id}`. Use it under the licence of its base model{f" ({base.licence})" if base.licence else ""}.

## Quality

{_quality(evaluation)}{_interval(evaluation) if evaluation and evaluation.objective != "preferences" else ""}
Validation rows: {VALIDATION_SOURCES[training.validation_source]}. Kept: step {training.kept_step} of
{training.total_steps} ({training.stop_reason}).

## General ability

{_canaries(measured.canaries)}
## Learned by heart

{_memorisation(measured.memorisation)}
## Answers before and after

{_samples(measured.samples)}
## Load it

{_load_gguf(files) if form in GGUFS else _load(form, where)}
{_proof(form, proof)}
## How it was trained

{training.training_rows} rows, {training.epochs:.2f} epochs, {training.trained_tokens} learned tokens, rank {h.rank}, alpha {h.alpha:g}, dropout {h.dropout:g},
{h.target_modules}, learning rate {h.learning_rate:g} ({h.schedule}, warm-up {h.warmup_ratio:.0%}), batch size {h.batch_size},
at most {h.max_sequence_tokens} tokens a row, seed {h.seed}; {training.seconds:.0f} s with `{training.backend}`.
Dataset SHA-256 `{spec.dataset.data.sha256}`.
"""
