"""What rooms above add to a job's page: each registers a function that draws its part."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

if TYPE_CHECKING:  # apps register here before models can be imported
    from yuemian.accounts.models import User
    from yuemian.hiring.models import Job

#: Dotted names of `part(user, job, period, now) -> SafeString`, in the order of the page.
PARTS: list[str] = []


def register_job_part(name: str) -> None:
    """Called from an app's `ready()`; the name is resolved when a page is drawn."""
    if name not in PARTS:
        PARTS.append(name)


def job_parts(user: User, job: Job, period: timedelta, now: datetime) -> list[SafeString]:
    """Those that have something to say to this person."""
    drawn = [import_string(name)(user, job, period, now) for name in PARTS]
    return [each for each in drawn if each]
