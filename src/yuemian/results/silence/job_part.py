"""The job page's part about results: how long candidates waited, and who still does."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yuemian.accounts.models import Permission, User
from yuemian.hiring.models import Job
from yuemian.results.silence.turnaround import LEAST, turnaround


def draw(user: User, job: Job, period: timedelta, now: datetime) -> SafeString:
    if not user.may(Permission.SEE_RESULTS):
        return SafeString("")
    found = turnaround(user.organization_id, job.pk, now - period)
    context = {
        "job": job,
        "found": found,
        "least": LEAST,
        "median": in_words(found.median),
        "bounds": [in_words(each) for each in found.bounds or ()],
        "p90": in_words(found.p90),
        "longest_days": (now - found.longest_since).days if found.longest_since else 0,
    }
    return SafeString(render_to_string("results/decisions/parts/turnaround.html", context))


def in_words(span: timedelta | None) -> str:
    """`3 hours`, `2.5 days`: as exact as anybody plans by."""
    if span is None:
        return ""
    hours = span.total_seconds() / 3600
    if hours < 48:
        number = max(1, round(hours))
        return ngettext("%(count)s hour", "%(count)s hours", number) % {"count": number}
    return _("%(count)s days") % {"count": f"{hours / 24:.1f}"}
