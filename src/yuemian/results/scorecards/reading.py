"""Reads scorecards: the submitted ones of interviews in clear, as facts for decisions and feedback, and one's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from yuemian.accounts.models import User
from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Fact, Rating, Recommendation
from yuemian.domain.round_name import round_in
from yuemian.domain.scorecard import Draft, Mark, flags
from yuemian.results.models import Scorecard, ScorecardEntry
from yuemian.trust.vault import DataKey, Unreadable, Vault


@dataclass(frozen=True)
class Entry:
    """What one interviewer noted of one competency."""

    id: UUID
    key: str
    name: str
    name_en: str
    rating: Rating | None
    is_skipped: bool
    note: str
    is_shareable: bool

    def name_in(self, locale: str) -> str:
        return self.name if is_chinese(locale) else self.name_en or self.name


@dataclass(frozen=True)
class Card:
    """A submitted scorecard in clear. `author` is the interviewer, or who wrote it outside; never empty."""

    id: UUID
    interview_id: UUID
    interviewer_id: UUID | None
    author: str
    source: str
    recommendation: Recommendation | None
    summary: str
    submitted_at: datetime
    entries: Sequence[Entry] = field(default_factory=tuple)

    def entry(self, key: str) -> Entry | None:
        return next((each for each in self.entries if each.key == key), None)


def scorecards_of(user: User, interview_ids: Collection[UUID], vault: Vault) -> dict[UUID, list[Card]]:
    """By interview, in the order they were submitted, those that this person reads; interviews without one are missing.

    What was sealed for somebody who is erased is left out.
    """
    rows = Scorecard.objects.visible_to(user).filter(interview__in=list(interview_ids)).submitted()
    return _cards(_with_all(rows), vault)


def facts_of(interview_ids: Collection[UUID], vault: Vault, locale: str) -> dict[UUID, list[Fact]]:
    """By interview: one fact for each competency and interviewer, for what is written to the candidate.

    A note about what must not count is never shareable, whatever was ticked.
    """
    rows = Scorecard.objects.filter(interview__in=list(interview_ids)).submitted()
    rounds = dict(rows.values_list("interview", "interview__round"))
    found: dict[UUID, list[Fact]] = {}
    for interview_id, cards in _cards(_with_all(rows), vault).items():
        round_name = round_in(rounds[interview_id], locale)
        found[interview_id] = [
            _fact(entry, locale, round_name)
            for card in cards
            for entry in card.entries
            if not entry.is_skipped
        ]
    return found


def _fact(entry: Entry, locale: str, round_name: str) -> Fact:
    is_shareable = entry.is_shareable and bool(entry.note) and not flags(entry.note)
    return Fact(
        id=str(entry.id),
        competency=entry.key,
        name=entry.name_in(locale),
        rating=entry.rating,
        note=entry.note,
        is_shareable=is_shareable,
        round=round_name,
    )


def read_draft(card: Scorecard | None, vault: Vault, key: DataKey) -> Draft:
    """What stands on one's own scorecard, submitted or not. Raises Unreadable for somebody who is erased."""
    if card is None:
        return Draft()
    return Draft(
        marks={
            row.key: Mark(
                Rating(row.rating) if row.rating else None,
                row.is_skipped,
                _opened(vault, key, ScorecardEntry.PLACE, row.pk, row.note_sealed),
                row.is_shareable,
            )
            for row in card.entries.all()
        },
        recommendation=Recommendation(card.recommendation) if card.recommendation else None,
        summary=_opened(vault, key, Scorecard.PLACE, card.pk, card.summary_sealed),
    )


def _opened(vault: Vault, key: DataKey, place: str, row_id: UUID, sealed: bytes | memoryview | None) -> str:
    return vault.open(key, place, row_id, sealed) if sealed is not None else ""


def _with_all(rows: Collection[Scorecard]) -> Sequence[Scorecard]:
    found = rows.select_related("interviewer", "interview__application__candidate__key")  # type: ignore[attr-defined]
    return list(found.prefetch_related("entries").order_by("submitted_at", "pk"))


def _cards(rows: Collection[Scorecard], vault: Vault) -> dict[UUID, list[Card]]:
    found: dict[UUID, list[Card]] = {}
    for row in rows:
        try:
            card = _card(row, vault)
        except Unreadable:
            continue
        found.setdefault(row.interview_id, []).append(card)
    return found


def _card(row: Scorecard, vault: Vault) -> Card:
    key = row.interview.application.candidate.key
    assert row.submitted_at is not None
    entries = [
        Entry(
            id=each.pk,
            key=each.key,
            name=each.name,
            name_en=each.name_en,
            rating=Rating(each.rating) if each.rating else None,
            is_skipped=each.is_skipped,
            note=_opened(vault, key, ScorecardEntry.PLACE, each.pk, each.note_sealed),
            is_shareable=each.is_shareable,
        )
        for each in row.entries.all()
    ]
    return Card(
        id=row.pk,
        interview_id=row.interview_id,
        interviewer_id=row.interviewer_id,
        author=row.author or (row.interviewer.name if row.interviewer else row.source) or _("From outside"),
        source=row.source,
        recommendation=Recommendation(row.recommendation) if row.recommendation else None,
        summary=_opened(vault, key, Scorecard.PLACE, row.pk, row.summary_sealed),
        submitted_at=row.submitted_at,
        entries=entries,
    )


@dataclass(frozen=True)
class Line:
    """One competency across the scorecards of an interview, in their order; None where one has not got it."""

    name: str
    entries: Sequence[Entry | None]

    @property
    def is_disputed(self) -> bool:
        """Two interviewers are two steps or more apart."""
        ratings = [each.rating for each in self.entries if each and each.rating]
        return bool(ratings) and max(ratings) - min(ratings) >= 2


def lines_of(cards: Sequence[Card], locale: str) -> list[Line]:
    """Side by side: every competency that any of them has, in the order of the first that has it."""
    names: Mapping[str, str] = {
        entry.key: entry.name_in(locale) for card in reversed(cards) for entry in reversed(card.entries)
    }
    order = list(dict.fromkeys(entry.key for card in cards for entry in card.entries))
    return [Line(names[key], [card.entry(key) for card in cards]) for key in order]
