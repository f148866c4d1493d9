"""When a hired person is reminded, and when what they gave is deleted, also where the company never looks at it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from yuemian.domain.onboarding.states import OPEN_FOR_CANDIDATE, CaseState

#: So long a form that was handed in waits for the company where no first day is known.
UNHANDLED: Final = timedelta(days=90)
#: And at least so long where one is.
_LEAST: Final = timedelta(days=30)


def is_to_be_reminded(
    state: CaseState, told_at: datetime, reminded_at: datetime | None, after: timedelta, now: datetime
) -> bool:
    """Once for each time something was asked for: by the invitation, or by sending it back."""
    is_due = now >= told_at + after
    return state in OPEN_FOR_CANDIDATE and is_due and (reminded_at is None or reminded_at < told_at)


def deleted_at(
    state: CaseState, ended_at: datetime | None, starts_on: date | None, keep: timedelta, zone: ZoneInfo
) -> datetime | None:
    """When the entries and files go: at once for who withdrew, `keep` after the first day, or after the end.

    None as long as the onboarding runs.
    """
    if ended_at is None:
        return None
    if state == CaseState.WITHDRAWN:
        return ended_at
    if state != CaseState.COMPLETE or starts_on is None:
        return ended_at + keep
    return max(ended_at, _begins(starts_on, zone)) + keep


def unhandled_until(
    submitted_at: datetime, starts_on: date | None, keep: timedelta, zone: ZoneInfo
) -> datetime:
    """When a form that was handed in goes although nobody said what becomes of it: `keep` after the first day, as was
    promised, and where none is known by a limit of its own."""
    if starts_on is None:
        return submitted_at + UNHANDLED
    return max(submitted_at + _LEAST, _begins(starts_on, zone) + keep)


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
