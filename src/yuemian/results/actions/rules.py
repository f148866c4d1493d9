"""Set what holds for results at a place, or leave it to the wider one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from yuemian.accounts.models import Branch, User
from yuemian.domain.results import Rule
from yuemian.hiring.models import Job
from yuemian.results.models import ResultRule
from yuemian.trust import audit


def save_rule(
    user: User, rule: Rule, *, now: datetime, branch: Branch | None = None, job: Job | None = None
) -> None:
    """For all, a branch or a job. A place that says nothing of its own has no row."""
    with transaction.atomic():
        place: dict[str, Any] = {"organization_id": user.organization_id, "branch": branch, "job": job}
        if rule == Rule():
            ResultRule.objects.filter(**place).delete()
        else:
            values = {
                "promise_workdays": rule.promise_workdays,
                "escalate_workdays": rule.escalate_workdays,
                "is_pass_reserved": rule.is_pass_reserved,
                "updated_by": user,
                "updated_at": now,
            }
            ResultRule.objects.update_or_create(**place, defaults=values)
        audit.record(
            user.organization_id,
            user.actor,
            "result_rule.saved",
            at=now,
            branch=branch.pk if branch else None,
            job=job.pk if job else None,
            promise=rule.promise_workdays,
            escalate=rule.escalate_workdays,
            reserved=rule.is_pass_reserved,
        )
