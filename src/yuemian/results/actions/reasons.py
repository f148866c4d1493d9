"""Word the reasons of decisions: what was decided before keeps the words that were read then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.results import Outcome
from yuemian.hiring.models import Job
from yuemian.results.decisions.reasons import listed
from yuemian.results.models import DecisionReason
from yuemian.trust import audit

_WORDS = ("label", "label_en", "told", "told_en")


@dataclass(frozen=True)
class Wording:
    """A reason as the page says it."""

    code: str
    outcome: Outcome
    label: str
    label_en: str = ""
    told: str = ""
    told_en: str = ""
    position: int = 0
    is_archived: bool = False

    def differs(self, row: DecisionReason) -> bool:
        return any(getattr(self, name) != getattr(row, name) for name in _WORDS)


def save_reasons(user: User, job: Job | None, wanted: Sequence[Wording], *, now: datetime) -> int:
    """Put these in place for a job, or for all. Returns how many were worded anew or are new.

    Other words are a new row with the next number; order and being on offer are no words. Nothing is deleted.
    """
    with transaction.atomic():
        known = {row.code: row for row in listed(user.organization_id, job)}
        count = 0
        for wording in wanted:
            row = known.get(wording.code)
            if row is None:
                _create(user, job, wording, 1)
                count += 1
            elif wording.differs(row):
                _store(row)
                DecisionReason.objects.filter(pk=row.pk).update(is_current=False)
                _create(user, job, wording, row.number + 1, Outcome(row.outcome))
                count += 1
            elif (row.position, row.is_archived) != (wording.position, wording.is_archived):
                _store(row)
                DecisionReason.objects.filter(pk=row.pk).update(
                    position=wording.position, is_archived=wording.is_archived
                )
        codes = [each.code for each in wanted]
        audit.record(
            user.organization_id,
            user.actor,
            "decision_reasons.saved",
            at=now,
            job=job.pk if job else None,
            reasons=codes,
            worded=count,
        )
    return count


def _store(row: DecisionReason) -> None:
    """A shipped one is written down before it is replaced."""
    DecisionReason.objects.bulk_create([row], ignore_conflicts=True)


def _create(
    user: User, job: Job | None, wording: Wording, number: int, outcome: Outcome | None = None
) -> None:
    DecisionReason.objects.create(
        organization_id=user.organization_id,
        job=job,
        code=wording.code,
        number=number,
        outcome=outcome or wording.outcome,
        label=wording.label,
        label_en=wording.label_en,
        told=wording.told,
        told_en=wording.told_en,
        position=wording.position,
        is_archived=wording.is_archived,
    )
