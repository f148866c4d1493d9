"""The form of a branch as the people it hires will see it; nothing on it can be pressed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission
from yuemian.domain.onboarding import Review
from yuemian.onboarding.asking import fields_of, policy_of
from yuemian.onboarding.models import Consent, OnboardingCase
from yuemian.onboarding.reading import CaseRead, Given
from yuemian.portal.onboarding_page import shown
from yuemian.portal.preview import frame_of
from yuemian.portal.rendering import render
from yuemian.trust.vault import Vault


@require_safe
@requires(Permission.EDIT_SETTINGS)
def preview_onboarding(request: SignedInRequest, branch_id: UUID) -> HttpResponse:
    """`?language=en`, without it the branch's; `?agreed=1` shows the fields behind the consents."""
    branches = Branch.objects.visible_to(request.user).select_related("organization")
    branch = get_object_or_404(branches, pk=branch_id)
    known, wanted = dict(settings.LANGUAGES), request.GET.get("language", "")
    code = wanted if wanted in known else branch.locale
    with translation.override(code):
        contents = frame_of(branch.organization, code) | _form(branch, code, bool(request.GET.get("agreed")))
        return HttpResponse(render("portal/onboarding.html", contents, code))


def _form(branch: Branch, code: str, has_agreed: bool) -> dict[str, Any]:
    now = timezone.now()
    case = OnboardingCase(
        organization_id=branch.organization_id,
        branch=branch,
        told_at=now,
        deadline_at=now + timedelta(days=policy_of(branch.organization_id).deadline_days),
    )
    fields = [Given(spec, "", Review.OPEN, "", []) for spec in fields_of(branch)]
    consents = {spec.section: Consent() for spec in fields_of(branch)} if has_agreed else {}
    vault = Vault(branch.organization_id)
    return {"is_open": True} | shown(CaseRead(case, fields, consents), vault, code, now=now)
