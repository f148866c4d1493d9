"""Arrivals, one press each: somebody of the company saw the candidate, or looks after what the candidate said."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.interviews.actions.arrival import take_up, tick
from yuemian.interviews.actions.attendance import may_record
from yuemian.interviews.actions.respond import Refused
from yuemian.interviews.views.detail import fetch


@require_POST
@requires(Permission.SEE_INTERVIEWS)
def arrived(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    interview = fetch(request.user, interview_id)
    if not may_record(request.user, interview):
        raise PermissionDenied
    try:
        tick(request.user, interview.pk, now=timezone.now())
    except Refused:
        messages.warning(request, _("An arrival is noted from an hour before the interview until its end."))
    return _back(request, interview_id)


@require_POST
@requires(Permission.SEE_INTERVIEWS)
def taken_up(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    interview = fetch(request.user, interview_id)
    if not may_record(request.user, interview):
        raise PermissionDenied
    take_up(request.user, interview.pk, now=timezone.now())
    return _back(request, interview_id)


def _back(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """To the list it was pressed in, else to the interview."""
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return HttpResponseRedirect(wanted if is_ours else reverse("interview", args=[interview_id]))
