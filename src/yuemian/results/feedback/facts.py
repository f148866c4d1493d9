"""What interviewers noted, as facts. The one place that reads scorecards for feedback."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Fact, Rating
from yuemian.results.models import ScorecardEntry, ScorecardState
from yuemian.trust.vault import Unreadable, Vault


class Seen(NamedTuple):
    """Facts of one application, oldest round first; `until`: when the newest scorecard among them was saved."""

    facts: tuple[Fact, ...]
    until: datetime | None


def seen_of(applications: Collection[UUID], vault: Vault, locale: str) -> dict[UUID, Seen]:
    """Application's id → what all its handed-in scorecards say; without any it is missing. One query."""
    entries = (
        ScorecardEntry.objects.filter(
            scorecard__interview__application__in=applications, scorecard__state=ScorecardState.SUBMITTED
        )
        .select_related("scorecard__interview__application__candidate__key")
        .order_by("scorecard__interview__starts_at", "scorecard__started_at", "position", "key")
    )
    found: dict[UUID, tuple[list[Fact], datetime]] = {}
    for entry in entries:
        interview = entry.scorecard.interview
        facts, until = found.get(interview.application_id, ([], entry.scorecard.saved_at))
        facts.append(_fact(entry, vault, locale))
        found[interview.application_id] = facts, max(until, entry.scorecard.saved_at)
    return {key: Seen(tuple(facts), until) for key, (facts, until) in found.items()}


def _fact(entry: ScorecardEntry, vault: Vault, locale: str) -> Fact:
    interview = entry.scorecard.interview
    note = ""
    if entry.note_sealed is not None:
        try:
            key = interview.application.candidate.key
            note = vault.open(key, ScorecardEntry.PLACE, entry.pk, entry.note_sealed)
        except Unreadable:
            note = ""
    return Fact(
        id=str(entry.pk),
        competency=entry.key,
        name=entry.name if is_chinese(locale) else entry.name_en or entry.name,
        rating=Rating(entry.rating) if entry.rating is not None else None,
        note=note,
        is_shareable=entry.is_shareable,
        round=interview.round,
    )
