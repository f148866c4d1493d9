"""The phone lab: the candidates' phones in rehearsal, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.hiring.actions import NotInRehearsal, subscribe_in_rehearsal
from yuemian.hiring.models import Candidate
from yuemian.messaging import lab
from yuemian.messaging.models import LabMessage
from yuemian.trust.vault import Vault

#: Of one press; press again for more.
MOST_SUBSCRIBED: Final = 2000
#: The mail is our own escaped HTML; in its frame nothing of it may run, load or submit all the same.
#: The frame itself may: a tap on the mail's button opens the candidate's page in it.
MAIL_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; frame-ancestors 'self'; base-uri 'none'"
)


@requires(Permission.USE_LAB)
@require_safe
def lab_page(request: SignedInRequest) -> HttpResponse:
    """All phones, filtered by name, a page at a time."""
    name = request.GET.get("q", "").strip()
    shelf = lab.shelf(request.user, name=name, number=_number(request.GET.get("page", "")))
    lacks = any(not phone.has_wechat for phone in shelf.phones)
    return render(request, "messaging/lab.html", {"shelf": shelf, "name": name, "lacks_wechat": lacks})


@requires(Permission.USE_LAB)
@require_safe
def lab_phone(request: SignedInRequest, owner: str) -> HttpResponse:
    """One phone: its screen alone for htmx, else a page of its own."""
    phone = _phone(request, owner)
    app = request.GET.get("app", "")
    app = app if app in lab.APPS.values() else phone.first_app()
    return _screen(request, phone, {"app": app, "screen": "list"})


@requires(Permission.USE_LAB)
@require_POST
def lab_phone_subscribe(request: SignedInRequest, candidate_id: UUID) -> HttpResponse:
    """As if this person had opened the page in WeChat and subscribed."""
    candidate = get_object_or_404(Candidate.objects.visible_to(request.user), pk=candidate_id)
    _subscribe(request, [candidate])
    address = reverse("lab-phone", args=[candidate.pk])
    if request.headers.get("HX-Request"):
        phone = lab.phone_of(request.user, candidate)
        return _screen(request, phone, {"app": "wechat", "screen": "list"})
    return redirect(f"{address}?app=wechat")


@requires(Permission.USE_LAB)
@require_POST
def lab_subscribe(request: SignedInRequest) -> HttpResponse:
    """The same for everybody who has a phone here."""
    count = _subscribe(request, lab.without_wechat(request.user)[:MOST_SUBSCRIBED])
    text = ngettext(
        "%(count)s person can now be reached on WeChat in the rehearsal.",
        "%(count)s people can now be reached on WeChat in the rehearsal.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("lab")


def _subscribe(request: SignedInRequest, candidates: Iterable[Candidate]) -> int:
    try:
        return subscribe_in_rehearsal(request.user, candidates, now=timezone.now())
    except NotInRehearsal:
        raise PermissionDenied from None


@requires(Permission.USE_LAB)
@require_safe
def lab_message(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """An opened mail on its owner's phone."""
    row, letter = _letter(request, message_id)
    screen = "mail" if letter.is_mail else "list"
    context = {"app": letter.app, "screen": screen, "letter": letter}
    return _screen(request, _phone(request, _owner(row)), context)


@requires(Permission.USE_LAB)
@require_safe
def lab_message_page(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """The candidate's page behind a message's link, in the phone."""
    row, letter = _letter(request, message_id)
    if not letter.link:
        raise Http404
    context = {"app": letter.app, "screen": "page", "letter": letter, "host": request.get_host()}
    return _screen(request, _phone(request, _owner(row)), context)


@requires(Permission.USE_LAB)
@require_safe
def lab_message_html(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """The mail's HTML, for the frame inside the phone."""
    letter = _letter(request, message_id)[1]
    return HttpResponse(
        lab.framed_html(letter),
        headers={"Content-Security-Policy": MAIL_POLICY, "Cross-Origin-Opener-Policy": "unsafe-none"},
    )


def _screen(request: SignedInRequest, phone: lab.Phone, context: dict[str, Any]) -> HttpResponse:
    template = (
        "messaging/parts/handset.html" if request.headers.get("HX-Request") else "messaging/lab_phone.html"
    )
    return render(request, template, {"phone": phone, **context})


def _letter(request: SignedInRequest, message_id: UUID) -> tuple[LabMessage, lab.Letter]:
    rows = LabMessage.objects.visible_to(request.user).select_related("delivery__notification", "key")
    row = get_object_or_404(rows, pk=message_id)
    return row, lab.opened(row, Vault(request.user.organization_id))


def _owner(row: LabMessage) -> str:
    return str(row.delivery.notification.candidate_id or lab.MINE)


def _phone(request: SignedInRequest, owner: str) -> lab.Phone:
    if owner == lab.MINE:
        return lab.my_phone(request.user)
    try:
        candidate_id = UUID(owner)
    except ValueError:
        raise Http404 from None
    return lab.phone_of(
        request.user, get_object_or_404(Candidate.objects.visible_to(request.user), pk=candidate_id)
    )


def _number(text: str) -> int:
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() else 1
