"""What other pages show of onboardings: the way to one on its interview's page, on Today what goes unchecked."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string

from yuemian.accounts.models import Permission, User
from yuemian.domain.onboarding import CaseState
from yuemian.domain.retention import NOTICE
from yuemian.interviews.models import Interview
from yuemian.onboarding.actions.begin import CannotBegin, look_whether_it_may_begin
from yuemian.onboarding.models import OnboardingCase

#: Lines of Today; one more tells that there are more.
SHOWN: Final = 20


def on_actions(request: HttpRequest, interview: Interview, now: datetime) -> str:
    """Nothing where it may not begin: nobody is to press for a form that follows from no pass."""
    user = request.user
    assert isinstance(user, User)
    if interview.starts_at > now or not user.may(Permission.SEE_ONBOARDING):
        return ""
    of_interview = OnboardingCase.objects.visible_to(user).filter(interview=interview)
    case = of_interview.exclude(state=CaseState.WITHDRAWN).first()
    may_begin = case is None and user.may(Permission.HANDLE_ONBOARDING) and _may_begin(interview)
    if case is None and not may_begin:
        return ""
    context = {"interview": interview, "case": case}
    return render_to_string("onboarding/parts/begin.html", context, request)


def _may_begin(interview: Interview) -> bool:
    try:
        look_whether_it_may_begin(interview)
    except CannotBegin:
        return False
    return True


def on_today(request: HttpRequest, now: datetime, recruiter: UUID | None, branch: UUID | None) -> str:
    """Forms that were handed in and are deleted within two weeks if nobody checks them.

    Administrators see those of everybody: whose they were may have left.
    """
    user = request.user
    assert isinstance(user, User)
    if not user.may(Permission.HANDLE_ONBOARDING):
        return ""
    waiting = (
        OnboardingCase.objects.visible_to(user)
        .with_people()
        .filter(state=CaseState.SUBMITTED, deleted_at=None, delete_at__lte=now + NOTICE)
    )
    if not user.may(Permission.EDIT_SETTINGS):
        if recruiter is not None:
            waiting = waiting.filter(interview__recruiter=recruiter)
        if branch is not None:
            waiting = waiting.filter(branch=branch)
    cases = list(waiting.order_by("delete_at", "pk")[: SHOWN + 1])
    if not cases:
        return ""
    count_text = f"{SHOWN}+" if len(cases) > SHOWN else str(len(cases))
    return render_to_string(
        "onboarding/parts/today.html", {"cases": cases[:SHOWN], "count_text": count_text}, request
    )
