"""What interviewers noted, for the pages of decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuemian.accounts.models import User
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


@dataclass
class Heard:
    """What interviewers recommend, and of how many this person may not know it before they have written their own."""

    said: list[Recommendation] = field(default_factory=list)
    kept: int = 0


def recommendations_of(user: User, interview_ids: Collection[UUID]) -> defaultdict[UUID, Heard]:
    """By interview, of submitted scorecards, as far as this person reads them; one statement."""
    found: defaultdict[UUID, Heard] = defaultdict(Heard)
    rows = Scorecard.objects.submitted().filter(interview__in=list(interview_ids))
    for interview_id, said in rows.recommended(user):
        if said is None:
            found[interview_id].kept += 1
        elif said:
            found[interview_id].said.append(Recommendation(said))
    return found


def cards_of(user: User, interview_ids: Collection[UUID], vault: Vault) -> tuple[list[Card], dict[str, str]]:
    """Submitted scorecards of interviews that this person reads, and the competencies' names in order."""
    found = [card for cards in scorecards_of(user, interview_ids, vault).values() for card in cards]
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
