"""What stands of an onboarding among the buttons of an interview's page: to begin it, or the way to it."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string

from yuemian.accounts.models import Permission, User
from yuemian.domain.onboarding import CaseState
from yuemian.interviews.models import Interview
from yuemian.onboarding.actions.begin import CannotBegin, look_whether_it_may_begin
from yuemian.onboarding.models import OnboardingCase


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
