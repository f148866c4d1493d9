"""Call off what was not sent yet, and find out who has already been told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from yuemian.domain.states import (
    NOTIFICATION_UNSENT,
    TOLD,
    WAITING,
    BatchState,
    DeliveryState,
    NotificationState,
    ReasonCode,
)
from yuemian.messaging.models import Batch, Delivery, Notification

# Called-off deliveries leave an event each: the candidate's timeline shows why nothing came.
CALL_OFF = """
WITH gone AS (
    UPDATE messaging_delivery d SET state = 'cancelled', reason = %(reason)s, settled_at = %(now)s
    FROM messaging_notification n
    WHERE n.id = d.notification_id AND d.organization_id = n.organization_id AND d.state = ANY(%(waiting)s) AND {which}
    RETURNING d.id, d.organization_id, d.notification_id, d.attempt
), said AS (
    INSERT INTO messaging_deliveryevent
        (id, organization_id, delivery_id, kind, at, attempt, provider_event_id, code, detail)
    SELECT gen_random_uuid(), organization_id, id, 'called_off', %(now)s, attempt, '', %(reason)s, '' FROM gone
), closed AS (
    UPDATE messaging_notification n SET state = 'cancelled'
    WHERE n.id IN (SELECT notification_id FROM gone) AND n.state = ANY(%(unsent)s)
      AND NOT EXISTS (
          SELECT 1 FROM messaging_delivery o
          WHERE o.notification_id = n.id AND o.id NOT IN (SELECT id FROM gone)
            AND o.state <> ALL(%(called_off)s))
    RETURNING n.id
)
SELECT count(*) FROM gone
"""


@dataclass(frozen=True)
class Superseded:
    """Who may have heard the old facts, and which notifications were called off before anybody heard them."""

    told: set[UUID]
    unheard: list[Notification]


def supersede(
    subject_kind: str, subject_ids: Collection[UUID], reason: ReasonCode, *, now: datetime
) -> Superseded:
    """Cancel every waiting delivery about these subjects.

    A delivery that a worker claims at the same moment is either cancelled here (the claim then skips it) or already
    `sending` when this statement gets its row lock, and so counts as told.
    """
    with transaction.atomic():
        waiting_before = Notification.objects.filter(
            subject_kind=subject_kind,
            subject_id__in=subject_ids,
            candidate__isnull=False,
            deliveries__state__in=[str(state) for state in WAITING],
        )
        unheard = {notification.pk: notification for notification in waiting_before.select_related("version")}
        _call_off(
            "n.subject_kind = %(kind)s AND n.subject_id = ANY(%(subjects)s)",
            reason,
            now,
            kind=subject_kind,
            subjects=list(subject_ids),
        )
        heard = Notification.objects.filter(
            subject_kind=subject_kind,
            subject_id__in=subject_ids,
            candidate__isnull=False,
            deliveries__state__in=[str(state) for state in TOLD],
        )
        told = set(heard.values_list("subject_id", flat=True))
    return Superseded(told, [n for n in unheard.values() if n.subject_id not in told])


def stop_batch(batch: Batch, *, now: datetime) -> int:
    """Stop a running batch: what has not been handed to a provider never leaves. Returns how many were stopped."""
    with transaction.atomic():
        stopped = _call_off("n.batch_id = %(batch)s", ReasonCode.STOPPED_BY_PERSON, now, batch=batch.pk)
        Batch.objects.filter(
            pk=batch.pk, state__in=[BatchState.RUNNING, BatchState.PAUSED, BatchState.SCHEDULED]
        ).update(state=BatchState.CANCELLED, finished_at=now)
    return stopped


def waiting(batch: Batch) -> int:
    """How many deliveries of the batch could still be stopped."""
    return Delivery.objects.filter(batch=batch, state__in=[str(state) for state in WAITING]).count()


def _call_off(which: str, reason: ReasonCode, now: datetime, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            CALL_OFF.format(which=which),
            {
                "reason": str(reason),
                "now": now,
                "waiting": [str(state) for state in WAITING],
                "unsent": [str(state) for state in (*NOTIFICATION_UNSENT, NotificationState.PROCESSING)],
                "called_off": [
                    str(DeliveryState.CANCELLED),
                    str(DeliveryState.SKIPPED),
                    str(DeliveryState.EXPIRED),
                ],
                **values,
            },
        )
        return int(cursor.fetchone()[0])
