"""Re-planning: whatever changes an interview's agenda makes its cadence due now, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from yuemian.trust.bulk import id_array

#: The channel on which the clock listens; the payload names the organization.
CLOCK: Final = "yuemian_clock"

_TOUCH: Final = """
WITH touched AS (
    INSERT INTO interviews_cadence AS c (id, organization_id, interview_id, next_at, is_waiting)
    SELECT gen_random_uuid(), i.organization_id, i.id, %(now)s, false
    FROM interviews_interview i WHERE i.organization_id = %(organization)s AND i.id = ANY(%(ids)s::uuid[])
    ON CONFLICT (interview_id) DO UPDATE SET next_at = excluded.next_at
    RETURNING 1
)
SELECT count(*), pg_notify(%(clock)s, %(organization)s::text) FROM touched
"""
_TOUCH_CANDIDATE: Final = """
SELECT i.id FROM interviews_interview i
JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = i.organization_id
WHERE i.organization_id = %(organization)s AND a.candidate_id = %(candidate)s AND i.state <> 'cancelled'
"""


def touch(organization_id: UUID, interview_ids: Iterable[UUID], *, now: datetime) -> int:
    """Have the clock look at these interviews as soon as this transaction commits. Returns how many there are."""
    values = {
        "organization": organization_id,
        "ids": id_array(interview_ids),
        "now": now,
        "clock": CLOCK,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, values)
        return int(cursor.fetchone()[0])


def touch_candidate(organization_id: UUID, candidate_id: UUID, *, now: datetime) -> int:
    """The same for all interviews of a person: after a change of their contact points, consent or language."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH_CANDIDATE, {"organization": organization_id, "candidate": candidate_id})
        ids = [row[0] for row in cursor.fetchall()]
    return touch(organization_id, ids, now=now)
