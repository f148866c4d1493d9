"""Whether an interview can be decided on at all: only what took place is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from yuemian.domain.results.outcome import Outcome
from yuemian.domain.states import Answer, InterviewState


class Obstacle(StrEnum):
    """Why there is nothing to decide."""

    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    UNSETTLED = "unsettled"  # it has no time yet
    NOT_COMING = "not_coming"  # said no, and nobody noted that they came all the same
    TO_COME = "to_come"
    ERASED = "erased"  # nobody is left whom a decision could be about


_BY_STATE: Final[Mapping[InterviewState, Obstacle]] = {
    InterviewState.CANCELLED: Obstacle.CANCELLED,
    InterviewState.NO_SHOW: Obstacle.NO_SHOW,
    InterviewState.DRAFT: Obstacle.UNSETTLED,
}
_NOT_COMING: Final = frozenset({Answer.DECLINED, Answer.RESCHEDULE_REQUESTED})


def obstacle(
    state: InterviewState, answer: Answer, starts_at: datetime, now: datetime, *, is_erased: bool = False
) -> Obstacle | None:
    """Why this interview is not to be decided on; None: it took place, or has begun.

    Whoever was noted as having come was interviewed, whatever they had answered before.
    """
    if is_erased:
        return Obstacle.ERASED
    if state in _BY_STATE:
        return _BY_STATE[state]
    if state == InterviewState.COMPLETED:
        return None
    if starts_at > now:
        return Obstacle.TO_COME
    return Obstacle.NOT_COMING if answer in _NOT_COMING else None


def needs_reason(outcome: Outcome) -> bool:
    """A rejection says why: what the candidate is told, and what is learned of a job, begin there."""
    return outcome is Outcome.REJECT
