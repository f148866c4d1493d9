"""What a job's move to another family would bring, said before it is saved: rooms above know and register who tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils.module_loading import import_string

if TYPE_CHECKING:  # apps register here before models can be imported
    from yuemian.accounts.models import User
    from yuemian.hiring.models import Job, JobFamily

#: Dotted names of `told(user, job, family, now)`, `family` None where it does not exist yet.
_TELLERS: list[str] = []


class Consequence(NamedTuple):
    """One thing that would be otherwise, as a line of the page."""

    icon: str
    tone: str
    sentence: str


def register_teller(name: str) -> None:
    """Called from an app's `ready()`; the name is resolved when it is asked for."""
    if name not in _TELLERS:
        _TELLERS.append(name)


def consequences_of(
    user: User, job: Job, family: JobFamily | None, *, now: datetime
) -> Sequence[Consequence]:
    """Empty where the job stays in its family, or nothing would be otherwise."""
    if family is not None and family.pk == job.family_id:
        return ()
    return [line for name in _TELLERS for line in import_string(name)(user, job, family, now)]
