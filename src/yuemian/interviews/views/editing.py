"""Create an interview by hand, change it, cancel it; what will follow is shown before it is done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission, User
from yuemian.domain.states import Mode
from yuemian.interviews.actions.change import (
    QUIET_FIELDS,
    TOLD_FIELDS,
    CannotChange,
    Facts,
    cancel_interview,
    change_interview,
)
from yuemian.interviews.actions.choose import choose
from yuemian.interviews.actions.schedule import schedule_interviews
from yuemian.interviews.consequence import Consequence, consequence_of
from yuemian.interviews.forms import ROUNDS, ZONES, CancelForm, ChangeForm, NewInterviewForm, facts_of
from yuemian.interviews.models import Interview, Place
from yuemian.interviews.views.detail import fetch
from yuemian.interviews.wording import FIELDS, MODES, Text
from yuemian.messaging.actions.content import NoTemplate
from yuemian.ui.states import appearance
from yuemian.ui.when import full_text

EDITING = ["GET", "HEAD", "POST"]


@require_http_methods(EDITING)
@requires(Permission.EDIT_INTERVIEWS)
def create(request: SignedInRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    form = NewInterviewForm(request.POST or None, user=user, now=now, initial=_blank(user, now))
    if request.method == "POST" and form.is_valid():
        (interview_id,) = schedule_interviews(user, [form.appointment()], now=now)
        name = form.cleaned_data["name"]
        messages.success(request, _("The interview of %(name)s is created.") % {"name": name})
        if "invite" in request.POST and user.may(Permission.SEND):
            batch = choose(user, [interview_id], now=now)
            return HttpResponseRedirect(reverse("send-draft", args=[batch.pk]))
        return HttpResponseRedirect(reverse("interview", args=[interview_id]))
    context = {"form": form, "branches": Branch.objects.visible_to(user), **_lists()}
    context["may_send"] = user.may(Permission.SEND)
    status = 422 if form.is_bound else 200
    return render(request, "interviews/new.html", context, status=status)


def _blank(user: User, now: datetime) -> dict[str, Any]:
    """A form that is half filled: my branch, its clock and address, tomorrow, me."""
    branch = user.branch or Branch.objects.visible_to(user).first()
    zone = branch.time_zone if branch else user.organization.time_zone
    place = Place.objects.visible_to(user).in_use().filter(branch=branch).first()
    return {
        "place": place,
        "branch": branch,
        "recruiter": user,
        "round": ROUNDS[0],
        "time_zone": zone,
        "minutes": 60,
        "mode": Mode.ONSITE,
        "date": now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1),
        "place_name": branch.name if branch else "",
        "place_address": branch.address if branch else "",
    }


def _lists() -> dict[str, Any]:
    return {"rounds": ROUNDS, "zones": ZONES}


@require_http_methods(EDITING)
@requires(Permission.EDIT_INTERVIEWS)
def change(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """First the form, then what will happen, then it happens."""
    user, now = request.user, timezone.now()
    interview = fetch(user, interview_id)
    if not interview.is_open(now):
        return _closed(request, interview)
    places = Place.objects.visible_to(user)
    form = ChangeForm(request.POST or None, initial=facts_of(interview), now=now, places=places)
    context: dict[str, Any] = {"interview": interview, "form": form, **_lists()}
    if request.method != "POST" or not form.is_valid():
        return render(request, "interviews/change.html", context, status=422 if form.is_bound else 200)
    facts = form.facts()
    differences = differences_of(interview, facts)
    if form.cleaned_data["revision"] != interview.revision:
        form.add_error(None, _("Somebody changed this interview meanwhile. Check the values and save again."))
        data = request.POST.copy()
        data["revision"] = str(interview.revision)
        form.data = data
    elif not differences:
        form.add_error(None, _("Nothing is different yet. Change something, or go back."))
    elif "confirmed" in request.POST and "back" not in request.POST:
        return _changed(request, interview, facts, form.cleaned_data["reason"], now)
    elif "back" not in request.POST:
        context["differences"] = differences
        loud = any(getattr(facts, name) != getattr(interview, name) for name in TOLD_FIELDS)
        context["consequence"] = consequence_of(interview, user.organization) if loud else None
        context["new_start"] = full_text(facts.starts_at, interview.zone, with_year=False)
        return render(request, "interviews/change_confirm.html", context)
    return render(request, "interviews/change.html", context, status=422 if form.errors else 200)


def _changed(
    request: SignedInRequest, interview: Interview, facts: Facts, reason: str, now: datetime
) -> HttpResponse:
    try:
        done = change_interview(request.user, interview.pk, facts, now=now, reason=reason)
    except CannotChange as error:
        messages.error(request, str(error))
    except NoTemplate:
        messages.error(request, _no_template())
    else:
        name = interview.application.candidate.name
        text = (
            _("Changed. %(name)s is being told.")
            if done.is_told
            else _("Changed. No correction was necessary.")
        )
        messages.success(request, text % {"name": name})
    return HttpResponseRedirect(reverse("interview", args=[interview.pk]))


@require_http_methods(EDITING)
@requires(Permission.EDIT_INTERVIEWS)
def cancel(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """The page says what will happen; its button does it."""
    user, now = request.user, timezone.now()
    interview = fetch(user, interview_id)
    if not interview.is_open(now):
        return _closed(request, interview)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = cancel_interview(user, interview.pk, now=now, reason=form.cleaned_data["reason"])
        except CannotChange as error:
            messages.error(request, str(error))
        except NoTemplate:
            messages.error(request, _no_template())
        else:
            name = interview.application.candidate.name
            text = (
                _("Cancelled. %(name)s is being told.")
                if done.is_told
                else _("Cancelled. Nobody had been told.")
            )
            messages.success(request, text % {"name": name})
        return HttpResponseRedirect(reverse("interview", args=[interview.pk]))
    consequence: Consequence = consequence_of(interview, user.organization)
    context = {"interview": interview, "form": form, "consequence": consequence}
    return render(request, "interviews/cancel.html", context)


def _closed(request: SignedInRequest, interview: Interview) -> HttpResponse:
    messages.error(
        request, _("Only an interview that is scheduled and has not begun can be changed or cancelled.")
    )
    return HttpResponseRedirect(reverse("interview", args=[interview.pk]))


def _no_template() -> str:
    return _(
        "No template for this message is published yet; publish one under Templates. Nothing was changed."
    )


def differences_of(interview: Interview, facts: Facts) -> list[tuple[Text, str, str]]:
    """Field, old and new value, as people read them."""
    changed = [n for n in (*TOLD_FIELDS, *QUIET_FIELDS) if getattr(facts, n) != getattr(interview, n)]
    rows = [(FIELDS[name], _shown(interview, name), _shown(facts, name)) for name in changed]
    if facts.place_id and facts.place_id != interview.place_id:
        new = Place.objects.filter(pk=facts.place_id).first()
        rows.append((_("Directions and map"), str(interview.place or ""), str(new or "")))
    return rows


def _shown(facts: Interview | Facts, name: str) -> str:
    value = getattr(facts, name)
    if name == "starts_at" and isinstance(facts, Interview) and not facts.is_settled:
        return str(appearance(facts.state, "interview").label)
    if isinstance(value, datetime):
        zone = Interview(time_zone=facts.time_zone).zone
        return full_text(value, zone, with_year=False)
    if isinstance(value, timedelta):
        return _("%(count)s minutes") % {"count": int(value.total_seconds() // 60)}
    return str(MODES[value]) if name == "mode" else str(value)
