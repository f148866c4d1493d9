"""The items of an agenda: where each step stands, why, and when the clock must look again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from yuemian.domain.cadence.step import Step
from yuemian.domain.states import Answer, Purpose, ReasonCode

#: How soon to look again at what may happen any moment, and at what wakes the clock by itself.
_SOON: Final = timedelta(minutes=1)
_BY_ITSELF: Final = timedelta(hours=1)


class Verdict(StrEnum):
    """Where a step stands."""

    DONE = "done"
    DUE = "due"
    COMING = "coming"
    WAITING = "waiting"
    SKIPPED = "skipped"


class WhyCode(StrEnum):
    """One sentence each, worded by `interviews.agenda.wording`."""

    AS_PLANNED = "as_planned"
    AT_ONCE = "at_once"  # the planned moment had passed when the appointment became known
    LATE = "late"  # it was due, and could not go then
    MOVED_FROM_QUIET_HOURS = "moved_from_quiet_hours"
    MOVED_FROM_FREE_DAY = "moved_from_free_day"
    MOVED_TO_OWN_HOUR = "moved_to_own_hour"
    SENT = "sent"
    ON_ITS_WAY = "on_its_way"
    INVITED_BY_HAND = "invited_by_hand"
    CHANGE_TOLD = "change_told"
    LOST = "lost"  # planned, and then stopped or failed
    SUGGESTED = "suggested"
    WAITS_FOR_INVITATION = "waits_for_invitation"
    WAITS_FOR_SENDING = "waits_for_sending"
    WAITS_FOR_ANSWER = "waits_for_answer"
    WAITS_FOR_PROMISE = "waits_for_promise"
    WAITS_FOR_CONTACT = "waits_for_contact"
    WAITS_FOR_TEXT = "waits_for_text"
    WAITS_FOR_ATTENDANCE = "waits_for_attendance"
    WAITS_FOR_OUR_ANSWER = "waits_for_our_answer"
    SKIPPED = "skipped"  # the reason code says why
    OVERTAKEN = "overtaken"
    ADDED_LATE = "added_late"


@dataclass(frozen=True, slots=True)
class Why:
    """A sentence's code and its values: the moment that was planned, the message that made another one needless."""

    code: WhyCode
    planned_at: datetime | None = None
    by: Purpose | None = None
    answers: frozenset[Answer] = frozenset()


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One step of one interview. `due_at` is when it goes, was due, went, or would go; None: not known yet."""

    step: Step
    verdict: Verdict
    due_at: datetime | None
    why: Why
    latest_at: datetime | None = None
    reason: ReasonCode | None = None
    #: A person sends it from the Today page.
    is_suggestion: bool = False
    #: Depends on something that may still come otherwise: an answer, or a sending that has not happened.
    is_uncertain: bool = False
    #: Was decided before and stands in the records.
    is_recorded: bool = False

    @property
    def key(self) -> str:
        return self.step.key


def next_look(items: Iterable[AgendaItem], now: datetime) -> datetime | None:
    """When an interview must be looked at again; None when nothing can become due by itself.

    A step that counts a time from something that has not happened yet cannot be due before that time has passed
    from now: so nobody needs to tell the clock when it happens.
    """
    return min((look for item in items if (look := _look(item, now)) is not None), default=None)


def wakes_early(items: Iterable[AgendaItem]) -> bool:
    """Whether something may follow a sending or an answer so soon that the clock must be woken by it."""
    return any(
        item.verdict == Verdict.WAITING and item.due_at is None and item.step.least_wait < _BY_ITSELF
        for item in items
        if item.why.code in {WhyCode.WAITS_FOR_INVITATION, WhyCode.WAITS_FOR_ANSWER}
    )


def _look(item: AgendaItem, now: datetime) -> datetime | None:
    if item.verdict == Verdict.COMING:
        return max(item.due_at or now, now + _SOON if item.is_uncertain else now)
    if item.verdict == Verdict.SKIPPED and not item.is_recorded and item.due_at and item.due_at > now:
        return item.due_at
    if item.verdict != Verdict.WAITING or item.why.code == WhyCode.WAITS_FOR_PROMISE:
        return None
    # Whoever notes attendance wakes the clock.
    if item.why.code in {WhyCode.SUGGESTED, WhyCode.WAITS_FOR_ATTENDANCE}:
        return item.latest_at
    if item.why.code in {WhyCode.WAITS_FOR_CONTACT, WhyCode.WAITS_FOR_TEXT}:
        return max(item.due_at or now, now + 10 * _SOON)
    if item.due_at is not None:
        is_ours = item.why.code == WhyCode.WAITS_FOR_OUR_ANSWER
        return max(item.due_at, now + (_BY_ITSELF if is_ours else _SOON))
    return now + max(item.step.least_wait, _BY_ITSELF)
