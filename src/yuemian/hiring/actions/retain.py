"""The nightly look: whose time is over, and who became active again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from yuemian.accounts.models import Branch, Organization
from yuemian.domain.retention import NOTICE, Past, erasure_due
from yuemian.hiring.holdings import holdings
from yuemian.hiring.models import Erasure, ErasureOrigin, ErasureState
from yuemian.trust import audit
from yuemian.trust.bulk import id_array
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce

#: Whoever may be due: nobody who came later, for coming is activity, and nobody who was announced already. With every
#: night few are left of those who came so long ago, and only their activity is read.
_LONG_HERE = """
SELECT c.id FROM hiring_candidate c
WHERE c.organization_id = %(organization)s AND c.erased_at IS NULL AND c.created_at <= %(soonest)s AND NOT EXISTS (
    SELECT FROM hiring_erasure e WHERE e.candidate_id = c.id AND e.state IN ('planned', 'held'))
"""
#: One statement for all of these; `%(soonest)s` cuts off whose last activity is too young for any rule.
_PASTS = """
WITH active AS (
    SELECT candidate_id, max(at) AS at FROM ({activity}) AS a (candidate_id, at)
    WHERE candidate_id = ANY(%(ids)s::uuid[]) GROUP BY candidate_id
), known AS (
    SELECT a.candidate_id, array_agg(DISTINCT coalesce(b.retention_days, %(days)s)) AS days
    FROM hiring_application a
    JOIN hiring_job j ON j.id = a.job_id JOIN accounts_branch b ON b.id = j.branch_id
    WHERE a.candidate_id = ANY(%(ids)s::uuid[]) GROUP BY a.candidate_id
)
SELECT c.id, active.at, coalesce(known.days, ARRAY[%(days)s]),
       c.id IN (SELECT candidate_id FROM ({waiting}) AS w (candidate_id)), c.hold_reason <> ''
FROM hiring_candidate c
JOIN active ON active.candidate_id = c.id
LEFT JOIN known ON known.candidate_id = c.id
WHERE c.id = ANY(%(ids)s::uuid[]) AND c.erased_at IS NULL
  AND (%(soonest)s::timestamptz IS NULL OR active.at <= %(soonest)s)
"""


def look_for_what_is_over(organization: Organization, *, now: datetime) -> int:
    """Announce whose time will be over; take back who became active. Returns how many of both."""
    with transaction.atomic():
        withdrawn = _take_back(organization, now)
        announced = _announce(organization, now)
        Organization.objects.filter(pk=organization.pk).update(retention_looked_at=now)
        if withdrawn or announced:
            audit.record(
                organization.pk,
                audit.SYSTEM,
                "retention.looked",
                at=now,
                announced=announced,
                withdrawn=withdrawn,
                days=organization.retention_days,
            )
            announce(organization.pk, "privacy")
    return withdrawn + announced


def past_of(organization: Organization, candidate_id: UUID) -> Past | None:
    """What the rule knows of one person; None once erased."""
    return _pasts(organization, [candidate_id]).get(candidate_id)


def _announce(organization: Organization, now: datetime) -> int:
    soonest = now + NOTICE - timedelta(days=_shortest(organization))
    with connection.cursor() as cursor:
        cursor.execute(_LONG_HERE, {"organization": organization.pk, "soonest": soonest})
        ids = [row[0] for row in cursor.fetchall()]
    pasts = _pasts(organization, ids, soonest=soonest)
    due = {id_: at for id_, past in pasts.items() if (at := erasure_due(past, now=now))}
    Erasure.objects.bulk_create(
        Erasure(
            id=uuid7(),
            organization_id=organization.pk,
            candidate_id=id_,
            origin=ErasureOrigin.RETENTION,
            asked_at=now,
            due_at=at,
        )
        for id_, at in due.items()
    )
    return len(due)


def _shortest(organization: Organization) -> int:
    """The fewest days that anybody keeps; nobody younger than that can be due."""
    kept = Branch.objects.filter(organization=organization).values_list("retention_days", flat=True)
    return min([organization.retention_days, *(days for days in kept if days is not None)])


def _take_back(organization: Organization, now: datetime) -> int:
    announced = Erasure.objects.filter(
        organization=organization,
        state__in=(ErasureState.PLANNED, ErasureState.HELD),
        origin=ErasureOrigin.RETENTION,
    )
    pasts = _pasts(organization, list(announced.values_list("candidate_id", flat=True)))
    active = [id_ for id_, past in pasts.items() if not past.is_held and erasure_due(past, now=now) is None]
    coming = Erasure.objects.filter(
        candidate__in=active, state=ErasureState.PLANNED, origin=ErasureOrigin.RETENTION
    )
    return coming.update(state=ErasureState.WITHDRAWN)


def _pasts(
    organization: Organization, ids: Sequence[UUID], *, soonest: datetime | None = None
) -> dict[UUID, Past]:
    if not ids:
        return {}
    kept = holdings()
    statement = _PASTS.format(
        activity=" UNION ALL ".join(each.activity_sql for each in kept if each.activity_sql),
        waiting=" UNION ALL ".join(each.waiting_sql for each in kept if each.waiting_sql),
    )
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "days": organization.retention_days,
            "ids": id_array(ids),
            "soonest": soonest,
        }
        cursor.execute(statement, values)
        return {
            id_: Past(at, tuple(days), is_waiting=waits, is_held=held)
            for id_, at, days, waits, held in cursor.fetchall()
        }
