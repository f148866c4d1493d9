"""Quiet hours: when nothing leaves by itself, on a person's own clock, whatever that clock does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from yuemian.domain.workdays import is_workday

#: What is moved to before a quiet time leaves this much earlier, so that the queue is done with it in time.
MARGIN: Final = timedelta(minutes=30)
_SECOND: Final = timedelta(seconds=1)
#: The longest run of free days anywhere is far shorter.
_HORIZON: Final = 60


@dataclass(frozen=True, slots=True)
class QuietRule:
    """From `quiet_from` until `quiet_until` on the wall clock, over midnight when the first is later; equal: never.

    With `waits_for_workday` all of a free day is quiet too; `region` says whose free days.
    """

    quiet_from: time = time(21)
    quiet_until: time = time(8)
    waits_for_workday: bool = False
    region: str = ""


NEVER_QUIET: Final = QuietRule(time(0), time(0))


def is_quiet(at: datetime, rule: QuietRule, zone: ZoneInfo) -> bool:
    """Whether nothing may leave by itself at this moment."""
    local = at.astimezone(zone)
    return is_quiet_hour(local.time(), rule) or _is_free_day(local.date(), rule)


def is_free_day(at: datetime, rule: QuietRule, zone: ZoneInfo) -> bool:
    """Whether it is the day, not the hour, that is quiet."""
    return _is_free_day(at.astimezone(zone).date(), rule)


def is_quiet_hour(clock: time, rule: QuietRule) -> bool:
    """Whether the clock alone, whatever the day, makes it quiet."""
    if rule.quiet_from < rule.quiet_until:
        return rule.quiet_from <= clock < rule.quiet_until
    return rule.quiet_from != rule.quiet_until and not rule.quiet_until <= clock < rule.quiet_from


def next_allowed(at: datetime, rule: QuietRule, zone: ZoneInfo) -> datetime:
    """The first moment from `at` on that is not quiet, in UTC; `at` itself when it is not."""
    if not is_quiet(at, rule, zone):
        return at.astimezone(UTC)
    day = at.astimezone(zone).date()
    for number in range(_HORIZON):
        for moment in _boundaries(day + timedelta(days=number), rule, zone):
            if moment > at and not is_quiet(moment, rule, zone):
                return moment
    raise ValueError(f"No workday within {_HORIZON} days after {at:%Y-%m-%d} in '{rule.region}'.")


def last_allowed_before(
    at: datetime, rule: QuietRule, zone: ZoneInfo, margin: timedelta = MARGIN
) -> datetime:
    """The latest good moment before the quiet time that `at` lies in: `margin` before it begins, in UTC."""
    day = at.astimezone(zone).date()
    for number in range(_HORIZON):
        for moment in reversed(_boundaries(day - timedelta(days=number), rule, zone)):
            if moment <= at and not is_quiet(moment - _SECOND, rule, zone):
                return next_allowed(moment - margin, rule, zone)
    raise ValueError(f"No workday within {_HORIZON} days before {at:%Y-%m-%d} in '{rule.region}'.")


def first_instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When a wall clock first shows this hour or a later one on that day, in UTC.

    A clock that is set forward jumps over some hours: then it is the moment of the jump.
    """
    early, late = (datetime.combine(day, clock, zone).replace(fold=fold) for fold in (1, 0))
    utc = late.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) == late.replace(tzinfo=None):
        return utc
    return _jump(early.astimezone(UTC), utc, zone)


def _is_free_day(day: date, rule: QuietRule) -> bool:
    return rule.waits_for_workday and not is_workday(day, rule.region)


def _boundaries(day: date, rule: QuietRule, zone: ZoneInfo) -> list[datetime]:
    """Every moment of that local day at which quiet may begin or end, in order."""
    return sorted({*_clock_boundaries(day, rule, zone), *_changes(day, zone)})


def _clock_boundaries(day: date, rule: QuietRule, zone: ZoneInfo) -> Iterator[datetime]:
    for clock in (time(0), rule.quiet_from, rule.quiet_until):
        yield first_instant(day, clock, zone)
        # Set back, a clock shows some hours twice.
        again = datetime.combine(day, clock, zone).replace(fold=1).astimezone(UTC)
        if again.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, clock):
            yield again


def _changes(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The moment of that day at which the clocks change."""
    start = datetime.combine(day, time(0), zone).astimezone(UTC) - timedelta(hours=1)
    end = start + timedelta(hours=26)
    if start.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
        yield _jump(start, end, zone)


def _jump(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The first moment in (early, late] with another offset than `early`, to the second."""
    offset = early.astimezone(zone).utcoffset()
    low, high = 0, int((late - early).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        is_before = (early + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset
        low, high = (middle, high) if is_before else (low, middle)
    return early + timedelta(seconds=high)
