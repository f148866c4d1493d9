"""Who is left out of a send, and why: shown before anything is planned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from yuemian.domain.states import Answer, Channel, InterviewState, Purpose

#: So long a link still opens after the interview's end, or after its message's deadline.
LINK_OUTLIVES: Final = timedelta(hours=24)
#: An answer to a question is worth sending, whatever became of the interview.
ANSWER_LASTS: Final = timedelta(days=3)


class LeftOut(StrEnum):
    """Why a chosen interview gets no message."""

    CANCELLED = "interview_cancelled"
    OVER = "interview_over"
    ALREADY_TOLD = "already_told"
    COOLING_DOWN = "cooling_down"
    ALREADY_ANSWERED = "already_answered"
    MISSING_CONTACT = "missing_contact"
    NO_TEXT = "no_text"


@dataclass(frozen=True)
class Choice:
    """What the decision needs to know of one interview and its candidate."""

    state: InterviewState
    answer: Answer
    starts_at: datetime
    was_told: bool
    channels: Collection[Channel]
    texts: Collection[Channel]
    #: Written to for the same purpose a moment ago: not again before this.
    cools_until: datetime | None = None


def channels_for(choice: Choice, wanted: Collection[Channel]) -> list[Channel]:
    """The wanted channels that reach this person with a text, in the order wanted."""
    return [channel for channel in wanted if channel in choice.channels and channel in choice.texts]


def left_out(
    choice: Choice,
    purpose: Purpose,
    wanted: Collection[Channel],
    *,
    now: datetime,
    due_at: datetime | None = None,
) -> LeftOut | None:
    """None when the message goes out, at `due_at` or now.

    What a person writes to somebody who asked goes out at any time, and at once.
    """
    if purpose != Purpose.ANSWER and (reason := _untimely(choice, purpose, now, due_at)) is not None:
        return reason
    if not any(channel in choice.channels for channel in wanted):
        return LeftOut.MISSING_CONTACT
    return None if channels_for(choice, wanted) else LeftOut.NO_TEXT


def is_over(starts_at: datetime, *, now: datetime, due_at: datetime | None = None) -> bool:
    """Whether a message that leaves at `due_at`, or now, comes after the interview has begun."""
    return starts_at <= max(now, due_at or now)


def _untimely(choice: Choice, purpose: Purpose, now: datetime, due_at: datetime | None) -> LeftOut | None:
    if choice.state == InterviewState.CANCELLED and purpose != Purpose.CANCELLATION:
        return LeftOut.CANCELLED
    if is_over(choice.starts_at, now=now, due_at=due_at):
        return LeftOut.OVER
    if choice.was_told:
        return LeftOut.ALREADY_TOLD
    if choice.cools_until is not None and choice.cools_until > now:
        return LeftOut.COOLING_DOWN
    if purpose == Purpose.INVITATION and choice.answer != Answer.NEEDS_ACTION:
        return LeftOut.ALREADY_ANSWERED
    return None


def worth_until(
    purpose: Purpose, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> tuple[datetime, datetime]:
    """Until when a message about an interview may leave, and until when its link opens."""
    deadline, link_expires = starts_at, ends_at + LINK_OUTLIVES
    if purpose != Purpose.ANSWER:
        return deadline, link_expires
    deadline = max(deadline, now + ANSWER_LASTS)
    return deadline, max(link_expires, deadline + LINK_OUTLIVES)
