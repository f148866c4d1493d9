"""What pages say about calendars: why something is not known and what to do, and what stands against a time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuemian.channels.calendars import Unknown, WhyUnknown
from yuemian.domain.availability import Availability, BusyKind, FreeBusyAnswer, Judgement

Text = str | Promise

#: One sentence with its remedy.
WHY: dict[str, Text] = {
    WhyUnknown.NOT_CONNECTED: gettext_lazy("No calendar is connected."),
    WhyUnknown.NOT_SHARED: gettext_lazy(
        "The calendar service does not know this address, or the calendar is not shared with us."
    ),
    WhyUnknown.REFUSED: gettext_lazy(
        "The calendar server refused the user name, the password or the key. Enter them anew."
    ),
    WhyUnknown.NOT_FOUND: gettext_lazy("There is no calendar at this address. Check the address."),
    WhyUnknown.UNREACHABLE: gettext_lazy(
        "The calendar server cannot be reached. Check the address; a server in your own network must be allowed by "
        "whoever runs this installation."
    ),
    WhyUnknown.TIMEOUT: gettext_lazy("The calendar did not answer in time. Try again later."),
    WhyUnknown.THROTTLED: gettext_lazy("The calendar service asks us to slow down. Try again later."),
    WhyUnknown.UNREADABLE: gettext_lazy("The calendar answered something that we cannot read."),
    WhyUnknown.SETTINGS: gettext_lazy(
        "The stored settings of this calendar cannot be used. Enter them anew."
    ),
}
_MEETS: dict[BusyKind, Text] = {
    BusyKind.INTERVIEW: gettext_lazy("holds another interview %(span)s"),
    BusyKind.BUSY: gettext_lazy("busy %(span)s"),
    BusyKind.AWAY: gettext_lazy("away %(span)s"),
    BusyKind.TENTATIVE: gettext_lazy("perhaps busy %(span)s"),
    BusyKind.OUTSIDE: gettext_lazy("outside working hours"),
}


def detail(judgement: Judgement, zone: ZoneInfo) -> str:
    """What stands beside the badge; empty where it says all."""
    if judgement.availability is Availability.FREE:
        return ""
    if judgement.meets is not None:
        span = _span(judgement.meets.start, judgement.meets.end, zone)
        return str(_MEETS[judgement.meets.kind]) % {"span": span}
    assert judgement.why is not None
    return str(WHY[judgement.why.reason])


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    here, there = start.astimezone(zone), end.astimezone(zone)
    return f"{here:%H:%M}–{there:%H:%M}"


def outcome(answer: FreeBusyAnswer) -> str:
    """What a test found."""
    if isinstance(answer, Unknown):
        return str(WHY[answer.reason])
    return _("Connected. Busy times in the coming seven days: %(count)d.") % {"count": len(answer)}
