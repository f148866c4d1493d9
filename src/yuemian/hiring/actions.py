"""Writes of hiring."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.hiring.models import ContactPoint, ContactState, Job, JobFamily
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce


class NotOurs(Exception):  # noqa: N818
    """The candidate opted out; only the candidate takes that back."""


def save_job(user: User, job: Job, family_name: str, *, now: datetime) -> None:
    """Add or change a job; a family of a new name is created with it."""
    is_new = job._state.adding
    with transaction.atomic():
        job.family, _ = JobFamily.objects.get_or_create(
            organization_id=user.organization_id, name=family_name.strip(), defaults={"id": uuid7()}
        )
        job.save(force_insert=is_new)
        audit.record(
            user.organization_id,
            user.actor,
            "job.created" if is_new else "job.saved",
            at=now,
            subject=("job", job.pk),
        )


def set_contact_use(user: User, point_id: UUID, *, is_in_use: bool, now: datetime) -> None:
    """Take an address out of use, or put one back that failed or was stopped. Raises NotOurs after an opt-out."""
    with transaction.atomic():
        mine = ContactPoint.objects.filter(organization_id=user.organization_id)
        point = mine.select_for_update().get(pk=point_id)
        if point.state == ContactState.OPTED_OUT:
            raise NotOurs(NotOurs.__doc__)
        state = ContactState.ACTIVE if is_in_use else ContactState.SUPPRESSED
        if point.state == state:
            return
        point.state = state
        point.save(update_fields=["state"])
        action = "contact.reactivated" if is_in_use else "contact.suppressed"
        audit.record(
            user.organization_id,
            user.actor,
            action,
            at=now,
            subject=("candidate", point.candidate_id),
            contact_point=point.pk,
        )
        announce(user.organization_id, "interviews")
