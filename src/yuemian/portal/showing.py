"""How every candidate page is shown: its headers, its language, and the pages of a link that opens nothing."""

from __future__ import annotations

import re
import secrets
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import public
from yuemian.domain.languages import LANGUAGES, direction
from yuemian.domain.person_or_machine import is_fetch_suspect
from yuemian.interviews.slots.calendars import NOBODY_ASKED, Outside
from yuemian.messaging.actions.plan import ANSWER_LINK
from yuemian.portal import page
from yuemian.portal.actions import page_nonce, wait_before_posting
from yuemian.portal.door import Opened, look, opened
from yuemian.portal.rendering import render
from yuemian.ui.middleware import preferred_language

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
_GZIP = re.compile(r"\bgzip\b")
#: Deflated, with a name, no time, the lightest level, of an unknown system.
_GZIP_HEAD = b"\x1f\x8b\x08\x08\0\0\0\0\x04\xff"
_GZIP_TAIL = struct.Struct("<II")
PostedView = Callable[[HttpRequest, Opened], HttpResponse]
#: What is asked of others over the network, by the token: before the door is opened, so that no transaction waits.
Beforehand = Callable[[str], Outside]
#: What a page adds to `page.context`, in the active language.
Contents = Callable[[Opened, str], dict[str, Any]]


def nobody_asked(token: str) -> Outside:  # noqa: ARG001
    return NOBODY_ASKED


def posted(
    view: PostedView, purposes: Sequence[str] = (ANSWER_LINK,), beforehand: Beforehand = nobody_asked
) -> Callable[[HttpRequest], HttpResponse]:
    """A form of the page: its token opens the door, and too many presses in a row are asked to wait."""

    @public
    @csrf_exempt
    def handle(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return lost(405)
        token = request.POST.get("token", "")
        outside = beforehand(token)
        with opened(token, now=timezone.now(), purposes=purposes, outside=outside) as door:
            if door is None:
                return lost()
            wait = wait_before_posting(door, request.META.get("REMOTE_ADDR", ""))
            if wait is not None:
                return message("portal/busy.html", 429, retry_after=int(wait.total_seconds()) + 1)
            return view(request, door)

    return handle


def subpage(
    template: str, contents: Contents, purpose: str = ANSWER_LINK, beforehand: Beforehand = nobody_asked
) -> Callable[[HttpRequest, str], HttpResponse]:
    """A further page behind the same link, read in one transaction; opening it changes nothing and counts as no visit.

    `contents` may ask the database more; the template extends `portal/subpage.html` and finds `token`, `nonce` and
    everything of `page.context` besides, and as `said` what a form has sent the reader back with (`/times?said=taken`).
    """

    @public
    @gzip_page
    @require_safe
    def handle(request: HttpRequest, token: str) -> HttpResponse:
        outside = beforehand(token)
        with opened(token, now=timezone.now(), purposes=(purpose,), outside=outside) as found:
            if found is None:
                return lost()
            door = replace(found, agent=agent_of(request))
            return show_subpage(request, door, template, contents)

    return handle


def show_subpage(
    request: HttpRequest, door: Opened, template: str, contents: Contents, status: int = 200
) -> HttpResponse:
    """In the reader's language; a form that could not be taken answers with it, too."""
    code = chosen_language(request, door)
    with translation.override(code):
        whole = page.context(door.data, code, now=door.now) | keys(door) | contents(door, code)
        whole["said"] = request.GET.get("said", "")
        return sealed(HttpResponse(render(template, whole, code), status=status))


def keys(door: Opened) -> dict[str, Any]:
    """What every form of a page carries."""
    return {
        "token": door.token,
        "page_address": page_address(door.token),
        "nonce": page_nonce(door),
        "standing": door.standing,
        "languages": settings.LANGUAGES,
    }


def chosen_language(request: HttpRequest, door: Opened) -> str:
    """What this candidate chose in this browser, else their own, else what the browser prefers."""
    mark, _dot, code = request.COOKIES.get(LANGUAGE_COOKIE, "").partition(".")
    if code in LANGUAGES and mark == candidate_mark(door):
        return code
    return door.locale if door.locale in LANGUAGES else preferred_language(request, LANGUAGES)


def in_language(request: HttpRequest, door: Opened, answered: PostedView) -> HttpResponse:
    """What `answered` makes of the form, in the language that was pressed on it, which this browser remembers for this
    candidate alone; nothing is written on the server."""
    chosen = request.POST.get("language", "")
    if chosen not in LANGUAGES:
        return answered(request, door)
    marked = f"{candidate_mark(door)}.{chosen}"
    request.COOKIES[LANGUAGE_COOKIE] = marked
    response = answered(request, door)
    response.set_cookie(
        LANGUAGE_COOKIE,
        marked,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.IS_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def candidate_mark(door: Opened) -> str:
    """Ties the cookie to one candidate: on a shared phone, or in the lab, others keep their own language."""
    return salted_hmac("yuemian.portal.language", str(door.link.candidate_id)).hexdigest()[:12]


def lost(status: int = 404) -> HttpResponse:
    """The same page for every link that opens nothing, so that nobody learns which ones existed."""
    return message("portal/lost.html", status)


def message(template: str, status: int, *, retry_after: int = 0) -> HttpResponse:
    code = translation.get_language() or settings.LANGUAGE_CODE
    contents = {"language": code, "direction": direction(code), "minutes": -(-retry_after // 60)}
    response = sealed(HttpResponse(render_to_string(template, contents), status=status))
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


def back(door: Opened, part: str = "") -> HttpResponse:
    """To the page, or to a part of it: `#answer`, or `/times` for a further page."""
    return back_to(door.token, part)


def back_to(token: str, part: str) -> HttpResponse:
    response = HttpResponseRedirect(page_address(token) + part)
    response.status_code = 303
    return sealed(response)


def page_address(token: str) -> str:
    return _before_token() + token


@cache
def _before_token() -> str:
    return reverse("candidate-page", args=["-"])[:-1]


def compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What `GZipMiddleware` does, for a third of its price: at the lightest level a page is 8 % longer, and still a
    quarter of one burst. Padded at random besides, so that the length tells nothing of what stands on the page.
    """
    patch_vary_headers(response, ("Accept-Encoding",))
    if _GZIP.search(request.headers.get("Accept-Encoding", "")):
        response.content = _packed(response.content)
        response["Content-Encoding"] = "gzip"
    return response


def _packed(content: bytes) -> bytes:
    """The format of RFC 1952; the padding is the name of a file, as in Django."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(content) + packer.flush()
    padding = secrets.token_bytes(50).hex()[: secrets.randbelow(100) + 1].encode()
    return b"".join((_GZIP_HEAD, padding, b"\0", body, _GZIP_TAIL.pack(zlib.crc32(content), len(content))))


def sealed(response: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        response[name] = value
    response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
    patch_vary_headers(response, ("Cookie",))
    return response


def agent_of(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:400]


def look_in(request: HttpRequest, token: str) -> Opened | None:
    """Open the link for a reader; that is noted as a visit (a HEAD is not), and changes nothing else."""
    is_fetch, is_suspect = request.method == "GET", is_suspect_fetch(request)
    return look(token, now=timezone.now(), is_fetch=is_fetch, is_suspect=is_suspect)


def is_suspect_fetch(request: HttpRequest) -> bool:
    hints = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    is_prefetch = any(re.search("prefetch|preview|prerender", hint, re.IGNORECASE) for hint in hints)
    return is_fetch_suspect(agent_of(request), since_delivery=None, is_prefetch=is_prefetch)
