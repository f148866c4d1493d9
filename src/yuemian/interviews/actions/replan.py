"""Re-planning: whatever changes an interview's agenda makes its cadence due now, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.interviews.models import Interview
from yuemian.messaging.clock import WAKE_CLOCK
from yuemian.trust import columns
from yuemian.trust.beside import Execute, execute_now
from yuemian.trust.bulk import any_of, id_array

_TOUCH: Final = """
WITH touched AS (
    INSERT INTO interviews_cadence AS c (id, organization_id, interview_id, next_at, is_waiting, plan_since)
    SELECT gen_random_uuid(), i.organization_id, i.id, %(now)s, false,
           CASE WHEN i.id = ANY(%(held_anew)s::uuid[]) THEN %(now)s::timestamptz END
    FROM interviews_interview i WHERE i.organization_id = %(organization)s AND i.id = ANY(%(ids)s::uuid[])
    ORDER BY i.id
    ON CONFLICT (interview_id) DO UPDATE
    SET next_at = excluded.next_at, plan_since = coalesce(excluded.plan_since, c.plan_since)
    RETURNING 1
)
SELECT count(*), pg_notify(%(clock)s, %(organization)s::text) FROM touched
"""
#: Sending by hand and by plan take turns, so that neither repeats what the other is just writing.
_HOLD: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))"
#: A send to many and whoever changes one of its interviews take turns, so that each sees what the other did; any number
#: may change at once. Taken before any row is locked.
_HOLD_FACTS: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 14))"
_HOLD_FACTS_SHARED: Final = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 14))"
_RESOLVE: Final = """
WITH taken AS (
    UPDATE interviews_steprecord SET outcome = 'planned', at = %(now)s::timestamptz
    WHERE organization_id = %(organization)s::uuid AND interview_id = ANY(%(ids)s::uuid[]) AND outcome = 'suggested'
), woken AS (
    UPDATE interviews_cadence SET next_at = %(now)s::timestamptz
    WHERE organization_id = %(organization)s::uuid AND interview_id = ANY(%(ids)s::uuid[]) AND is_waiting
    RETURNING 1
)
SELECT pg_notify(%(clock)s::text, %(organization)s::uuid::text) FROM woken LIMIT 1
"""
# By the deliveries, as a notification is not found by its batch.
_SUGGEST_AGAIN: Final = """
WITH stopped AS (
    SELECT DISTINCT d.notification_id FROM messaging_delivery d
    WHERE d.batch_id = %(batch)s AND d.organization_id = %(organization)s AND d.state = 'cancelled'
)
UPDATE interviews_steprecord r SET outcome = 'suggested', at = %(now)s
FROM stopped s, messaging_notification n, interviews_interview i
WHERE n.id = s.notification_id AND n.organization_id = %(organization)s AND n.purpose = 'invitation'
  AND NOT EXISTS (
      SELECT 1 FROM messaging_delivery d
      WHERE d.notification_id = n.id AND d.organization_id = n.organization_id AND d.state <> 'cancelled')
  AND NOT EXISTS (
      SELECT 1 FROM messaging_notification later
      WHERE later.subject_id = n.subject_id AND later.organization_id = n.organization_id AND later.purpose = n.purpose
        AND later.subject_revision = n.subject_revision AND later.id > n.id)
  AND i.id = n.subject_id AND i.organization_id = n.organization_id AND i.revision = n.subject_revision
  AND i.state = 'scheduled'
  AND r.interview_id = i.id AND r.revision = i.revision AND r.purpose = 'invitation' AND r.outcome = 'planned'
  AND r.organization_id = n.organization_id
RETURNING r.interview_id
"""
_OF_APPLICATIONS: Final = """
SELECT o.id FROM interviews_interview i
JOIN interviews_interview o ON o.application_id = i.application_id AND o.organization_id = i.organization_id
WHERE i.organization_id = %(organization)s AND i.id = ANY(%(ids)s::uuid[])
"""
_OF_CANDIDATES: Final = """
SELECT i.id FROM interviews_interview i
JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = i.organization_id
WHERE i.organization_id = %(organization)s AND a.candidate_id = ANY(%(candidates)s::uuid[]) AND i.state <> 'cancelled'
"""


def touch(
    organization_id: UUID, interview_ids: Iterable[UUID], *, now: datetime, held_anew: Iterable[UUID] = ()
) -> int:
    """Have the clock look at these interviews as soon as this transaction commits. Returns how many there are.

    For those `held_anew` another plan counts from now on: what it would have recalled earlier is not made up for.
    """
    values: dict[str, Any] = {
        "organization": organization_id,
        "ids": id_array(interview_ids),
        "held_anew": id_array(held_anew),
        "now": now,
        "clock": WAKE_CLOCK,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, values)
        return int(cursor.fetchone()[0])


def touch_rounds(organization_id: UUID, interview_ids: Iterable[UUID], *, now: datetime) -> int:
    """The same with the other rounds of their applications: which is the first, and whether one follows, is new.

    All at once, so that whoever touches some of the same ones waits and is not waited for.
    """
    values: dict[str, Any] = {"organization": organization_id, "ids": id_array(interview_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_OF_APPLICATIONS, values)
        ids = [row[0] for row in cursor.fetchall()]
    return touch(organization_id, ids, now=now)


def touch_candidates(organization_id: UUID, candidate_ids: Iterable[UUID], *, now: datetime) -> int:
    """The same for all interviews of people: after a change of contact points, consent or language, or a no-show."""
    candidates = id_array(candidate_ids)
    if candidates == "{}":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_OF_CANDIDATES, {"organization": organization_id, "candidates": candidates})
        ids = [row[0] for row in cursor.fetchall()]
    return touch(organization_id, ids, now=now)


def lock_interviews_of(organization_id: UUID, candidate_ids: Iterable[UUID]) -> None:
    """Before their cadences, as everywhere: rooms above may lock the same interviews after this."""
    ids = list(candidate_ids)
    if ids:
        rows = Interview.objects.filter(
            organization_id=organization_id, application__candidate__in=any_of(ids)
        )
        list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))


def wake_clock(organization_id: UUID) -> None:
    """The clock looks at the organization as soon as this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [WAKE_CLOCK, str(organization_id)])


def hold_sending(organization_id: UUID) -> None:
    """Until this transaction ends nobody else plans messages about the organization's interviews."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [str(organization_id)])


def hold_facts(organization_id: UUID, *, alone: bool = False) -> None:
    """Until this transaction ends: nobody sends to many meanwhile; or, `alone`, nobody changes an interview either.

    Without it a cancellation would not call off what is being planned, nor the plan see the cancellation.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_FACTS if alone else _HOLD_FACTS_SHARED, [str(organization_id)])


def take_suggestions(
    organization_id: UUID, interview_ids: Sequence[UUID], *, now: datetime, carry_out: Execute = execute_now
) -> None:
    """These people are being invited by hand: what the plan suggested is done, and what follows soon is looked at.

    One statement for a whole batch; most rows it looks at need no change, as what counts from a sending cannot be
    due before the clock looks again anyway.
    """
    values: dict[str, Any] = {
        "organization": organization_id,
        "ids": columns.uuids(interview_ids),
        "now": now,
        "clock": WAKE_CLOCK,
    }
    carry_out(_RESOLVE, values)


def suggest_again(organization_id: UUID, batch_id: UUID, *, now: datetime) -> int:
    """The invitations of a batch that were stopped before they left wait for a person again."""
    with connection.cursor() as cursor:
        cursor.execute(_SUGGEST_AGAIN, {"batch": batch_id, "organization": organization_id, "now": now})
        ids = [row[0] for row in cursor.fetchall()]
    return touch(organization_id, ids, now=now)
