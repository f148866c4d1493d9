"""What rooms below changed is looked at again: other quiet hours or addresses move what interviews will hear."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from yuemian.accounts.models import Branch
from yuemian.domain.states import InterviewState
from yuemian.hiring.models import Candidate, ContactPoint, Job
from yuemian.interviews.actions.replan import lock_interviews_of, touch, touch_candidates
from yuemian.interviews.models import Interview
from yuemian.interviews.plans.reading import AFTERLIFE, held_anew, plans_for


def look_again(sender: object, *, branch: Branch, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `rules_changed`, inside the transaction that saves the branch."""
    touch(branch.organization_id, _ids(branch.organization_id, Q(branch=branch), at), now=at)


def look_at_job(sender: object, *, job: Job, former: UUID, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `job_moved`: where the families have plans of their own, another one holds from now on."""
    ids = _ids(job.organization_id, Q(application__job=job), at)
    before = plans_for(job.organization_id, ids, family=former)
    after = plans_for(job.organization_id, ids)
    moved = [each for each in ids if before[each] != after[each]]
    touch(job.organization_id, moved, now=at, held_anew=held_anew(before, after))


def look_at_person(sender: object, *, point: ContactPoint, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `contacts_changed`: a step that waits for an address goes at once when one is there again."""
    _look_again_at(point.organization_id, point.candidate_id, at)


def look_at_candidate(sender: object, *, candidate: Candidate, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `person_changed`: another clock or channel may put off what a plan says next."""
    _look_again_at(candidate.organization_id, candidate.pk, at)


def _ids(organization_id: UUID, which: Q, at: datetime) -> list[UUID]:
    """The interviews that may still have something to say."""
    rows = Interview.objects.filter(which, organization_id=organization_id, starts_at__gt=at - AFTERLIFE)
    return list(rows.exclude(state=InterviewState.CANCELLED).values_list("pk", flat=True))


def _look_again_at(organization_id: UUID, candidate_id: UUID, at: datetime) -> None:
    lock_interviews_of(organization_id, [candidate_id])
    touch_candidates(organization_id, [candidate_id], now=at)
