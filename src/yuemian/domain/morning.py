"""When a person's morning is: on which of their calendar days a daily message is due now."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

#: Later than this a morning's message is noise: the day itself has told it all.
PATIENCE: Final = timedelta(hours=6)


def due_day(now: datetime, zone: ZoneInfo, at: time) -> date | None:
    """The day whose hour `at` struck within the last six hours, on this zone's clock; None when none did.

    An hour that the clocks skip strikes when they have been put forward; one that comes twice strikes the first time.
    """
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        struck = strikes(day, zone, at)
        if struck <= now < struck + PATIENCE:
            return day
    return None


def strikes(day: date, zone: ZoneInfo, at: time) -> datetime:
    """The moment, in UTC: wall clocks of one zone compare without their offset, which an hour's change makes wrong."""
    return datetime.combine(day, at, zone).astimezone(UTC)
