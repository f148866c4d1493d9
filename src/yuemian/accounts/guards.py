"""Who may reach a view: every view is closed unless it is marked public, and most ask for a permission."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from yuemian.accounts.models import User
from yuemian.ui.access import public

__all__ = ["SignedInRequest", "View", "detached", "public", "requires"]

View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    """For annotations: a request that the middleware let through has a user and a session."""

    user: User  # type: ignore[assignment]
    session_id: Any


def requires(permission: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Refuse users whose role lacks the permission (403)."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.may(permission):
                raise PermissionDenied
            response: HttpResponseBase = view(request, *args, **kwargs)
            return response

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def detached(view: Callable[..., Any]) -> Callable[..., Any]:
    """For a view that waits for the network: it is called when the request's transaction has ended, and opens its own
    with `acting_in`."""
    view.is_detached = True  # type: ignore[attr-defined]
    return view
