"""What the inbox says: states, how long somebody waits, when something sleeps until."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from babel.dates import format_timedelta
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.conversation import Urgency
from yuemian.domain.states import ConsultationState, ConversationState
from yuemian.interviews.inbox.filters import Whose
from yuemian.ui.when import locale_of

Text = str | Promise

STATES: Final[dict[ConversationState, Text]] = {
    ConversationState.OPEN: word("conversation", "Open"),
    ConversationState.PENDING: word("conversation", "Candidate's turn"),
    ConversationState.SNOOZED: word("conversation", "Snoozed"),
    ConversationState.RESOLVED: word("conversation", "Resolved"),
}
WHOSE: Final[dict[Whose, Text]] = {
    Whose.MINE: word("inbox", "Mine"),
    Whose.UNASSIGNED: word("inbox", "Unassigned"),
    Whose.ALL: word("inbox", "All"),
}
TONES: Final[dict[Urgency, str]] = {
    Urgency.FRESH: "info",
    Urgency.AGEING: "warning",
    Urgency.OLD: "danger",
}
CONSULTATIONS: Final[dict[ConsultationState, tuple[str, Text]]] = {
    ConsultationState.ASKED: ("warning", word("consultation", "Waits for the interviewer")),
    ConsultationState.ANSWERED: ("special", word("consultation", "Answered, waits for you")),
    ConsultationState.RELEASED: ("success", word("consultation", "Sent to the candidate")),
    ConsultationState.WITHDRAWN: ("neutral", word("consultation", "Withdrawn")),
}
SNOOZES: Final[dict[str, Text]] = {
    "hour": _("In an hour"),
    "evening": _("Today at five"),
    "tomorrow": _("Tomorrow morning"),
    "monday": _("Monday morning"),
}


#: Babel changes to a larger unit from so many of them on; here the unit is chosen already.
_NEVER: Final = 10**9


def lasting(span: timedelta) -> str:
    """In its two largest units, never rounded up: `2 days 3 hours`, `40 minutes`."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    locale = locale_of()
    if days:
        parts = [format_timedelta(timedelta(days=days), "day", threshold=_NEVER, locale=locale)]
        parts += (
            [format_timedelta(timedelta(hours=hours), "hour", threshold=_NEVER, locale=locale)]
            if hours
            else []
        )
    elif hours:
        parts = [format_timedelta(timedelta(hours=hours), "hour", threshold=_NEVER, locale=locale)]
        parts += (
            [format_timedelta(timedelta(minutes=rest), "minute", threshold=_NEVER, locale=locale)]
            if rest
            else []
        )
    else:
        parts = [format_timedelta(timedelta(minutes=rest), "minute", threshold=_NEVER, locale=locale)]
    return ("" if locale.language == "zh" else " ").join(parts)


def waited(since: datetime, now: datetime) -> str:
    return lasting(now - since)
