"""Busy times, working hours, and the one word for a time: free is said only where it is known."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.availability import (
    Availability,
    Busy,
    BusyKind,
    Unknown,
    WhyUnknown,
    WorkingHours,
    busy_between,
    joined,
    judge,
)

NINE = datetime(2026, 11, 25, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTES = st.integers(-600, 600)
TIMES = st.builds(
    lambda at, length, kind: Busy(NINE + timedelta(minutes=at), NINE + timedelta(minutes=at + length), kind),
    MINUTES,
    st.integers(1, 300),
    st.sampled_from(BusyKind),
)


def is_busy(times: list[Busy], moment: datetime) -> bool:
    return any(each.start <= moment < each.end for each in times)


@given(st.lists(TIMES, max_size=12), MINUTES)
def test_joining_changes_no_moment_and_leaves_no_seam(times: list[Busy], minute: int) -> None:
    found = joined(times)
    moment = NINE + timedelta(minutes=minute)
    assert is_busy(found, moment) == is_busy(times, moment)
    assert all(a.end < b.start for a, b in itertools.pairwise(found))


@given(st.lists(TIMES, max_size=12), MINUTES, st.integers(1, 300))
def test_only_what_meets_the_span_is_kept_and_cut_to_it(times: list[Busy], at: int, length: int) -> None:
    start, end = NINE + timedelta(minutes=at), NINE + timedelta(minutes=at + length)
    found = busy_between(times, start, end)
    assert all(start <= each.start < each.end <= end for each in found)
    assert len(found) == sum(each.meets(start, end) for each in times)


def test_one_ends_where_the_next_begins_and_neither_meets_the_other() -> None:
    busy = Busy(NINE, NINE + HOUR)
    assert not busy.meets(NINE + HOUR, NINE + 2 * HOUR)
    assert not busy.meets(NINE - HOUR, NINE)
    assert busy.meets(NINE + HOUR - timedelta(seconds=1), NINE + 2 * HOUR)


@pytest.mark.parametrize("end", [NINE, NINE - HOUR, datetime(2026, 11, 25, 10)])  # noqa: DTZ001
def test_a_busy_time_is_whole_and_has_a_zone(end: datetime) -> None:
    with pytest.raises(ValueError, match="busy time"):
        Busy(NINE, end)


# --- working hours

OFFICE = WorkingHours(frozenset(range(5)), time(9), time(18), "Asia/Shanghai")


@pytest.mark.parametrize(
    ("local", "is_worked"),
    [
        ((25, 8, 59), False),
        ((25, 9, 0), True),
        ((25, 17, 59), True),
        ((25, 18, 0), False),
        ((28, 10, 0), False),  # a Saturday
    ],
)
def test_what_is_not_worked_is_busy(local: tuple[int, int, int], is_worked: bool) -> None:
    moment = datetime(2026, 11, *local, tzinfo=ZoneInfo("Asia/Shanghai"))
    outside = OFFICE.outside(NINE - timedelta(days=3), NINE + timedelta(days=7))
    assert is_busy(outside, moment) != is_worked
    assert {each.kind for each in outside} == {BusyKind.OUTSIDE}


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Shanghai"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30)),  # noqa: DTZ001
    st.times(),
    st.times(),
)
def test_hours_follow_the_wall_clock_through_its_changes(
    zone: str, naive: datetime, begins: time, ends: time
) -> None:
    begins, ends = begins.replace(microsecond=0), ends.replace(microsecond=0)
    shift = WorkingHours(frozenset(range(7)), begins, ends, zone)
    moment = naive.replace(tzinfo=UTC, microsecond=0)
    local = moment.astimezone(ZoneInfo(zone))
    offsets = {(moment + hours * HOUR).astimezone(ZoneInfo(zone)).utcoffset() for hours in (-26, 26)}
    if len(offsets) > 1:
        return  # the day itself has an hour more or less
    clock = local.time()
    worked = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    outside = shift.outside(moment - HOUR, moment + HOUR)
    assert is_busy(outside, moment) != worked


def test_a_night_shift_goes_over_midnight() -> None:
    night = WorkingHours(frozenset({2}), time(22), time(6), "UTC")  # Wednesday
    outside = night.outside(datetime(2026, 11, 25, 12, tzinfo=UTC), datetime(2026, 11, 26, 12, tzinfo=UTC))
    assert [(each.start.hour, each.end.hour) for each in outside] == [(12, 22), (6, 12)]


# --- one word


def test_a_calendar_without_anything_against_it_is_free() -> None:
    assert judge([], [], NINE, NINE + HOUR).availability is Availability.FREE


@pytest.mark.parametrize("why", WhyUnknown)
def test_what_is_not_known_is_never_free(why: WhyUnknown) -> None:
    found = judge(Unknown(why), [], NINE, NINE + HOUR)
    assert found.availability is Availability.UNKNOWN
    assert found.why == Unknown(why)


def test_without_a_calendar_it_is_not_known() -> None:
    found = judge(None, [], NINE, NINE + HOUR)
    assert found.availability is Availability.UNKNOWN
    assert found.why == Unknown(WhyUnknown.NOT_CONNECTED)


def test_our_own_interviews_count_even_where_the_calendar_is_silent() -> None:
    ours = [Busy(NINE, NINE + HOUR, BusyKind.INTERVIEW)]
    found = judge(Unknown(WhyUnknown.TIMEOUT), ours, NINE, NINE + HOUR)
    assert (found.availability, found.meets) == (Availability.BUSY, ours[0])


def test_the_hardest_reason_is_named() -> None:
    calendar = [
        Busy(NINE, NINE + HOUR, BusyKind.TENTATIVE),
        Busy(NINE + HOUR / 2, NINE + HOUR, BusyKind.AWAY),
    ]
    found = judge(calendar, [Busy(NINE, NINE + HOUR, BusyKind.OUTSIDE)], NINE, NINE + HOUR)
    assert (found.availability, found.meets and found.meets.kind) == (Availability.BUSY, BusyKind.AWAY)


@given(
    st.one_of(st.none(), st.builds(Unknown, st.sampled_from(WhyUnknown)), st.lists(TIMES, max_size=4)),
    st.lists(TIMES, max_size=3),
)
def test_free_means_asked_and_nothing_against_it(
    calendar: list[Busy] | Unknown | None, ours: list[Busy]
) -> None:
    found = judge(calendar, ours, NINE, NINE + HOUR)
    if found.availability is Availability.FREE:
        assert isinstance(calendar, list)
        assert not any(each.meets(NINE, NINE + HOUR) for each in [*calendar, *ours])
