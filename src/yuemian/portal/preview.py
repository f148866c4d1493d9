"""The candidate page as a recruiter looks at it beforehand: the same page, its buttons off."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import requires
from yuemian.accounts.models import Permission
from yuemian.domain.languages import LANGUAGES
from yuemian.interviews.models import Interview
from yuemian.portal import page, page_data
from yuemian.portal.page_data import PageData
from yuemian.portal.rendering import render


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def preview_interview(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """`?language=en`; without it, the candidate's own. Made to be framed in a phone on our own pages."""
    visible = Interview.objects.visible_to(request.user).filter(pk=interview_id)  # type: ignore[arg-type]
    data = page_data.read(interview_id) if visible.exists() else None
    if data is None:
        raise Http404
    return HttpResponse(render_preview(data, request.GET.get("language", "")))


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
