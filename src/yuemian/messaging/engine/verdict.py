"""The last look before sending: is this message still true, wanted and reachable? Pure, one row at a time."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

from yuemian.domain.states import DeliveryState, Purpose, ReasonCode
from yuemian.hiring.models import ContactState
from yuemian.messaging.engine.claim import Claimed, Truth
from yuemian.messaging.subjects import CALLED_OFF, SUBJECTS


class Said(Protocol):
    """What a message says, and about what: all that the truth is held against, at the moment `now`."""

    @property
    def purpose(self) -> str: ...

    @property
    def step_key(self) -> str: ...

    @property
    def subject_kind(self) -> str: ...

    @property
    def subject_revision(self) -> int: ...

    @property
    def now(self) -> datetime: ...


class Verdict(NamedTuple):
    """Why a delivery does not go out."""

    state: DeliveryState
    reason: ReasonCode
    wait: float | None = None  # seconds; it goes back to the queue for so long, and this was no attempt


class Restraint(NamedTuple):
    """What speaks against sending now, though the message is true: until when, and why."""

    until: datetime | None = None
    reason: ReasonCode = ReasonCode.QUIET_HOURS
    is_reached: bool = False  # another channel of the same notification has arrived, or may have


_SKIPPED, _CANCELLED, _EXPIRED = DeliveryState.SKIPPED, DeliveryState.CANCELLED, DeliveryState.EXPIRED
#: A question's answer is worth reading whatever became of the interview meanwhile.
_ALWAYS_TRUE = frozenset({Purpose.ANSWER, Purpose.STAFF_NEWS, Purpose.TEST, Purpose.DIGEST, Purpose.CODE})
_ASKING = frozenset({Purpose.INVITATION, Purpose.NUDGE, Purpose.SCORECARD})
#: Said after the interview: that it is over makes them no less true. What staff are to hear before it, and no later,
#: has its start as the deadline.
_AFTERWARDS = frozenset(
    {Purpose.RESULT, Purpose.SURVEY, Purpose.STILL_DECIDING, Purpose.ATTENDANCE, Purpose.STAFF_REMINDER}
)
_CONTACT_REASONS = {
    ContactState.INVALID: ReasonCode.INVALID_CONTACT,
    ContactState.SUPPRESSED: ReasonCode.SUPPRESSED,
    ContactState.OPTED_OUT: ReasonCode.OPTED_OUT,
}


def verdict(row: Claimed, truth: Truth | None, restraint: Restraint | None = None) -> Verdict | None:
    """Why this message must not leave, or not now; None when it may."""
    if row.deadline_at <= row.now:
        return Verdict(_EXPIRED, ReasonCode.DEADLINE_PASSED)
    if row.key_wrapped is None:
        return Verdict(_SKIPPED, ReasonCode.ERASED)
    return untrue(row, truth) or _unreachable(row) or _restrained(row, restraint)


def gone_with_its_account() -> Verdict:
    """The account that may have it already is gone: nobody else may have it."""
    return Verdict(DeliveryState.UNKNOWN, ReasonCode.OUTCOME_UNKNOWN)


def untrue(row: Said, truth: Truth | None) -> Verdict | None:
    """Why what it says does not hold any more; None where it does. Also asked before a person tries again."""
    if row.subject_kind not in SUBJECTS:
        return None
    if truth is None:
        return Verdict(_SKIPPED, ReasonCode.ERASED)
    if row.purpose == Purpose.RESULT or row.purpose in _ALWAYS_TRUE:
        return _not_as_approved(row, truth) if row.purpose == Purpose.RESULT else None
    if truth.revision != row.subject_revision:
        return Verdict(_CANCELLED, ReasonCode.SUPERSEDED_BY_RESCHEDULE)
    if row.purpose == Purpose.CANCELLATION or row.step_key == CALLED_OFF:
        is_wrong = row.purpose == Purpose.CANCELLATION and truth.is_open
        return Verdict(_CANCELLED, ReasonCode.SUPERSEDED_BY_RESCHEDULE) if is_wrong else None
    if row.purpose in _AFTERWARDS:
        return Verdict(_CANCELLED, ReasonCode.INTERVIEW_CANCELLED) if truth.is_called_off else None
    return _too_late(row, truth, row.now) if truth.is_open else _closed(row, truth)


def _closed(row: Said, truth: Truth) -> Verdict:
    if row.purpose == Purpose.ONBOARDING and truth.is_answered:
        return Verdict(_SKIPPED, ReasonCode.RECIPIENT_ALREADY_REPLIED)  # the form was handed in
    return Verdict(_CANCELLED, SUBJECTS[row.subject_kind].closed_reason)


def _too_late(row: Said, truth: Truth, now: datetime) -> Verdict | None:
    if truth.closes_at is not None and truth.closes_at <= now:
        return Verdict(_EXPIRED, ReasonCode.INTERVIEW_OVER)
    return Verdict(_SKIPPED, ReasonCode.RECIPIENT_ALREADY_REPLIED) if _is_pointless(row, truth) else None


def _not_as_approved(row: Said, truth: Truth) -> Verdict | None:
    """A result leaves only while exactly what was approved holds; else it is held, for a person to look at."""
    if truth.is_called_off:
        return Verdict(_CANCELLED, ReasonCode.RESULT_RECALLED)
    if not truth.is_open or truth.revision != row.subject_revision:
        return Verdict(DeliveryState.HELD, ReasonCode.RESULT_CHANGED)
    return None


def _is_pointless(row: Said, truth: Truth) -> bool:
    """A person's reminder asks for the answer; a plan's one also reminds whoever has said that they come."""
    if row.purpose == Purpose.REMINDER:
        return truth.is_declined if row.step_key else truth.is_answered
    return row.purpose in _ASKING and truth.is_answered


def _unreachable(row: Claimed) -> Verdict | None:
    if row.user_name is not None:
        address = row.user_email if row.channel == "email" else row.user_phone
        return None if address else Verdict(_SKIPPED, ReasonCode.MISSING_CONTACT)
    if row.contact_point_id is None or row.contact_state is None:
        return Verdict(_SKIPPED, ReasonCode.MISSING_CONTACT)
    if row.contact_state == ContactState.ACTIVE:
        return None
    if row.purpose == Purpose.CODE and row.contact_state != ContactState.OPTED_OUT:
        return None  # it proves that the address is theirs, and that it works: a new one, or one that failed before
    if row.contact_state == ContactState.UNCONFIRMED:
        return Verdict(_SKIPPED, ReasonCode.MISSING_CONTACT)
    return Verdict(_SKIPPED, _CONTACT_REASONS[ContactState(row.contact_state)])


def _restrained(row: Claimed, restraint: Restraint | None) -> Verdict | None:
    """Quiet hours and the cap put off; what would then come too late for its purpose is left out."""
    if restraint is None:
        return None
    if restraint.is_reached:
        return Verdict(_SKIPPED, ReasonCode.REACHED_OTHERWISE)
    if restraint.until is None or restraint.until <= row.now:
        return None
    if restraint.until >= row.deadline_at:
        return Verdict(_SKIPPED, restraint.reason)
    return Verdict(DeliveryState.QUEUED, restraint.reason, (restraint.until - row.now).total_seconds())
