"""The lines that the dataset check is held to as well: test/datasets/row-verdicts.test.ts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import TRAINER

from brightrun_trainer.dataset import read_rows

VERDICTS = [json.loads(line) for line in (TRAINER.parent / "test/datasets/row-verdicts.jsonl").read_text("utf-8").splitlines()]
SOUND = '{"text": "a sound row"}\n'


@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda v: v["name"])
def test_what_the_check_calls_usable_is_a_row_and_nothing_else_is(verdict: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "data").write_text(SOUND + verdict["line"] + "\n", "utf-8", newline="")
    found = read_rows(tmp_path / "data")
    usable = verdict["verdict"] == "usable"
    assert (len(found.rows), found.skipped) == ((2, 0) if usable else (1, 1))
