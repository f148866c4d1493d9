"""What several interviewers and rounds agree on, competency by competency; where they are apart nothing is said."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from yuemian.domain.results import Fact, Rating

#: Ratings so far apart are no common view.
APART: Final = 2


class Side(StrEnum):
    STRENGTH = "strength"
    GROWTH = "growth"


class Theme(NamedTuple):
    """One competency as everybody saw it who rated it. `sides`: what may be said of it, strengths or improvements."""

    key: str
    name: str
    rating: Rating
    sides: frozenset[Side]
    facts: tuple[Fact, ...]

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.facts)

    @property
    def rounds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.round for each in self.facts if each.round))


def themes(facts: Iterable[Fact]) -> list[Theme]:
    """In the order in which the competencies first appear; contradictory and unrated ones are missing."""
    by_key: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.rating is not None:
            by_key.setdefault(fact.competency, []).append(fact)
    found = (_theme(key, rated) for key, rated in by_key.items())
    return [each for each in found if each is not None]


def _theme(key: str, rated: list[Fact]) -> Theme | None:
    ratings = [fact.rating for fact in rated if fact.rating is not None]
    lowest, highest = min(ratings), max(ratings)
    if highest - lowest >= APART:
        return None
    # Of two neighbours the nearer to the middle is what both saw.
    rating = lowest if lowest >= Rating.SOLID else highest
    return Theme(key, rated[0].name, rating, _sides(lowest, highest), tuple(rated))


def _sides(lowest: Rating, highest: Rating) -> frozenset[Side]:
    if lowest >= Rating.STRONG or (lowest, highest) == (Rating.SOLID, Rating.STRONG):
        return frozenset({Side.STRENGTH})
    if lowest == highest == Rating.SOLID:
        return frozenset(Side)
    return frozenset({Side.GROWTH})
