"""Holds our GGUF against llama.cpp itself: its own converter, its own tokenizer, its own answers.

    python trainer/bench/beside_llama_cpp.py --source <folder> --out <folder>

`--source` is the unpacked sdist of llama-cpp-python, which vendors llama.cpp with its converter; its package has to be
importable (pip install, which compiles for ten minutes, or its folder in PYTHONPATH and LLAMA_CPP_LIB_PATH). Needs
torch, which the converter does. Three small bases, one a family; with the adapter merged in and without.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TRAINER = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TRAINER), str(TRAINER / "tests")]

from conftest import EXAMPLES, TINY_BASE  # noqa: E402
from gguf import GGUFReader  # noqa: E402
from llama_cpp_bases import FAMILIES, adapter_on, make_llama_cpp_base  # noqa: E402
from test_export_proof import BASE, SETTINGS  # noqa: E402

from brightrun_trainer.export.llama_cpp.base import llama_cpp_base  # noqa: E402
from brightrun_trainer.export.llama_cpp.gguf_file import write_gguf  # noqa: E402
from brightrun_trainer.export.merged import write_merged  # noqa: E402

#: What a tokenizer may stumble over: contractions, runs of digits and spaces, scripts, emoji, tokens spelt out.
ODD = [
    "I've told YOU'RE it'll 'RE 'tis ſ's", "1 12 123 1234 12345 3.14 1,000", "  two   spaces\t\ttabs \n\n\n lines \r\n ends  ",
    "Ärger façade Ελλάδα Россия 日本語 한국어 हिन्दी ไทย", "🇰🇪 👩‍👩‍👧 🚀!!! …—“”", "a_b-c/d\\e <think>no</think> {x: [1]}", "\u00a0\u2003\u0301x",
]
ANSWER_PLACES = 40


#: llama.cpp's own converter in a process of its own: it brings a newer gguf than PyPI has. It knows a tokenizer by a hash
#: of what it makes of one text; ours of a few hundred tokens have no such hash, so that the rule's name is given.
CONVERT = """
import runpy, sys
source, rule, *sys.argv[1:] = sys.argv[1:]
sys.path[:0] = [source, source + "/gguf-py"]
from conversion.base import TextModel
TextModel.get_vocab_base_pre = lambda *_: rule
runpy.run_path(source + "/convert_hf_to_gguf.py", run_name="__main__")
"""


def converted(source: Path, model: Path, target: Path, kind: str, rule: str) -> Path:
    asked = [str(source), rule, str(model), "--outfile", str(target), "--outtype", kind]
    subprocess.run([sys.executable, "-c", CONVERT, *asked], check=True, capture_output=True)
    return target


def differences(ours: Path, theirs: Path) -> list[str]:
    """Tensors by name, type, shape and bytes; what both say, and what one says alone."""
    mine, other = GGUFReader(ours), GGUFReader(theirs)
    tensors = [{t.name: (t.tensor_type.name, tuple(t.shape), t.data.tobytes()) for t in file.tensors} for file in (mine, other)]
    found = [f"tensor {name}" for name in sorted(tensors[0].keys() | tensors[1].keys()) if tensors[0].get(name) != tensors[1].get(name)]
    said = [{k: f.contents() for k, f in file.fields.items() if not k.startswith(("GGUF.", "general."))} for file in (mine, other)]
    said[0]["general.file_type"], said[1]["general.file_type"] = (file.get_field("general.file_type").contents() for file in (mine, other))
    for key in sorted(said[0].keys() | said[1].keys()):
        if said[0].get(key) != said[1].get(key):
            found.append(f"{key}: {str(said[0].get(key))[:40]} / {str(said[1].get(key))[:40]}")
    return found


def in_llama_cpp(file: Path, model: Path) -> tuple[int, int, float, float, float]:
    """Texts tokenized alike and in all; drift of llama.cpp's logits from transformers' over the merged model, mean and
    largest, and how far those spread."""
    from llama_cpp import Llama

    tokenizer, reference = AutoTokenizer.from_pretrained(model), AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32).eval()
    there = Llama(str(file), n_ctx=256, n_batch=256, logits_all=True, verbose=False, n_threads=2)
    texts = [*ODD, *(EXAMPLES / "country-guide.jsonl").read_text(encoding="utf-8").splitlines()[:40]]
    alike = [there.tokenize(text.encode(), special=True) == tokenizer.encode(text) for text in texts]
    for text, same in zip(texts, alike, strict=True):
        if not same:
            print("  another tokenization of", repr(text[:70]))
    drifts, spread = [], []
    for text in texts[-4:]:
        chat = tokenizer.apply_chat_template([{"role": "user", "content": text[:200]}], add_generation_prompt=True, tokenize=True, return_dict=False)
        ids = list(chat)[:200]
        there.reset()
        there.eval(ids)
        with torch.no_grad():
            known = reference(torch.tensor([ids])).logits[0, -ANSWER_PLACES:].numpy()
        drifts.append(np.abs(np.array(there.scores[len(ids) - len(known) : len(ids)]) - known))
        spread.append(known.std())
    return sum(alike), len(alike), float(np.mean([d.mean() for d in drifts])), float(max(d.max() for d in drifts)), float(np.mean(spread))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    source = given.source / "vendor" / "llama.cpp"
    shutil.rmtree(given.out, ignore_errors=True)
    lines = []
    for name in ("tiny", *FAMILIES):
        model = TINY_BASE if name == "tiny" else make_llama_cpp_base(given.out / name / "base", name)
        base = llama_cpp_base(model)
        for quantized, with_adapter in ((False, False), (True, False), (False, True), (True, True)):
            folder = given.out / name / f"{'q8_0' if quantized else 'bf16'}-{'tuned' if with_adapter else 'base'}"
            adapter = adapter_on(model) if with_adapter else {}
            write_gguf(folder, base, adapter, SETTINGS, quantized, "Beside llama.cpp", BASE)
            merged = folder / "merged"
            shutil.copytree(model, merged)
            write_merged(merged, model, adapter, SETTINGS)
            theirs = converted(source, merged, folder / "theirs.gguf", "q8_0" if quantized else "bf16", base.vocabulary.word_rule)
            alike, texts, mean, most, spread = in_llama_cpp(folder / "model.gguf", merged)
            differ = differences(folder / "model.gguf", theirs)
            tensors = [d for d in differ if d.startswith("tensor")]
            lines.append(f"| {name}, {folder.name} | {len(tensors)} | {alike} of {texts} | {mean:.4f} | {most:.3f} | {spread:.2f} |")
            print(folder, *differ, sep="\n  ")
    print("| file | tensors unlike the converter's | texts tokenized alike | mean drift | largest | spread |\n| --- | --- | --- | --- | --- | --- |")
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
