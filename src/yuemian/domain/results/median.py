"""How well a median is known: an interval that assumes nothing of how the figures are spread."""

from __future__ import annotations

from math import comb
from typing import Final

#: Above this the normal distribution says the same to a rank.
EXACT: Final = 200


def median_ranks(count: int) -> tuple[int, int] | None:
    """Ranks (from 1) of the two figures between which the median lies with at least 95 %; None of fewer than six.

    Each figure lies above the median with probability one half, so the number of those that do is binomial.
    """
    lowest = _lowest_exact(count) if count <= EXACT else int(count / 2 - 0.98 * count**0.5)
    return (lowest, count + 1 - lowest) if lowest >= 1 else None


def _lowest_exact(count: int) -> int:
    """The highest rank r with P(fewer than r of `count` below the median) ≤ 2.5 %."""
    below, rank = 0, 0
    while rank < count:
        below += comb(count, rank)
        if below * 40 > 2**count:
            return rank
        rank += 1
    return 0
