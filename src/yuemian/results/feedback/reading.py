"""The personal part of a letter, as far as a person has reviewed it; and the queue of what waits for one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q

from yuemian.accounts.models import User
from yuemian.domain.results import Outcome
from yuemian.results.feedback.facts import seen_of
from yuemian.results.feedback.material import letters_locale
from yuemian.results.models import Decision, Feedback
from yuemian.results.models.feedback import FeedbackQuerySet
from yuemian.trust.vault import Vault

PAGE: Final = 50
CAP: Final = 1000
PEOPLE: Final = (
    "decision__interview",
    "decision__application__candidate__key",
    "decision__application__candidate__organization",
    "decision__application__job__family",
)

__all__ = ["PAGE", "PEOPLE", "Queue", "clean", "missing", "queue", "reviewed", "seen_of"]


def reviewed(decisions: Collection[Decision], vault: Vault) -> dict[UUID, str]:
    """Decision's id → what its letter says of the interview; without a reviewed text it is missing, and as well when a
    scorecard has changed since.

    `decisions` come with `application__candidate__key`.
    """
    keys = {decision.pk: decision.application.candidate.key for decision in decisions}
    found = Feedback.objects.filter(decision__in=keys).usable()
    return {
        each.decision_id: vault.open(keys[each.decision_id], Feedback.PLACE, each.pk, each.text_sealed)
        for each in found
    }


@dataclass(frozen=True)
class Queue:
    """A page of the list; `before` and `after` lead on from the one that is open."""

    rows: list[Feedback]
    count: int
    before: UUID | None = None
    after: UUID | None = None


def queue(user: User, *, job: UUID | None, is_done: bool, at: Feedback | None = None) -> Queue:
    """Oldest first. The count is exact up to a thousand."""
    rows = _matching(user, job=job, is_done=is_done)
    count = rows.order_by()[:CAP].count()
    ordered = rows.select_related(*PEOPLE).order_by("created_at", "id")
    before = after = None
    if at is not None:
        later = Q(created_at__gt=at.created_at) | Q(created_at=at.created_at, pk__gt=at.pk)
        after = ordered.filter(later).values_list("pk", flat=True).first()
        earlier = Q(created_at__lt=at.created_at) | Q(created_at=at.created_at, pk__lt=at.pk)
        before = ordered.filter(earlier).values_list("pk", flat=True).last()
    return Queue(list(ordered[:PAGE]), count, before, after)


def clean(user: User, job: UUID | None) -> FeedbackQuerySet:
    """Drafts that nobody has edited, of which the checks found nothing, and under which nothing has changed."""
    rows = _matching(user, job=job, is_done=False)
    rows = rows.unchanged().filter(is_edited=False, findings=[], reviewed_at=None)
    return rows.order_by("created_at", "id")


def missing(user: User, job: UUID | None = None) -> list[UUID]:
    """Rejections that stand and have no draft yet; at most a thousand, oldest first."""
    rows = Decision.objects.visible_to(user).current().filter(outcome=Outcome.REJECT, feedback=None)
    if job is not None:
        rows = rows.filter(application__job=job)
    return list(rows.order_by("decided_at", "id").values_list("pk", flat=True)[:CAP])


def _matching(user: User, *, job: UUID | None, is_done: bool) -> FeedbackQuerySet:
    rows = Feedback.objects.visible_to(user).of_current()
    rows = (rows.usable() if is_done else rows.waiting()).with_staleness()
    return rows.filter(decision__application__job=job) if job else rows


def locale_of(feedback: Feedback) -> str:
    return letters_locale(feedback.locale)
