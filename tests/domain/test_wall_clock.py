"""Dates and times: every form of real files, nothing ambiguous settled in silence."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.reading import NoticeCode, Problem, ProblemCode, Reading, ReadingState, RepairCode
from yuemian.domain.wall_clock import (
    DateOrder,
    StartContext,
    WallClock,
    find_zone,
    read_duration,
    read_end,
    read_start,
    shown_order,
)

# A Sunday, 11 o'clock in Shanghai.
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SHANGHAI = StartContext(NOW, "Asia/Shanghai")


def read(text: object, context: StartContext = SHANGHAI) -> Reading[WallClock]:
    return read_start(start=text, context=context)


def serial(day: date) -> int:
    return (day - date(1899, 12, 30)).days


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-25 14:30",
        "2026/11/25 14:30",
        "2026.11.25 14:30",
        "2026-11-25 14:30:00",
        "2026/11/25 下午2点半",
        "2026年11月25日14点30分",
        "2026年11月25日（周三）14:30",
        "11/25（三）14:30",
        "11月25日(三) 下午2点半",
        "2026年11月25日 星期三 下午2:30",
        "11月25日14:30",
        "11/25 14:30",
        "11月25日 下午两点半",
        "十一月二十五日下午两点半",
        "25 Nov 2026 2:30 PM",
        "Nov 25, 2026 2:30pm",
        "Wed, 25 Nov 2026 14:30",
        "25/11/2026 14:30",
        "11/25/2026 14:30",
        "2026-11-25T14:30:00+08:00",
        "2026-11-25T06:30Z",
        "20261125 14:30",
        "20261125 1430",
        "2026-11-25 14:30 (GMT+8)",
        "2026-11-25 14:30 北京时间",
        "２０２６／１１／２５　１４：３０",
        "'2026-11-25 14:30",
        "2026/11/25 14h30",
        "面试时间：2026-11-25 14:30",
        datetime.combine(date(2026, 11, 25), time(14, 30)),
        serial(date(2026, 11, 25)) + 14.5 / 24,
        str(serial(date(2026, 11, 25)) + 14.5 / 24),
    ],
)
def test_every_clear_form_gives_the_same_start(text: object) -> None:
    reading = read(text)
    assert str(reading.value) == "2026-11-25 14:30"
    assert reading.state is ReadingState.GOOD
    assert reading.value is not None
    assert reading.value.instant == datetime(2026, 11, 25, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2026-11-25 14:00-15:00", 60),
        ("2026-11-25 14:00～15:30", 90),
        ("11月25日 下午2点-3点", 60),
        ("11月25日下午2点至4点", 120),
        ("25 Nov 2026 2-3pm", 60),
        ("25 Nov 2026 2:00-3:15 PM", 75),
    ],
)
def test_a_range_gives_start_and_length(text: str, minutes: int) -> None:
    reading = read(text)
    assert str(reading.value) == "2026-11-25 14:00"
    assert reading.value is not None
    assert reading.value.duration == timedelta(minutes=minutes)


def test_what_is_said_of_a_cell_shows_it_as_it_was_written() -> None:
    assert [each.before for each in read("下周三 14:00").repairs] == ["下周三"]
    assert [each.before for each in read("周三下午2点").repairs] == ["周三"]
    problem = read("tbd").problem
    assert problem is not None
    assert problem.params["text"] == "tbd"


@pytest.mark.parametrize(
    ("text", "proposed", "code"),
    [
        ("明天 14:00", "2026-11-23 14:00", RepairCode.RELATIVE_DATE),
        ("下周三 14:00", "2026-11-25 14:00", RepairCode.RELATIVE_DATE),
        ("周三下午2点", "2026-11-25 14:00", RepairCode.RELATIVE_DATE),
        ("Wednesday 2pm", "2026-11-25 14:00", RepairCode.RELATIVE_DATE),
        ("2026-11-25 2:30", "2026-11-25 14:30", RepairCode.AFTERNOON_ASSUMED),
        ("11月20日 14:00", "2027-11-20 14:00", RepairCode.YEAR_ASSUMED),
        ("3/4 14:00", "2027-03-04 14:00", RepairCode.ORDER_ASSUMED),
        ("26/11/25 14:00", "2026-11-25 14:00", RepairCode.CENTURY_ASSUMED),
        ("2026-11-25（周四）14:00", "2026-11-25 14:00", RepairCode.WEEKDAY_DIFFERS),
        ("2026-11-25 14:00 伦敦时间", "2026-11-25 22:00", RepairCode.ZONE_CONVERTED),
    ],
)
def test_what_leaves_something_unsaid_is_proposed_and_asked(
    text: str, proposed: str, code: RepairCode
) -> None:
    reading = read(text)
    assert (str(reading.value), reading.state) == (proposed, ReadingState.REPAIRABLE)
    assert code in {each.code for each in reading.repairs if not each.is_sure}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-11-25", ProblemCode.TIME_MISSING),
        (date(2026, 11, 25), ProblemCode.TIME_MISSING),
        ("14:00", ProblemCode.DATE_MISSING),
        ("2026-02-30 14:00", ProblemCode.DATE_IMPOSSIBLE),
        ("2026-11-25 25:00", ProblemCode.TIME_IMPOSSIBLE),
        ("2026-11-25 上午14:00", ProblemCode.TIME_IMPOSSIBLE),
        ("待定", ProblemCode.UNREADABLE),
        ("2026-11-25 14:00 或 16:00", ProblemCode.SEVERAL_TIMES),
        ("#REF!", ProblemCode.FORMULA_ERROR),
        ("2026-11-25 15:00-15:00", ProblemCode.END_BEFORE_START),
        ("0001-01-01 10:00", ProblemCode.DATE_IMPOSSIBLE),
    ],
)
def test_what_is_no_start_says_why(text: object, code: ProblemCode) -> None:
    reading = read(text)
    assert reading.problem is not None
    assert reading.problem.code is code


def test_an_ambiguous_day_offers_both_readings_and_chooses_none() -> None:
    reading = read("03/04/2027 10:00")
    assert reading.value is None
    assert [str(each) for each in reading.alternatives] == ["2027-03-04 10:00", "2027-04-03 10:00"]


def test_other_rows_of_the_column_settle_the_order_but_it_is_still_asked() -> None:
    assert shown_order("25/11/2026 10:00") is DateOrder.DAY_FIRST
    assert shown_order("11/25/2026") is DateOrder.MONTH_FIRST
    assert shown_order("03/04/2026") is None
    reading = read("03/04/2027 10:00", StartContext(NOW, "Asia/Singapore", DateOrder.DAY_FIRST))
    assert (str(reading.value), reading.state) == ("2027-04-03 10:00", ReadingState.REPAIRABLE)


def test_a_weekday_settles_an_ambiguous_day() -> None:
    assert str(read("Sat 03/04/2027 10:00").value) == "2027-04-03 10:00"


def test_date_and_time_may_stand_in_two_cells_of_any_kind() -> None:
    days: list[object] = [
        "2026-11-25",
        "11/25",
        date(2026, 11, 25),
        datetime.combine(date(2026, 11, 25), time()),
        46351,
    ]
    clocks: list[object] = ["14:00", "下午2点", time(14), timedelta(hours=14), 14 / 24, "14:00-15:00"]
    clocks.append(datetime.combine(date(1899, 12, 30), time(14)))
    for day in days:
        for clock in clocks:
            assert str(read_start(day=day, clock=clock, context=SHANGHAI).value) == "2026-11-25 14:00"


def test_cells_that_contradict_each_other_are_refused() -> None:
    reading = read_start(day="2026-11-25", start="2026-11-26 14:00", context=SHANGHAI)
    assert reading.problem is not None
    assert reading.problem.code is ProblemCode.START_CONTRADICTION


def test_a_workbook_of_the_1904_calendar_counts_from_1904() -> None:
    number = (date(2026, 11, 25) - date(1904, 1, 1)).days + 14 / 24
    assert (
        str(read(number, StartContext(NOW, "Asia/Shanghai", None, is_1904=True)).value) == "2026-11-25 14:00"
    )


def test_the_past_is_remarked_and_not_refused() -> None:
    reading = read("2026-11-20 14:00")
    assert reading.state is ReadingState.GOOD
    assert [each.code for each in reading.notices] == [NoticeCode.IN_THE_PAST]


def test_a_time_the_clock_change_skips_is_refused_with_the_next_real_one() -> None:
    reading = read("2027-03-14 2:30 AM", StartContext(NOW, "America/New_York"))
    assert reading.problem is not None
    assert reading.problem.code is ProblemCode.TIME_SKIPPED_BY_CLOCK_CHANGE
    assert [str(each) for each in reading.alternatives] == ["2027-03-14 03:30"]


def test_a_time_that_comes_twice_is_asked_and_each_can_be_named() -> None:
    context = StartContext(NOW, "America/New_York")
    reading = read("2027-11-07 1:30 AM", context)
    assert reading.state is ReadingState.REPAIRABLE
    assert reading.value is not None
    second = reading.alternatives[-1]
    assert second.instant - reading.value.instant == timedelta(hours=1)
    assert read(second.iso, context).value == second


@pytest.mark.parametrize(
    ("raw", "minutes"),
    [
        (60, 60),
        ("60", 60),
        ("60分钟", 60),
        ("1小时", 60),
        ("1.5h", 90),
        ("1小时30分", 90),
        ("一个半小时", 90),
        ("半小时", 30),
        ("90 min", 90),
        ("1:30", 90),
        (time(0, 45), 45),
        (timedelta(hours=1), 60),
        ("两小时", 120),
        (0.0625, 90),
        ("约1小时", 60),
    ],
)
def test_lengths_are_read(raw: object, minutes: int) -> None:
    assert read_duration(raw).value == timedelta(minutes=minutes)


@pytest.mark.parametrize("raw", ["abc", "0", "1 min", "13小时", -5, float("inf"), float("nan")])
def test_implausible_lengths_are_refused(raw: object) -> None:
    assert read_duration(raw).state is ReadingState.BAD


@pytest.mark.parametrize(
    ("text", "value", "code", "other"),
    [
        ("2026-11-25 上午12:00", "2026-11-25 12:00", RepairCode.AFTERNOON_ASSUMED, "2026-11-25 00:00"),
        ("2026-11-25 12:30 AM", "2026-11-25 12:30", RepairCode.AFTERNOON_ASSUMED, "2026-11-25 00:30"),
        ("2026-11-25 上午12:00-1:00", "2026-11-25 12:00", RepairCode.AFTERNOON_ASSUMED, "2026-11-25 00:00"),
        ("2026-11-25 06:00 UTC+0", "2026-11-25 14:00", RepairCode.ZONE_CONVERTED, "2026-11-26 02:00"),
        ("2026-11-25 2:30 北京时间", "2026-11-25 14:30", RepairCode.AFTERNOON_ASSUMED, "2026-11-25 02:30"),
        ("2026-11-25 09:00-05:00", "2026-11-25 22:00", RepairCode.ZONE_CONVERTED, "2026-11-25 09:00"),
    ],
)
def test_an_hour_that_may_be_meant_otherwise_is_asked(
    text: str, value: str, code: RepairCode, other: str
) -> None:
    reading = read(text)
    assert reading.state is ReadingState.REPAIRABLE
    assert [repair.code for repair in reading.repairs] == [code]
    assert str(reading.value) == value
    assert [str(each) for each in reading.alternatives] == [other]


def test_an_offset_behind_the_seconds_is_no_end() -> None:
    reading = read("2026-11-25 09:00:00-05:00")
    assert (reading.state, str(reading.value)) == (ReadingState.GOOD, "2026-11-25 22:00")
    assert reading.value is not None
    assert reading.value.duration is None


@pytest.mark.parametrize(
    ("text", "value", "minutes"),
    [
        ("2026-11-25 上午11:00-12:00", "2026-11-25 11:00", 60),
        ("2026-11-25 凌晨12:30", "2026-11-25 00:30", None),
        ("2026-11-25 09:00-10:30", "2026-11-25 09:00", 90),
    ],
)
def test_an_hour_that_words_settle_is_not_asked(text: str, value: str, minutes: int | None) -> None:
    found = read(text)
    assert (found.state, str(found.value)) == (ReadingState.GOOD, value)
    assert found.value is not None
    assert found.value.duration == (timedelta(minutes=minutes) if minutes else None)


@pytest.mark.parametrize("text", ["2026-11-25 晚上12点", "2026-11-25 晚上1点"])
def test_a_night_hour_of_which_day_is_not_guessed(text: str) -> None:
    assert read(text).problem == Problem(ProblemCode.TIME_IMPOSSIBLE, {"text": text.partition(" ")[2]})


def test_an_end_becomes_a_length() -> None:
    start = read("2026-11-25 14:00").value
    assert start is not None
    assert read_end("15:30", start, SHANGHAI).value == timedelta(minutes=90)
    assert read_end("3:30", start, SHANGHAI).value == timedelta(minutes=90)
    assert read_end("2026-11-25 16:00", start, SHANGHAI).value == timedelta(hours=2)
    assert read_end("13:00", start, SHANGHAI).state is ReadingState.BAD


def test_zones_are_found_by_name_words_and_offset() -> None:
    known = frozenset({"Asia/Shanghai", "Asia/Singapore", "Europe/Berlin", "Etc/GMT-9"})
    words = ["asia/singapore", "北京", "北京时间", "SGT", "UTC+8", "GMT+09:00", "Mars/Olympus"]
    assert [find_zone(word, known) for word in words] == [
        "Asia/Singapore",
        "Asia/Shanghai",
        "Asia/Shanghai",
        "Asia/Singapore",
        "Asia/Shanghai",
        "Etc/GMT-9",
        None,
    ]


@given(
    st.datetimes(NOW.replace(tzinfo=None), NOW.replace(tzinfo=None, year=2028)).map(
        lambda each: each.replace(second=0, microsecond=0)
    ),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe"]),
)
def test_what_is_written_out_is_read_back_as_the_same_moment(local: datetime, zone: str) -> None:
    wall = WallClock(local, zone)
    instant = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    found = read(wall.iso, StartContext(NOW, zone)).value
    assert found is not None
    assert found.instant == instant


@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=60),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(),
        st.text(alphabet="0123456789年月日点半周三下午:/-. TZ+amp零十", max_size=25),
    )
)
def test_no_cell_crashes_the_readers(raw: object) -> None:
    reading = read(raw)
    assert (reading.value is None) or reading.problem is None
    read_duration(raw)
    read_start(day=raw, clock=raw, context=StartContext(NOW, "America/New_York"))
    find_zone(raw, frozenset({"Asia/Shanghai"}))
