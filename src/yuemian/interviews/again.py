"""Sending again: from when something may be said once more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max

from yuemian.domain.states import TOLD, WAITING, Purpose
from yuemian.messaging.models import Notification

#: Nobody gets the same purpose twice within this time, however often somebody presses.
COOL_DOWN = timedelta(minutes=10)


def cooling_until(
    candidate_ids: Collection[UUID], purpose: Purpose, *, now: datetime
) -> dict[UUID, datetime]:
    """Who was written to for this purpose a moment ago, and when that moment ends."""
    found = (
        Notification.objects.filter(
            candidate__in=candidate_ids,
            purpose=purpose,
            created_at__gt=now - COOL_DOWN,
            # What this very planning has just written does not count against itself.
            created_at__lt=now,
            deliveries__state__in=[str(state) for state in TOLD | WAITING],
        )
        .values_list("candidate_id")
        .annotate(Max("created_at"))
        .order_by()
    )
    return {candidate_id: latest + COOL_DOWN for candidate_id, latest in found}
