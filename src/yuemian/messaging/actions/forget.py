"""Forget what colleagues were told of people: at once where somebody is erased, and all of it after a week.

Messages to users are sealed with the organization's key, so they do not become unreadable with a person's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from yuemian.domain.states import IN_FLIGHT, DeliveryState, Purpose
from yuemian.messaging.actions.call_off import call_off_told
from yuemian.messaging.models import Delivery, LabMessage, Notification

#: How long it is kept what a message to a colleague was made of: for whoever asks what it said.
REMEMBERED: Final = timedelta(days=7)
SLICE: Final = 1000
#: May still leave. What is kept in reserve for a failure leaves only after one.
_UNDER_WAY: Final = [str(state) for state in (DeliveryState.HELD, DeliveryState.QUEUED, *IN_FLIGHT)]


def forget_told(subject_ids: Collection[UUID], *, now: datetime) -> int:
    """In the erasure of the people whom these interviews, needs, questions or links are about. Returns how many.

    Every room calls it for what is its own: nothing of it leaves any more, and what left loses all it was made of.
    """
    call_off_told(subject_ids, now=now)
    return _blank(Notification.objects.filter(user__isnull=False, subject_id__in=subject_ids))


def forget_digests() -> int:
    """In an erasure: the digests of the organization that have left, as each may name anybody. Returns how many."""
    return _blank(_settled().filter(purpose=Purpose.DIGEST))


def forget_old(organization_id: UUID, now: datetime) -> int:
    """A slice of what colleagues were told more than a week ago. Returns how many rows. Called by the clock."""
    before = now - REMEMBERED
    old = _settled().filter(organization_id=organization_id, created_at__lt=before)
    count = _blank(Notification.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:SLICE])))
    # Apart from them: what was on its way during an erasure came to the lab when all else had been forgotten.
    shown = LabMessage.objects.filter(
        organization_id=organization_id, delivery__notification__user__isnull=False, received_at__lt=before
    )
    left = list(shown.values_list("pk", flat=True)[:SLICE])
    return count + LabMessage.objects.filter(pk__in=left).delete()[0]


def _settled() -> QuerySet[Notification]:
    under_way = Delivery.objects.filter(notification=OuterRef("pk"), state__in=_UNDER_WAY)
    told = Notification.objects.filter(~Exists(under_way), user__isnull=False)
    return told.exclude(parameters_sealed=b"")


def _blank(told: QuerySet[Notification]) -> int:
    ids = list(told.values_list("pk", flat=True))
    LabMessage.objects.filter(delivery__notification__in=ids).delete()
    return Notification.objects.filter(pk__in=ids).update(parameters_sealed=b"", shared=None)
