"""Parts of a day that a room above knows about: it registers who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.module_loading import import_string

from yuemian.accounts.models import User
from yuemian.interviews.today.parts import Part, Pick
from yuemian.interviews.today.scope import Scope

#: Part → the dotted name of `picks(user, scope, now)`, at most `COUNTED` and one.
READERS: dict[Part, str] = {}


def register_part(part: Part, name: str) -> None:
    """Called from an app's `ready()`; the name is resolved then, not before."""
    READERS[part] = name


def picks_of(part: Part, user: User, scope: Scope, now: datetime) -> Sequence[Pick]:
    return list(import_string(READERS[part])(user, scope, now)) if part in READERS else ()
