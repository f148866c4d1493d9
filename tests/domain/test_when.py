"""Times as people read them, also where clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from yuemian.domain.when import present

HOUR = timedelta(hours=1)
AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "locale", "expected"),
    [
        ("Asia/Shanghai", "zh-hans", "2026年11月25日 周三 14:00（北京时间）"),
        ("Asia/Singapore", "zh-hans", "2026年11月25日 周三 14:00（新加坡时间，UTC+8）"),
        ("Asia/Singapore", "en", "Wed, 25 Nov 2026, 14:00 (Singapore time, UTC+8)"),
        ("Asia/Shanghai", "en", "Wed, 25 Nov 2026, 14:00 (Beijing time, UTC+8)"),
        ("Asia/Kolkata", "en", "Wed, 25 Nov 2026, 11:30 (Kolkata time, UTC+5:30)"),
        ("America/New_York", "en", "Wed, 25 Nov 2026, 01:00 (New York time, UTC−5)"),
        ("UTC", "en", "Wed, 25 Nov 2026, 06:00 (UTC)"),
    ],
)
def test_a_time_is_written_with_weekday_and_zone(zone: str, locale: str, expected: str) -> None:
    assert present(AT, zone, locale).text == expected


def test_somebody_with_another_clock_reads_their_own_time_too() -> None:
    lines = present(AT, "Asia/Shanghai", "zh-hans", own_zone="Europe/Berlin").text.split("\n")
    assert lines[1] == "2026年11月25日 周三 07:00（柏林时间，UTC+1）"


@pytest.mark.parametrize("own", [None, "Asia/Shanghai", "Asia/Singapore", "Asia/Hong_Kong"])
def test_the_same_clock_is_not_written_twice(own: str | None) -> None:
    assert present(AT, "Asia/Shanghai", "zh-hans", own_zone=own).own == ""


def test_summer_time_decides_whether_two_clocks_differ() -> None:
    winter, summer = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)
    assert present(winter, "Europe/London", "en", own_zone="Africa/Abidjan").own == ""
    assert "(Abidjan time, UTC)" in present(summer, "Europe/London", "en", own_zone="Africa/Abidjan").own


def test_the_repeated_hour_in_autumn_is_told_apart_by_its_offset() -> None:
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert present(first, "Europe/Berlin", "en").full == "Sun, 25 Oct 2026, 02:30 (Berlin time, UTC+2)"
    assert present(second, "Europe/Berlin", "en").full == "Sun, 25 Oct 2026, 02:30 (Berlin time, UTC+1)"


def test_the_end_is_real_time_later_when_the_clocks_change() -> None:
    start = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30 in Berlin; at 02:00 it becomes 03:00
    assert present(start, "Europe/Berlin", "en", duration=HOUR).time == "01:30–03:30 (UTC+2)"


def test_an_interview_past_midnight_names_the_next_day() -> None:
    late = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
    assert present(late, "Asia/Shanghai", "zh-hans", duration=HOUR).time == "23:30 – 1月1日 周五 00:30"
    assert present(AT, "Asia/Shanghai", "en", duration=HOUR).time == "14:00–15:00"


@pytest.mark.parametrize(
    "locale", ["de", "fr", "es", "ja", "ko", "ru", "ar", "vi", "id", "th", "pt", "it", "xx"]
)
def test_every_other_language_gets_its_own_weekday_and_the_offset(locale: str) -> None:
    shown = present(AT, "Asia/Shanghai", locale, duration=HOUR)
    assert "UTC+8" in shown.full
    assert "14:00" in shown.full
    assert "25" in shown.date


def test_a_start_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware datetime"):
        present(datetime(2026, 1, 1), "UTC", "en")  # noqa: DTZ001
