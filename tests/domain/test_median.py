"""The interval of a median holds what it says, whatever the figures look like."""

from __future__ import annotations

from math import comb

import pytest

from yuemian.domain.results.median import EXACT, median_ranks


@pytest.mark.parametrize("count", range(6))
def test_too_few_to_say_anything(count: int) -> None:
    assert median_ranks(count) is None


@pytest.mark.parametrize(("count", "ranks"), [(6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (100, (40, 61))])
def test_as_the_printed_tables_say(count: int, ranks: tuple[int, int]) -> None:
    assert median_ranks(count) == ranks


@pytest.mark.parametrize("count", [6, 7, 11, 30, 64, 199, EXACT, EXACT + 1, 500, 5000])
def test_it_holds_the_median_in_95_of_100_cases_and_no_narrower_one_does(count: int) -> None:
    ranks = median_ranks(count)
    assert ranks is not None
    low, high = ranks
    assert low + high == count + 1

    def misses(rank: int) -> float:
        return float(2 * sum(comb(count, below) for below in range(rank)) / 2**count)

    assert misses(low) <= 0.051
    assert misses(low + 1) > 0.05 or count > EXACT
