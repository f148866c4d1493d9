"""The page “My data”, and what it does behind a proof: the code typed, the export, the erasure."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import public
from yuemian.domain.short_code import grouped
from yuemian.hiring.actions.correct import TooMany, confirm_address
from yuemian.hiring.actions.erase import ask_erasure
from yuemian.hiring.export import as_html, as_json, audit_export
from yuemian.messaging.actions import step_up
from yuemian.portal import my_data, page
from yuemian.portal.browser import browser_of, forget
from yuemian.portal.door import Opened, opened
from yuemian.portal.my_data import ADDRESS, DATA, NOTHING_TYPED, TOO_MANY, Typed
from yuemian.portal.rendering import render
from yuemian.portal.showing import agent_of, back, chosen_language, keys, lost, posted, sealed
from yuemian.trust.audit import Actor


@public
@gzip_page
@require_safe
def my_data_page(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing, and counts as no visit."""
    with opened(token, now=timezone.now()) as door:
        return lost() if door is None else shown(request, door)


def shown(
    request: HttpRequest,
    door: Opened,
    status: int = 200,
    *,
    typed: Typed = NOTHING_TYPED,
    browser: str = "",
    retry_after: int = 0,
    **more: Any,
) -> HttpResponse:
    """The page, with what went wrong when something did.

    `problem` stands where a code is asked for, `wrong_word` beside its field, `typed` in the form of corrections;
    `browser` is one that has no cookie yet.
    """
    code = chosen_language(request, door)
    with translation.override(code):
        own = my_data.contents(door, browser or browser_of(request), agent=agent_of(request), typed=typed)
        whole = page.context(door.data, code, now=door.now) | keys(door) | own | more
        response = sealed(HttpResponse(render("portal/data.html", whole, code), status=status))
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


@posted
def prove(request: HttpRequest, door: Opened) -> HttpResponse:
    """The code itself says that a person reads it: no second press. Without a code asked for here, nothing happens."""
    purpose = request.POST.get("purpose", "")
    candidate, browser = my_data.candidate_of(door), browser_of(request)
    if purpose not in {DATA, ADDRESS} or not browser:
        return back(door, "/data#code")
    standing = step_up.stand(candidate, purpose, browser, now=door.now)
    is_right = step_up.check_code(candidate, purpose, browser, request.POST.get("code", ""), now=door.now)
    if purpose == DATA:
        typed = Typed.of(request.POST)
        return shown(request, door, typed=typed) if typed.value else back(door, "/data#code")
    if not is_right or standing.point is None:
        return back(door, "/data#address")
    standing.point.candidate = candidate
    try:
        is_ours = confirm_address(candidate, standing.point, now=door.now)
    except TooMany:
        value = standing.point.value(door.data.vault())
        typed = Typed(str(standing.point.channel), value, wrong=TOO_MANY)
        return shown(request, door, 429, typed=typed)
    return back(door, "/data#confirmed" if is_ours else "/data#asked")


@posted
def export(request: HttpRequest, door: Opened) -> HttpResponse:
    """Everything as a file: JSON for programs, HTML for people."""
    candidate = my_data.candidate_of(door)
    if not _is_open(request, door):
        return back(door, "/data#code")
    kind = "html" if request.POST.get("format") == "html" else "json"
    with translation.override(chosen_language(request, door)):
        vault = door.data.vault()
        content = (
            as_html(candidate, vault, now=door.now)
            if kind == "html"
            else as_json(candidate, vault, now=door.now)
        )
    audit_export(candidate, Actor("candidate", candidate.pk), kind, now=door.now)
    response = HttpResponse(
        content, content_type="text/html; charset=utf-8" if kind == "html" else "application/json"
    )
    response["Content-Disposition"] = f'attachment; filename="my-data.{kind}"'
    return sealed(response)


@posted
def erase(request: HttpRequest, door: Opened) -> HttpResponse:
    """Proof, and a word typed by hand; then at once, unless the company must keep the data."""
    if not _is_open(request, door):
        return back(door, "/data#code")
    code = chosen_language(request, door)
    if request.POST.get("word", "").strip().casefold() not in my_data.erase_words():
        with translation.override(code):
            wrong = _("Please type the word as it stands there.")
        return shown(request, door, 422, wrong_word=wrong)
    asked = ask_erasure(my_data.candidate_of(door), now=door.now)
    if not asked.receipt:
        return back(door, "/data#erasure")
    with translation.override(code):
        contents = page.context(door.data, code, now=door.now) | {
            "receipt": grouped(asked.receipt),
            "erased_on": my_data.day_of(door),
        }
        response = sealed(HttpResponse(render("portal/erased.html", contents, code)))
    forget(response)
    return response


def _is_open(request: HttpRequest, door: Opened) -> bool:
    return step_up.stand(my_data.candidate_of(door), DATA, browser_of(request), now=door.now).is_open
