"""Pause a batch and let it go on; and choose the first few of a large one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from yuemian.accounts.models import User
from yuemian.domain.moves import check_move
from yuemian.domain.states import BatchState, DeliveryState
from yuemian.messaging.actions.plan import WAKE
from yuemian.messaging.models import Batch, Delivery
from yuemian.trust import audit
from yuemian.trust.live import announce


def pause_batch(user: User, batch_id: UUID, *, now: datetime) -> Batch:
    """Nothing more of it leaves from here on. Raises ForbiddenMove when the batch does not run.

    What a worker has claimed but not handed over returns to the queue: the hand-over locks the same rows, and drops
    those it no longer owns.
    """
    with transaction.atomic():
        batch = _locked(user, batch_id)
        check_move(BatchState, batch.state, BatchState.PAUSED)
        batch.state, batch.paused_at, batch.paused_reason = BatchState.PAUSED, now, ""
        batch.save(update_fields=["state", "paused_at", "paused_reason"])
        claimed = Delivery.objects.filter(batch=batch, state=DeliveryState.SENDING, provider="")
        claimed.update(state=DeliveryState.QUEUED, attempt=F("attempt") - 1, worker=None, lease_until=None)
        _tell(user, batch, "batch.paused", now)
    return batch


def resume_batch(user: User, batch_id: UUID, *, now: datetime) -> Batch:
    """Everything that waits leaves; who resumes does not wait for the first few any more.

    Raises ForbiddenMove when the batch is not paused.
    """
    with transaction.atomic():
        batch = _locked(user, batch_id)
        check_move(BatchState, batch.state, BatchState.RUNNING)
        batch.state, batch.paused_at, batch.paused_reason = BatchState.RUNNING, None, ""
        batch.canary_passed_at = batch.canary_passed_at or now
        batch.save(update_fields=["state", "paused_at", "paused_reason", "canary_passed_at"])
        _tell(user, batch, "batch.resumed", now)
        wake_workers()
    return batch


def mark_canary(notification_ids: Sequence[UUID]) -> None:
    """These few of a batch that is just being planned go ahead of the rest."""
    Delivery.objects.filter(notification__in=notification_ids).update(is_canary=True)


def wake_workers() -> None:
    """Idle workers look for due rows as soon as this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE}")


def _locked(user: User, batch_id: UUID) -> Batch:
    return Batch.objects.visible_to(user).select_for_update().get(pk=batch_id)


def _tell(user: User, batch: Batch, action: str, now: datetime) -> None:
    audit.record(user.organization_id, user.actor, action, at=now, subject=("batch", batch.pk))
    announce(user.organization_id, "batch", batch=batch.pk)
