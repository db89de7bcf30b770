"""A batch that does not fit is cut smaller, until it fits or nothing smaller is left."""

from __future__ import annotations

import random

import pytest

from brightrun_trainer.failures import classify
from brightrun_trainer.masking import Sample
from brightrun_trainer.micro_batches import micro_batches, tokens_of
from brightrun_trainer.tokens_at_once import TokensAtOnce


def sample(tokens: int) -> Sample:
    return Sample((1,) * tokens, (True,) * tokens, False)


class Device:
    """A device that takes so many tokens at once."""

    def __init__(self, tokens: int) -> None:
        self.tokens, self.freed, self.tries = tokens, 0, 0

    def free(self) -> None:
        self.freed += 1

    def rows_of(self, micro: TokensAtOnce, batch: list[Sample]) -> list[int]:
        self.tries += 1
        rows = []
        for part in micro.parts(batch):
            if sum(len(s.ids) for s in part) > self.tokens:
                raise MemoryError("out of memory")
            rows.append(len(part))
        return rows


def runs_out(error: BaseException) -> bool:
    return classify(error).code == "out-of-memory"


def test_parts_are_halved_until_they_fit_and_stay_so_and_a_person_is_told() -> None:
    micro, device, batch, told = TokensAtOnce(1 << 20), Device(250), [sample(100)] * 8, []
    micro.tell = told.append
    assert micro.until_it_fits(lambda: device.rows_of(micro, batch), runs_out, device.free) == [2, 2, 2, 2]
    assert (device.tries, device.freed, micro.halvings) == (3, 2, 2)
    assert micro.until_it_fits(lambda: device.rows_of(micro, batch), runs_out, device.free) == [2, 2, 2, 2]
    assert device.tries == 4, "what did not fit once is not tried at each step"
    assert len(told) == 2 and "at most 200 tokens" in told[-1]


def test_a_single_row_that_does_not_fit_ends_the_run() -> None:
    micro, device = TokensAtOnce(1 << 20), Device(50)
    with pytest.raises(MemoryError):
        micro.until_it_fits(lambda: device.rows_of(micro, [sample(100)] * 64), runs_out, device.free)
    assert device.tries == 7, "64 rows are halved six times"


def test_another_error_is_not_tried_again() -> None:
    micro = TokensAtOnce(100)
    with pytest.raises(KeyError):
        micro.until_it_fits(lambda: {}["none"], runs_out, lambda: None)


def test_processes_that_share_a_batch_try_again_together_and_fail_together() -> None:
    micro, batch = TokensAtOnce(1 << 20), [sample(100)] * 4
    verdicts = iter([1, 0])  # another process ran out, then none
    assert micro.until_it_fits(lambda: [len(p) for p in micro.parts(batch)], runs_out, lambda: None, lambda own: max(own, next(verdicts))) == [2, 2]
    with pytest.raises(MemoryError, match="another process"):
        micro.until_it_fits(lambda: [], runs_out, lambda: None, lambda own: 2)


@pytest.mark.parametrize("packs", [False, True])
def test_every_part_keeps_to_the_bound_and_would_not_with_one_row_more(packs: bool) -> None:
    draw = random.Random(1)
    for _ in range(200):
        batch = [sample(draw.randint(1, 60)) for _ in range(draw.randint(0, 30))]
        parts = list(micro_batches(batch, 100, packs))
        assert [row for part in parts for row in part] == batch
        assert all(len(part) == 1 or tokens_of(part, packs) <= 100 for part in parts)
        for part, behind in zip(parts, parts[1:], strict=False):
            assert tokens_of([*part, behind[0]], packs) > 100


def test_a_batch_is_read_once_however_many_rows_a_part_takes() -> None:
    class Counted:
        asked = 0

        @property
        def length(self) -> int:
            Counted.asked += 1
            return 1

    rows = [Counted() for _ in range(1000)]
    assert len(list(micro_batches(rows, 1 << 20))) == 1  # type: ignore[type-var]
    assert Counted.asked <= 3 * len(rows)
