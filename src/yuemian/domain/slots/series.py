"""A slot series: in which hours somebody or some job has time for interviews, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple, Self
from zoneinfo import ZoneInfo

MIDNIGHT: Final = time()
_DAY: Final = timedelta(days=1)


class BadSeries(ValueError):  # noqa: N818 - named for what is wrong
    """The stored or given windows make no sense; the message says which."""


class Span(NamedTuple):
    """From `start` until before `end`, both aware."""

    start: datetime
    end: datetime

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def padded(self, by: timedelta) -> Span:
        return Span(self.start - by, self.end + by)

    def without(self, others: Iterable[Span]) -> list[Span]:
        """What is left of it, in order."""
        parts = [self]
        for other in others:
            halves = [
                half
                for part in parts
                for half in (
                    Span(part.start, min(part.end, other.start)),
                    Span(max(part.start, other.end), part.end),
                )
            ]
            parts = [half for half in halves if half.start < half.end]
        return parts


@dataclass(frozen=True, slots=True)
class Window:
    """Some hours of every `weekday` (1 is Monday), or of one `day`. An end of 00:00 is the end of the day."""

    start: time
    end: time
    weekday: int | None = None
    day: date | None = None

    def __post_init__(self) -> None:
        if (self.weekday is None) == (self.day is None):
            raise BadSeries("A window is of a weekday or of one day.")
        if self.weekday is not None and not 1 <= self.weekday <= 7:
            raise BadSeries(f"There is no weekday {self.weekday}; 1 is Monday, 7 is Sunday.")
        if self.end != MIDNIGHT and self.end <= self.start:
            raise BadSeries(f"The window {self.start:%H:%M}–{self.end:%H:%M} ends before it begins.")

    def is_on(self, day: date) -> bool:
        return self.day == day if self.day else self.weekday == day.isoweekday()

    def to_json(self) -> dict[str, Any]:
        when: dict[str, Any] = {"day": self.day.isoformat()} if self.day else {"weekday": self.weekday}
        return {**when, **_hours(self.start, self.end)}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        day = date.fromisoformat(row["day"]) if row.get("day") else None
        start, end = time.fromisoformat(row["from"]), time.fromisoformat(row["until"])
        return cls(start, end, row.get("weekday"), day)


@dataclass(frozen=True, slots=True)
class Closure:
    """No interviews from `first` to `last`, both included: the whole days, or only these hours of each."""

    first: date
    last: date
    start: time = MIDNIGHT
    end: time = MIDNIGHT

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadSeries(f"The exception of {self.first} ends before it begins.")
        if self.end != MIDNIGHT and self.end <= self.start:
            raise BadSeries(f"The hours {self.start:%H:%M}–{self.end:%H:%M} end before they begin.")

    def is_on(self, day: date) -> bool:
        return self.first <= day <= self.last

    def to_json(self) -> dict[str, Any]:
        days = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return {**days, **_hours(self.start, self.end)}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        first, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
        return cls(first, last, time.fromisoformat(row["from"]), time.fromisoformat(row["until"]))


@dataclass(frozen=True, slots=True)
class Series:
    """Slots of `length` in the windows, `buffer` between two of them, on the clock of `zone`."""

    windows: Sequence[Window]
    length: timedelta
    zone: ZoneInfo
    buffer: timedelta = timedelta()
    closures: Sequence[Closure] = ()
    first: date | None = None
    last: date | None = None
    #: ISO 3166: on public holidays there the weekly windows are closed; empty: holidays count as other days.
    holidays_of: str = ""
    #: Slots of one day that may be taken; None: all.
    per_day: int | None = None
    #: Candidates who share one slot.
    capacity: int = 1
    #: So long before its start a slot can still be taken, and so far ahead.
    notice: timedelta = timedelta(hours=24)
    ahead: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        if self.length <= timedelta() or self.buffer < timedelta():
            raise BadSeries("A slot has a length, and what lies between two slots is not negative.")
        if self.capacity < 1 or (self.per_day is not None and self.per_day < 1):
            raise BadSeries("A slot takes at least one candidate, a day at least one slot.")


def windows_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Window, ...]:
    """Raises BadSeries."""
    return tuple(_read(Window.from_json, row) for row in rows)


def closures_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Closure, ...]:
    """Raises BadSeries."""
    return tuple(_read(Closure.from_json, row) for row in rows)


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When a wall clock of that day shows this time, in UTC: the first time where it does so twice; where the clocks
    skip it, as if they had not been moved yet."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def hours_of(day: date, start: time, end: time, zone: ZoneInfo) -> Span:
    """Those hours of a day; the end of 00:00 is the midnight after it."""
    last = day + _DAY if end == MIDNIGHT else day
    return Span(moment(day, start, zone), moment(last, end, zone))


def _hours(start: time, end: time) -> dict[str, str]:
    return {"from": f"{start:%H:%M}", "until": f"{end:%H:%M}"}


def _read(read: Any, row: Mapping[str, Any]) -> Any:
    try:
        return read(row)
    except BadSeries:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise BadSeries(f"This cannot be read as hours: {dict(row)}.") from error
