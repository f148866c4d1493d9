"""Until when a person's data is kept, and when that is announced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.retention import NOTICE, Past, erasable_at, erasure_due, is_look_due

THEN = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_the_branch_that_keeps_longest_decides() -> None:
    assert erasable_at(Past(THEN, (30, 180, 90))) == THEN + 180 * DAY


def test_without_any_branch_the_usual_time_holds() -> None:
    assert erasable_at(Past(THEN, ())) == THEN + 180 * DAY


@pytest.mark.parametrize("reason", ["is_waiting", "is_held"])
def test_the_time_stands_still(reason: str) -> None:
    past = Past(THEN, (30,), **{reason: True})
    assert erasable_at(past) is None
    assert erasure_due(past, now=THEN + 4000 * DAY) is None


def test_it_is_announced_two_weeks_before_and_not_earlier() -> None:
    past = Past(THEN, (180,))
    end = THEN + 180 * DAY
    assert erasure_due(past, now=end - NOTICE - timedelta(seconds=1)) is None
    assert erasure_due(past, now=end - NOTICE) == end


@given(active=moments, days=st.integers(30, 3650), now=moments)
def test_nobody_goes_earlier_than_the_rule_or_the_notice(active: datetime, days: int, now: datetime) -> None:
    due = erasure_due(Past(active, (days,)), now=now)
    if due is not None:
        assert due >= active + timedelta(days=days)
        assert due >= now + NOTICE


@pytest.mark.parametrize(
    ("ago", "hour", "is_due"),
    [(None, 15, True), (24, 3, True), (24, 15, False), (5, 3, False), (37, 15, True)],
)
def test_the_look_takes_place_once_a_night(ago: int | None, hour: int, is_due: bool) -> None:
    local = THEN.replace(hour=hour)
    last = None if ago is None else local - timedelta(hours=ago)
    assert is_look_due(last, local) is is_due
