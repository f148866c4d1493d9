"""Language and theme switches, the component gallery and the error pages."""

from __future__ import annotations

import logging
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yuemian.ui.access import public
from yuemian.ui.context import THEME_COOKIE, THEMES, chosen_theme

log = logging.getLogger(__name__)
COOKIE_AGE = 365 * 24 * 3600


@public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    response = _back(request)
    language = request.POST.get("language", "")
    if language in dict(settings.CONSOLE_LANGUAGES):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@public
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    response = _back(request)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        _remember(response, THEME_COOKIE, theme)
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=COOKIE_AGE, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the switch was on; never to another host."""
    target = request.POST.get("next", "")
    is_own = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    response = HttpResponseRedirect(target if is_own else "/")
    response.status_code = 303
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _error(
        request,
        400,
        _("This request could not be understood"),
        _("Go back, check what you entered and try again."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _error(
        request,
        403,
        _("This page is not open to you"),
        _("Ask your administrator for the role that opens this page."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _error(
        request,
        404,
        _("This page does not exist"),
        _("The address may be mistyped, or the entry was removed."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _error(
        request,
        500,
        _("Something went wrong on our side"),
        _("Nothing you sent is lost unless this page says so. Try again in a minute."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    log.info("form token refused: %s", reason)
    return _error(
        request,
        403,
        _("This form has expired"),
        _("Go back, reload the page and send the form again. Cookies must be allowed."),
    )


def _error(request: HttpRequest, status: int, title: str, hint: str) -> HttpResponse:
    """An error page with a reference that is also in the log, so that support can find the cause."""
    reference = getattr(request, "id", "") or secrets.token_hex(4)
    log.warning("error page %s shown, reference %s", status, reference)
    context: dict[str, object] = {"status": status, "title": title, "hint": hint, "reference": reference}
    context["frame"] = {"theme": chosen_theme(request)}
    # Without the request no context processor runs: the page stands even when the database does not.
    return HttpResponse(render_to_string("ui/error.html", context), status=status)
