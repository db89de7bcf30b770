"""How many tokens go through the model at once: what the plan says, and half as many each time the memory runs out.

However a batch is cut, its step is the same up to the rounding of sums: losses are summed over tokens
and divided once by all learned tokens of the batch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from .micro_batches import Row, micro_batches, tokens_of

log = logging.getLogger("brightrun")

T = TypeVar("T")

_FITS, _TRY_SMALLER, _NOTHING_SMALLER = range(3)


class StoppedElsewhere(Exception):
    """Another process of this run cannot go on with the pass that this one is in; `verdict` is what all agreed on."""

    def __init__(self, verdict: int) -> None:
        super().__init__("another process of this run has stopped")
        self.verdict = verdict


class TokensAtOnce:
    """The bound of a part, and what it has become. `halvings` counts how often the memory ran out; `tell` is told
    of each, in a sentence for a person."""

    def __init__(self, tokens: int, packs: bool = False) -> None:
        self.tokens, self.halvings, self._packs = tokens, 0, packs
        self.tell: Callable[[str], None] = log.warning
        self._most_rows, self._most_tokens = 0, 0  # of a part since the last halving

    def cut(self, batch: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """The parts as they would be."""
        return micro_batches(batch, self.tokens, self._packs)

    def count(self, batch: Sequence[Row]) -> int:
        return sum(1 for _ in self.cut(batch))

    def parts(self, batch: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """The batch in its order, in parts that keep to the bound; a longer row is a part by itself."""
        for part in self.cut(batch):
            self._most_rows = max(self._most_rows, len(part))
            self._most_tokens = max(self._most_tokens, tokens_of(part, self._packs))
            yield part

    def _halve(self) -> None:
        """Half the tokens of the largest part so far, which leaves fewer rows in it where it had more than one."""
        self.tokens = max(1, min(self.tokens, self._most_tokens) // 2)
        self.halvings += 1
        self._most_rows = self._most_tokens = 0

    def until_it_fits(
        self, work: Callable[[], T], is_out_of_memory: Callable[[BaseException], bool],
        free: Callable[[], None], agree: Callable[[int], int] = lambda verdict: verdict,
    ) -> T:
        """`work` goes through parts and changes nothing that it does not set anew; where the memory runs out it is done
        again with parts of half the size. With parts of one row the error is the caller's: nothing smaller is left.
        `agree` makes one verdict of those of all processes that share the batch, the worst: all try again, or none."""
        while True:
            error: Exception | None = None
            verdict = None
            try:
                result = work()
            except StoppedElsewhere as stopped:
                verdict = stopped.verdict  # agreed on already
            except Exception as raised:
                if not is_out_of_memory(raised):
                    raise
                # Without its frames, which hold what the failed try had allocated.
                error = raised.with_traceback(None)
            if verdict is None:
                verdict = agree(_FITS if error is None else _TRY_SMALLER if self._most_rows > 1 else _NOTHING_SMALLER)
            if verdict == _FITS:
                return result
            if verdict == _NOTHING_SMALLER:
                raise error or MemoryError("out of memory in another process of this run")
            self._halve()
            free()
            self.tell(
                f"The memory ran out. From here on at most {self.tokens} tokens go through the model at once: the result "
                "is the same, a step takes a little longer."
            )
