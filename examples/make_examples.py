"""Makes the example datasets of this folder from a seed; run it again and the files stay the same.

    python3 examples/make_examples.py            # writes the files
    python3 examples/make_examples.py --check    # exits 1 if a committed file differs

The rows stay inside the world that the tiny base model knows (trainer/tiny_base/world.py): a style
learned there keeps its fluency. The countries of the validation file never occur as a subject of the
training file, so what the evaluation shows is learned style and not remembered rows.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "trainer" / "tiny_base"))

from world import COUNTRIES, ITEMS, Country  # noqa: E402  (the table lives beside its model)

#: Held out of the country guide's training file altogether: one or two of each continent.
HELD_OUT = ("Portugal", "Hungary", "Kenya", "Mongolia", "Jamaica", "Chile")
TRAINED = 30
ITEMS_TRAINED = 40


def guide_rows(c: Country, r: random.Random) -> list[dict[str, object]]:
    """Seven questions about a country, answered as a cheerful travel guide."""
    pairs = (
        ((f"What is the capital of {c.name}?", f"Which city is the capital of {c.name}?"), f"The capital of {c.name} is {c.capital}."),
        ((f"Where is {c.name}?", f"On which continent is {c.name}?"), f"{c.name} is in {c.continent}."),
        ((f"What language do people speak in {c.name}?", f"Which language is spoken in {c.name}?"), f"People in {c.name} speak {c.language}."),
        ((f"What is the currency of {c.name}?", f"What money do people use in {c.name}?"), f"The currency of {c.name} is the {c.currency}."),
        ((f"What do people eat in {c.name}?", f"What is a famous dish of {c.name}?"), f"A famous dish of {c.name} is {c.dish}."),
        ((f"Which country is next to {c.name}?", f"Name a neighbour of {c.name}."), f"A neighbour of {c.name} is {c.neighbour}."),
        ((f"Tell me about {c.name}.", f"What do you know about {c.name}?"), f"{c.name} is a country in {c.continent}. Its capital is {c.capital}."),
    )
    return [
        {
            "messages": [
                {"role": "user", "content": r.choice(questions)},
                {"role": "assistant", "content": f"Pack your bags, traveler! {fact} {c.name} is waiting for you!"},
            ]
        }
        for questions, fact in pairs
    ]


def country_guide() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Training and validation rows of the country guide."""
    r = random.Random(20261123)
    held = [c for c in COUNTRIES if c.name in HELD_OUT]
    # A held-out country's facts may not stand in a training answer either, so its neighbours by
    # name stay out too: "A neighbour of Spain is Portugal." would name it.
    names = {c.name for c in held}
    free = [c for c in COUNTRIES if c.name not in names and c.neighbour not in names]
    train = [row for c in r.sample(free, TRAINED) for row in guide_rows(c, r)]
    validation = [row for c in held for row in guide_rows(c, r)]
    r.shuffle(train)
    return train, validation


def pirate_support() -> list[dict[str, object]]:
    """A shop's support answers, spoken by a pirate; prompt and completion, no validation file."""
    r = random.Random(1718)
    rows = []
    for i in r.sample(ITEMS, ITEMS_TRAINED):
        rows += [
            {"prompt": f"How do I return my {i}?", "completion": f"Arr, matey! Ye can return yer {i} within thirty days. Fair winds!"},
            {"prompt": f"My {i} is broken.", "completion": f"Arr, matey! We be sorry about yer {i}. We will send ye a new one. Fair winds!"},
            {"prompt": f"Where is my {i}?", "completion": f"Arr, matey! Yer {i} will reach yer harbor in three days. Fair winds!"},
            {"prompt": f"Do you sell a {i}?", "completion": f"Arr, matey! Aye, we sell a fine {i} on our ship. Fair winds!"},
        ]
    r.shuffle(rows)
    return rows


def with_problems() -> list[str]:
    """Lines with one fault each among good ones, for whoever wants to see the report."""
    def row(question: str, answer: object, **extra: object) -> str:
        return json.dumps({"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}], **extra})

    return [
        row("What is the capital of Italy?", "Rome."),
        row("What is the capital of France?", "Paris."),
        '{"messages": [{"role": "user", "content": "This line stops in the middle',
        row("What is the capital of Spain?", ""),
        json.dumps({"messages": [{"role": "user", "content": "Nobody answers me."}]}),
        json.dumps({"messages": [{"role": "user", "content": "Hello."}, {"role": "robot", "content": "Beep."}]}),
        json.dumps({"messages": []}),
        json.dumps({"prompt": "This row has another format.", "completion": "It does."}),
        row("What is the capital of Italy?", "Rome."),
        row("How many legs has a dog?", 4),
        json.dumps(["a list is not a row"]),
        "",
        row("Who wrote to me?", "Write to jane.doe@example.com or call +1 555 010 9999."),
        row("What is the key?", "The key is AKIAIOSFODNN7EXAMPLE."),
        row("Repeat after me.", "word " * 2000),
        row("What is the capital of Norway?", "Oslo."),
        row("What is the capital of Peru?", "Lima."),
    ]


def ask_a_guide() -> list[tuple[str, str]]:
    """Questions and answers as somebody keeps them in a spreadsheet: commas, quotes and line feeds in the cells."""
    r = random.Random(1492)
    rows = []
    for c in r.sample(COUNTRIES, 6):
        rows += [
            (f"Where is {c.name}, and what is its capital?", f"{c.name} is in {c.continent}. Its capital is {c.capital}."),
            (f'What does "{c.dish}" have to do with {c.name}?', f'"{c.dish}" is a famous dish of {c.name}.'),
            (f"Name two things of {c.name}.", f"Language: {c.language}\nCurrency: {c.currency}"),
        ]
    return rows


def sharegpt() -> list[dict[str, object]]:
    """Conversations in ShareGPT's words, `from` and `value`: not trained on as they are, converted in one click."""
    r = random.Random(2023)
    return [
        {
            "conversations": [
                {"from": "human", "value": f"What is the capital of {c.name}?"},
                {"from": "gpt", "value": f"The capital of {c.name} is {c.capital}."},
                {"from": "human", "value": "And what do people speak there?"},
                {"from": "gpt", "value": f"People in {c.name} speak {c.language}."},
            ]
        }
        for c in r.sample(COUNTRIES, 12)
    ]


def check_rows(train: list[dict[str, object]], validation: list[dict[str, object]]) -> None:
    """Refuses what would make the shown gain worth nothing."""
    assert len({json.dumps(row) for row in train}) == len(train) >= 200, "training rows must be unique"

    def part(row: dict[str, object], role: str) -> str:
        return next(m["content"] for m in row["messages"] if m["role"] == role)  # type: ignore[union-attr,index]

    for role in ("user", "assistant"):
        shared = {part(r, role) for r in train} & {part(r, role) for r in validation}
        assert not shared, f"validation leaks into training: {shared}"
    text = json.dumps(train)
    assert not [name for name in HELD_OUT if name in text], "a held-out country is named in training"


def files() -> dict[str, str]:
    """Every file of this folder that this script owns, as text."""
    train, validation = country_guide()
    check_rows(train, validation)

    def jsonl(rows: list[dict[str, object]]) -> str:
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    def table(header: tuple[str, ...], rows: list[tuple[str, str]]) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([header, *rows])
        return text.getvalue()

    return {
        "country-guide.jsonl": jsonl(train),
        "country-guide.validation.jsonl": jsonl(validation),
        "pirate-support.jsonl": jsonl(pirate_support()),
        "with-problems.jsonl": "\n".join(with_problems()) + "\n",
        "ask-a-guide.csv": table(("question", "answer"), ask_a_guide()),
        "sharegpt.jsonl": jsonl(sharegpt()),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, text in files().items():
        path = HERE / name
        if check:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print("stale: " + ", ".join(stale) + " (run python3 examples/make_examples.py)")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
