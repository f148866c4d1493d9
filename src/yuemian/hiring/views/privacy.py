"""The privacy officer's pages: what candidates asked for, whose data goes soon, who was erased, one person's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.names import comparable_name
from yuemian.domain.retention import erasable_at
from yuemian.domain.short_code import grouped
from yuemian.hiring.actions import correct
from yuemian.hiring.actions import erase as erasing
from yuemian.hiring.actions.retain import past_of
from yuemian.hiring.export import as_html, as_json, audit_export
from yuemian.hiring.forms import FreshPasswordForm, HoldForm
from yuemian.hiring.holdings import holdings
from yuemian.hiring.models import Candidate, Correction, CorrectionState, Erasure, ErasureState
from yuemian.trust.vault import Unreadable, Vault

MOST = 50
FIELDS = {
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("Email"),
    "sms": gettext_lazy("Mobile number"),
    "other": gettext_lazy("In words"),
}


@dataclass(frozen=True)
class Wish:
    """A correction that waits, opened for whoever decides."""

    row: Correction
    field: str
    value: str


@require_safe
@requires(Permission.KEEP_PRIVACY)
def overview(request: SignedInRequest) -> HttpResponse:
    return _overview(request)


@require_POST
@requires(Permission.KEEP_PRIVACY)
def find(request: SignedInRequest) -> HttpResponse:
    """By name, in the body: a name never stands in an address."""
    key = comparable_name(request.POST.get("name", ""))
    people = Candidate.objects.visible_to(request.user).named(key).filter(erased_at=None)
    found = list(people.order_by("name", "pk")[:MOST]) if key else []
    return _overview(request, found=found, was_searched=True)


def _overview(request: SignedInRequest, **more: Any) -> HttpResponse:
    erasures = Erasure.objects.visible_to(request.user).select_related("candidate")
    coming = erasures.filter(state=ErasureState.PLANNED).order_by("due_at", "pk")
    context = {
        "zone": ZoneInfo(request.user.organization.time_zone),
        "wishes": _wishes(request),
        "coming": Paginator(coming, MOST).get_page(request.GET.get("page")),
        "held": Candidate.objects.visible_to(request.user).exclude(hold_reason="").order_by("name")[:MOST],
        "done": erasures.filter(state=ErasureState.DONE).order_by("-done_at")[:MOST],
        "days": request.user.organization.retention_days,
    }
    return render(request, "hiring/privacy.html", context | more)


@require_safe
@requires(Permission.KEEP_PRIVACY)
def person(request: SignedInRequest, candidate_id: UUID) -> HttpResponse:
    return _person(request, candidate_id)


def _person(request: SignedInRequest, candidate_id: UUID, status: int = 200, **more: Any) -> HttpResponse:
    candidate = _fetch(request, candidate_id)
    organization = request.user.organization
    past = past_of(organization, candidate.pk)
    vault = Vault(organization.pk)
    context = {
        "candidate": candidate,
        "zone": ZoneInfo(organization.time_zone),
        "ends_at": erasable_at(past) if past else None,
        "is_waiting": past.is_waiting if past else False,
        "coming": candidate.erasures.filter(state__in=erasing.COMING).first(),
        "done": candidate.erasures.filter(state=ErasureState.DONE).first(),
        "kinds": []
        if candidate.erased_at
        else [(each, len(each.read(candidate, vault))) for each in holdings()],
        "hold_form": HoldForm(),
        "export_form": FreshPasswordForm(user=request.user, prefix="export"),
        "erase_form": FreshPasswordForm(user=request.user, prefix="erase"),
    }
    return render(request, "hiring/privacy_person.html", context | more, status=status)


@require_POST
@requires(Permission.KEEP_PRIVACY)
def decide(request: SignedInRequest, correction_id: UUID) -> HttpResponse:
    asked = get_object_or_404(Correction.objects.visible_to(request.user), pk=correction_id)
    is_accepted = request.POST.get("accept") == "1"
    try:
        correct.decide_correction(request.user, asked, is_accepted=is_accepted, now=timezone.now())
    except correct.Decided:
        messages.info(request, _("Somebody else has decided this already."))
    else:
        messages.success(request, _("Corrected.") if is_accepted else _("Declined."))
    return redirect("privacy")


@require_POST
@requires(Permission.KEEP_PRIVACY)
def hold(request: SignedInRequest, candidate_id: UUID) -> HttpResponse:
    candidate, form = _fetch(request, candidate_id), HoldForm(request.POST)
    if not form.is_valid():
        return _person(request, candidate_id, 422, hold_form=form)
    try:
        erasing.hold(request.user, candidate, form.cleaned_data["reason"], now=timezone.now())
    except erasing.GoneAlready:
        messages.error(request, _("Too late: this person's data has been erased already."))
    else:
        messages.success(request, _("Nothing of this person is erased until you release it."))
    return redirect("privacy-person", candidate.pk)


@require_POST
@requires(Permission.KEEP_PRIVACY)
def release(request: SignedInRequest, candidate_id: UUID) -> HttpResponse:
    candidate = _fetch(request, candidate_id)
    erasing.release(request.user, candidate, now=timezone.now())
    messages.success(request, _("Released. What the candidate asked for is done within minutes."))
    return redirect("privacy-person", candidate.pk)


@require_POST
@requires(Permission.KEEP_PRIVACY)
def export(request: SignedInRequest, candidate_id: UUID) -> HttpResponse:
    """Everything of one person, after the password; noted in the audit trail."""
    candidate = _fetch(request, candidate_id)
    form = FreshPasswordForm(request.POST, user=request.user, prefix="export")
    if candidate.erased_at or not form.is_valid():
        return _person(request, candidate_id, 422, export_form=form)
    kind = "html" if request.POST.get("format") == "html" else "json"
    now, vault = timezone.now(), Vault(candidate.organization_id)
    content = as_html(candidate, vault, now=now) if kind == "html" else as_json(candidate, vault, now=now)
    audit_export(candidate, request.user.actor, kind, now=now)
    content_type = "text/html; charset=utf-8" if kind == "html" else "application/json"
    disposition = f'attachment; filename="candidate-data.{kind}"'
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})


@require_POST
@requires(Permission.KEEP_PRIVACY)
def erase(request: SignedInRequest, candidate_id: UUID) -> HttpResponse:
    """At once, after the password. The receipt is shown this one time."""
    candidate = _fetch(request, candidate_id)
    form = FreshPasswordForm(request.POST, user=request.user, prefix="erase")
    if not form.is_valid():
        return _person(request, candidate_id, 422, erase_form=form)
    try:
        receipt = erasing.erase_by_hand(request.user, candidate, now=timezone.now())
    except erasing.OnHold:
        messages.error(request, _("This person's data is kept for now; release it first."))
        return redirect("privacy-person", candidate.pk)
    return _person(request, candidate_id, receipt=grouped(receipt))


def _fetch(request: SignedInRequest, candidate_id: UUID) -> Candidate:
    found = Candidate.objects.visible_to(request.user).select_related("key", "organization")
    return get_object_or_404(found, pk=candidate_id)


def _wishes(request: SignedInRequest) -> list[Wish]:
    vault = Vault(request.user.organization_id)
    rows = Correction.objects.visible_to(request.user).filter(state=CorrectionState.OPEN)
    found = []
    for row in rows.select_related("candidate__key")[:MOST]:
        try:
            found.append(Wish(row, str(FIELDS[row.field]), row.value(vault)))
        except Unreadable:
            continue
    return found
