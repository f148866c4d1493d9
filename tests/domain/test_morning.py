"""A person's morning: their clock, both changes of the hour, travel, a worker that was away."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.morning import PATIENCE, due_day, strikes

SHANGHAI, NEW_YORK, APIA = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
HALF_PAST_EIGHT = time(8, 30)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "hour", "day"),
    [
        ("2026-11-25T08:29:59+08:00", SHANGHAI, HALF_PAST_EIGHT, None),
        ("2026-11-25T08:30:00+08:00", SHANGHAI, HALF_PAST_EIGHT, date(2026, 11, 25)),
        ("2026-11-25T14:29:59+08:00", SHANGHAI, HALF_PAST_EIGHT, date(2026, 11, 25)),
        # Six hours late it is no morning any more.
        ("2026-11-25T14:30:00+08:00", SHANGHAI, HALF_PAST_EIGHT, None),
        # The same moment is somebody else's evening before.
        ("2026-11-25T08:30:00+08:00", NEW_YORK, time(19, 30), date(2026, 11, 24)),
        # Half past two does not exist on this Sunday: it strikes when the clocks are put forward.
        ("2026-03-08T01:59:59-05:00", NEW_YORK, time(2, 30), None),
        ("2026-03-08T03:30:00-04:00", NEW_YORK, time(2, 30), date(2026, 3, 8)),
        # Half past one comes twice: the first one counts.
        ("2026-11-01T01:30:00-04:00", NEW_YORK, time(1, 30), date(2026, 11, 1)),
        ("2026-11-01T01:30:00-05:00", NEW_YORK, time(1, 30), date(2026, 11, 1)),
        # Just before midnight, looked at after it: still yesterday's.
        ("2026-11-26T00:10:00+08:00", SHANGHAI, time(23, 50), date(2026, 11, 25)),
        ("2028-02-29T08:30:00+13:00", APIA, HALF_PAST_EIGHT, date(2028, 2, 29)),
        ("2027-01-01T08:31:00+08:00", SHANGHAI, HALF_PAST_EIGHT, date(2027, 1, 1)),
    ],
)
def test_a_day_is_due_from_its_hour_on_for_six_hours(
    moment: str, zone: ZoneInfo, hour: time, day: date | None
) -> None:
    assert due_day(at(moment), zone, hour) == day


@given(
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.sampled_from(ZONES),
    st.times(),
    st.integers(0, int(PATIENCE.total_seconds()) - 1),
)
def test_whenever_one_looks_within_six_hours_it_is_that_very_day(
    day: date, name: str, hour: time, late: int
) -> None:
    zone = ZoneInfo(name)
    assert due_day(strikes(day, zone, hour) + timedelta(seconds=late), zone, hour) == day


@given(st.sampled_from(ZONES), st.times(), st.integers(0, 2 * 366 * 24 * 60))
def test_a_clock_that_looks_again_and_again_finds_every_day_in_one_stretch_and_misses_none(
    name: str, hour: time, minutes: int
) -> None:
    zone, moment = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = [due_day(moment + timedelta(minutes=20 * n), zone, hour) for n in range(3 * 72)]
    days = [day for n, day in enumerate(found) if day and (n == 0 or found[n - 1] != day)]
    assert days == sorted(set(days))
    assert len(days) >= 2
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
