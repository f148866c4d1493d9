"""In which order results are locked: interviews first, then their decisions, then their notices (decision 23)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from yuemian.interviews.models import Interview
from yuemian.results.models import ResultNotice


def lock_interviews(ids: Collection[UUID]) -> None:
    """In one order for everybody; whoever writes an answer or a decision of them meanwhile waits, links do not."""
    rows = Interview.objects.filter(pk__in=list(ids))
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))


def lock_interviews_of(notice_ids: Collection[UUID]) -> None:
    """Before the notices themselves: what becomes of them is written into their interviews in the end."""
    found = ResultNotice.objects.filter(pk__in=list(notice_ids))
    lock_interviews(set(found.values_list("decision__interview_id", flat=True)))
