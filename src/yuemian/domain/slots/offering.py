"""Which slots one candidate may have at this moment: not full, not too soon, and everybody concerned has time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from .expanding import expand
from .series import Series, Span


class SlotKey(NamedTuple):
    """What names a slot: its series and its start."""

    series: UUID
    start: datetime


class Engagement(NamedTuple):
    """Somebody who is concerned is taken then; `slot` when it is by sitting in that slot."""

    span: Span
    slot: SlotKey | None = None


class Offer(NamedTuple):
    """A slot that can be had, with the seats that are free in it."""

    key: SlotKey
    span: Span
    free: int


def offered(
    series_id: UUID,
    series: Series,
    *,
    seats: Mapping[datetime, int],
    engagements: Collection[Engagement],
    now: datetime,
    within: Span | None = None,
) -> list[Offer]:
    """In order of time. `seats`: how many of each slot, by its start, others have or hold.

    A slot that is taken counts for its day's maximum; one that has been begun by a group may still be filled. Two
    interviews of the same people keep the buffer between them; candidates of one slot share it.
    """
    since, until = now + series.notice, now + series.ahead
    if within is not None:
        since, until = max(since, within.start), min(until, within.end)
    days = _taken_by_day(series, seats)
    others = sorted(
        (each for each in engagements if each.span.end > since - series.buffer), key=lambda each: each.span
    )
    offers = []
    for span in expand(series, since, until):
        key, taken = SlotKey(series_id, span.start), seats.get(span.start, 0)
        is_day_full = series.per_day is not None and days[_day(series, span)] >= series.per_day
        if (
            taken < series.capacity
            and not (is_day_full and not taken)
            and _has_time(series, key, span, others)
        ):
            offers.append(Offer(key, span, series.capacity - taken))
    return offers


def _has_time(series: Series, key: SlotKey, span: Span, others: Iterable[Engagement]) -> bool:
    wanted = span.padded(series.buffer)
    for other in others:
        if other.span.start >= wanted.end:
            return True
        if other.slot != key and other.span.overlaps(wanted):
            return False
    return True


def _taken_by_day(series: Series, seats: Mapping[datetime, int]) -> Counter[object]:
    return Counter(start.astimezone(series.zone).date() for start, count in seats.items() if count)


def _day(series: Series, span: Span) -> object:
    return span.start.astimezone(series.zone).date()
