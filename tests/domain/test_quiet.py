"""Quiet hours on a person's own clock: over midnight, over free days, over both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yuemian.domain.quiet import (
    NEVER_QUIET,
    QuietRule,
    first_instant,
    is_quiet,
    last_allowed_before,
    next_allowed,
)

ZONES = (
    "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo",
    "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca",
)  # fmt: skip
NIGHT = QuietRule(time(21), time(8))
LUNCH = QuietRule(time(12), time(14))
MINUTE = timedelta(minutes=1)

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 365 * 24 * 60).map(lambda minutes: YEAR + minutes * MINUTE)
hours = st.times().map(lambda at: at.replace(second=0, microsecond=0, minute=at.minute // 30 * 30))
rules = st.builds(
    QuietRule, hours, hours, waits_for_workday=st.booleans(), region=st.sampled_from(["", "CN", "US"])
)


def local(text: str, zone: str, *, fold: int = 0) -> datetime:
    # In UTC, as Python never calls an hour that occurs twice equal to one of another zone.
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "rule", "next_", "last"),
    [
        ("2026-11-25 22:00", NIGHT, "2026-11-26 08:00", "2026-11-25 20:30"),
        ("2026-11-25 21:00", NIGHT, "2026-11-26 08:00", "2026-11-25 20:30"),
        ("2026-11-26 07:59", NIGHT, "2026-11-26 08:00", "2026-11-25 20:30"),
        ("2026-11-25 13:00", LUNCH, "2026-11-25 14:00", "2026-11-25 11:30"),
        ("2026-12-31 23:00", NIGHT, "2027-01-01 08:00", "2026-12-31 20:30"),
        ("2028-02-28 23:00", NIGHT, "2028-02-29 08:00", "2028-02-28 20:30"),
        # A Saturday, with workdays only: from Friday evening to Monday morning.
        ("2026-11-28 12:00", QuietRule(time(21), time(8), True, ""), "2026-11-30 08:00", "2026-11-27 20:30"),
        # Spring Festival 2026: the 14th is a worked Saturday, the 24th the first day back.
        (
            "2026-02-17 10:00",
            QuietRule(time(21), time(8), True, "CN"),
            "2026-02-24 08:00",
            "2026-02-14 20:30",
        ),
    ],
)
def test_to_the_next_and_the_last_good_moment(at: str, rule: QuietRule, next_: str, last: str) -> None:
    zone = "Asia/Shanghai"
    moment = local(at, zone)
    assert is_quiet(moment, rule, ZoneInfo(zone))
    assert next_allowed(moment, rule, ZoneInfo(zone)) == local(next_, zone)
    assert last_allowed_before(moment, rule, ZoneInfo(zone)) == local(last, zone)


def test_an_allowed_moment_stays() -> None:
    noon = local("2026-11-25 12:00", "Asia/Shanghai")
    assert next_allowed(noon, NIGHT, ZoneInfo("Asia/Shanghai")) == noon
    assert not is_quiet(noon, NEVER_QUIET, ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("clock", "day", "expected"),
    [
        (time(2, 30), "2026-03-08", "2026-03-08 03:00"),  # jumped over
        (time(1, 30), "2026-11-01", "2026-11-01 01:30"),  # twice: the first counts
        (time(2, 30), "2026-06-01", "2026-06-01 02:30"),
    ],
)
def test_an_hour_that_the_clock_jumps_over_begins_with_the_jump(clock: time, day: str, expected: str) -> None:
    zone = "America/New_York"
    found = first_instant(date.fromisoformat(day), clock, ZoneInfo(zone))
    assert found == local(expected, zone)


def test_a_day_that_a_country_skipped_begins_with_the_next_one() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert first_instant(date(2011, 12, 30), time(9), apia) == local("2011-12-31 00:00", "Pacific/Apia")


@given(moments, rules, st.sampled_from(ZONES))
@example(datetime(2026, 3, 8, 6, 30, tzinfo=UTC), QuietRule(time(1), time(2, 30)), "America/New_York")
@example(datetime(2026, 11, 1, 5, 10, tzinfo=UTC), QuietRule(time(1, 30), time(1)), "America/New_York")
@example(datetime(2026, 4, 4, 14, 40, tzinfo=UTC), QuietRule(time(1), time(2)), "Australia/Lord_Howe")
def test_the_next_allowed_moment_is_the_first(at: datetime, rule: QuietRule, name: str) -> None:
    zone = ZoneInfo(name)
    found = next_allowed(at, rule, zone)
    assert found >= at
    assert not is_quiet(found, rule, zone)
    # Minute by minute, as somebody with a clock on the wall would look.
    minute = at
    for _ in range(2000):
        if minute >= found:
            break
        assert is_quiet(minute, rule, zone)
        minute += MINUTE


@given(moments, rules, st.sampled_from(ZONES))
def test_the_last_allowed_moment_lies_before_and_is_not_quiet(
    at: datetime, rule: QuietRule, name: str
) -> None:
    zone = ZoneInfo(name)
    if not is_quiet(at, rule, zone):
        return
    found = last_allowed_before(at, rule, zone)
    assert found < at
    assert not is_quiet(found, rule, zone)
    # Between the end of that good time and `at` nothing is allowed.
    minute = at
    while minute > found + timedelta(minutes=31) and at - minute < timedelta(hours=30):
        assert is_quiet(minute, rule, zone)
        minute -= MINUTE
