"""Files of onboardings as HR may look at them; and the hand-over to the HR system."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.onboarding import CaseState
from yuemian.onboarding.actions import review
from yuemian.onboarding.actions.export import MOST, export_cases
from yuemian.onboarding.forms import PasswordConfirmation
from yuemian.onboarding.models import Document, OnboardingCase
from yuemian.onboarding.storage import read_pieces
from yuemian.onboarding.watermark import marked
from yuemian.trust import limits
from yuemian.trust.vault import Unreadable, Vault

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@require_POST
@requires(Permission.HANDLE_ONBOARDING)
def view(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """A picture with who looks at it and when written across; a paper as a download. A press, as it is written down."""
    now = timezone.now()
    try:
        document = review.look_at(request.user, document_id, now=now)
    except Document.DoesNotExist as error:
        raise Http404 from error
    except review.TooMuch:
        messages.warning(
            request, _("You have looked at very many today; please ask a colleague, or go on tomorrow.")
        )
        return redirect("onboarding")
    case = OnboardingCase.objects.with_people().get(pk=document.case_id)
    try:
        content = read_pieces(Vault(case.organization_id), case.application.candidate.key, document)
    except Unreadable as error:
        raise Http404 from error
    is_picture = document.kind == "image/jpeg"
    if is_picture:
        content = marked(content, request.user.email, now)
    response = HttpResponse(content, content_type=document.kind)
    # The name says the field, never what its person called it.
    name = f"{document.key}.{'jpg' if is_picture else 'pdf'}"
    response["Content-Disposition"] = f'{"inline" if is_picture else "attachment"}; filename="{name}"'
    for header, value in _HEADERS.items():
        response[header] = value
    return response


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
