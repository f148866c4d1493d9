"""Say who came to an interview; correctable."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.states import Attendance
from yuemian.interviews.models import Interview
from yuemian.trust import audit
from yuemian.trust.live import announce


def record_attendance(user: User, interview: Interview, attendance: Attendance, *, now: datetime) -> None:
    with transaction.atomic():
        Interview.objects.filter(pk=interview.pk).update(attendance=attendance)
        audit.record(
            user.organization_id,
            user.actor,
            "interview.attendance_recorded",
            at=now,
            subject=("interview", interview.pk),
            attendance=str(attendance),
        )
        announce(user.organization_id, "interviews", interview=interview.pk)
