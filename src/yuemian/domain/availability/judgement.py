"""One word about one person at one time: free is said only where something was asked and nothing stands against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .busy import WEIGHT, Busy, BusyKind, FreeBusyAnswer, Unknown, WhyUnknown, busy_between


class Availability(StrEnum):
    FREE = "free"
    BUSY = "busy"
    TENTATIVE = "tentative"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`meets` is what stands against the time; `why` is set where it is unknown."""

    availability: Availability
    meets: Busy | None = None
    why: Unknown | None = None


_WORDS = {
    BusyKind.INTERVIEW: Availability.BUSY,
    BusyKind.BUSY: Availability.BUSY,
    BusyKind.AWAY: Availability.BUSY,
    BusyKind.TENTATIVE: Availability.TENTATIVE,
    BusyKind.OUTSIDE: Availability.OUTSIDE,
}


def judge(calendar: FreeBusyAnswer | None, ours: Iterable[Busy], start: datetime, end: datetime) -> Judgement:
    """`calendar` None: none is connected. `ours` are our own interviews and the person's hours: certain either way.

    What stands against a time is said even where the calendar is silent; free never is.
    """
    known = [*ours, *(calendar if isinstance(calendar, list) else ())]
    against = sorted(busy_between(known, start, end), key=lambda each: (WEIGHT[each.kind], each.start))
    if against:
        return Judgement(_WORDS[against[0].kind], against[0])
    if isinstance(calendar, list):
        return Judgement(Availability.FREE)
    return Judgement(Availability.UNKNOWN, why=calendar or Unknown(WhyUnknown.NOT_CONNECTED))
