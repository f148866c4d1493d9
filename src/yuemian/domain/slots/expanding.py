"""From a series to its concrete slots, right also on days on which the clocks change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from yuemian.domain.workdays import is_day_off

from .series import Series, Span, hours_of

_DAY = timedelta(days=1)


def expand(series: Series, since: datetime, until: datetime) -> Iterator[Span]:
    """The slots that begin from `since` on and before `until`, in order, in UTC; two never overlap.

    Slots are counted in real time from the start of their window: none is longer or shorter when the clocks change, and
    none ends after its window. A closure leaves slots out; it never moves the others.
    """
    if until <= since:
        return
    free_from = datetime.min.replace(tzinfo=UTC)
    day, last = since.astimezone(series.zone).date() - _DAY, until.astimezone(series.zone).date()
    while day <= last:
        for span in _of_day(series, day):
            if span.start >= free_from:
                free_from = span.end + series.buffer
                if since <= span.start < until and not _is_closed(series, span):
                    yield span
        day += _DAY


def _of_day(series: Series, day: date) -> Iterator[Span]:
    """Every slot of the day's windows, as if no window overlapped another."""
    if (series.first and day < series.first) or (series.last and day > series.last):
        return
    is_off = bool(series.holidays_of) and is_day_off(day, series.holidays_of)
    windows = [w for w in series.windows if w.is_on(day) and not (is_off and w.weekday is not None)]
    hours = sorted(hours_of(day, window.start, window.end, series.zone) for window in windows)
    for begins, ends in hours:
        start = begins
        while start + series.length <= ends:
            yield Span(start, start + series.length)
            start += series.length + series.buffer


def _is_closed(series: Series, span: Span) -> bool:
    days = {span.start.astimezone(series.zone).date(), span.end.astimezone(series.zone).date()}
    return any(
        hours_of(day, closure.start, closure.end, series.zone).overlaps(span)
        for closure in series.closures
        for day in days
        if closure.is_on(day)
    )
