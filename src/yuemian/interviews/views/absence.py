"""An interviewer cannot come: whom it concerns is shown, and one press tells all of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, Role, User, UserQuerySet
from yuemian.interviews.actions.absence import cannot_come, clock_of, held_on
from yuemian.interviews.board import zone_of
from yuemian.interviews.models import SlotSeries
from yuemian.interviews.slots.forms import ChooseForm
from yuemian.messaging.actions.content import NoTemplate
from yuemian.ui.when import zone_text


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_INTERVIEWS)
def show(request: SignedInRequest) -> HttpResponse:
    """`?interviewer=…&day=…`, and `only=` one interview of that day."""
    user, now = request.user, timezone.now()
    values = request.POST if request.method == "POST" else request.GET
    people = _people(user)
    chosen = _id(values.get("interviewer"))
    interviewer = (
        get_object_or_404(people, pk=chosen) if chosen else (user if _is_interviewer(user) else None)
    )
    zone = clock_of(user, interviewer) if interviewer else zone_of(user)
    day = _date(values.get("day")) or now.astimezone(zone).date()
    initial = {
        "until": (now + timedelta(days=7)).astimezone(zone).date(),
        "reason": _("The interviewer cannot come."),
    }
    form = ChooseForm(request.POST or None, now=now, zone=zone, initial=initial)
    rows = held_on(user, interviewer, day, zone, now=now).with_people() if interviewer else []
    only = _id(values.get("only"))
    found = [each for each in rows if only is None or each.pk == only]
    ticked = _ids(request) if request.method == "POST" else {each.pk for each in found}
    if request.method == "POST" and interviewer and form.is_valid():
        return _do(request, form, interviewer, day, now)
    own = SlotSeries.objects.visible_to(user).filter(interviewer=interviewer, is_active=True)
    context = {
        "people": people,
        "interviewer": interviewer,
        "day": day,
        "only": only,
        "found": found,
        "ticked": ticked,
        "form": form,
        "zone_name": zone_text(zone),
        "has_times": interviewer is not None and own.exists(),
    }
    return render(request, "interviews/slots/absence.html", context, status=422 if form.errors else 200)


def _do(
    request: SignedInRequest, form: ChooseForm, interviewer: User, day: date, now: datetime
) -> HttpResponse:
    ids, data = _ids(request), form.cleaned_data
    try:
        done = cannot_come(
            request.user, interviewer, ids, day=day, until=data["until"], reason=data["reason"], now=now
        )
    except NoTemplate:
        messages.error(
            request,
            _(
                "No template for this message is published yet; publish one under Templates. Nothing was changed."
            ),
        )
    else:
        count = len(done.asked)
        asked = ngettext(
            "%(count)s candidate is asked to choose another time.",
            "%(count)s candidates are asked to choose another time.",
            count,
        )
        told = ngettext("%(count)s is being told.", "%(count)s are being told.", done.told)
        text = f"{asked % {'count': count}} {told % {'count': done.told}}"
        if done.closed:
            text += " " + _("The day is closed.")
        messages.success(request, text)
    return HttpResponseRedirect(reverse("today"))


def _people(user: User) -> UserQuerySet:
    """Whose absence this person may announce: their own, and for HR everybody's."""
    people = User.objects.visible_to(user).who_may_interview()
    if user.may(Permission.EDIT_INTERVIEWS):
        return people
    if not _is_interviewer(user):
        raise PermissionDenied
    return people.filter(pk=user.pk)


def _is_interviewer(user: User) -> bool:
    return user.role == Role.INTERVIEWER


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _ids(request: SignedInRequest) -> set[UUID]:
    return {each for each in map(_id, request.POST.getlist("ids")) if each}


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
