"""Call off what was not sent yet, and find out who has already been told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from yuemian.domain.states import TOLD, WAITING, BatchState, DeliveryState, Purpose, ReasonCode
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.messaging.fallback import FALL_BACK
from yuemian.messaging.models import Batch, Delivery, Notification
from yuemian.messaging.subjects import lock_first

# The rows themselves say why nothing came: no event is written for them.
# A claim that has not been handed over yet is called off, too: the hand-over locks the same row, and whoever comes
# second sees what the first one did. What may have arrived under its key is of unknown fate, and counts as told.
CALL_OFF = """
WITH gone AS (
    UPDATE messaging_delivery d SET settled_at = %(now)s,
        state = CASE WHEN d.is_unclear THEN 'unknown' ELSE %(state)s END,
        reason = CASE WHEN d.is_unclear THEN 'outcome_unknown' ELSE %(reason)s END
    WHERE (d.state = ANY(%(waiting)s) OR (d.state = 'sending' AND d.provider = '')) AND {which}
    RETURNING d.id, d.notification_id, d.is_unclear
)
SELECT id, notification_id FROM gone WHERE NOT is_unclear
"""
# The same for a whole batch: a hundred thousand rows that nobody needs to hear of one by one.
_STOP = """
UPDATE messaging_delivery SET state = 'cancelled', reason = %(reason)s, settled_at = %(now)s
WHERE batch_id = %(batch)s AND (state = ANY(%(waiting)s) OR (state = 'sending' AND provider = '')) AND NOT is_unclear
"""
_STOP_UNCLEAR = """
UPDATE messaging_delivery SET state = 'unknown', reason = 'outcome_unknown', settled_at = %(now)s
WHERE batch_id = %(batch)s AND (state = ANY(%(waiting)s) OR (state = 'sending' AND provider = '')) AND is_unclear
"""


@dataclass(frozen=True)
class Superseded:
    """Who may have heard the old facts, and which notifications were called off before anybody heard them."""

    told: set[UUID]
    unheard: list[Notification]


def supersede(
    subject_kind: str, subject_ids: Collection[UUID], reason: ReasonCode, *, now: datetime
) -> Superseded:
    """Cancel every delivery about these subjects that has not been handed over; an answer to a question stays true.

    A delivery that a worker hands over at the same moment is either cancelled here (the hand-over then drops it) or
    already handed over when this statement gets its row lock, and so counts as told.
    """
    with transaction.atomic():
        called_off = _call_off(
            "d.notification_id IN (SELECT n.id FROM messaging_notification n"
            " WHERE n.subject_kind = %(kind)s AND n.subject_id = ANY(%(subjects)s) AND n.purpose <> %(answer)s)",
            reason,
            now,
            kind=subject_kind,
            subjects=list(subject_ids),
            answer=str(Purpose.ANSWER),
        )
        heard = Notification.objects.filter(
            subject_kind=subject_kind,
            subject_id__in=subject_ids,
            candidate__isnull=False,
            deliveries__state__in=[str(state) for state in TOLD],
        )
        told = set(heard.values_list("subject_id", flat=True))
        unheard = Notification.objects.filter(
            pk__in=[notification for _, notification in called_off], candidate__isnull=False
        )
        waiting = list(unheard.exclude(subject_id__in=told).select_related("version", "batch"))
    return Superseded(told, waiting)


def leave_out_contacts(contact_points: Collection[UUID], reason: ReasonCode, *, now: datetime) -> int:
    """These addresses are no longer to be used: what waits for them takes the next channel of its route, if any."""
    with transaction.atomic():
        _lock_people_at(contact_points)
        gone = _call_off(
            "d.contact_point_id = ANY(%(points)s) AND d.notification_id IN (SELECT n.id FROM messaging_notification n"
            " JOIN hiring_contactpoint p ON p.candidate_id = n.candidate_id WHERE p.id = ANY(%(points)s))",
            reason,
            now,
            state=DeliveryState.SKIPPED,
            points=list(contact_points),
        )
        fall_back([delivery for delivery, _ in gone])
    return len(gone)


def heed_contact(sender: object, *, point: ContactPoint, is_in_use: bool, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `contacts_changed`: what waits for an address that is out of use goes another way at once."""
    if not is_in_use:
        is_own_word = point.state == ContactState.OPTED_OUT
        reason = ReasonCode.OPTED_OUT if is_own_word else ReasonCode.SUPPRESSED
        leave_out_contacts([point.pk], reason, now=at)


def fall_back(deliveries: Collection[UUID]) -> None:
    """Queue the next channel of every route whose delivery among these ended without reaching the person."""
    if deliveries:
        with connection.cursor() as cursor:
            cursor.execute(FALL_BACK, {"deliveries": list(deliveries)})


def call_off_for(candidate_ids: Collection[UUID], *, now: datetime) -> int:
    """In the erasure of these persons: nothing that waits for them leaves any more. Returns how many."""
    which = "d.notification_id IN (SELECT n.id FROM messaging_notification n WHERE n.candidate_id = ANY(%(people)s))"
    return len(_call_off(which, ReasonCode.ERASED, now, people=list(candidate_ids)))


def call_off_told(subject_ids: Collection[UUID], *, now: datetime) -> int:
    """The same of what waits for colleagues about these subjects, which are of erased persons."""
    which = (
        "d.notification_id IN (SELECT n.id FROM messaging_notification n"
        " WHERE n.subject_id = ANY(%(subjects)s) AND n.user_id IS NOT NULL)"
    )
    return len(_call_off(which, ReasonCode.ERASED, now, subjects=list(subject_ids)))


def stop_batch(batch: Batch, *, now: datetime) -> int:
    """Stop a running batch: what has not been handed to a provider never leaves. Returns how many were stopped.

    What may have arrived comes second: between the two a delivery can become unclear, but never clear again.
    """
    values: dict[str, Any] = {"batch": batch.pk, "now": now, "waiting": [str(state) for state in WAITING]}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STOP, values | {"reason": str(ReasonCode.STOPPED_BY_PERSON)})
        stopped = int(cursor.rowcount)
        cursor.execute(_STOP_UNCLEAR, values)
        Batch.objects.filter(
            pk=batch.pk, state__in=[BatchState.RUNNING, BatchState.PAUSED, BatchState.SCHEDULED]
        ).update(state=BatchState.CANCELLED, finished_at=now)
    return stopped


def waiting(batch: Batch) -> int:
    """How many deliveries of the batch could still be stopped."""
    return Delivery.objects.filter(batch=batch, state__in=[str(state) for state in WAITING]).count()


def _lock_people_at(contact_points: Collection[UUID]) -> None:
    """What follows above locks their interviews, which a recall or a change holds as it waits for deliveries."""
    people: dict[UUID, set[UUID]] = defaultdict(set)
    rows = ContactPoint.objects.filter(pk__in=contact_points)
    for organization_id, candidate_id in rows.values_list("organization_id", "candidate_id"):
        people[organization_id].add(candidate_id)
    for organization_id, candidates in people.items():
        lock_first(organization_id, candidates)


def _call_off(
    which: str,
    reason: ReasonCode,
    now: datetime,
    *,
    state: DeliveryState = DeliveryState.CANCELLED,
    **values: Any,
) -> list[tuple[UUID, UUID]]:
    """What was called off: deliveries, each with its notification. Unclear ones are not among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            CALL_OFF.format(which=which),
            {
                "state": str(state),
                "reason": str(reason),
                "now": now,
                "waiting": [str(state) for state in WAITING],
                **values,
            },
        )
        return list(cursor.fetchall())
