"""How long a candidate has been waiting for word, by when they should have it, and when somebody else must hear."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from yuemian.domain.workdays import is_workday

#: By when a result is due where nothing was promised.
USUAL_WORKDAYS: Final = 5
MOST_WORKDAYS: Final = 30
#: A promise holds until the end of its working day.
END_OF_DAY: Final = time(18)
#: From so long before it is due on, it is worth a colour.
SOON: Final = timedelta(days=1)
#: So long beyond what was due, somebody is forgotten.
FORGOTTEN_AFTER: Final = timedelta(days=7)


class Silence(StrEnum):
    """How loud the silence is, from calm to shameful."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"
    FORGOTTEN = "forgotten"


def workdays_after(day: date, count: int, region: str) -> date:
    """The `count`th workday after a day; the day itself does not count. None after it means: the day itself."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day, region)
    return day


def due_by(since: datetime, workdays: int, zone: ZoneInfo, region: str) -> datetime:
    """The end of the `workdays`th workday after the local day of `since`; never before `since` itself."""
    day = workdays_after(since.astimezone(zone).date(), workdays, region)
    return max(datetime.combine(day, END_OF_DAY, zone), since)


def expected_by(
    ended_at: datetime, promised_at: datetime | None, word_at: datetime | None, zone: ZoneInfo, region: str
) -> datetime:
    """By when word is due: as promised; after a word that it takes longer, the usual time from that word on."""
    if word_at is not None and (promised_at is None or word_at >= promised_at):
        return due_by(word_at, USUAL_WORKDAYS, zone, region)
    return promised_at or due_by(ended_at, USUAL_WORKDAYS, zone, region)


def how_silent(expected: datetime, now: datetime) -> Silence:
    """The level of a wait whose word is expected by then."""
    if now > expected + FORGOTTEN_AFTER:
        return Silence.FORGOTTEN
    if now > expected:
        return Silence.LATE
    return Silence.SOON if now > expected - SOON else Silence.CALM


def days_silent(ended_at: datetime, word_at: datetime | None, now: datetime) -> int:
    """Whole days since the candidate last heard something: from the end of the interview, or from a word since."""
    return max(0, (now - max(ended_at, word_at or ended_at)).days)


def escalates_at(promised_at: datetime, workdays: int, zone: ZoneInfo, region: str) -> datetime:
    """When the hiring lead hears of a promise that was not kept."""
    return due_by(promised_at, workdays, zone, region)
