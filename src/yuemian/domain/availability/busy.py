"""Busy times as values: start inclusive, end exclusive, aware; a subject never gets here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BusyKind(StrEnum):
    """Why a person cannot be had; ordered from the hardest to the softest by `WEIGHT`."""

    BUSY = "busy"
    AWAY = "away"  # out of office
    TENTATIVE = "tentative"
    OUTSIDE = "outside"  # outside of their own working hours
    INTERVIEW = "interview"  # holds another interview of ours


WEIGHT = {kind: place for place, kind in enumerate(("interview", "busy", "away", "tentative", "outside"))}


@dataclass(frozen=True, slots=True, order=True)
class Busy:
    """One busy time. Raises ValueError for a floating or empty one."""

    start: datetime
    end: datetime
    kind: BusyKind = BusyKind.BUSY

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("A busy time needs a time zone at both ends.")
        if self.end <= self.start:
            raise ValueError("A busy time must end after it starts.")

    def meets(self, start: datetime, end: datetime) -> bool:
        return self.start < end and start < self.end


class WhyUnknown(StrEnum):
    """Why nothing can be said; each has one sentence with its remedy on the pages."""

    NOT_CONNECTED = "not_connected"  # no calendar is connected
    NOT_SHARED = "not_shared"  # the service does not know the address, or may not read it
    REFUSED = "refused"  # user name, password or key was refused
    NOT_FOUND = "not_found"  # there is no calendar at this address
    UNREACHABLE = "unreachable"  # no connection, or an address that must not be connected to
    TIMEOUT = "timeout"
    THROTTLED = "throttled"  # asked too often
    UNREADABLE = "unreadable"  # an answer that is not understood
    SETTINGS = "settings"  # the stored settings cannot work


@dataclass(frozen=True, slots=True)
class Unknown:
    """Never to be shown as free. `detail` is a sentence without addresses or secrets, safe to log."""

    reason: WhyUnknown
    detail: str = ""


#: What a calendar says about one person.
FreeBusyAnswer = list[Busy] | Unknown


def busy_between(times: Iterable[Busy], start: datetime, end: datetime) -> list[Busy]:
    """Those that meet the span, cut to it, in order."""
    met = (each for each in times if each.meets(start, end))
    return sorted(Busy(max(each.start, start), min(each.end, end), each.kind) for each in met)


def joined(times: Iterable[Busy]) -> list[Busy]:
    """The same without overlaps and seams, whatever the kinds: when a person cannot be had. A joined time has the
    hardest kind in it."""
    found: list[Busy] = []
    for each in sorted(times):
        last = found[-1] if found else None
        if last is None or each.start > last.end:
            found.append(each)
            continue
        kind = min(last.kind, each.kind, key=lambda kind: WEIGHT[kind])
        found[-1] = Busy(last.start, max(last.end, each.end), kind)
    return found
