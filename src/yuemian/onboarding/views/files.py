"""Files of onboardings as HR may look at them; and the hand-over to the HR system."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yuemian.accounts.guards import SignedInRequest, detached, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.onboarding import CaseState
from yuemian.onboarding.actions import review
from yuemian.onboarding.actions.export import MOST, export_cases
from yuemian.onboarding.asking import field_of, label_of
from yuemian.onboarding.cleaning.process import draw
from yuemian.onboarding.forms import PasswordConfirmation
from yuemian.onboarding.models import Document, OnboardingCase
from yuemian.onboarding.seen import LABELS
from yuemian.onboarding.storage import read_pieces
from yuemian.onboarding.watermark import marked
from yuemian.trust import limits
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Unreadable, Vault

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Looked:
    """One file that somebody looks at, and when; the look is written down by now."""

    case: OnboardingCase
    document: Document
    content: bytes
    at: datetime


@detached
@requires(Permission.HANDLE_ONBOARDING)
@require_POST
def view(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """With who looks and when written across; a paper page by page, or with `deed=download` as it is kept.

    A press, as it is written down; no transaction is open while pages are drawn.
    """
    try:
        with acting_in(request.user.organization_id):
            looked = _looked(request.user, document_id, timezone.now())
    except (Document.DoesNotExist, Unreadable) as error:
        raise Http404 from error
    except review.TooMuch:
        messages.warning(
            request, _("You have looked at very many today; please ask a colleague, or go on tomorrow.")
        )
        return redirect("onboarding")
    if looked.document.kind == "image/jpeg":
        return _file(looked, marked(looked.content, request.user.email, looked.at), "inline", "jpg")
    if request.POST.get("deed") == "download":
        return _file(looked, looked.content, "attachment", "pdf")
    pages = [marked(page, request.user.email, looked.at) for page in draw(looked.content)]
    with acting_in(request.user.organization_id):
        return _paper(request, looked, pages)


def _looked(user: User, document_id: UUID, now: datetime) -> Looked:
    document = review.look_at(user, document_id, now=now)
    case = OnboardingCase.objects.with_people().get(pk=document.case_id)
    content = read_pieces(Vault(case.organization_id), case.application.candidate.key, document)
    return Looked(case, document, content, now)


def _file(looked: Looked, content: bytes, manner: str, extension: str) -> HttpResponse:
    """Its name says the field, never what its person called it."""
    name = f"{looked.document.key}.{extension}"
    response = HttpResponse(content, content_type=looked.document.kind)
    response["Content-Disposition"] = f'{manner}; filename="{name}"'
    for header, value in _HEADERS.items():
        response[header] = value
    return response


def _paper(request: SignedInRequest, looked: Looked, pages: list[bytes]) -> HttpResponse:
    """In the page itself: no address leads to a picture of it."""
    key, locale = looked.document.key, get_language() or "en"
    spec = field_of(looked.case.branch, key)
    context = {
        "case": looked.case,
        "document": looked.document,
        "label": label_of(spec, locale) if spec else LABELS.get(key, key),
        "pages": [f"data:image/jpeg;base64,{b64encode(page).decode()}" for page in pages],
    }
    return render(request, "onboarding/paper.html", context)


@require_POST
@requires(Permission.HANDLE_ONBOARDING)
def export(request: SignedInRequest) -> HttpResponse:
    """First how many it would be and the password, then the file."""
    user, now = request.user, timezone.now()
    ids = _ids(request)
    ready = OnboardingCase.objects.visible_to(user).filter(
        pk__in=ids, state=CaseState.COMPLETE, deleted_at=None
    )
    is_second = "password" in request.POST
    form = PasswordConfirmation(request.POST if is_second else None, user=user)
    if is_second and _may_try(request) and form.is_valid():
        limits.forget(review.PASSWORD_TRIES, str(user.pk))
        kind = form.cleaned_data["format"]
        text, _count = export_cases(user, ids, kind, now=now)
        mime = "text/csv; charset=utf-8" if kind == "csv" else "application/json"
        answer = HttpResponse(text, content_type=mime)
        answer["Content-Disposition"] = f'attachment; filename="onboarding-{now:%Y-%m-%d}.{kind}"'
        answer["Cache-Control"] = "no-store"
        return answer
    context = {"form": form, "count": ready.count(), "left_out": len(ids) - ready.count(), "ids": ids}
    return render(request, "onboarding/export.html", context, status=422 if is_second else 200)


def _ids(request: SignedInRequest) -> list[UUID]:
    found = []
    for text in request.POST.getlist("ids")[:MOST]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _may_try(request: SignedInRequest) -> bool:
    wait = limits.hit(review.PASSWORD_TRIES, str(request.user.pk), now=timezone.now())
    if wait is not None:
        messages.warning(request, _("Too many tries. Wait a quarter of an hour and try again."))
    return wait is None
