"""What interviewers noted, as the facts of feedback."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max

from yuemian.domain.results import Fact
from yuemian.interviews.models import Interview
from yuemian.results.models import Scorecard
from yuemian.results.scorecards.reading import facts_of
from yuemian.trust.vault import Vault


class Seen(NamedTuple):
    """Facts of one application, oldest round first; `until`: when the newest scorecard among them was saved."""

    facts: tuple[Fact, ...]
    until: datetime | None


def seen_of(applications: Collection[UUID], vault: Vault, locale: str) -> dict[UUID, Seen]:
    """Application's id → what all its handed-in scorecards say; without any it is missing."""
    cards = Scorecard.objects.submitted().filter(interview__application__in=applications)
    saved = dict(cards.values_list("interview__application").annotate(Max("saved_at")).order_by())
    rounds = Interview.objects.filter(application__in=saved).order_by("starts_at", "id")
    by_interview = dict(rounds.values_list("pk", "application"))
    facts: dict[UUID, list[Fact]] = {application: [] for application in saved}
    said = facts_of(list(by_interview), vault, locale)
    for interview, application in by_interview.items():
        facts[application] += said.get(interview, [])
    return {key: Seen(tuple(facts[key]), until) for key, until in saved.items()}
