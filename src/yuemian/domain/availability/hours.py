"""A person's own working hours, and what lies outside of them as busy times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .busy import Busy, BusyKind, busy_between

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """`days` are those of `date.weekday()`, Monday 0; the wall clock is that of `zone`.

    An end at or before the start means the next day: 22:00–06:00.
    """

    days: frozenset[int]
    begins: time
    ends: time
    zone: str

    def outside(self, start: datetime, end: datetime) -> list[Busy]:
        """Every time in the span that is not worked."""
        zone = ZoneInfo(self.zone)
        at = start
        free: list[Busy] = []
        for begins, ends in self._worked(start, end, zone):
            if begins > at:
                free.append(Busy(at, begins, BusyKind.OUTSIDE))
            at = max(at, ends)
        if at < end:
            free.append(Busy(at, end, BusyKind.OUTSIDE))
        return busy_between(free, start, end)

    def _worked(self, start: datetime, end: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
        # One day more on both sides: a shift may begin the evening before.
        day = start.astimezone(zone).date() - _DAY
        last = end.astimezone(zone).date()
        found = []
        while day <= last:
            if day.weekday() in self.days:
                next_day = day + _DAY if self.ends <= self.begins else day
                found.append((_moment(day, self.begins, zone), _moment(next_day, self.ends, zone)))
            day += _DAY
        return [(begins, ends) for begins, ends in found if ends > begins]


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """In UTC, where arithmetic knows of no change of the clocks; a time that is skipped is the moment after."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
