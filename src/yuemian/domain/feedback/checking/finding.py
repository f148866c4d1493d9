"""What a check can find, and what it compares a text with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from yuemian.domain.feedback.draft import Length
from yuemian.domain.results import Fact, Outcome


class Code(StrEnum):
    UNFOUNDED = "unfounded"  # nothing in the scorecards carries it
    DETAIL = "detail"  # a figure, date, name or quotation that no fact holds
    POLARITY = (
        "polarity"  # praises what was weak, blames what was strong, or takes sides where interviewers differ
    )
    PROTECTED = "protected"  # sex, age, family, origin, health, looks …
    INSULT = "insult"
    PROMISE = "promise"  # pay, law, or what nobody can promise
    COMPARISON = "comparison"  # with other people
    OPINION = "opinion"  # what a certain colleague said
    SCORE = "score"
    CONTACT = "contact"  # links, addresses, numbers
    OUTCOME = "outcome"  # speaks of another result
    NAME = "name"  # names an interviewer, or somebody else
    LEAK = "leak"  # words of a note that is not to be told
    INSTRUCTION = "instruction"  # an order to a machine has got into the text
    BANNED = "banned"
    LONG = "long"
    EMPTY = "empty"
    LANGUAGE = "language"


#: What no press of a button lets through; the others a person may look at and keep.
BLOCKING: Final = frozenset(
    {
        Code.PROTECTED,
        Code.INSULT,
        Code.PROMISE,
        Code.OUTCOME,
        Code.NAME,
        Code.LEAK,
        Code.INSTRUCTION,
        Code.CONTACT,
        Code.SCORE,
        Code.EMPTY,
    }
)


class Finding(NamedTuple):
    """`sentence` is its number in the text, -1 for the whole; `words` what it is about."""

    code: Code
    sentence: int = -1
    words: str = ""

    @property
    def is_blocking(self) -> bool:
        return self.code in BLOCKING


def digest(found: Iterable[Finding]) -> str:
    """Names exactly these findings: who says to have seen them has not seen others."""
    text = "\0".join(sorted(f"{each.code}:{each.words}" for each in found))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a text may rest on. `told`: the reasons it may give; `known`: own phrases, which may stand.

    `names` may never: interviewers, and whoever else is not the reader. `allowed` may: job, company, rounds.
    """

    facts: Sequence[Fact]
    locale: str
    outcome: Outcome
    length: Length = Length.MEDIUM
    told: Sequence[str] = ()
    known: Sequence[str] = ()
    names: Sequence[str] = ()
    allowed: Sequence[str] = ()
    again_after: int | None = None

    @property
    def shareable(self) -> list[str]:
        return [fact.note for fact in self.facts if fact.is_shareable and fact.note]

    @property
    def secret(self) -> list[str]:
        return [fact.note for fact in self.facts if not fact.is_shareable and fact.note]
