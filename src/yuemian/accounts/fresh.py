"""Fresh authentication: what gives rights or keys away asks for the password again, unless it was just given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from yuemian.accounts.guards import SignedInRequest
from yuemian.accounts.models import Session, User
from yuemian.trust.limits import Limit, forget, hit, is_running

#: So long a sign-in, or a password given again, counts.
FRESH: Final = timedelta(minutes=5)
FIELD: Final = "own_password"
_GIVEN: Final = Limit("password-given-again", 1, FRESH)
_TRIES: Final = Limit("password-asked-again", 5, timedelta(minutes=5))


def is_fresh(request: SignedInRequest) -> bool:
    """Whether this session's person gave their password within the last minutes."""
    now = timezone.now()
    if is_running(_GIVEN, (str(request.session_id),), now=now):
        return True
    return Session.objects.filter(pk=request.session_id, created_at__gt=now - FRESH).exists()


class AsksPassword(forms.Form):
    """A form that asks for the password of whoever fills it in, unless `request` is fresh; a right one makes it so."""

    def __init__(self, *args: Any, request: SignedInRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        if not is_fresh(request):
            self.fields[FIELD] = forms.CharField(
                label=_("Your password"),
                strip=False,
                help_text=_("Asked again, since you signed in more than five minutes ago."),
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            )

    def clean_own_password(self) -> str:
        given: str = self.cleaned_data[FIELD]
        check_again(self.request, given)
        return given


def check_again(request: SignedInRequest, given: str) -> None:
    """Raises ValidationError for a wrong password, and for too many of them."""
    user: User = request.user
    now = timezone.now()
    wait = hit(_TRIES, str(user.pk), now=now)
    if wait:
        minutes = max(1, round(wait.total_seconds() / 60))
        words = ngettext(
            "Too many tries. Wait %(minutes)s minute and try again.",
            "Too many tries. Wait %(minutes)s minutes and try again.",
            minutes,
        )
        raise forms.ValidationError(words % {"minutes": minutes})
    if not user.has_password(given):
        raise forms.ValidationError(_("This is not your password."))
    forget(_TRIES, str(user.pk))
    hit(_GIVEN, str(request.session_id), now=now)


def fresh(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a button without a form of its own: a page asks for the password in between, and passes on what was sent."""

    @wraps(view)
    def asked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return password_first(request) or view(request, *args, **kwargs)

    return asked


def password_first(
    request: SignedInRequest, sent: Sequence[tuple[str, str]] | None = None
) -> HttpResponse | None:
    """The page that asks for the password and then sends `sent` (usually what was sent now); None when it need not."""
    form = AsksPassword(request.POST if FIELD in request.POST else None, request=request)
    if not form.fields or form.is_valid():
        return None
    context = {"form": form, "sent": _sent(request) if sent is None else sent}
    return render(request, "accounts/password_again.html", context, status=422 if form.is_bound else 200)


def _sent(request: SignedInRequest) -> list[tuple[str, str]]:
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name not in {FIELD, "csrfmiddlewaretoken"}
    ]
