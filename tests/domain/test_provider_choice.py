"""Weight, health and reserve decide; what is unclear stays with the account that may have it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.provider_choice import Choice, choose

A, B, RESERVE = Choice("a", 300), Choice("b", 100), Choice("reserve", 0)


def broken(choice: Choice[str]) -> Choice[str]:
    return Choice(choice.key, choice.weight, is_usable=False)


@pytest.mark.parametrize(
    ("accounts", "draw", "options", "expected"),
    [
        ([], 0.0, {}, None),
        ([A, B], 0.0, {}, "a"),
        ([A, B], 0.74, {}, "a"),
        ([A, B], 0.76, {}, "b"),
        ([A, B, RESERVE], 0.999999, {}, "b"),
        ([broken(A), B, RESERVE], 0.0, {}, "b"),
        ([broken(A), broken(B), RESERVE], 0.5, {}, "reserve"),
        ([broken(A), broken(B), broken(RESERVE)], 0.5, {}, None),
        ([A, B], 0.0, {"avoid": {"a"}}, "b"),
        ([A, B, RESERVE], 0.0, {"avoid": {"a", "b"}}, "reserve"),
        ([A], 0.0, {"avoid": {"a"}}, "a"),
        ([A, broken(B)], 0.0, {"avoid": {"a"}}, "a"),
        ([A, B], 0.0, {"bound_to": "b"}, "b"),
        ([A, broken(B), RESERVE], 0.0, {"bound_to": "b"}, None),
        ([A], 0.0, {"bound_to": "gone"}, None),
        ([Choice("a", 100, share=0.0), Choice("b", 100)], 0.5, {}, "b"),
    ],
)
def test_the_choice_by_table(
    accounts: list[Choice[str]], draw: float, options: dict[str, Any], expected: str | None
) -> None:
    assert choose(accounts, draw, **options) == expected


choices = st.lists(
    st.builds(
        Choice,
        key=st.sampled_from("abcdef"),
        weight=st.integers(0, 1000),
        is_usable=st.booleans(),
        share=st.floats(0, 1),
    ),
    max_size=6,
    unique_by=lambda each: each.key,
)


@given(choices, st.floats(0, 1, exclude_max=True), st.sets(st.sampled_from("abcdef")))
def test_a_usable_account_is_found_whenever_there_is_one(
    accounts: list[Choice[str]], draw: float, avoid: set[str]
) -> None:
    found = choose(accounts, draw, avoid=avoid)
    usable = {each.key: each for each in accounts if each.is_usable}
    assert (found in usable) if usable else (found is None)
    if found is not None and usable.keys() - avoid:
        assert found not in avoid
        if usable[found].weight == 0:
            assert not any(each.weight for each in usable.values() if each.key not in avoid)
    assert choose(accounts, draw, avoid=avoid) == found


@given(choices, st.floats(0, 1, exclude_max=True), st.sampled_from("abcdef"))
def test_what_is_bound_never_goes_elsewhere(accounts: list[Choice[str]], draw: float, bound: str) -> None:
    assert choose(accounts, draw, bound_to=bound) in {bound, None}


def test_over_many_draws_each_gets_its_weight() -> None:
    found = [choose([A, B, RESERVE], number / 1000) for number in range(1000)]
    assert (found.count("a"), found.count("b"), found.count("reserve")) == (750, 250, 0)
