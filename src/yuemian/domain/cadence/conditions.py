"""Whether a step's conditions hold: those that the appointment decides, and those that the answer decides."""

from __future__ import annotations

from typing import Final

from yuemian.domain.cadence.situation import Situation
from yuemian.domain.cadence.step import Anchor, Step
from yuemian.domain.cadence.timing import BEFORE_THE_INTERVIEW
from yuemian.domain.states import ANSWERED, Answer, Attendance, InterviewState, Purpose, ReasonCode

_UNANSWERED: Final = frozenset({Answer.NEEDS_ACTION})
#: Who said no, or wants another time, is not reminded of this one unless the step says so.
_STILL_COMING: Final = frozenset({Answer.NEEDS_ACTION, Answer.ACCEPTED})
_NOT_DECLINED: Final = frozenset(Answer) - {Answer.DECLINED}
_DID_NOT_COME: Final = frozenset({Attendance.NO_SHOW, Attendance.EXCUSED})
#: While the time is not settled the candidate is asked to choose one, and asked again.
_UNTIL_SETTLED: Final = frozenset({Purpose.INVITATION, Purpose.NUDGE})
_AFTERWARDS: Final = frozenset({Anchor.AFTER_END, Anchor.AFTER_PROMISE})


def wanted_answers(step: Step) -> frozenset[Answer]:
    """The answers with which the step goes out."""
    if step.purpose in {Purpose.INVITATION, Purpose.NUDGE} or step.anchor == Anchor.AFTER_SILENCE:
        return _UNANSWERED
    if step.conditions.answers:
        return step.conditions.answers
    if step.anchor == Anchor.AFTER_ANSWER:
        return frozenset(ANSWERED)
    return _STILL_COMING if step.purpose in BEFORE_THE_INTERVIEW else _NOT_DECLINED


def never(step: Step, situation: Situation) -> ReasonCode | None:
    """Why the step has no place in this interview's agenda as the interview now is."""
    if situation.state == InterviewState.CANCELLED:
        return ReasonCode.INTERVIEW_CANCELLED
    # Without a settled time there is nothing to remind of: the candidate is only asked to choose one.
    if situation.state == InterviewState.DRAFT and step.purpose not in _UNTIL_SETTLED:
        return ReasonCode.CONDITION_NOT_MET
    if not _fits(step, situation):
        return ReasonCode.CONDITION_NOT_MET
    is_after = step.anchor in _AFTERWARDS
    if is_after and (situation.attendance in _DID_NOT_COME or situation.state == InterviewState.NO_SHOW):
        return ReasonCode.DID_NOT_COME
    if step.anchor == Anchor.AFTER_PROMISE and situation.is_decided:
        return ReasonCode.RESULT_DECIDED
    if not is_after and situation.state in {InterviewState.COMPLETED, InterviewState.NO_SHOW}:
        return ReasonCode.INTERVIEW_OVER
    return None


def _fits(step: Step, situation: Situation) -> bool:
    conditions = step.conditions
    local = situation.starts_at.astimezone(situation.zone)
    return (
        situation.missed >= conditions.missed_at_least
        and (not conditions.weekdays or local.isoweekday() in conditions.weekdays)
        and (conditions.starts_from is None or local.time() >= conditions.starts_from)
        and (conditions.starts_until is None or local.time() < conditions.starts_until)
        and (conditions.is_first is None or conditions.is_first == situation.is_first)
        and (not conditions.modes or situation.mode in conditions.modes)
    )
