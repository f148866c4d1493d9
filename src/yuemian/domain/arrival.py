"""Coming to an interview: what a candidate may say of it and when, and what stands of all that was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class SignalKind(StrEnum):
    """What a candidate says on the way."""

    HERE = "here"
    LATE = "late"
    LOST = "lost"  # cannot find it, or cannot get in
    WORD = "word"  # in words of their own


class Via(StrEnum):
    """How it was said."""

    PAGE = "page"  # on the candidate's own page
    POSTER = "poster"  # by the code at reception
    RECEPTION = "reception"  # somebody of the company ticked it


#: Delays that can be said with one press, in minutes.
DELAYS: Final = (5, 10, 20, 30)
#: Who arrives earlier waits before the door of a closed office.
HERE_FROM: Final = timedelta(hours=1)
#: Who knows hours before that the train stands says so then.
SAID_FROM: Final = timedelta(hours=3)
#: From then on the interviewer is asked who came …
ASKED_AFTER: Final = timedelta(minutes=15)
#: … and from then on the day's list asks, whose turn it is or not.
OVERDUE_AFTER: Final = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Said:
    """One signal, as far as it matters for what stands."""

    kind: SignalKind
    at: datetime
    minutes: int | None = None
    via: Via = Via.PAGE
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """What stands of one interview. Who has arrived is no longer late or lost."""

    arrived_at: datetime | None = None
    via: Via | None = None
    late_minutes: int | None = None
    is_lost: bool = False
    #: Said, and nobody of the company has taken it up yet.
    open_since: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return self == Arrival()


def opens_at(kind: SignalKind, starts_at: datetime) -> datetime:
    return starts_at - (HERE_FROM if kind == SignalKind.HERE else SAID_FROM)


def may_say(kind: SignalKind, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    return opens_at(kind, starts_at) <= now < ends_at


def standing(said: Iterable[Said]) -> Arrival:
    """Fold the signals of one revision, in whatever order they come."""
    arrival = Arrival()
    for each in sorted(said, key=lambda one: one.at):
        arrival = _after(arrival, each)
    return arrival


def _after(arrival: Arrival, said: Said) -> Arrival:
    if said.kind == SignalKind.HERE:
        if arrival.arrived_at is not None:
            return arrival
        return Arrival(arrived_at=said.at, via=said.via)
    since = arrival.open_since or (None if said.is_settled else said.at)
    if arrival.arrived_at is not None:
        return replace(arrival, open_since=since) if said.kind == SignalKind.WORD else arrival
    if said.kind == SignalKind.LATE:
        return replace(arrival, late_minutes=said.minutes, open_since=since)
    if said.kind == SignalKind.LOST:
        return replace(arrival, is_lost=True, open_since=since)
    return replace(arrival, open_since=since)


def is_news(said: Iterable[Said], kind: SignalKind, minutes: int | None, *, has_words: bool) -> bool:
    """Whether saying it again would tell anybody anything."""
    arrival = standing(said)
    if kind == SignalKind.HERE:
        return arrival.arrived_at is None
    if has_words:
        return True
    if arrival.arrived_at is not None:
        return False
    if kind == SignalKind.LATE:
        return minutes is not None and minutes != arrival.late_minutes
    return kind == SignalKind.LOST and not (arrival.is_lost and arrival.open_since)


def is_same_person(name: str, digits: str, given_name: str, given_digits: str) -> bool:
    """Whether the first character of a name and the last four digits of a number are theirs.

    Of a name with several words the first letter of each will do: people differ about which one comes first.
    """
    initials = {word[0].casefold() for word in name.replace("·", " ").split() if word}
    known = "".join(filter(str.isdigit, digits))[-4:]
    return len(known) == 4 and known == given_digits and given_name.strip()[:1].casefold() in initials - {""}
