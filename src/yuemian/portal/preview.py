"""The candidate page as a recruiter looks at it beforehand: the same page, its buttons off."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Organization, Permission
from yuemian.domain.languages import LANGUAGES, direction
from yuemian.interviews.models import Interview, Place
from yuemian.portal import page, page_data, way
from yuemian.portal.page_data import PageData
from yuemian.portal.rendering import render

#: Whose maps the preview names first.
PHONE = "Mozilla/5.0 (iPhone)"


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def preview_interview(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """`?language=en`; without it, the candidate's own. Made to be framed in a phone on our own pages."""
    visible = Interview.objects.visible_to(request.user).filter(pk=interview_id)  # type: ignore[arg-type]
    data = page_data.read(interview_id) if visible.exists() else None
    if data is None:
        raise Http404
    return HttpResponse(render_preview(data, request.GET.get("language", "")))


@require_safe
@requires(Permission.EDIT_INTERVIEWS)
def preview_place(request: SignedInRequest, place_id: UUID) -> HttpResponse:
    """“Getting there” as a candidate on a phone sees it; `?language=en`, without it the branch's."""
    places = Place.objects.visible_to(request.user).select_related("branch", "organization")
    place = get_object_or_404(places, pk=place_id)
    known, wanted = dict(settings.LANGUAGES), request.GET.get("language", "")
    code = wanted if wanted in known else place.branch.locale
    with translation.override(code):
        contents = frame_of(place.organization, code) | way.shown(
            place, place.target(code), code, PHONE, room=place.text("room", place.branch.locale)
        )
        return HttpResponse(render("portal/way.html", contents, code))


def frame_of(organization: Organization, code: str) -> dict[str, Any]:
    """What stands around a page that is about no interview."""
    name, logo = organization.name_in(code), bytes(organization.logo)
    digest = hashlib.sha256(logo).hexdigest() if logo else ""
    return {
        "language": code,
        "direction": direction(code),
        "facts": {"organization_name": name},
        "logo": reverse("logo", args=[digest]) if digest else "",
        "monogram": name.strip()[:1].upper(),
        "is_preview": True,
        "is_onsite": True,
    }


def render_preview(data: PageData, language: str = "") -> str:
    """The page's HTML; nothing on it can be pressed."""
    interview = data.interview
    own = interview.application.candidate.locale
    code = next(each for each in (language, own, settings.LANGUAGE_CODE) if each in LANGUAGES)
    now = timezone.now()
    standing = "cancelled" if interview.state == "cancelled" else "open" if interview.is_open(now) else "over"
    with translation.override(code):
        contents = page.whole(data, code, standing, now=now)
        return render("portal/page.html", contents | {"is_preview": True}, code)
