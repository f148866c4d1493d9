"""What rooms below changed is looked at again: other quiet hours or addresses move what interviews will hear."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from yuemian.accounts.models import Branch
from yuemian.domain.states import InterviewState
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.interviews.actions.replan import lock_interviews_of, touch, touch_candidates
from yuemian.interviews.models import Interview
from yuemian.interviews.plans.reading import AFTERLIFE


def look_again(sender: object, *, branch: Branch, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `rules_changed`, inside the transaction that saves the branch."""
    rows = Interview.objects.filter(
        organization_id=branch.organization_id, branch=branch, starts_at__gt=at - AFTERLIFE
    ).exclude(state=InterviewState.CANCELLED)
    touch(branch.organization_id, list(rows.values_list("pk", flat=True)), now=at)


def look_at_person(sender: object, *, point: ContactPoint, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `contacts_changed`: a step that waits for an address goes at once when one is there again."""
    _look_again_at(point.organization_id, point.candidate_id, at)


def look_at_candidate(sender: object, *, candidate: Candidate, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `person_changed`: another clock or channel may put off what a plan says next."""
    _look_again_at(candidate.organization_id, candidate.pk, at)


def _look_again_at(organization_id: UUID, candidate_id: UUID, at: datetime) -> None:
    lock_interviews_of(organization_id, [candidate_id])
    touch_candidates(organization_id, [candidate_id], now=at)
