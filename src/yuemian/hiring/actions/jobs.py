"""Add and change jobs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.hiring.models import Job, JobFamily
from yuemian.hiring.signals import job_moved
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7


def save_job(user: User, job: Job, family_name: str, *, now: datetime) -> None:
    """Add or change a job; a family of a new name is created with it."""
    is_new = job._state.adding
    with transaction.atomic():
        before = Job.objects.select_for_update(no_key=True).filter(pk=job.pk)
        former = before.values_list("family_id", flat=True).first()
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
        if former not in {None, job.family_id}:
            job_moved.send(sender=None, job=job, former=former, at=now)
