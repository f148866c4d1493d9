"""The personal part of a letter, as far as a person has reviewed it; and the queue of what waits for one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

import orjson

from yuemian.accounts.models import User
from yuemian.domain.feedback import Draft
from yuemian.domain.results import Outcome
from yuemian.interviews.keyset import Place
from yuemian.results.feedback.facts import seen_of
from yuemian.results.feedback.material import from_stored, letters_locale
from yuemian.results.models import Decision, Feedback
from yuemian.results.models.feedback import FeedbackQuerySet
from yuemian.trust.vault import DataKey, Unreadable, Vault

PAGE: Final = 50
CAP: Final = 1000
PEOPLE: Final = (
    "decision__interview",
    "decision__application__candidate__key",
    "decision__application__candidate__organization",
    "decision__application__job__family",
)

__all__ = [
    "PAGE",
    "PEOPLE",
    "Queue",
    "Reviewed",
    "beside",
    "clean",
    "missing",
    "queue",
    "reviewed",
    "seen_of",
]


class Reviewed(NamedTuple):
    """What a person has let through, and the draft it comes from: an empty one where that cannot be read."""

    text: str
    draft: Draft


def reviewed(decisions: Collection[Decision], vault: Vault) -> dict[UUID, Reviewed]:
    """Decision's id → what its letter says of the interview; without a reviewed text it is missing, and as well when a
    scorecard has changed since.

    `decisions` come with `application__candidate__key`.
    """
    keys = {decision.pk: decision.application.candidate.key for decision in decisions}
    found = Feedback.objects.filter(decision__in=keys).usable()
    return {
        each.decision_id: Reviewed(
            vault.open(keys[each.decision_id], Feedback.PLACE, each.pk, each.text_sealed),
            _draft(each, keys[each.decision_id], vault),
        )
        for each in found
    }


def _draft(feedback: Feedback, key: DataKey, vault: Vault) -> Draft:
    try:
        stored = orjson.loads(vault.open(key, Feedback.DRAFT, feedback.pk, feedback.draft_sealed))
        return from_stored(stored, feedback.locale)
    except (Unreadable, ValueError, TypeError, KeyError):
        return Draft((), feedback.locale)


@dataclass(frozen=True)
class Queue:
    """A page of the list, and where the pages beside it begin."""

    rows: list[Feedback]
    count: int
    previous: Place | None = None
    following: Place | None = None


def queue(
    user: User, *, job: UUID | None, is_done: bool, after: Place | None = None, before: Place | None = None
) -> Queue:
    """Oldest first: the first page, or the one behind or ahead of a row. The count is exact up to a thousand."""
    matching = _matching(user, job=job, is_done=is_done)
    is_back = before is not None and after is None
    rows = matching.select_related(*PEOPLE).order_by("-created_at", "-id") if is_back else _ordered(matching)
    start = before if is_back else after
    if start is not None:
        rows = rows.filter(start.beyond("created_at", is_later=not is_back))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    if start is not None and (not shown or (is_back and len(found) <= PAGE)):
        return queue(user, job=job, is_done=is_done)
    if is_back:
        shown.reverse()
    places = [Place(each.created_at, each.pk) for each in shown]
    return Queue(
        shown,
        matching.order_by()[:CAP].count(),
        previous=places[0] if start else None,
        following=places[-1] if is_back or len(found) > PAGE else None,
    )


def beside(
    user: User, at: Feedback, *, job: UUID | None, is_done: bool
) -> tuple[int, UUID | None, UUID | None]:
    """How many there are, and the one before and the one after the one that is open."""
    matching = _matching(user, job=job, is_done=is_done)
    here, ids = Place(at.created_at, at.pk), matching.values_list("pk", flat=True)
    earlier = ids.filter(here.beyond("created_at", is_later=False)).order_by("-created_at", "-id").first()
    later = ids.filter(here.beyond("created_at", is_later=True)).order_by("created_at", "id").first()
    return matching.order_by()[:CAP].count(), earlier, later


def _ordered(rows: FeedbackQuerySet) -> FeedbackQuerySet:
    return rows.select_related(*PEOPLE).order_by("created_at", "id")


def clean(user: User, job: UUID | None) -> FeedbackQuerySet:
    """Drafts that nobody has edited, of which the checks found nothing, and under which nothing has changed."""
    rows = _matching(user, job=job, is_done=False)
    rows = rows.unchanged().filter(is_edited=False, findings=[], reviewed_at=None)
    return rows.order_by("created_at", "id")


def missing(user: User, job: UUID | None = None) -> list[UUID]:
    """Rejections that stand and have no draft yet; at most a thousand, oldest first."""
    rows = Decision.objects.visible_to(user).current().not_erased()
    rows = rows.filter(outcome=Outcome.REJECT, feedback=None)
    if job is not None:
        rows = rows.filter(application__job=job)
    return list(rows.order_by("decided_at", "id").values_list("pk", flat=True)[:CAP])


def _matching(user: User, *, job: UUID | None, is_done: bool) -> FeedbackQuerySet:
    rows = Feedback.objects.visible_to(user).of_current()
    rows = (rows.usable() if is_done else rows.waiting()).with_staleness()
    return rows.filter(decision__application__job=job) if job else rows


def locale_of(feedback: Feedback) -> str:
    return letters_locale(feedback.locale)
