"""Sending again: how often something was said already, and from when it may be said once more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max

from yuemian.domain.states import TOLD, WAITING, Purpose
from yuemian.interviews.models import SUBJECT_KIND
from yuemian.messaging.models import Notification
from yuemian.trust.bulk import any_of

#: Nobody gets the same purpose twice within this time, however often somebody presses.
COOL_DOWN = timedelta(minutes=10)


def times_said(revisions: Mapping[UUID, int], purpose: Purpose) -> dict[UUID, int]:
    """By interview: how often this purpose was planned for its current revision, if ever."""
    rows = Notification.objects.filter(
        subject_kind=SUBJECT_KIND, subject_id__in=any_of(revisions), purpose=purpose
    ).values_list("subject_id", "subject_revision", "occurrence")
    highest: dict[UUID, int] = {}
    for subject_id, revision, occurrence in rows:
        if revisions[subject_id] == revision:
            highest[subject_id] = max(highest.get(subject_id, 0), occurrence)
    return highest


def cooling_until(
    candidate_ids: Collection[UUID], purpose: Purpose, *, now: datetime
) -> dict[UUID, datetime]:
    """Who was written to for this purpose a moment ago, and when that moment ends."""
    found = (
        Notification.objects.filter(
            candidate__in=any_of(candidate_ids),
            purpose=purpose,
            created_at__gt=now - COOL_DOWN,
            deliveries__state__in=[str(state) for state in TOLD | WAITING],
        )
        .values_list("candidate_id")
        .annotate(Max("created_at"))
        .order_by()
    )
    return {candidate_id: latest + COOL_DOWN for candidate_id, latest in found}
