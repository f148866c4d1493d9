"""Who came, and by when a result was promised: one press each, on the interview's own page."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.states import Attendance
from yuemian.interviews.actions.attendance import (
    CannotAttend,
    may_record,
    promise_result,
    record_attendance,
)
from yuemian.interviews.agenda.page import ATTENDANCE_ICONS, attendance_part
from yuemian.interviews.models import Interview
from yuemian.interviews.rows import rows_of
from yuemian.interviews.views.detail import detail, fetch

#: The promise holds for the whole of its day.
END_OF_DAY = time(18)


@require_POST
@requires(Permission.SEE_INTERVIEWS)
def attendance(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """Attended, no-show or excused; another press corrects it."""
    interview = fetch(request.user, interview_id)
    note_attendance(request, interview)
    return _again(request, interview_id)


def note_attendance(request: SignedInRequest, interview: Interview) -> None:
    """What the press says, where this person may say it. Raises PermissionDenied."""
    if not may_record(request.user, interview):
        raise PermissionDenied
    said = request.POST.get("attendance", "")
    if said not in list(ATTENDANCE_ICONS):
        return
    try:
        record_attendance(request.user, interview.pk, Attendance(said), now=timezone.now())
    except CannotAttend as problem:
        messages.warning(request, str(problem))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_INTERVIEWS)
def came(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """The one question after the start, where a mail leads. Whoever signed in is suggested, never noted by itself."""
    interview, now = fetch(request.user, interview_id), timezone.now()
    if request.method == "POST":
        note_attendance(request, interview)
        return HttpResponseRedirect(reverse("interview-came", args=[interview_id]))
    (row,) = rows_of([interview], request.user, now=now)
    has_arrived = row.arrival is not None and row.arrival.arrived_at is not None
    is_open = interview.attendance == Attendance.UNKNOWN
    context = {
        "interview": interview,
        "row": row,
        "suggested": str(Attendance.ATTENDED) if has_arrived and is_open else "",
        **(attendance_part(interview, now) if may_record(request.user, interview) else {}),
    }
    return render(request, "interviews/came.html", context)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def promise(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """By which day the candidate was told to hear; empty takes it back."""
    interview = fetch(request.user, interview_id)
    text = request.POST.get("by", "").strip()
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        messages.error(request, _("This is not a date; choose one from the calendar."))
        return _again(request, interview_id)
    by = datetime.combine(day, END_OF_DAY, interview.zone) if day else None
    promise_result(request.user, interview.pk, by, now=timezone.now())
    return _again(request, interview_id)


def _again(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(reverse("interview", args=[interview_id]))
    interview = fetch(request.user, interview_id)
    return render(request, "interviews/parts/live.html", detail(request.user, interview, now=timezone.now()))
