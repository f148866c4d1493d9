"""What the candidate's pages say and offer near the start: I am here, I am late, I cannot find it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yuemian.domain.arrival import DELAYS, Arrival, Said, SignalKind, Via, may_say, standing
from yuemian.domain.states import Attendance, InterviewState, Mode
from yuemian.interviews.models import Interview
from yuemian.portal.page_data import PageData, Row


def part(data: PageData, *, now: datetime) -> dict[str, Any]:
    """Empty while there is nothing to say: long before, afterwards, and of what does not take place."""
    interview = data.interview
    if not is_on(interview, SignalKind.LATE, now):
        return {}
    arrival = standing(_said(data.signals))
    return {
        "can_be_here": is_on(interview, SignalKind.HERE, now) and arrival.arrived_at is None,
        "is_onsite": interview.mode == Mode.ONSITE,
        "has_arrived": arrival.arrived_at is not None,
        "said": _sentence(arrival, interview),
        "delays": [(minutes, _("%(minutes)d min") % {"minutes": minutes}) for minutes in DELAYS],
    }


def _sentence(arrival: Arrival, interview: Interview) -> str:
    """What they know of us, as we told them."""
    if arrival.arrived_at is not None:
        at = f"{arrival.arrived_at.astimezone(interview.zone):%H:%M}"
        return _("They know that you are here, since %(time)s.") % {"time": at}
    if arrival.late_minutes:
        return _("They know that you come about %(minutes)d minutes late.") % {
            "minutes": arrival.late_minutes
        }
    if arrival.is_lost:
        return _("They know that you cannot find it.")
    return _("Your message has reached them.") if arrival != Arrival() else ""


def is_on(interview: Interview, kind: SignalKind, now: datetime) -> bool:
    """Whether this can be said now; one arrives at a place, not at a call."""
    if interview.state != InterviewState.SCHEDULED or interview.attendance != Attendance.UNKNOWN:
        return False
    if interview.mode == Mode.PHONE and kind == SignalKind.LOST:
        return False
    if interview.mode != Mode.ONSITE and kind == SignalKind.HERE:
        return False
    return may_say(kind, interview.starts_at, interview.ends_at, now)


def _said(rows: Iterable[Row]) -> list[Said]:
    return [
        Said(
            SignalKind(row["kind"]),
            datetime.fromisoformat(row["at"]),
            row["minutes"],
            Via(row["via"]),
            row["is_settled"],
        )
        for row in rows
    ]
