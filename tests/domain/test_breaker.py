"""An account that keeps failing rests, is tried with one message, and comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.breaker import (
    CONSECUTIVE,
    FIRST_REST,
    LONGEST_REST,
    PROBE_LASTS,
    Breaker,
    Circuit,
    opened,
    probed,
    recorded,
)

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after(*outcomes: tuple[int, int], every: timedelta = SECOND) -> Breaker:
    breaker = Breaker()
    for number, (good, bad) in enumerate(outcomes):
        breaker = recorded(breaker, good=good, bad=bad, now=NOW + number * every)
    return breaker


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], Circuit.OK),
        ([(0, 1)] * (CONSECUTIVE - 1), Circuit.OK),
        ([(0, 1)] * CONSECUTIVE, Circuit.OPEN),
        ([(0, CONSECUTIVE)], Circuit.OPEN),
        ([(0, 1), (0, 1), (1, 0)] * 6, Circuit.OK),  # 12 of 18: not enough to judge
        ([(0, 1), (0, 1), (1, 0)] * 8, Circuit.OPEN),  # 16 of 24, the oldest of them faded a little
        ([(100, 20)] * 5, Circuit.OK),
        ([(10, 90)], Circuit.OPEN),
        ([(0, 0)] * 50, Circuit.OK),
        ([(1, 7), (1, 7), (8, 0)], Circuit.OK),  # 14 of 24, and the last ones went well
        ([(1, 7), (1, 7), (8, 0), (1, 3)], Circuit.OPEN),
    ],
)
def test_a_streak_or_a_share_of_failures_opens_it(outcomes: list[tuple[int, int]], expected: Circuit) -> None:
    assert after(*outcomes).circuit is expected


def test_failures_of_long_ago_no_longer_count() -> None:
    outcomes = [(1, 3)] * 40
    assert after(*outcomes).circuit is Circuit.OPEN
    assert after(*outcomes, every=timedelta(minutes=10)).circuit is Circuit.OK


def test_it_rests_then_admits_exactly_one_probe() -> None:
    breaker = opened(Breaker(), NOW)
    assert breaker.admits(NOW + FIRST_REST - SECOND) == 0
    later = NOW + FIRST_REST
    assert breaker.admits(later) == 1
    under_way = probed(breaker, later)
    assert under_way.admits(later) == 0
    with pytest.raises(ValueError, match="admits no probe"):
        probed(under_way, later)


def test_a_probe_that_went_well_closes_it_and_one_that_failed_doubles_the_rest() -> None:
    breaker = probed(opened(Breaker(), NOW), NOW + FIRST_REST)
    assert recorded(breaker, good=1, bad=0, now=NOW) == Breaker()
    again = recorded(breaker, good=0, bad=1, now=NOW)
    assert (again.circuit, again.rest) == (Circuit.OPEN, FIRST_REST * 2)


def test_the_prober_that_was_killed_is_replaced() -> None:
    breaker = probed(opened(Breaker(), NOW), NOW + FIRST_REST)
    assert breaker.admits(NOW + FIRST_REST + PROBE_LASTS) == 1


def test_answers_under_way_when_it_opened_do_not_close_it() -> None:
    breaker = opened(Breaker(), NOW)
    assert recorded(breaker, good=50, bad=0, now=NOW) == breaker


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(-5, 2000)), max_size=60))
def test_whatever_happens_it_is_never_stuck_and_never_floods(steps: list[tuple[int, int, int]]) -> None:
    breaker, now = Breaker(), NOW
    for good, bad, seconds in steps:
        now += timedelta(seconds=seconds)
        if breaker.admits(now) == 1:
            breaker = probed(breaker, now)
            assert breaker.admits(now) == 0
        before = breaker
        breaker = recorded(breaker, good=good, bad=bad, now=now)
        if before.circuit is Circuit.OK and good and not bad:
            assert breaker.circuit is Circuit.OK
        if breaker.circuit is not Circuit.OK:
            assert breaker.until is not None
            assert breaker.rest <= LONGEST_REST
            far = max(breaker.until, now + LONGEST_REST)
            assert breaker.admits(far) == 1  # there is always a way back
