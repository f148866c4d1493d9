"""Call off what was not sent yet, and find out who has already been told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from yuemian.domain.states import TOLD, WAITING, BatchState, ReasonCode
from yuemian.messaging.models import Batch, Delivery, Notification

# The rows themselves say why nothing came: no event is written for them.
CALL_OFF = """
WITH gone AS (
    UPDATE messaging_delivery d SET state = 'cancelled', reason = %(reason)s, settled_at = %(now)s
    WHERE d.state = ANY(%(waiting)s) AND {which}
    RETURNING d.id
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
            "d.notification_id IN (SELECT n.id FROM messaging_notification n"
            " WHERE n.subject_kind = %(kind)s AND n.subject_id = ANY(%(subjects)s))",
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
        stopped = _call_off("d.batch_id = %(batch)s", ReasonCode.STOPPED_BY_PERSON, now, batch=batch.pk)
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
                **values,
            },
        )
        return int(cursor.fetchone()[0])
