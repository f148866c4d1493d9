"""What interviewers noted, for the pages of decisions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Recommendation, apart
from yuemian.interviews.wording import Text
from yuemian.results.decisions.wording import RATINGS, RECOMMENDATIONS
from yuemian.results.models import Scorecard, ScorecardEntry
from yuemian.trust.vault import DataKey, Unreadable, Vault


@dataclass(frozen=True)
class Seen:
    """What one interviewer saw of one competency."""

    rating: int | None
    note: str = ""
    is_shareable: bool = False

    @property
    def rating_text(self) -> Text:
        return RATINGS[self.rating] if self.rating else _("Not asked")


@dataclass(frozen=True)
class Card:
    """One interviewer's scorecard, opened."""

    interview_id: UUID
    name: str
    recommendation: str
    summary: str
    submitted_at: datetime | None
    seen: dict[str, Seen] = field(default_factory=dict)

    @property
    def recommendation_text(self) -> Text:
        return RECOMMENDATIONS[self.recommendation][0] if self.recommendation else ""

    @property
    def recommendation_tone(self) -> str:
        return RECOMMENDATIONS[self.recommendation][1] if self.recommendation else "neutral"


@dataclass(frozen=True)
class Line:
    """One competency, and what each interviewer saw of it; `is_apart` when they contradict each other."""

    name: str
    cells: Sequence[tuple[Card, Seen | None]]
    is_apart: bool


def recommendations_of(interview_ids: Collection[UUID]) -> dict[UUID, list[Recommendation]]:
    """By interview, of submitted scorecards; one statement."""
    found: dict[UUID, list[Recommendation]] = {}
    rows = Scorecard.objects.submitted().filter(interview__in=list(interview_ids)).exclude(recommendation="")
    for interview_id, said in rows.values_list("interview", "recommendation"):
        found.setdefault(interview_id, []).append(Recommendation(said))
    return found


def cards_of(keys: dict[UUID, DataKey], vault: Vault) -> tuple[list[Card], dict[str, str]]:
    """Submitted scorecards of interviews (each with its candidate's key), and the competencies' names in order."""
    rows = Scorecard.objects.submitted().filter(interview__in=list(keys)).select_related("interviewer")
    language, names, cards = get_language() or "en", dict[str, tuple[int, str]](), []
    for row in rows.prefetch_related("entries").order_by("submitted_at"):
        key = keys[row.interview_id]
        seen = {}
        for entry in row.entries.all():
            name = entry.name if is_chinese(language) else entry.name_en or entry.name
            names.setdefault(entry.key, (entry.position, name))
            note = _opened(vault, key, ScorecardEntry.PLACE, entry.pk, entry.note_sealed)
            seen[entry.key] = Seen(entry.rating, note, entry.is_shareable)
        author = row.interviewer.name if row.interviewer else row.source or _("From outside")
        summary = _opened(vault, key, Scorecard.PLACE, row.pk, row.summary_sealed)
        cards.append(Card(row.interview_id, author, row.recommendation, summary, row.submitted_at, seen))
    order = sorted(names, key=lambda each: (names[each][0], each))
    return cards, {key: names[key][1] for key in order}


def beside(cards: Sequence[Card], names: dict[str, str]) -> list[Line]:
    """The scorecards of one interview, competency by competency."""
    ratings = {
        key: [seen.rating for card in cards if (seen := card.seen.get(key)) and seen.rating] for key in names
    }
    far = apart(ratings)
    return [
        Line(name, [(card, card.seen.get(key)) for card in cards], key in far) for key, name in names.items()
    ]


def _opened(vault: Vault, key: DataKey, place: str, row: UUID, sealed: bytes | memoryview[int] | None) -> str:
    if sealed is None:
        return ""
    with suppress(Unreadable):
        return vault.open(key, place, row, sealed)
    return ""
