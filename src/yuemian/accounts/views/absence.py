"""One's own absence: from when until when, and who answers meanwhile."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuemian.accounts import actions
from yuemian.accounts.actions import Absence
from yuemian.accounts.forms import AbsenceForm
from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.ui.when import zone_text


@requires(Permission.EDIT_INTERVIEWS)
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: SignedInRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    zone = _zone(user)
    if "back" in request.POST:
        actions.set_absence(user, None, now=now)
        messages.success(request, _("You are back: new conversations come to you."))
        return redirect("settings-absence")
    form = AbsenceForm(request.POST or None, user=user, zone=zone, initial=_initial(user, zone))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        actions.set_absence(
            user, Absence(data["since"], data["until"], data["deputy"], data["is_told"]), now=now
        )
        messages.success(request, _("Saved."))
        return redirect("settings-absence")
    context = {
        "form": form,
        "zone_name": zone_text(zone),
        "is_planned": user.away_until is not None and user.away_until > now,
    }
    return render(request, "accounts/absence.html", context, status=422 if form.errors else 200)


def _zone(user: User) -> ZoneInfo:
    return user.branch.zone if user.branch else ZoneInfo(user.organization.time_zone)


def _initial(user: User, zone: ZoneInfo) -> dict[str, object]:
    return {
        "since": _local(user.away_from, zone),
        "until": _local(user.away_until, zone),
        "deputy": user.deputy_id,
        "is_told": user.is_absence_told,
    }


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if at else ""
