"""What interviewers noted, as the rest of the house takes it: one fact for each competency and interviewer."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple


class Rating(IntEnum):
    """How well a competency was shown; a competency that nobody asked about has none."""

    MISSING = 1
    WEAK = 2
    SOLID = 3
    STRONG = 4
    OUTSTANDING = 5


class Recommendation(StrEnum):
    """An interviewer's overall word, from best to worst."""

    STRONG_YES = "strong_yes"
    YES = "yes"
    NO = "no"
    STRONG_NO = "strong_no"


class Fact(NamedTuple):
    """What one interviewer saw of one competency. `id` is the evidence a sentence refers to.

    `note` may go into what the candidate reads only when `is_shareable`; the rating's wording always may.
    """

    id: str
    competency: str  # its key, e.g. `coding`: what phrase banks know it by
    name: str  # as it is called in the reader's language
    rating: Rating | None
    note: str = ""
    is_shareable: bool = False
    round: str = ""
