"""The Today page: a recruiter's and an interviewer's morning, its list for reception, and its one-press actions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission, Role, User
from yuemian.domain.states import Answer, BatchState
from yuemian.interviews import wording
from yuemian.interviews.actions.accept import Press, accept_suggestions
from yuemian.interviews.actions.choose import Outdated
from yuemian.interviews.needs import needs_of
from yuemian.interviews.reasons.reading import reasons_of_week
from yuemian.interviews.suggestions import Suggestions, suggest
from yuemian.interviews.today import COUNTED, Part, Scope, Today, read_today, to_invite
from yuemian.interviews.today.reading import midnight
from yuemian.interviews.today.scope import EVERYBODY, MINE
from yuemian.interviews.views.attendance import note_attendance
from yuemian.interviews.views.detail import fetch
from yuemian.interviews.wording import Text
from yuemian.messaging.models import Batch
from yuemian.ui.when import zone_text

PAGE = "interviews/today/page.html"
LIVE = "interviews/today/live.html"
HELD = "interviews/today/held.html"
HELD_LIVE = "interviews/today/held_live.html"
RECEPTION = "interviews/today/reception.html"
RECEPTION_LIVE = "interviews/today/reception_live.html"


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def show(request: SignedInRequest) -> HttpResponse:
    scope = Scope.from_query(request.GET, request.user)
    return _page(request, scope)


def _page(request: SignedInRequest, scope: Scope, status: int = 200) -> HttpResponse:
    user = request.user
    today = read_today(user, scope, now=timezone.now())
    context: dict[str, Any] = {
        "today": today,
        "scope": scope,
        "zone_name": zone_text(today.zone),
        "may_send": user.may(Permission.SEND),
        "may_edit": user.may(Permission.EDIT_INTERVIEWS),
    }
    if user.role == Role.INTERVIEWER:
        return render(request, HELD_LIVE if _is_part(request) else HELD, context)
    context["reasons"] = reasons_of_week(
        user, recruiter=user.pk if scope.is_mine else None, branch=scope.branch, now=today.now
    )
    context |= {"suggestions": _suggestions(today), "sends": _sends(user), "switches": _switches(user, scope)}
    return render(request, LIVE if _is_part(request) else PAGE, context, status=status)


def _is_part(request: SignedInRequest) -> bool:
    return request.headers.get("HX-Target") == "today-live"


def _suggestions(today: Today) -> dict[str, Any] | None:
    """What the confirm strip says; nothing for those who may not send, or when nobody is to be invited."""
    if not today.invite_ids or not today.user.may(Permission.SEND):
        return None
    found = suggest(today.user, today.invite_ids, now=today.now)
    return {
        "all": found,
        "channels": [
            (wording.channel(channel), wording.CHANNEL_ICONS[channel], count)
            for channel, count in found.by_channel.items()
        ],
        "left_out": [(wording.LEFT_OUT[reason], count) for reason, count in found.left_out.most_common()],
        "problem": _problem(found),
    }


def _problem(found: Suggestions) -> Text:
    if not found.has_channel:
        return _("No channel is set up. An administrator connects mail under Settings.")
    if found.without_template:
        rounds = _(", ").join(found.without_template)
        return _("No invitation is published for %(rounds)s. Publish one under Templates.") % {
            "rounds": rounds
        }
    return ""


def _sends(user: User) -> list[Batch]:
    """What this person set going and is not finished."""
    under_way = [BatchState.RUNNING, BatchState.PAUSED, BatchState.SCHEDULED]
    found = Batch.objects.visible_to(user).filter(
        created_by=user, state__in=[str(state) for state in under_way]
    )
    return list(found[:3])


def _switches(user: User, scope: Scope) -> list[tuple[str, Text, bool]]:
    """Address, name and whether it is the present one, of everything the page can be about."""
    language = get_language() or "en"
    branches = [(str(branch.pk), branch.name_in(language)) for branch in Branch.objects.visible_to(user)]
    choices: list[tuple[str, Text]] = [(MINE, _("Mine")), (EVERYBODY, _("Everybody"))]
    if len(branches) > 1:
        choices += branches
    return [
        (f"{reverse('today')}?{urlencode({'whose': whose})}", label, whose == scope.whose)
        for whose, label in choices
    ]


@require_POST
@requires(Permission.SEND)
def invite(request: SignedInRequest) -> HttpResponse:
    """Accept the whole list as the page showed it."""
    user, now = request.user, timezone.now()
    scope = Scope.from_query(request.POST, user)
    presses = [found for text in request.POST.getlist("press") if (found := Press.read(text))]
    ids = [pick.id for pick in to_invite(user, scope, now).picks[:COUNTED]]
    try:
        batches = accept_suggestions(user, ids, presses, now=now)
    except Outdated:
        messages.warning(request, _("The list changed meanwhile. Look at the new figures and press again."))
        return HttpResponseRedirect(_address(scope, Part.INVITE))
    if batches:
        total = sum(batch.total for batch in batches)
        text = ngettext(
            "%(count)s invitation is on its way.", "%(count)s invitations are on their way.", total
        )
        messages.success(request, text % {"count": total})
    return HttpResponseRedirect(_address(scope))


def _address(scope: Scope, part: Part | None = None) -> str:
    anchor = f"#{part}" if part else ""
    return f"{reverse('today')}?{scope.query}{anchor}"


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def reception(request: SignedInRequest) -> HttpResponse:
    """Who comes, by hour, and who is there: to be followed live, or printed. No way to reach anybody."""
    scope = Scope.from_query(request.GET, request.user)
    part = Part.TOMORROW if request.GET.get("day") == Part.TOMORROW else Part.TODAY
    whole = replace(scope, whole=str(part))
    today = read_today(request.user, whole, now=timezone.now(), only=[part])
    section = today[part]
    needs = needs_of(request.user, [line.interview for line in section.lines])
    context = {
        "today": today,
        "scope": scope,
        "section": section,
        "section_day": midnight(today.now, today.zone, days=int(part == Part.TOMORROW)),
        "lines": [
            (line, needs.get(line.interview.pk))
            for line in section.lines
            if line.interview.answer != Answer.DECLINED
        ],
        "is_tomorrow": part == Part.TOMORROW,
        "may_edit": request.user.may(Permission.EDIT_INTERVIEWS),
    }
    return render(request, RECEPTION_LIVE if _is_part(request) else RECEPTION, context)


@require_POST
@requires(Permission.SEE_INTERVIEWS)
def attendance(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """One tap: who came. Correctable with another one."""
    note_attendance(request, fetch(request.user, interview_id))
    scope = Scope.from_query(request.GET, request.user)
    return _page(request, scope) if _is_part(request) else HttpResponseRedirect(_address(scope, Part.TODAY))
