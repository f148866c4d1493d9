"""The candidate's pages: one link, no sign-in, no cookie, no script needed; opening one changes nothing.

The forms are exempt from the CSRF token because there is no session a foreign site could ride on: whoever
posts must know the link's own secret, which stands in the body, and a nonce that only the page hands out.
`SameOrigin` refuses foreign pages besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import public
from yuemian.domain.person_or_machine import is_fetch_suspect, is_view_suspect, read_report
from yuemian.domain.states import Answer
from yuemian.interviews.actions.respond import LONGEST_NOTE, Refused
from yuemian.messaging.actions.conversation import LONGEST
from yuemian.portal import page
from yuemian.portal.actions import (
    ACTIONS,
    QUESTION,
    is_confirmed,
    is_surely_a_person,
    page_nonce,
    record_visit,
    send_answer,
    send_question,
    summary_nonce,
    wait_before_posting,
)
from yuemian.portal.door import Opened, look, opened
from yuemian.portal.rendering import render

LANGUAGE_COOKIE = f"{settings.COOKIE_PREFIX}candidate"
#: `frame-ancestors 'self'`: our own console frames the page, in the phone lab and beside templates.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
View = Callable[[HttpRequest, Opened], HttpResponse]


@public
@gzip_page
@require_safe
def candidate_page(request: HttpRequest, token: str) -> HttpResponse:
    """The page itself. Opening it is noted as a visit (a HEAD is not), and changes nothing else."""
    is_suspect = is_fetch_suspect(_agent(request), since_delivery=None, is_prefetch=_is_prefetch(request))
    door = look(token, now=timezone.now(), is_fetch=request.method == "GET", is_suspect=is_suspect)
    return _lost() if door is None else _show(request, door)


def _posted(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """A form of the page: its token opens the door, and too many presses in a row are asked to wait."""

    @public
    @csrf_exempt
    def handle(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return _lost(405)
        with opened(request.POST.get("token", ""), now=timezone.now()) as door:
            if door is None:
                return _lost()
            wait = wait_before_posting(door, request.META.get("REMOTE_ADDR", ""))
            if wait is not None:
                return _message("portal/busy.html", 429, retry_after=int(wait.total_seconds()) + 1)
            return view(request, door)

    return handle


@_posted
def answer(request: HttpRequest, door: Opened) -> HttpResponse:
    """One press for a person; a summary with a second press for whoever may be a machine."""
    action, note = request.POST.get("answer", ""), request.POST.get("note", "").strip()[:LONGEST_NOTE]
    if action not in ACTIONS or action == QUESTION or door.standing not in {"open", "old_revision"}:
        return _back(door)
    was_confirmed = is_confirmed(door, action, request.POST.get("confirm", ""))
    if not was_confirmed and not _is_person(request, door, action):
        return _summary(request, door, action, note)
    with suppress(Refused):  # the facts changed between reading and pressing: the page says what holds now
        send_answer(door, Answer(action), note, was_confirmed=was_confirmed)
    return _back(door, "#answer")


@_posted
def question(request: HttpRequest, door: Opened) -> HttpResponse:
    """A message to HR, under the same rule as an answer."""
    text = request.POST.get("text", "").strip()[:LONGEST]
    if not text:
        return _back(door, "#questions")
    given = request.POST.get("confirm", "")
    if not is_confirmed(door, QUESTION, given):
        if not _is_person(request, door, QUESTION):
            return _summary(request, door, QUESTION, text)
        given = request.POST.get("nonce", "")
    send_question(door, text, given)
    return _back(door, "#questions")


@_posted
def language(request: HttpRequest, door: Opened) -> HttpResponse:
    """Remember the language in this browser, for this candidate alone; nothing is written on the server."""
    response = _back(door)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            LANGUAGE_COOKIE,
            f"{_mark(door)}.{chosen}",
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.IS_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@_posted
def seen(request: HttpRequest, door: Opened) -> HttpResponse:
    """The page's script saw somebody touch it: still no state, only a better sign than a fetch."""
    report = read_report(request.POST.get("report", ""))
    record_visit(door, "viewed", is_suspected_bot=is_view_suspect(_agent(request), report))
    return _sealed(HttpResponse(status=204))


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


def _show(request: HttpRequest, door: Opened) -> HttpResponse:
    code = chosen_language(request, door)
    with translation.override(code):
        return _sealed(HttpResponse(render("portal/page.html", _contents(door), code)))


def _contents(door: Opened) -> dict[str, Any]:
    code, now = translation.get_language() or settings.LANGUAGE_CODE, door.now
    return page.whole(door.data, code, door.standing, now=now) | {
        "token": door.token,
        "nonce": page_nonce(door),
    }


def _summary(request: HttpRequest, door: Opened, action: str, text: str) -> HttpResponse:
    """“You are about to answer …”: shown instead of counting, until a second press says so."""
    with translation.override(chosen_language(request, door)):
        code = translation.get_language() or settings.LANGUAGE_CODE
        contents = page.context(door.data, code, now=door.now) | {
            "token": door.token,
            "action": action,
            "words": page.ANSWER_WORDS.get(action, ""),
            "text": text,
            "confirm": summary_nonce(door, action),
            "old_when": page.old_start(door.data, code) if door.standing == "old_revision" else None,
        }
        return _sealed(HttpResponse(render_to_string("portal/summary.html", contents)))


def _lost(status: int = 404) -> HttpResponse:
    """The same page for every link that opens nothing, so that nobody learns which ones existed."""
    return _message("portal/lost.html", status)


def _message(template: str, status: int, *, retry_after: int = 0) -> HttpResponse:
    code = translation.get_language() or settings.LANGUAGE_CODE
    contents = {"language": code, "direction": page.direction(code), "minutes": -(-retry_after // 60)}
    response = _sealed(HttpResponse(render_to_string(template, contents), status=status))
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


def chosen_language(request: HttpRequest, door: Opened) -> str:
    """What this candidate chose in this browser, else the language the notice was written in."""
    mark, _dot, code = request.COOKIES.get(LANGUAGE_COOKIE, "").partition(".")
    known = dict(settings.LANGUAGES)
    if code in known and mark == _mark(door):
        return code
    return door.locale if door.locale in known else settings.LANGUAGE_CODE


def _mark(door: Opened) -> str:
    """Ties the cookie to one candidate: on a shared phone, or in the lab, others keep their own language."""
    return salted_hmac("yuemian.portal.language", str(door.link.candidate_id)).hexdigest()[:12]


def _is_person(request: HttpRequest, door: Opened, action: str) -> bool:
    return is_surely_a_person(
        door,
        action,
        request.POST.get("nonce", ""),
        agent=_agent(request),
        report=read_report(request.POST.get("report", "")),
    )


def _back(door: Opened, part: str = "") -> HttpResponse:
    response = HttpResponseRedirect(reverse("candidate-page", args=[door.token]) + part)
    response.status_code = 303
    return _sealed(response)


def _sealed(response: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        response[name] = value
    response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
    patch_vary_headers(response, ("Cookie",))
    return response


def _agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:400]


def _is_prefetch(request: HttpRequest) -> bool:
    hints = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(re.search("prefetch|preview|prerender", hint, re.IGNORECASE) for hint in hints)
