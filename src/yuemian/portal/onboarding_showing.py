"""Draws the page of an onboarding."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from yuemian.portal import page
from yuemian.portal.browser import browser_of
from yuemian.portal.door import Opened
from yuemian.portal.onboarding_page import onboarding_contents
from yuemian.portal.rendering import render
from yuemian.portal.showing import chosen_language, keys, sealed


def show(
    request: HttpRequest,
    door: Opened,
    status: int = 200,
    *,
    problem: str = "",
    said: str = "",
    **contents: Any,
) -> HttpResponse:
    """The page, with what went wrong when something did."""
    code = chosen_language(request, door)
    with translation.override(code):
        own = onboarding_contents(door, browser_of(request), code, **contents)
        whole = page.context(door.data, code, now=door.now) | keys(door) | own
        whole |= {"problem": problem, "said": said}
        return sealed(HttpResponse(render("portal/onboarding.html", whole, code), status=status))
