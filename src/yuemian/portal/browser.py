"""The secret that binds a step-up to one browser: set when a code is asked for, never before, never in an address."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from yuemian.messaging.actions.step_up import OPEN_FOR

COOKIE = f"{settings.COOKIE_PREFIX}step"
_LONGEST = 64


def browser_of(request: HttpRequest) -> str:
    """Empty in a browser that never asked for a code."""
    return str(request.COOKIES.get(COOKIE, ""))[:_LONGEST]


def new_browser() -> str:
    return secrets.token_urlsafe(24)


def remember(response: HttpResponse, browser: str) -> None:
    response.set_cookie(
        COOKIE,
        browser,
        max_age=int(2 * OPEN_FOR.total_seconds()),
        secure=settings.IS_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")
