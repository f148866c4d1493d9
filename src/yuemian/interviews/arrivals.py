"""Who has arrived, who is late or lost: read for many interviews at once, and said in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from yuemian.domain.arrival import Arrival, SignalKind, Via, standing
from yuemian.interviews.models import ArrivalSignal, Interview


@dataclass(frozen=True)
class Badge:
    """A few words about an arrival, in the colours of the design system."""

    tone: str
    text: str


def arrivals_of(interviews: Iterable[Interview]) -> dict[UUID, Arrival]:
    """What stands of each one's present revision, in one statement; those of which nothing was said are left out."""
    revisions = {interview.pk: interview.revision for interview in interviews}
    if not revisions:
        return {}
    signals: dict[UUID, list[ArrivalSignal]] = {}
    for signal in ArrivalSignal.objects.filter(interview__in=list(revisions)):
        if signal.revision == revisions[signal.interview_id]:
            signals.setdefault(signal.interview_id, []).append(signal)
    return {pk: standing(each.said for each in said) for pk, said in signals.items()}


def badges(arrival: Arrival | None, starts_at: datetime, zone: ZoneInfo) -> list[Badge]:
    """What a line of a list shows: arrived when and how late, or what keeps them."""
    if arrival is None:
        return []
    if arrival.arrived_at is not None:
        shown = _("Here since %(time)s") % {"time": f"{arrival.arrived_at.astimezone(zone):%H:%M}"}
        late = int((arrival.arrived_at - starts_at).total_seconds() // 60)
        found = [Badge("success", shown)]
        if late > 0:
            found.append(Badge("warning", _("%(minutes)d min late") % {"minutes": late}))
        return found
    found = []
    if arrival.is_lost:
        found.append(Badge("danger", _("Cannot find it")))
    if arrival.late_minutes:
        found.append(Badge("warning", _("Comes %(minutes)d min late") % {"minutes": arrival.late_minutes}))
    if not found and arrival.open_since:
        found.append(Badge("info", _("Wrote something")))
    return found


def signal_sentence(signal: ArrivalSignal) -> str:
    """What was said, as a sentence about the candidate."""
    if signal.kind == SignalKind.LATE:
        return _("Running about %(minutes)d minutes late") % {"minutes": signal.minutes or 0}
    if signal.kind == SignalKind.LOST:
        return _("Cannot find the way, or cannot get in")
    if signal.kind == SignalKind.WORD:
        return _("Sent a message on the way")
    return {
        Via.PAGE: _("Has arrived"),
        Via.POSTER: _("Has arrived, and signed in at reception"),
        Via.RECEPTION: _("Has arrived: noted by the company"),
    }[Via(signal.via)]
