"""The mark of views that need no sign-in; every other view is closed by `accounts.middleware`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Mark a view that needs no sign-in. The architecture test lists them."""
    view.is_public = True  # type: ignore[attr-defined]
    return view
