"""Sign in and out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts import actions
from yuemian.accounts.forms import SignInForm
from yuemian.accounts.guards import SignedInRequest, public
from yuemian.trust.network import client_address


@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    target = _safe_target(request)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                token = actions.sign_in(
                    form.cleaned_data["email"],
                    form.cleaned_data["password"],
                    address=client_address(request),
                    user_agent=request.headers.get("User-Agent", ""),
                    now=timezone.now(),
                )
            except actions.SignInRefused:
                form.add_error(
                    None, _("E-mail and password do not match. Check both, or ask your administrator.")
                )
            except actions.TooManyTries as brake:
                status = 429
                minutes = max(1, round(brake.wait.total_seconds() / 60))
                form.add_error(
                    None,
                    ngettext(
                        "Too many tries. Wait %(minutes)s minute and try again.",
                        "Too many tries. Wait %(minutes)s minutes and try again.",
                        minutes,
                    )
                    % {"minutes": minutes},
                )
            else:
                return _with_cookie(HttpResponseRedirect(target), token)
    return render(request, "accounts/sign_in.html", {"form": form, "next": target}, status=status)


@require_POST
def sign_out(request: SignedInRequest) -> HttpResponse:
    actions.end_session(request.user, request.session_id, now=timezone.now())
    response = HttpResponseRedirect(reverse("sign-in"))
    response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
    return response


@require_safe
def session_seen(request: SignedInRequest) -> HttpResponse:  # noqa: ARG001
    """Somebody is at the page, though all they do is read and type: asked for, the session has been renewed."""
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def _with_cookie(response: HttpResponse, token: str) -> HttpResponse:
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        token,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def _safe_target(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if target.startswith("/") and is_own else "/"
