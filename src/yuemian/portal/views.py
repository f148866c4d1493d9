"""The candidate's pages: one link, no sign-in, no cookie, no script needed; opening one changes nothing.

The forms are exempt from the CSRF token because there is no session a foreign site could ride on: whoever
posts must know the link's own secret, which stands in the body, and a nonce that only the page hands out.
`SameOrigin` refuses foreign pages besides.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import public
from yuemian.domain.person_or_machine import is_view_suspect, read_report
from yuemian.messaging.actions.plan import ANSWER_LINK, ONBOARDING_LINK, RESULT_LINK, SURVEY_LINK
from yuemian.portal import carrying, page
from yuemian.portal.actions import record_visit
from yuemian.portal.door import Opened, opened
from yuemian.portal.rendering import render
from yuemian.portal.showing import (
    agent_of,
    back,
    chosen_language,
    compressed,
    in_language,
    keys,
    look_in,
    lost,
    posted,
    sealed,
)
from yuemian.portal.subpages import SUBPAGES


@public
@require_safe
def candidate_page(request: HttpRequest, token: str) -> HttpResponse:
    """The page itself, in one statement."""
    door = look_in(request, token)
    return _instead(token) if door is None else show(request, door)


def _instead(token: str) -> HttpResponse:
    """The links of a survey, a result and an onboarding lead to their own pages."""
    purposes = (SURVEY_LINK, RESULT_LINK, ONBOARDING_LINK)
    with opened(token, now=timezone.now(), purposes=purposes) as door:
        if door is None:
            return lost()
        pages = {SURVEY_LINK: "/survey", RESULT_LINK: "/result", ONBOARDING_LINK: "/onboarding"}
        return back(door, pages[door.link.purpose])


def show(request: HttpRequest, door: Opened, **more: Any) -> HttpResponse:
    """The opened page, compressed where the browser takes it; `kept` is what was typed on it before."""
    code = chosen_language(request, door)
    with translation.override(code):
        contents = page.whole(door.data, code, door.standing, now=door.now, link=door.link) | keys(door)
        contents |= carrying.offers(agent_of(request)) | {"typed_form": "ask"} | more
        contents["times_address"] = f"{contents['page_address']}/times" if "times" in SUBPAGES else ""
        return compressed(request, sealed(HttpResponse(render("portal/page.html", contents, code))))


def _language(request: HttpRequest, door: Opened) -> HttpResponse:
    """By the menu's own form. Where something may be typed, and no script keeps it, that form is posted instead."""
    part = request.POST.get("part", "")
    address = f"/{part}" if part in SUBPAGES else ""
    return in_language(request, door, lambda _request, door: back(door, address))


language = posted(_language, (ANSWER_LINK, SURVEY_LINK, RESULT_LINK, ONBOARDING_LINK))


def _seen(request: HttpRequest, door: Opened) -> HttpResponse:
    """The page's script saw somebody touch it: still no state, only a better sign than a fetch."""
    report = read_report(request.POST.get("report", ""))
    record_visit(door, "viewed", is_suspected_bot=is_view_suspect(agent_of(request), report))
    return sealed(HttpResponse(status=204))


#: Not of a survey: that it was opened is noted nowhere.
seen = posted(_seen, (ANSWER_LINK, RESULT_LINK))


@public
@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:  # noqa: ARG001
    """A company's logo, addressed by its content: public, kept for ever, without any token."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT find_logo(%s)", [bytes.fromhex(digest)])
        content = bytes(cursor.fetchone()[0] or b"")
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return HttpResponseNotFound(content_type="text/plain")
    response = HttpResponse(content, content_type="image/png")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
