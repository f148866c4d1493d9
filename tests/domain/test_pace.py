"""Never above the configured rate, slower after a refusal, and slowly faster again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.pace import FORGOTTEN, GRAIN, SLOWEST, Pace, granted, throttled, went_well


def test_no_limit_means_no_wait() -> None:
    pace = granted(Pace(), 10_000, 5.0)
    assert (pace.wait(5.0), pace.most_at_once) == (0.0, None)


def test_a_limit_spaces_what_leaves() -> None:
    pace = granted(Pace(ceiling=10), 5, 100.0)
    assert pace.wait(100.0) == pytest.approx(0.5)
    assert granted(pace, 5, 100.0).wait(100.0) == pytest.approx(1.0)
    assert pace.wait(101.0) == 0.0


def test_a_refusal_halves_the_rate_and_waits_as_long_as_asked() -> None:
    pace = throttled(Pace(ceiling=80), 80, 10.0, retry_after=3.0)
    assert (pace.rate, pace.wait(10.0)) == (40.0, 3.0)


def test_without_a_limit_the_rate_seen_teaches() -> None:
    assert throttled(Pace(), 120, 10.0).rate == 60.0
    assert throttled(Pace(), 0, 10.0).rate == 0.5


def test_it_grows_back_to_the_ceiling_and_not_beyond() -> None:
    pace, now = throttled(Pace(ceiling=50), 50, 0.0), 0.0
    for _ in range(100):
        now += 1.0
        pace = went_well(pace, now)
    assert pace.rate == 50.0


def test_a_rate_that_fell_to_the_floor_is_not_stuck_there() -> None:
    pace, now = Pace(), 0.0
    for _ in range(20):
        pace = throttled(pace, 1.0, now)
    assert pace.rate == SLOWEST
    for _ in range(120):
        now += 1.0
        pace = went_well(pace, now)
    assert pace.rate > 10.0


def test_an_account_without_a_rate_is_free_again_after_a_long_time_without_refusal() -> None:
    pace = throttled(Pace(), 100.0, 0.0)
    assert went_well(pace, FORGOTTEN - 1).rate > 0
    assert went_well(pace, FORGOTTEN + 1).rate == 0
    assert went_well(throttled(Pace(ceiling=50.0), 50.0, 0.0), FORGOTTEN + 1).rate > 0


def test_time_without_messages_teaches_little() -> None:
    pace = throttled(Pace(ceiling=100), 100, 0.0)
    assert went_well(pace, 86_400.0).rate <= 75.0


@given(
    st.floats(0.5, 200),
    st.lists(st.tuples(st.integers(1, 500), st.floats(0, 3), st.booleans(), st.floats(0, 5)), max_size=80),
)
def test_no_stretch_of_time_ever_holds_more_than_the_ceiling_allows(
    ceiling: float, steps: list[tuple[int, float, bool, float]]
) -> None:
    pace, now, sent = Pace(ceiling=ceiling), 0.0, list[tuple[float, int]]()
    for wanted, idle, is_refused, retry_after in steps:
        now += idle
        now += pace.wait(now)
        count = min(wanted, pace.most_at_once or wanted)
        pace = granted(pace, count, now)
        sent.append((now, count))
        pace = throttled(pace, 0.0, now, retry_after) if is_refused else went_well(pace, now)
        assert SLOWEST <= pace.rate <= ceiling or pace.rate == min(SLOWEST, ceiling)
    largest = max(1, int(ceiling * GRAIN))
    for start in range(len(sent)):
        total = 0
        for at, count in sent[start:]:
            total += count
            # Floats add up; a billionth of a message is no message.
            assert total <= ceiling * (at - sent[start][0]) + largest + 1e-6
    assert all(a[0] <= b[0] for a, b in pairwise(sent))
