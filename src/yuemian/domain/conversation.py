"""Whose turn it is in a conversation, since when somebody waits, and how long one may still write back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from .states import Channel, ConversationState

S = ConversationState
T = TypeVar("T")


class Voice(StrEnum):
    """As whom a message of the company appears on the candidate's page."""

    COMPANY = "company"  # its author by name
    INTERVIEWER = "interviewer"  # as the interviewer, without a name
    NAMED_INTERVIEWER = "named_interviewer"
    AUTOMATIC = "automatic"  # nobody wrote it


class NoteKind(StrEnum):
    """Who tells colleagues something beside a conversation."""

    COLLEAGUE = "colleague"  # its author
    SYSTEM = "system"  # nobody: what came in and could not be trusted


class Urgency(StrEnum):
    """How long a candidate has been waiting, in steps that a person acts on."""

    FRESH = "fresh"
    AGEING = "ageing"
    OLD = "old"


#: From here on the waiting is shown as such: half a working day, then a whole day and night.
AGEING_AFTER: Final = timedelta(hours=4)
OLD_AFTER: Final = timedelta(hours=24)

#: How long after a person's last message a channel lets us write back; a channel that is not here has no end. What is
#: to come: Tencent's customer-service window of 48 hours (docs/channels).
REPLY_WINDOWS: Final[Mapping[Channel, timedelta]] = {Channel.WECHAT: timedelta(hours=48)}


@dataclass(frozen=True, slots=True)
class Standing:
    """What moves in a conversation. `ranked_at` is what the list of its state is sorted by."""

    state: ConversationState = S.OPEN
    waiting_since: datetime | None = None
    snoozed_until: datetime | None = None
    is_muted: bool = False
    first_asked_at: datetime | None = None
    first_reply_at: datetime | None = None
    asked_at: datetime | None = None
    last_message_at: datetime | None = None
    #: When the system last put something beside it that a person should read.
    noted_at: datetime | None = None
    ranked_at: datetime | None = None
    #: As it was before it was resolved, so that this can be taken back.
    state_before: ConversationState | None = None
    waited_since: datetime | None = None


def asked(standing: Standing, now: datetime) -> Standing:
    """The candidate wrote. That opens whatever was pending, asleep or resolved, unless it is muted."""
    heard = replace(
        standing,
        first_asked_at=standing.first_asked_at or now,
        asked_at=now,
        last_message_at=now,
    )
    if standing.is_muted and standing.state is S.RESOLVED:
        return replace(heard, ranked_at=now)
    waiting_since = standing.waiting_since or now
    return _moved(heard, S.OPEN, waiting_since=waiting_since, ranked_at=waiting_since)


def answered(standing: Standing, now: datetime) -> Standing:
    """A person of the company wrote: it is the candidate's turn."""
    first = standing.first_reply_at or (now if standing.first_asked_at else None)
    said = replace(standing, first_reply_at=first, last_message_at=now)
    return _moved(said, S.PENDING, waiting_since=None, ranked_at=now)


def told(standing: Standing, now: datetime) -> Standing:
    """The system wrote by itself: nobody has been answered by that."""
    return replace(standing, last_message_at=now)


def noted(standing: Standing, now: datetime) -> Standing:
    """The system put something beside it for a person to read. It opens, but nobody is kept waiting by that: whoever
    wrote it may be anybody."""
    heard = replace(standing, noted_at=now)
    if standing.is_muted and standing.state is S.RESOLVED:
        return heard
    return _moved(heard, S.OPEN, ranked_at=standing.waiting_since or now)


def snoozed(standing: Standing, until: datetime, now: datetime) -> Standing:
    """Asleep until a time. Whoever waits goes on waiting: that is not hidden. Raises ValueError for the past."""
    if until <= now:
        raise ValueError("A conversation sleeps until a time to come.")
    return _moved(standing, S.SNOOZED, snoozed_until=until, ranked_at=until)


def woken(standing: Standing, now: datetime) -> Standing:
    return opened(standing, now) if standing.state is S.SNOOZED else standing


def opened(standing: Standing, now: datetime) -> Standing:
    """By hand, or because its time has come. Who waited when it was resolved waits again."""
    waiting_since = standing.waiting_since or standing.waited_since
    return _moved(standing, S.OPEN, waiting_since=waiting_since, ranked_at=waiting_since or now)


def left_to_candidate(standing: Standing, now: datetime) -> Standing:
    """By hand: answered elsewhere, by telephone for instance."""
    return _moved(standing, S.PENDING, waiting_since=None, ranked_at=now)


def resolved(standing: Standing, now: datetime) -> Standing:
    if standing.state is S.RESOLVED:
        return standing
    done = _moved(standing, S.RESOLVED, waiting_since=None, ranked_at=now)
    return replace(
        done,
        snoozed_until=standing.snoozed_until,
        state_before=standing.state,
        waited_since=standing.waiting_since,
    )


def unresolved(standing: Standing, now: datetime) -> Standing:
    """Take resolving back: everything as it was, but no sleep that is over."""
    if standing.state is not S.RESOLVED:
        return standing
    until, before = standing.snoozed_until, standing.state_before
    if before is S.SNOOZED and until is not None and until > now:
        slept = _moved(standing, S.SNOOZED, snoozed_until=until, ranked_at=until)
        return replace(slept, waiting_since=standing.waited_since)
    if before is S.PENDING:
        return _moved(standing, S.PENDING, ranked_at=standing.last_message_at or now)
    return opened(standing, now)


def _moved(
    standing: Standing,
    state: ConversationState,
    *,
    ranked_at: datetime,
    waiting_since: datetime | bool | None = False,
    snoozed_until: datetime | None = None,
) -> Standing:
    """`waiting_since` left out stays as it is."""
    return replace(
        standing,
        state=state,
        ranked_at=ranked_at,
        waiting_since=standing.waiting_since if isinstance(waiting_since, bool) else waiting_since,
        snoozed_until=snoozed_until,
        state_before=None,
        waited_since=None,
    )


def urgency(waiting_since: datetime, now: datetime) -> Urgency:
    waited = now - waiting_since
    if waited >= OLD_AFTER:
        return Urgency.OLD
    return Urgency.AGEING if waited >= AGEING_AFTER else Urgency.FRESH


def can_reply_until(channel: Channel | None, last_asked_at: datetime | None) -> datetime | None:
    """Until when an answer still goes out on the channel that a person wrote on; None: there is no end.

    A page, a mail and a text message have none. `channel` is None for what was asked on the page.
    """
    window = REPLY_WINDOWS.get(channel) if channel is not None else None
    return last_asked_at + window if window and last_asked_at else None


def stand_in(person: T, deputies: Mapping[T, T | None]) -> T:
    """Who takes what comes for `person`. `deputies` holds those who are away, with their deputy.

    A deputy who is away has a deputy too; where the chain ends with nobody or runs in a circle it stays with
    `person`, who finds it on coming back.
    """
    seen, here = {person}, person
    while here in deputies:
        following = deputies[here]
        if following is None or following in seen:
            return person
        seen.add(following)
        here = following
    return here
