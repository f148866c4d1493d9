"""Write down who came, and by when a result was promised."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yuemian.accounts.models import Permission, User
from yuemian.domain.moves import check_move
from yuemian.domain.states import Attendance, InterviewState
from yuemian.interviews.actions.replan import touch, touch_candidates
from yuemian.interviews.actions.stages import note_interviewed
from yuemian.interviews.models import Change, ChangeKind, Interview
from yuemian.interviews.signals import interview_noted
from yuemian.trust import audit
from yuemian.trust.live import announce

#: People come early; before that nobody can have come, or failed to.
EARLIEST: Final = timedelta(hours=1)
_BECOMES: Final = {
    Attendance.ATTENDED: InterviewState.COMPLETED,
    Attendance.NO_SHOW: InterviewState.NO_SHOW,
    Attendance.EXCUSED: InterviewState.NO_SHOW,
}


class CannotAttend(Exception):  # noqa: N818
    """Attendance is for interviews that take place: not cancelled, and at most an hour ahead."""


def can_record(interview: Interview, now: datetime) -> bool:
    is_held = interview.state not in {InterviewState.CANCELLED, InterviewState.DRAFT}
    return is_held and interview.starts_at - EARLIEST <= now


def may_record(user: User, interview: Interview) -> bool:
    """Whoever edits interviews, and whoever holds this one."""
    return user.may(Permission.EDIT_INTERVIEWS) or any(
        each.pk == user.pk for each in interview.interviewers.all()
    )


def record_attendance(user: User, interview_id: UUID, attendance: Attendance, *, now: datetime) -> Interview:
    """Attended, no-show or excused; may be corrected, and the same again changes nothing. Raises CannotAttend."""
    with transaction.atomic():
        interview = (
            Interview.objects.visible_to(user)
            .select_for_update(of=("self",), no_key=True)
            .get(pk=interview_id)
        )
        if not can_record(interview, now) or attendance not in _BECOMES:
            raise CannotAttend(
                _("Attendance can be noted from one hour before an interview that is not cancelled.")
            )
        if attendance == interview.attendance:
            return interview
        check_move(Attendance, interview.attendance, attendance)
        became = _BECOMES[attendance]
        if became != interview.state:
            check_move(InterviewState, interview.state, became)
        interview.attendance, interview.state = attendance, became
        interview.save(update_fields=["attendance", "state"])
        Change.objects.create(
            organization_id=interview.organization_id,
            interview=interview,
            kind=ChangeKind(str(attendance)),
            revision=interview.revision,
            actor=user,
            at=now,
        )
        if attendance == Attendance.ATTENDED:
            note_interviewed(user.organization_id, [interview.pk])
        # Their other interviews too: who missed one before gets an extra reminder.
        touch_candidates(user.organization_id, [interview.application.candidate_id], now=now)
        interview_noted.send(Interview, interview=interview, at=now)
        audit.record(
            user.organization_id,
            user.actor,
            "interview.attendance_recorded",
            at=now,
            subject=("interview", interview.pk),
            attendance=str(attendance),
        )
        announce(user.organization_id, "interviews", interview=interview.pk)
    return interview


def promise_result(user: User, interview_id: UUID, by: datetime | None, *, now: datetime) -> Interview:
    """Write down by when the candidate was promised a result; None takes the promise back."""
    with transaction.atomic():
        interview = (
            Interview.objects.visible_to(user)
            .select_for_update(of=("self",), no_key=True)
            .get(pk=interview_id)
        )
        if by == interview.result_promised_at:
            return interview
        interview.result_promised_at = by
        interview.save(update_fields=["result_promised_at"])
        touch(user.organization_id, [interview.pk], now=now)
        interview_noted.send(Interview, interview=interview, at=now)
        audit.record(
            user.organization_id,
            user.actor,
            "interview.result_promised",
            at=now,
            subject=("interview", interview.pk),
        )
        announce(user.organization_id, "interviews", interview=interview.pk)
    return interview
