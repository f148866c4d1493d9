"""What several interviewers say together: where they contradict each other, and what that suggests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from yuemian.domain.results.facts import Recommendation
from yuemian.domain.results.outcome import Outcome

#: Ratings of one competency that lie so far apart are a contradiction.
APART: Final = 2
YES: Final = frozenset({Recommendation.STRONG_YES, Recommendation.YES})


class Verdicts(StrEnum):
    """What the recommendations of one interview come to."""

    NONE = "none"
    FOR = "for"
    AGAINST = "against"
    SPLIT = "split"


def verdicts(said: Collection[Recommendation]) -> Verdicts:
    """All for it, all against it, or some of each."""
    if not said:
        return Verdicts.NONE
    count = sum(each in YES for each in said)
    if count == len(said):
        return Verdicts.FOR
    return Verdicts.SPLIT if count else Verdicts.AGAINST


def suggested(said: Collection[Recommendation]) -> Outcome | None:
    """What a person may confirm for many at once; where interviewers disagree, or none spoke, nothing."""
    return {Verdicts.FOR: Outcome.ADVANCE, Verdicts.AGAINST: Outcome.REJECT}.get(verdicts(said))


def apart(ratings: Mapping[str, Collection[int]]) -> frozenset[str]:
    """The competencies on which interviewers lie two or more steps apart."""
    return frozenset(key for key, given in ratings.items() if given and max(given) - min(given) >= APART)
