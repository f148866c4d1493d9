"""An open step with its time, and whether something at nearly the same time says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from yuemian.domain.cadence.conditions import wanted_answers
from yuemian.domain.cadence.situation import Fate, Said, Situation
from yuemian.domain.cadence.step import ON_EVENTS, Step
from yuemian.domain.cadence.timing import LATE, RECALLING, Due, Shift
from yuemian.domain.states import Purpose

INVITING: Final = frozenset({Purpose.INVITATION, Purpose.CHANGE})
ASKING: Final = INVITING | RECALLING
#: What was said longer ago than this may be said again, however far the interview is.
_NEAR: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Timed:
    """An open step with a time: `goes_at` is when it goes as seen from now."""

    step: Step
    due: Due
    goes_at: datetime
    is_estimate: bool

    @property
    def is_displaced(self) -> bool:
        """Whether it goes at another time than it is meant to; the candidate's own hour is meant."""
        is_meant = self.due.shift in {Shift.NONE, Shift.OWN_HOUR}
        return not is_meant or self.goes_at - (self.due.at or self.goes_at) > LATE

    def meets(self, other: Timed) -> bool:
        """Whether the two go at one moment by displacement, or by the hour that the candidate chose."""
        are_moved = self.due.shift == other.due.shift == Shift.OWN_HOUR
        return self.is_displaced or other.is_displaced or are_moved

    @property
    def rank(self) -> tuple[bool, bool, bool, float]:
        """Among those of one moment: invitations first, then what stands at its own time, then the latest planned."""
        return (
            self.step.purpose != Purpose.INVITATION,
            self.step.purpose not in RECALLING,
            self.is_displaced,
            -self.due.planned_at.timestamp(),
        )


def is_fresh(said: Said, timed: Timed, situation: Situation, now: datetime) -> bool:
    """Said within a quarter of the time that remains, or an invitation after the reminder's own time.

    Two steps of a plan, both at their own time, are meant to be as near as they are; and what counts from a
    sending or an answer is meant to follow it.
    """
    counts = RECALLING if timed.step.anchor in ON_EVENTS else ASKING
    if said.fate == Fate.LOST or said.purpose not in counts:
        return False
    at = said.left_at or max(said.due_at, now)
    is_planned = bool(said.step_key) and said.purpose in RECALLING
    if is_planned and not timed.is_displaced:
        return False
    is_near = timed.goes_at - at < _near(timed, situation)
    return is_near or (said.purpose in INVITING and timed.due.planned_at <= at)


def follows(other: Timed, timed: Timed, situation: Situation) -> bool:
    """Whether the other one recalls the same so soon after this one that this one need not go."""
    return (
        other.step.purpose in RECALLING
        and timed.goes_at < other.goes_at
        and other.goes_at - timed.goes_at < _near(timed, situation)
        and situation.answer in wanted_answers(other.step)
    )


def _near(timed: Timed, situation: Situation) -> timedelta:
    return min((situation.starts_at - timed.goes_at) / 4, _NEAR)
