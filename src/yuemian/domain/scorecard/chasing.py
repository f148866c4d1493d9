"""When an interviewer is asked for a scorecard: two hours after the end, then workday mornings, then HR hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from yuemian.domain.quiet import first_instant
from yuemian.domain.workdays import is_workday

FIRST_AFTER: Final = timedelta(hours=2)
#: After the first mail, so many mornings; then the recruiter is told, and the mails end.
MOST_MORNINGS: Final = 5
MORNING: Final = time(9)
#: Nobody is asked at night; what would come then comes the next morning, on whatever day.
EVENING: Final = time(21)
_WAKING: Final = time(8)
#: The longest run of free days anywhere is far shorter.
_HORIZON: Final = 30


class Step(StrEnum):
    ASK = "ask"
    TELL_RECRUITER = "tell_recruiter"


class Asked(NamedTuple):
    """One mail that was sent for a scorecard. By a person's press when not `is_automatic`."""

    at: datetime
    is_automatic: bool = True


class Next(NamedTuple):
    step: Step
    at: datetime


def next_step(ended_at: datetime, asked: Sequence[Asked], zone: ZoneInfo, region: str) -> Next:
    """What comes next for one interviewer, on their clock and by their workdays. `asked` in any order.

    A person's press counts as no mail of the series, and puts its next one off to another day.
    """
    if not asked:
        return Next(Step.ASK, _not_at_night(ended_at + FIRST_AFTER, zone))
    times = sum(each.is_automatic for each in asked)
    at = _next_morning(max(each.at for each in asked), zone, region)
    return Next(Step.ASK if times <= MOST_MORNINGS else Step.TELL_RECRUITER, at)


def _not_at_night(at: datetime, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone)
    if _WAKING <= local.time() < EVENING:
        return at
    day = local.date() + timedelta(days=int(local.time() >= EVENING))
    return first_instant(day, MORNING, zone)


def _next_morning(after: datetime, zone: ZoneInfo, region: str) -> datetime:
    day = after.astimezone(zone).date()
    for _ in range(_HORIZON):
        day += timedelta(days=1)
        if is_workday(day, region):
            return first_instant(day, MORNING, zone)
    raise ValueError(f"No workday within {_HORIZON} days after {after:%Y-%m-%d} in '{region}'.")
