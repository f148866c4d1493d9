"""The interviews of people who are being erased: what is still to come does not take place, and colleagues hear so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from yuemian.domain.states import InterviewState
from yuemian.interviews.actions.replan import touch
from yuemian.interviews.actions.staff import tell_staff_of_move
from yuemian.interviews.models import Change, ChangeKind, Interview
from yuemian.trust.identifiers import uuid7


def cancel_for_erasure(candidate_ids: Collection[UUID], *, now: datetime) -> int:
    """As `cancel_interview`, but that nobody is left who could be told as a candidate. Returns how many there were.

    In the erasure's transaction, which gives their seats back, closes what they asked for, and writes the one entry of
    the audit trail, last. It holds the people's rows already, so it must not wait for a large send (`hold_facts`): what
    that plans meanwhile is about an older revision, and does not leave.
    """
    to_come = Q(state=InterviewState.SCHEDULED, starts_at__gt=now) | Q(state=InterviewState.DRAFT)
    theirs = Interview.objects.filter(to_come, application__candidate__in=candidate_ids)
    with transaction.atomic():
        found = list(theirs.select_for_update(no_key=True).order_by("pk"))
        for interview in found:
            _cancel(interview, now)
    return len(found)


def _cancel(interview: Interview, now: datetime) -> None:
    was_settled = interview.is_settled
    interview.state, interview.cancelled_at = InterviewState.CANCELLED, now
    interview.is_untimed = not was_settled
    interview.revision += 1
    interview.save(update_fields=["state", "cancelled_at", "is_untimed", "revision"])
    touch(interview.organization_id, [interview.pk], now=now)
    if was_settled:
        start, organization = interview.starts_at, interview.organization
        tell_staff_of_move(organization, interview.pk, start, now=now, is_off=True, is_nameless=True)
    Change.objects.create(
        id=uuid7(),
        organization_id=interview.organization_id,
        interview=interview,
        kind=ChangeKind.CANCELLED,
        revision=interview.revision,
        old_starts_at=interview.starts_at if was_settled else None,
        at=now,
    )
