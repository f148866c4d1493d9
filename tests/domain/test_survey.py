"""Answers are mixed until nobody can be told apart; figures are exact and silent where too few answered."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yuemian.domain.survey import (
    PATIENCE,
    Surroundings,
    Waiting,
    estimate,
    may_ask_again,
    mix,
    recommend_share,
    student,
)

TODAY = date(2026, 11, 26)
NOVEMBER = date(2026, 11, 1)


def waiting(
    key: int, *, job: str = "backend", round_name: str = "初试", days: int = 0, promised: int = 5
) -> Waiting:
    where = Surroundings("interview", NOVEMBER, job, job[:1], "shanghai", round_name)
    return Waiting(key, where, promised, TODAY - timedelta(days=days))


def test_four_answers_wait_and_the_fifth_lets_all_out() -> None:
    four = [waiting(number) for number in range(4)]
    assert mix(four, TODAY) == []
    (block,) = mix([*four, waiting(4)], TODAY)
    assert block.keys == (0, 1, 2, 3, 4)
    assert block.surroundings == four[0].surroundings


def test_what_stays_rare_is_told_less_exactly_after_a_week() -> None:
    rare = [waiting(number, round_name=f"round {number}") for number in range(5)]
    assert mix(rare, TODAY) == []
    old = [waiting(number, round_name=f"round {number}", days=PATIENCE.days) for number in range(5)]
    (block,) = mix(old, TODAY)
    assert block.surroundings.round == ""
    assert block.surroundings.job == "backend"


def test_the_highest_promise_of_a_block_is_kept() -> None:
    five = [waiting(number, promised=8 if number == 0 else 5) for number in range(5)]
    assert mix(five, TODAY) == []
    (block,) = mix([*five, *(waiting(number) for number in range(5, 8))], TODAY)
    assert len(block.keys) == 8


answers = st.builds(
    lambda key, job, round_name, days, promised: waiting(
        key, job=job, round_name=round_name, days=days, promised=promised
    ),
    key=st.integers(),
    job=st.sampled_from(["backend", "sales", "analyst"]),
    round_name=st.sampled_from(["初试", "复试"]),
    days=st.integers(0, 20),
    promised=st.integers(5, 7),
)


@settings(max_examples=50)
@given(st.lists(answers, max_size=40))
def test_every_block_is_large_enough_and_nobody_is_told_twice(found: list[Waiting]) -> None:
    numbered = [
        Waiting(place, each.surroundings, each.promised, each.day) for place, each in enumerate(found)
    ]
    blocks = mix(numbered, TODAY)
    keys = [key for block in blocks for key in block.keys]
    assert len(keys) == len(set(keys))
    for block in blocks:
        assert len(block.keys) >= max(numbered[key].promised for key in block.keys)
        for key in block.keys:
            exact = numbered[key].surroundings
            for name in ("job", "family", "branch", "month"):
                assert getattr(block.surroundings, name) in {getattr(exact, name), None}


@settings(max_examples=30)
@given(st.lists(st.lists(answers, max_size=20), max_size=3))
def test_no_two_filters_and_no_two_days_differ_by_fewer_people_than_promised(
    days: list[list[Waiting]],
) -> None:
    """The differencing attack: whatever is subtracted from whatever, nothing, or at least five people, remain."""
    left: list[Waiting] = []
    published: list[tuple[Surroundings, int]] = []
    seen: list[Counter[tuple[str, str]]] = []
    for number, arrived in enumerate(days):
        today = TODAY + timedelta(days=number)
        left += [
            Waiting((number, place), a.surroundings, a.promised, a.day) for place, a in enumerate(arrived)
        ]
        blocks = mix(left, today)
        gone = {key for block in blocks for key in block.keys}
        left = [each for each in left if each.key not in gone]
        published += [(block.surroundings, len(block.keys)) for block in blocks]
        views: Counter[tuple[str, str]] = Counter()
        for job, round_name in product(("", "backend", "sales", "analyst"), ("", "初试", "复试")):
            views[job, round_name] = sum(
                size
                for where, size in published
                if job in {"", where.job} and round_name in {"", where.round}
            )
        seen.append(views)
    for place, earlier in enumerate(seen):
        for later, (one, other) in product(seen[place:], product(earlier, repeat=2)):
            # `other` is as wide as `one`, or wider: all that was seen then is in it now.
            if all(wide in {narrow, ""} for wide, narrow in zip(other, one, strict=True)):
                difference = later[other] - earlier[one]
                assert difference == 0 or difference >= 5


def test_the_recommend_share_is_promoters_less_detractors() -> None:
    counts = {10: 3, 9: 1, 8: 2, 7: 1, 6: 1, 0: 2}
    found = recommend_share(counts, 5)
    assert found is not None
    assert found.count == 10
    assert found.mean == pytest.approx(10.0)  # (4 - 3) / 10
    assert -100 <= found.low < found.mean < found.high <= 100


def test_fewer_than_the_minimum_have_no_figure() -> None:
    assert estimate({5: 4}, 5, 1, 5) is None
    assert recommend_share({10: 4}, 5) is None
    found = estimate({5: 5}, 5, 1, 5)
    assert found is not None
    assert (found.mean, found.low, found.high) == (5, 5, 5)


def test_the_interval_is_students() -> None:
    found = estimate({1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, 5, 1, 5)
    assert found is not None
    # mean 3, s = 1.5811, t(4) = 2.776: 3 ± 1.963
    assert found.low == pytest.approx(1.037, abs=1e-3)
    assert found.high == pytest.approx(4.963, abs=1e-3)
    assert student(60) == pytest.approx(2.0003, abs=1e-3)
    assert student(1000) == pytest.approx(1.9623, abs=1e-3)


def test_nobody_is_asked_twice_in_thirty_days() -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    assert may_ask_again(None, now)
    assert not may_ask_again(now - timedelta(days=29), now)
    assert may_ask_again(now - timedelta(days=30), now)
