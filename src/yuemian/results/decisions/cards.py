"""What interviewers noted, for the pages of decisions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuemian.domain.results import Recommendation, apart
from yuemian.interviews.wording import Text
from yuemian.results.decisions.wording import RATINGS, RECOMMENDATIONS
from yuemian.results.models import Scorecard
from yuemian.results.scorecards.reading import scorecards_of
from yuemian.trust.vault import Vault


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


def cards_of(interview_ids: Collection[UUID], vault: Vault) -> tuple[list[Card], dict[str, str]]:
    """Submitted scorecards of interviews, and the competencies' names in order."""
    found = [card for cards in scorecards_of(interview_ids, vault).values() for card in cards]
    language, names, cards = get_language() or "en", dict[str, str](), []
    for card in sorted(found, key=lambda each: (each.submitted_at, each.id)):
        seen = {entry.key: Seen(entry.rating, entry.note, entry.is_shareable) for entry in card.entries}
        names |= {entry.key: names.get(entry.key, entry.name_in(language)) for entry in card.entries}
        recommendation = str(card.recommendation or "")
        cards.append(
            Card(card.interview_id, card.author, recommendation, card.summary, card.submitted_at, seen)
        )
    return cards, names


def beside(cards: Sequence[Card], names: dict[str, str]) -> list[Line]:
    """The scorecards of one interview, competency by competency."""
    ratings = {
        key: [seen.rating for card in cards if (seen := card.seen.get(key)) and seen.rating] for key in names
    }
    far = apart(ratings)
    return [
        Line(name, [(card, card.seen.get(key)) for card in cards], key in far) for key, name in names.items()
    ]
