"""Splits validation rows off a dataset so that no row stands on both sides."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass

from .dataset import Row
from .turns import Turn

#: Under this many validation rows a bootstrap interval says little: 8 rows leave one in 256 samples
#: without a single repeat of the hardest row. Fewer than this, and the run says it proves nothing.
LEAST_VALIDATION_ROWS = 8
#: At most this share may be held out: on small data every row is worth more in training.
MOST_VALIDATION_SHARE = 0.25
#: More rows than this narrow the interval by little (its width falls with the root) and make every
#: evaluation dear.
MOST_VALIDATION_ROWS = 2000


@dataclass(frozen=True)
class Split:
    """Training and validation rows; `unproven` is why no gain can be shown, or empty."""

    train: list[Row]
    validation: list[Row]
    unproven: str = ""


def validation_count(rows: int, share: float) -> int:
    """How many rows to hold out; 0 when the dataset is too small to hold out enough."""
    wanted = max(round(rows * share), LEAST_VALIDATION_ROWS) if share > 0 else 0
    wanted = min(wanted, MOST_VALIDATION_ROWS)
    return wanted if wanted <= rows * MOST_VALIDATION_SHARE else 0


def rank(key: str, seed: int) -> bytes:
    """A place in an order that depends on content and seed alone."""
    return hashlib.sha256(f"{seed}:{key}".encode()).digest()


def split(rows: list[Row], count: int, seed: int) -> Split:
    """Holds out exactly `count` rows where whole groups of duplicates can make that count.

    Groups of equal rows are ranked by a hash of their content and the seed: the choice depends on
    neither the order of the file nor on other rows. A group goes to one side as a whole; one too
    large for what is still wanted is passed over.
    """
    if count <= 0:
        return Split(rows, [], f"The dataset has {len(rows)} rows, too few to hold some back, so a gain cannot be proven.")
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.key].append(row)
    ranked = sorted(groups, key=lambda key: rank(key, seed))
    chosen: set[str] = set()
    left = count
    for key in ranked:
        if len(groups[key]) <= left and len(chosen) + 1 < len(groups):
            chosen.add(key)
            left -= len(groups[key])
        if left == 0:
            break
    validation = [row for row in rows if row.key in chosen]
    train = [row for row in rows if row.key not in chosen]
    if len(validation) < LEAST_VALIDATION_ROWS:
        return Split(rows, [], "The dataset repeats itself so much that no rows can be held back, so a gain cannot be proven.")
    return Split(train, validation)


def without_leaks(train: list[Row], validation: list[Row], seed: int) -> Split:
    """A dataset's own validation file, minus the rows that the training file holds too."""
    known = {row.key for row in train}
    kept = [row for row in validation if row.key not in known]
    if len(kept) > MOST_VALIDATION_ROWS:
        kept = sorted(kept, key=lambda row: (rank(row.key, seed), row.line))[:MOST_VALIDATION_ROWS]
    if len(kept) < LEAST_VALIDATION_ROWS:
        return Split(
            train, [],
            f"Only {len(kept)} rows of the validation file do not occur in training, too few to prove a gain.",
        )
    return Split(train, kept)


def sample_rows(validation: list[Row], count: int, seed: int) -> list[Row]:
    """The held-out rows whose prompts are answered before and after: distinct prompts, by rank. A model's page shows
    conversations of system, user and assistant, so rows with tools are left out."""
    chosen: dict[tuple[Turn, ...], Row] = {}
    for row in sorted(validation, key=lambda row: (rank(row.key, seed), row.line)):
        if row.prompt and not row.uses_tools and len(chosen) < count:
            chosen.setdefault(row.prompt, row)
    return list(chosen.values())
