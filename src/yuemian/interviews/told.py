"""What is written to candidates by itself, in the words that they read: in every language."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from yuemian.accounts.models import User
from yuemian.interviews.board import zone_of
from yuemian.ui.when import moment_text


def absence_line(away: User, taker: User, *, now: datetime) -> str:
    """In the language that is active."""
    assert away.away_until is not None
    zone = zone_of(away)
    is_other_year = away.away_until.astimezone(zone).year != now.astimezone(zone).year
    facts = {
        "name": away.name,
        "until": moment_text(away.away_until, zone, with_year=is_other_year),
        "deputy": taker.name,
    }
    if taker.pk == away.pk:
        return _("%(name)s is away until %(until)s, and will answer your question then.") % facts
    return _("%(name)s is away until %(until)s; your question was passed to %(deputy)s.") % facts


def arranged_line() -> str:
    """In the language that is active. Neutral: others may read a message over somebody's shoulder."""
    return _("What you asked for has been arranged. The page of your interview says how.")
