"""When a hired person is reminded, and when what they gave is deleted."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from yuemian.domain.onboarding.states import OPEN_FOR_CANDIDATE, CaseState


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
    return max(ended_at, datetime.combine(starts_on, time(), zone)) + keep
