"""Previews on a phone: the mail, the text message, the candidate's page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Locale, Organization, Permission
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.models import Interview
from yuemian.interviews.preview import Preview, locale_for, mail_page, preview
from yuemian.interviews.views.detail import fetch
from yuemian.messaging.actions.content import NoTemplate, texts_of, version_for
from yuemian.messaging.models import TemplateVersion
from yuemian.messaging.shelf import LOCALE_NAMES

#: Mails carry their style inline; nothing else is allowed, and the frame is a box of its own.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
TABS = ("email", "sms", "page")


@dataclass(frozen=True)
class Stage:
    """One candidate's messages side by side."""

    interview: Interview
    version: TemplateVersion
    language: str
    tab: str
    mail: Preview
    sms: Preview

    @property
    def version_id(self) -> str:
        return str(self.version.pk)

    @property
    def interview_id(self) -> str:
        return str(self.interview.pk)


def stage(
    interview: Interview, organization: Organization, version: TemplateVersion, *, language: str, tab: str
) -> Stage:
    """An unknown language falls back to the candidate's own, an unknown tab to the mail."""
    locale = language if language in Locale.values else locale_for(interview, version)
    return Stage(
        interview=interview,
        version=version,
        language=locale,
        tab=tab if tab in TABS else TABS[0],
        mail=preview(interview, organization, version, Channel.EMAIL, locale),
        sms=preview(interview, organization, version, Channel.SMS, locale),
    )


def told_in(interview: Interview, version: TemplateVersion) -> str:
    """In which language this candidate is written to, and why, as one sentence."""
    chosen, own = locale_for(interview, version), interview.application.candidate.locale
    names = {"language": LOCALE_NAMES[chosen], "own": LOCALE_NAMES.get(own, own)}
    if chosen == own:
        return _("Written in %(language)s, the candidate’s own language.") % names
    return _("Written in %(language)s: this template has no text in %(own)s.") % names


def switches(shown: Stage | None, query: Callable[..., str]) -> dict[str, Any]:
    """The stage and its links to other messages and languages: key, label, address, whether it is shown."""
    if shown is None:
        return {"stage": None}
    tabs = {"email": _("Mail"), "sms": _("Text message"), "page": _("Candidate's page")}
    written = texts_of(shown.version)
    languages = {
        code: name for code, name in LOCALE_NAMES.items() if code in written or code == shown.language
    }
    return {
        "stage": shown,
        "told_in": told_in(shown.interview, shown.version),
        "stage_tabs": [(k, text, query(tab=k), k == shown.tab) for k, text in tabs.items()],
        "stage_languages": [
            (k, text, query(language=k), k == shown.language) for k, text in languages.items()
        ],
    }


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def show(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """What this candidate gets, without sending anything."""
    interview = fetch(request.user, interview_id)
    try:
        version = version_for(request.user.organization_id, Purpose.INVITATION, interview.round)
    except NoTemplate:
        return render(request, "interviews/preview.html", {"interview": interview, "stage": None})
    shown = stage(
        interview,
        request.user.organization,
        version,
        language=request.GET.get("language", ""),
        tab=request.GET.get("tab", ""),
    )
    template = "interviews/parts/preview.html"
    if request.headers.get("HX-Target") != "preview":
        template = "interviews/preview.html"
    seen = {"tab": shown.tab, "language": shown.language}
    context = switches(shown, lambda **changes: "?" + urlencode(seen | changes))
    return render(request, template, {"interview": interview, **context})


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def mail(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """The mail itself, for a sandboxed frame."""
    interview = fetch(request.user, interview_id)
    locale = request.GET.get("language", "")
    version = get_object_or_404(
        TemplateVersion.objects.filter(organization_id=request.user.organization_id)
        .select_related("template")
        .prefetch_related("variants"),
        pk=_uuid(request.GET.get("template")),
    )
    if locale not in Locale.values:
        locale = get_language() or Locale.ZH_HANS
    found = preview(interview, request.user.organization, version, Channel.EMAIL, locale)
    if found.problem:
        raise Http404(_("This mail cannot be written."))
    page = mail_page(found, interview, request.user.organization, version.template.purpose)
    return HttpResponse(page, headers={"Content-Security-Policy": MAIL_POLICY})


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Http404 from error
