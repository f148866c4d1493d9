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
_PUT_OFF: Final = """
UPDATE interviews_cadence SET next_at = %(until)s WHERE id = (
    SELECT id FROM interviews_cadence WHERE organization_id = %(organization)s AND next_at <= %(now)s
    ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING interview_id
"""


def run_due_steps(organization_id: UUID, now: datetime, limit: int = SLICE) -> int:
    """One slice, in a transaction of that organization. Returns how many interviews were looked at: 0, all done."""
    count = _attempt(organization_id, now, limit)
    return _one_by_one(organization_id, now) if count is None else count


def steps_due() -> dict[UUID, datetime]:
    """When each organization has something to look at; asked outside any organization."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE)
        return dict(cursor.fetchall())


def _attempt(organization_id: UUID, now: datetime, limit: int) -> int | None:
    """How many were looked at; None when one of them failed and nothing of it stands."""
    try:
        with transaction.atomic():
            return do_due_steps(organization_id, now=now, limit=limit)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("steps_failed", organization=str(organization_id), limit=limit)
        return None


def _one_by_one(organization_id: UUID, now: datetime) -> int:
    """A slice again in steps of one; whoever fails is put off."""
    looked = 0
    for _ in range(SLICE):
        count = _attempt(organization_id, now, 1)
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
