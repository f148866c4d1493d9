"""Finds the session, binds the transaction to its organization, and closes every view that is not public."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from yuemian.accounts.models import Nobody, Session, User
from yuemian.trust import audit
from yuemian.trust.limits import Limit, hit
from yuemian.trust.tenancy import acting_in, enter

Handler = Callable[[HttpRequest], HttpResponse]
#: How stale `last_seen_at` may get, so that reading a page seldom writes.
TOUCH_AFTER = timedelta(minutes=1)
#: What a page that nobody touches sends with what it asks for by itself: that keeps no session alive.
UNATTENDED = "X-Unattended"
#: So often one person's refusals at one page are written down.
REFUSALS = Limit("access-refused", 1, timedelta(hours=1))


class SignedInUser:
    """One console request = one transaction of one organization; an exception rolls all of it back."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = Nobody()  # type: ignore[assignment]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if getattr(view, "is_public", False):
            return None
        try:
            with transaction.atomic():
                user = sign_in_from_cookie(request)
                if user is None:
                    return _to_sign_in(request)
                if not getattr(view, "is_detached", False):
                    response: HttpResponseBase = view(request, *args, **kwargs)
                    return response
        except PermissionDenied:
            note_refusal(request)
            raise
        return None  # Django calls it next, outside of the transaction

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Of views that Django itself has called."""
        if isinstance(exception, PermissionDenied) and isinstance(request.user, User):
            note_refusal(request)


def note_refusal(request: HttpRequest) -> None:
    """Somebody asked for what their role does not give: an entry of the audit trail, once an hour for each page's name.

    In a transaction of its own, for that of the request is rolled back.
    """
    user, match, now = request.user, request.resolver_match, timezone.now()
    assert isinstance(user, User)
    page = (match.url_name if match else "") or ""
    with acting_in(user.organization_id):
        if hit(REFUSALS, str(user.pk), page, now=now) is None:
            audit.record(
                user.organization_id,
                user.actor,
                "access.refused",
                at=now,
                page=page,
                method=request.method,
            )


def sign_in_from_cookie(request: HttpRequest) -> User | None:
    """The session's user, with the running transaction bound to the organization."""
    token = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not token:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT session_id, user_id, organization_id FROM find_session(%s)", [token_hash(token)]
        )
        found = cursor.fetchone()
    if found is None:
        return None
    session_id, user_id, organization_id = found
    enter(organization_id)
    now = timezone.now()
    if UNATTENDED not in request.headers:
        Session.objects.filter(pk=session_id, last_seen_at__lt=now - TOUCH_AFTER).update(last_seen_at=now)
    user = User.objects.select_related("organization", "branch").get(pk=user_id)
    request.user = user  # type: ignore[assignment]
    request.session_id = session_id  # type: ignore[attr-defined]
    return user


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Back to the page that stood there: a part of one is asked for in the name of the whole."""
    if request.headers.get("HX-Request"):
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        return HttpResponse(
            status=401, headers={"HX-Redirect": _sign_in(page._replace(scheme="", netloc="").geturl())}
        )
    return HttpResponseRedirect(_sign_in(request.get_full_path() if request.method == "GET" else ""))


def _sign_in(then: str) -> str:
    return f"{reverse('sign-in')}?{urlencode({'next': then})}" if then else reverse("sign-in")
