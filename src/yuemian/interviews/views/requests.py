"""Deciding a candidate's wish for another time, and leaving a time to the candidate."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.change import CannotChange
from yuemian.interviews.actions.reschedule import NoLongerOpen, accept_request, decline_request
from yuemian.interviews.actions.seats import JustTaken
from yuemian.interviews.consequence import consequence_of
from yuemian.interviews.models import Interview, RescheduleRequest
from yuemian.interviews.slots.forms import ChooseForm
from yuemian.interviews.slots.reading import offers_for
from yuemian.interviews.today import Scope
from yuemian.interviews.views.detail import fetch
from yuemian.interviews.wording import UNTOLD
from yuemian.messaging.actions.content import NoTemplate
from yuemian.messaging.actions.conversation import LONGEST


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def accept(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    """One press: the interview moves to the time that the candidate asked for."""
    user, found = request.user, _fetch(request, request_id)
    try:
        at = parse_datetime(request.POST.get("at", ""))
    except ValueError:
        at = None
    try:
        interview = accept_request(user, found.pk, at or found.at, now=timezone.now())
    except NoLongerOpen:
        messages.warning(
            request, _("This request is no longer open: somebody decided it, or the time changed.")
        )
    except JustTaken:
        messages.error(
            request,
            _("This time is no longer free. Offer the candidate other times, or choose one under “Change”."),
        )
    except (CannotChange, NoTemplate) as problem:
        messages.error(request, str(problem) if isinstance(problem, CannotChange) else _no_template())
    else:
        name = interview.application.candidate.name
        messages.success(request, _("Moved. %(name)s is being told.") % {"name": name})
    return _back(request, found)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def decline(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    """With words that the candidate reads: the time stays, or they choose again."""
    found, text = _fetch(request, request_id), request.POST.get("text", "").strip()[:LONGEST]
    if not text:
        messages.error(request, _("Write a word to the candidate."))
        return _back(request, found)
    try:
        is_told = decline_request(
            request.user, found.pk, text, now=timezone.now(), offers_again="again" in request.POST
        )
    except NoLongerOpen:
        messages.warning(
            request, _("This request is no longer open: somebody decided it, or the time changed.")
        )
    except NoTemplate:
        messages.error(request, _no_template())
    else:
        name = found.interview.application.candidate.name
        if is_told:
            messages.success(request, _("%(name)s is being told.") % {"name": name})
        else:
            messages.warning(request, UNTOLD)
    return _back(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_INTERVIEWS)
def choose(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """Leave the time to the candidate: what will happen is said first."""
    user, now = request.user, timezone.now()
    interview = fetch(user, interview_id)
    if not interview.is_open(now):
        return HttpResponseRedirect(reverse("interview", args=[interview.pk]))
    initial = {"until": (now + timedelta(days=7)).astimezone(interview.zone).date()}
    form = ChooseForm(request.POST or None, now=now, zone=interview.zone, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            done = ask_to_choose(user, interview.pk, until=data["until"], reason=data["reason"], now=now)
        except (CannotChange, NoTemplate) as problem:
            messages.error(request, str(problem) if isinstance(problem, CannotChange) else _no_template())
        else:
            name = interview.application.candidate.name
            told = _("%(name)s is being told and can choose a time.")
            untold = _("%(name)s can choose a time; the invitation says so. Nothing was sent yet.")
            messages.success(request, (told if done.is_told else untold) % {"name": name})
        return HttpResponseRedirect(reverse("interview", args=[interview.pk]))
    context = {
        "interview": interview,
        "form": form,
        "consequence": consequence_of(interview, user.organization),
        "count": _offered(interview, now),
    }
    return render(request, "interviews/slots/choose.html", context, status=422 if form.errors else 200)


def _offered(interview: Interview, now: datetime) -> int:
    return len(offers_for(interview, now=now))


def _fetch(request: SignedInRequest, request_id: UUID) -> RescheduleRequest:
    """Of an interview that this person may see, else 404."""
    rows = RescheduleRequest.objects.filter(organization_id=request.user.organization_id)
    found = get_object_or_404(rows, pk=request_id)
    fetch(request.user, found.interview_id)
    return found


def _back(request: SignedInRequest, found: RescheduleRequest) -> HttpResponse:
    if request.POST.get("from") == "today":
        scope = Scope.from_query(request.GET, request.user)
        return HttpResponseRedirect(f"{reverse('today')}?{scope.query}")
    return HttpResponseRedirect(reverse("interview", args=[found.interview_id]))


def _no_template() -> str:
    return _(
        "No template for this message is published yet; publish one under Templates. Nothing was changed."
    )
