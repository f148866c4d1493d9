"""Slots of a series: whole, apart, inside their windows, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.slots import (
    BadSeries,
    Closure,
    Series,
    Span,
    Window,
    closures_from_json,
    expand,
    windows_from_json,
)

BERLIN, NEW_YORK, SHANGHAI = (ZoneInfo(n) for n in ("Europe/Berlin", "America/New_York", "Asia/Shanghai"))
HOUR = timedelta(hours=1)
MORNINGS = [Window(time(9), time(12), weekday) for weekday in range(1, 6)]


def clocks(series: Series, day: date) -> list[str]:
    """The starts of one local day, as its clock shows them."""
    since = datetime.combine(day, time(), series.zone).astimezone(UTC)
    until = datetime.combine(day + timedelta(days=1), time(), series.zone).astimezone(UTC)
    return [f"{span.start.astimezone(series.zone):%H:%M}" for span in expand(series, since, until)]


def test_a_window_is_filled_with_slots_and_their_buffer() -> None:
    assert clocks(Series(MORNINGS, HOUR, SHANGHAI), date(2026, 11, 30)) == ["09:00", "10:00", "11:00"]
    paused = Series(MORNINGS, timedelta(minutes=45), SHANGHAI, buffer=timedelta(minutes=15))
    assert clocks(paused, date(2026, 11, 30)) == ["09:00", "10:00", "11:00"]
    assert clocks(Series(MORNINGS, timedelta(hours=2), SHANGHAI), date(2026, 11, 30)) == ["09:00"]


def test_other_days_have_none_and_a_dated_window_adds_one() -> None:
    series = Series([*MORNINGS, Window(time(22), time(0), day=date(2026, 11, 29))], HOUR, SHANGHAI)
    assert clocks(series, date(2026, 11, 28)) == []
    assert clocks(series, date(2026, 11, 29)) == ["22:00", "23:00"]


def test_a_series_holds_from_its_first_to_its_last_day() -> None:
    series = Series(MORNINGS, HOUR, SHANGHAI, first=date(2026, 12, 1), last=date(2026, 12, 2))
    days = [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 3)]
    assert [len(clocks(series, day)) for day in days] == [0, 3, 3, 0]


def test_a_closure_leaves_slots_out_and_moves_none() -> None:
    hours = Closure(date(2026, 11, 30), date(2026, 11, 30), time(9, 30), time(10, 15))
    series = Series(MORNINGS, HOUR, SHANGHAI, closures=[hours])
    assert clocks(series, date(2026, 11, 30)) == ["11:00"]
    week = Series(MORNINGS, HOUR, SHANGHAI, closures=[Closure(date(2026, 11, 30), date(2026, 12, 4))])
    assert clocks(week, date(2026, 11, 30)) == clocks(week, date(2026, 12, 4)) == []
    assert len(clocks(week, date(2026, 12, 7))) == 3


def test_holidays_close_the_weekly_windows_but_not_a_dated_one() -> None:
    national_day = date(2026, 10, 1)
    series = Series(MORNINGS, HOUR, SHANGHAI, holidays_of="CN")
    assert clocks(series, national_day) == []
    assert len(clocks(Series(MORNINGS, HOUR, SHANGHAI), national_day)) == 3
    meant = Series(
        [*MORNINGS, Window(time(14), time(15), day=national_day)], HOUR, SHANGHAI, holidays_of="CN"
    )
    assert clocks(meant, national_day) == ["14:00"]


def test_a_saturday_of_interviews_stays_where_holidays_are_kept() -> None:
    series = Series([Window(time(9), time(10), 6)], HOUR, SHANGHAI, holidays_of="CN")
    assert clocks(series, date(2026, 11, 28)) == ["09:00"]


def test_overlapping_windows_make_no_overlapping_slots() -> None:
    series = Series([Window(time(9), time(11), 1), Window(time(9, 30), time(12), 1)], HOUR, SHANGHAI)
    assert (
        clocks(series, date(2026, 11, 30))
        == ["09:00", "10:00", "11:00"][: len(clocks(series, date(2026, 11, 30)))]
    )
    spans = list(expand(series, datetime(2026, 11, 29, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)))
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_the_hour_that_the_clocks_skip_has_no_slot_of_its_own() -> None:
    # 29 March 2026, Berlin: 02:00 becomes 03:00. Three hours on the clock, two in truth.
    night = Series([Window(time(1), time(4), day=date(2026, 3, 29))], HOUR, BERLIN)
    assert clocks(night, date(2026, 3, 29)) == ["01:00", "03:00"]


def test_the_hour_that_the_clocks_repeat_is_offered_twice() -> None:
    # 25 October 2026, Berlin: 03:00 becomes 02:00. Three hours on the clock, four in truth.
    night = Series([Window(time(1), time(4), day=date(2026, 10, 25))], HOUR, BERLIN)
    assert clocks(night, date(2026, 10, 25)) == ["01:00", "02:00", "02:00", "03:00"]


def test_nine_o_clock_stays_nine_o_clock_across_the_change() -> None:
    series = Series([Window(time(9), time(10), weekday) for weekday in range(1, 8)], HOUR, NEW_YORK)
    spans = list(expand(series, datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC)))
    assert {f"{span.start.astimezone(NEW_YORK):%H:%M}" for span in spans} == {"09:00"}
    assert {span.start.hour for span in spans} == {14, 13}


windows = st.builds(
    lambda weekday, hour, minute, minutes: Window(
        time(hour, minute),
        (datetime(2026, 1, 1, hour, minute) + timedelta(minutes=minutes)).time()  # noqa: DTZ001
        if hour * 60 + minute + minutes < 1440
        else time(),
        weekday,
    ),
    st.integers(1, 7),
    st.integers(0, 23),
    st.sampled_from([0, 15, 30, 45]),
    st.integers(15, 600),
)
series_of = st.builds(
    Series,
    st.lists(windows, min_size=1, max_size=6),
    st.integers(10, 180).map(lambda minutes: timedelta(minutes=minutes)),
    st.sampled_from([BERLIN, NEW_YORK, SHANGHAI, ZoneInfo("Australia/Lord_Howe")]),
    buffer=st.integers(0, 60).map(lambda minutes: timedelta(minutes=minutes)),
    closures=st.lists(
        st.builds(
            lambda start, days: Closure(start, start + timedelta(days=days)),
            st.dates(date(2026, 3, 1), date(2026, 11, 30)),
            st.integers(0, 5),
        ),
        max_size=3,
    ),
)


@given(series_of, st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 5)), st.integers(1, 12))  # noqa: DTZ001
def test_slots_are_whole_apart_inside_and_the_same_however_they_are_asked_for(
    series: Series, start: datetime, days: int
) -> None:
    since = start.replace(tzinfo=UTC)
    until = since + timedelta(days=days)
    spans = list(expand(series, since, until))
    assert all(since <= span.start < until for span in spans)
    assert all(span.end - span.start == series.length for span in spans)
    assert all(one.end + series.buffer <= other.start for one, other in pairwise(spans))
    assert not any(
        closure.is_on(span.start.astimezone(series.zone).date())
        for span in spans
        for closure in series.closures
    )
    half = since + (until - since) / 2
    assert [*expand(series, since, half), *expand(series, half, until)] == spans


@given(series_of)
def test_every_slot_lies_in_a_window_of_its_day(series: Series) -> None:
    for span in expand(series, datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)):
        local, end = span.start.astimezone(series.zone), span.end.astimezone(series.zone)
        assert any(
            window.is_on(local.date())
            and window.start <= local.time()
            and (window.end == time() or (end.date() == local.date() and end.time() <= window.end))
            for window in series.windows
        )


def test_windows_and_closures_survive_their_stored_form() -> None:
    kept = (*MORNINGS, Window(time(14, 30), time(0), day=date(2026, 12, 24)))
    assert windows_from_json([window.to_json() for window in kept]) == kept
    shut = (
        Closure(date(2026, 12, 24), date(2026, 12, 26)),
        Closure(date(2027, 1, 1), date(2027, 1, 1), time(9), time(10)),
    )
    assert closures_from_json([closure.to_json() for closure in shut]) == shut


@pytest.mark.parametrize(
    "row",
    [
        {"weekday": 1, "from": "12:00", "until": "09:00"},
        {"weekday": 8, "from": "09:00", "until": "12:00"},
        {"from": "09:00", "until": "12:00"},
        {"weekday": 1, "day": "2026-11-30", "from": "09:00", "until": "12:00"},
        {"weekday": 1, "from": "nine", "until": "12:00"},
        {},
    ],
)
def test_windows_that_make_no_sense_are_refused(row: dict[str, object]) -> None:
    with pytest.raises(BadSeries):
        windows_from_json([row])


@pytest.mark.parametrize(
    "fields", [{"length": timedelta()}, {"buffer": -HOUR}, {"capacity": 0}, {"per_day": 0}]
)
def test_a_series_that_makes_no_sense_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(BadSeries):
        Series(**({"windows": MORNINGS, "length": HOUR, "zone": SHANGHAI} | fields))  # type: ignore[arg-type]


def test_spans_that_touch_do_not_overlap() -> None:
    nine = datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert not Span(nine, nine + HOUR).overlaps(Span(nine + HOUR, nine + 2 * HOUR))
    assert Span(nine, nine + HOUR).overlaps(Span(nine + HOUR / 2, nine + 2 * HOUR))
