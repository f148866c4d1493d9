"""Busy times out of iCalendar: of a free-busy answer, or of events; whatever else stands there is let fall at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar

from yuemian.channels.http import HTTPFailure
from yuemian.domain.availability import Busy, BusyKind

_KINDS: Final = {
    "BUSY": BusyKind.BUSY,
    "BUSY-UNAVAILABLE": BusyKind.AWAY,
    "BUSY-TENTATIVE": BusyKind.TENTATIVE,
}
_BROKEN: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


def busy_in_free_busy(data: bytes) -> list[Busy]:
    """Raises HTTPFailure: what cannot be read must not be taken for free."""
    try:
        parts = Calendar.from_ical(data).walk("VFREEBUSY")
        return [busy for part in parts for busy in _periods(part)]
    except _BROKEN:
        raise HTTPFailure("not_http", "The calendar server's answer is no free-busy list.") from None


def busy_in_events(calendars: Iterable[bytes], time_zone: str) -> list[Busy]:
    """`time_zone` is where all-day and floating times are meant. Raises HTTPFailure, also for an event that recurs."""
    zone = ZoneInfo(time_zone)
    try:
        events = [event for data in calendars for event in Calendar.from_ical(data).walk("VEVENT")]
        return [busy for event in events if (busy := _event(event, zone)) is not None]
    except _BROKEN:
        raise HTTPFailure(
            "not_http", "The calendar server's answer holds an event that cannot be read."
        ) from None


def _periods(part: Any) -> Iterator[Busy]:
    found = part.get("FREEBUSY", [])
    for line in found if isinstance(found, list) else [found]:
        said = str(line.params.get("FBTYPE", "BUSY")).upper()
        if said == "FREE":
            continue
        # A kind we do not know is busy (RFC 5545 §3.2.9).
        kind = _KINDS.get(said, BusyKind.BUSY)
        for period in getattr(line, "dts", [line]):
            start, end = getattr(period, "dt", period)
            end = start + end if isinstance(end, timedelta) else end
            if end > start:
                yield Busy(start, end, kind)


def _event(event: Any, zone: ZoneInfo) -> Busy | None:
    status = str(event.get("STATUS", "")).upper()
    if status == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return None
    if "RRULE" in event or "RDATE" in event:
        # The server was asked to expand it (RFC 4791 §9.6.5) and did not: only its first time stands here.
        raise HTTPFailure("not_http", "The calendar server leaves open when a recurring event takes place.")
    begins = event["DTSTART"].dt
    if "DTEND" in event:
        ends = event["DTEND"].dt
    else:
        is_day = not isinstance(begins, datetime)
        ends = begins + (event["DURATION"].dt if "DURATION" in event else timedelta(days=int(is_day)))
    start, end = _moment(begins, zone), _moment(ends, zone)
    kind = BusyKind.TENTATIVE if status == "TENTATIVE" else BusyKind.BUSY
    return Busy(start, end, kind) if end > start else None


def _moment(value: date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)
