"""What comes with time: the due steps of plans, called by the worker's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from yuemian.interviews.actions.steps import SLICE, do_due_steps

log = structlog.get_logger(__name__)

#: An interview that cannot be decided is tried again later, and does not stop the others.
REST: Final = timedelta(minutes=10)
_DUE: Final = "SELECT organization_id, next_at FROM cadences_due()"
#: No run of quiet days is longer.
_LONGEST_QUIET: Final = timedelta(days=10)
_LOOK_NOW: Final = """
UPDATE interviews_cadence SET next_at = %(now)s
WHERE organization_id = %(organization)s AND next_at > %(now)s AND next_at <= %(until)s
"""
_PUT_OFF: Final = """
UPDATE interviews_cadence SET next_at = %(until)s WHERE id = (
    SELECT id FROM interviews_cadence WHERE organization_id = %(organization)s AND next_at <= %(now)s
    ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING interview_id
"""


def run_due_steps(organization_id: UUID, now: datetime, limit: int = SLICE) -> int:
    """One slice, in a transaction of that organization. Returns how many interviews were looked at: 0, all done."""
    return _slice(organization_id, now, limit)


def plan_overdue(organization_id: UUID, now: datetime) -> None:
    """Plan what came due and quiet hours put off, too. The caller keeps back what waits before anybody sends it."""
    with connection.cursor() as cursor:
        until = now + _LONGEST_QUIET
        cursor.execute(_LOOK_NOW, {"organization": organization_id, "now": now, "until": until})
    while _slice(organization_id, now, SLICE, is_held=True):
        pass


def _slice(organization_id: UUID, now: datetime, limit: int, *, is_held: bool = False) -> int:
    count = _attempt(organization_id, now, limit, is_held=is_held)
    return _one_by_one(organization_id, now, is_held=is_held) if count is None else count


def steps_due() -> dict[UUID, datetime]:
    """When each organization has something to look at; asked outside any organization."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE)
        return dict(cursor.fetchall())


def _attempt(organization_id: UUID, now: datetime, limit: int, *, is_held: bool) -> int | None:
    """How many were looked at; None when one of them failed and nothing of it stands."""
    try:
        with transaction.atomic():
            return do_due_steps(organization_id, now=now, limit=limit, is_held=is_held)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("steps_failed", organization=str(organization_id), limit=limit)
        return None


def _one_by_one(organization_id: UUID, now: datetime, *, is_held: bool) -> int:
    """A slice again in steps of one; whoever fails is put off."""
    looked = 0
    for _ in range(SLICE):
        count = _attempt(organization_id, now, 1, is_held=is_held)
        if count == 0:
            break
        if count is None:
            _put_off(organization_id, now)
        looked += 1
    return looked


def _put_off(organization_id: UUID, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PUT_OFF, {"organization": organization_id, "now": now, "until": now + REST})
        for (interview_id,) in cursor.fetchall():
            log.error("interview_put_off", organization=str(organization_id), interview=str(interview_id))
