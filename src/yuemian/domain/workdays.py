"""Which days people work: weekends, public holidays and Chinese make-up workdays (调休), by region."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays

#: Here the government moves workdays each year, by a notice of the autumn before.
_MOVES_WORKDAYS = frozenset({"CN"})


def is_workday(day: date, region: str) -> bool:
    """Neither weekend nor public holiday, or a make-up workday. An unknown region has weekends only."""
    calendar = _calendar(region)
    return day.weekday() < 5 if calendar is None else calendar.is_working_day(day)


def is_day_off(day: date, region: str) -> bool:
    """A public holiday, on whatever day of the week it falls; a plain weekend is none, nor is a make-up workday."""
    calendar = _calendar(region)
    if calendar is None:
        return False
    return not calendar.is_working_day(day) if day.weekday() < 5 else day in calendar


@lru_cache(maxsize=256)
def is_known(year: int, region: str) -> bool:
    """Whether the year's holidays are certain.

    False for a region without a calendar, and for a Chinese year whose make-up days are not published yet or not in
    the library's release: weekends and the holidays fixed by law still count then.
    """
    calendar = _calendar(region)
    if calendar is None:
        return False
    if region not in _MOVES_WORKDAYS:
        return True
    calendar.get(date(year, 1, 1))  # fills the year
    return any(day.year == year for day in calendar.weekend_workdays)


@lru_cache(maxsize=64)
def _calendar(region: str) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(region)
    except NotImplementedError:
        return None
