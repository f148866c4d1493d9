"""Who is free at a time: a part of the interview's pages and forms, fetched once they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import SignedInRequest, detached, requires
from yuemian.accounts.models import Permission, User
from yuemian.interviews.calendars.forms import TimeForm
from yuemian.interviews.calendars.free_busy import Question, Seat, answered, prepare
from yuemian.interviews.calendars.wording import detail
from yuemian.interviews.views.detail import fetch
from yuemian.trust.tenancy import acting_in

#: More people do not hold one interview.
MOST = 20


@detached
@require_safe
@requires(Permission.SEE_INTERVIEWS)
def of_interview(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """Its interviewers at its time; or, with the fields of a form, at the time and for the people chosen there."""
    user, now = request.user, timezone.now()
    with acting_in(user.organization_id):
        interview = fetch(user, interview_id)
        # Other people and other times are for those who may choose them.
        chosen = request.GET if user.may(Permission.EDIT_INTERVIEWS) else QueryDict()
        given = TimeForm(chosen, user=user)
        own = (interview.starts_at, interview.ends_at, interview.zone) if interview.is_settled else None
        span = given.span() if "date" in chosen else own
        if "chosen" in chosen:
            given.is_valid()
            people = list(given.cleaned_data.get("interviewers", ()))
        else:
            people = list(interview.interviewers.select_related("branch", "organization"))
        question = _question(user, people, span, now, besides=interview.pk)
    return _shown(request, question, span, bool(people))


@detached
@require_safe
@requires(Permission.EDIT_INTERVIEWS)
def of_form(request: SignedInRequest) -> HttpResponse:
    """The people and the time chosen in the form of a new interview."""
    user, now = request.user, timezone.now()
    with acting_in(user.organization_id):
        given = TimeForm(request.GET, user=user)
        span = given.span()
        people = list(given.cleaned_data.get("interviewers", ())) if span else []
        question = _question(user, people, span, now)
    return _shown(request, question, span, bool(request.GET.getlist("interviewers")))


Span = tuple[datetime, datetime, ZoneInfo]


def _question(
    user: User, people: Sequence[User], span: Span | None, now: datetime, *, besides: UUID | None = None
) -> Question | None:
    """None where there is nothing to ask: no time, nobody, or a time that is over."""
    if span is None or not people or span[1] <= now:
        return None
    return prepare(user.organization_id, people[:MOST], span[0], span[1], besides=besides)


def _shown(
    request: SignedInRequest, question: Question | None, span: Span | None, has_people: bool
) -> HttpResponse:
    seats: list[Seat] = answered(question) if question else []
    zone = span[2] if span else ZoneInfo("UTC")
    context: dict[str, Any] = {
        "seats": [(seat, detail(seat.judgement, zone)) for seat in seats],
        "has_people": has_people,
        "has_time": span is not None,
    }
    return render(request, "interviews/parts/free_busy.html", context)
