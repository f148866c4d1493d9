"""The board: filters, counters, rows."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission, Role, User
from yuemian.domain.states import Answer, InterviewState
from yuemian.hiring.models import Job
from yuemian.interviews import board, rows
from yuemian.interviews.board import Day, Figure, Filters, NoticeState, Status
from yuemian.interviews.keyset import Place
from yuemian.interviews.models import Interview
from yuemian.ui.states import appearance
from yuemian.ui.templatetags.ui import with_parameters

DAYS = {
    Day.UPCOMING: _("From today on"),
    Day.TODAY: _("Today"),
    Day.TOMORROW: _("Tomorrow"),
    Day.WEEK: _("This week"),
    Day.NEXT_WEEK: _("Next week"),
    Day.PAST: _("Past"),
    Day.ANY: _("Any time"),
}
STATUSES = {
    Status.NOT_INVITED: (_("Not invited"), "neutral"),
    Status.WAITING: (_("Awaiting answer"), "warning"),
    Status.COMING: (_("Coming"), "success"),
    Status.NOT_COMING: (_("Not coming"), "danger"),
    Status.RESCHEDULE: (_("Wants another time"), "special"),
    Status.QUESTION: (_("Question open"), "info"),
    Status.FAILED: (_("Notice failed"), "danger"),
}
NOTICES = {
    NoticeState.NONE: _("Nothing sent"),
    NoticeState.WAITING: _("Waiting to be sent"),
    NoticeState.SENT: _("Sent"),
    NoticeState.DELIVERED: _("Delivered"),
    NoticeState.UNKNOWN: _("Outcome unknown"),
    NoticeState.FAILED: _("Failed"),
}
_FROM_THE_START = {"after": None, "before": None}


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def show(request: SignedInRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    filters = Filters.from_query(request.GET, user)
    after, before = (Place.read(request.GET.get(name, "")) for name in ("after", "before"))
    page = rows.page(user, filters, now=now, after=after, before=before)
    figures = board.count(user, filters, now=now)
    total = figures[filters.status.value if filters.status else "all"]
    context: dict[str, Any] = {
        "filters": filters,
        "page": page,
        "previous_page": _beside(request.GET, before=page.previous),
        "next_page": _beside(request.GET, after=page.following),
        "counters": _counters(request.GET, filters, figures),
        "total": total,
        "is_interviewer": user.role == Role.INTERVIEWER,
        "may_send": user.may(Permission.SEND),
        "may_edit": user.may(Permission.EDIT_INTERVIEWS),
        "may_import": user.may(Permission.IMPORT),
        "has_any": figures["all"].value > 0 or not filters.is_plain or _has_any(user),
        "days": list(DAYS.items()),
        "query": request.GET.urlencode(),
    }
    if request.headers.get("HX-Target") == "board":
        return render(request, "interviews/parts/board.html", context)
    return render(request, "interviews/board.html", {**context, **_choices(user)})


def _has_any(user: User) -> bool:
    return Interview.objects.visible_to(user).exists()


def _beside(query: QueryDict, **place: Place | None) -> str:
    """The address of a page beside this one; empty: there is none."""
    return with_parameters(query, {**_FROM_THE_START, **place}) if any(place.values()) else ""


def _counters(query: QueryDict, filters: Filters, figures: dict[str, Figure]) -> list[dict[str, Any]]:
    everything = {
        "label": _("All"),
        "value": str(figures["all"]),
        "url": with_parameters(query, {**_FROM_THE_START, "status": None}),
        "tone": "",
        "is_current": filters.status is None,
    }
    return [everything] + [
        {
            "label": label,
            "value": str(figures[status.value]),
            "url": with_parameters(query, {**_FROM_THE_START, "status": status.value}),
            "tone": tone,
            "is_current": filters.status == status,
        }
        for status, (label, tone) in STATUSES.items()
    ]


def _choices(user: User) -> dict[str, Any]:
    """What the filters offer."""
    recruiters = User.objects.visible_to(user).filter(role__in=[Role.RECRUITER, Role.ADMINISTRATOR])
    return {
        "jobs": Job.objects.visible_to(user).filter(is_open=True),
        "branches": Branch.objects.visible_to(user),
        "recruiters": recruiters.filter(is_active=True),
        "answers": [(answer, appearance(answer, "response").label) for answer in Answer],
        "notices": list(NOTICES.items()),
        "states": [
            (state, appearance(state, "interview").label)
            for state in InterviewState
            if state != InterviewState.DRAFT
        ],
    }
