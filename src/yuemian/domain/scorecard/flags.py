"""Words about what must not count (age, sex, marriage …) and insults in a note. Chinese and English.

A flag asks a person to look again; it never decides. So a note about products for women, garbage collection or a
`married` column must pass, and the tables say beside each word in which company it means something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from yuemian.domain.scorecard.flag_words import CHINESE, ENGLISH


class FlagKind(StrEnum):
    AGE = "age"
    SEX = "sex"
    MARRIAGE = "marriage"
    PREGNANCY = "pregnancy"
    CHILDREN = "children"
    ORIGIN = "origin"
    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    HEALTH = "health"
    LOOKS = "looks"
    POLITICS = "politics"
    INSULT = "insult"


class Flag(NamedTuple):
    kind: FlagKind
    words: str
    at: int


def _compiled(tables: dict[str, str], options: int) -> dict[FlagKind, re.Pattern[str]]:
    return {FlagKind(kind): re.compile(pattern, options | re.VERBOSE) for kind, pattern in tables.items()}


_PATTERNS: Final = (
    _compiled(CHINESE, 0),
    _compiled(ENGLISH, re.IGNORECASE),
)


def flags(text: str) -> list[Flag]:
    """What was found, in the order of the text."""
    return sorted(_found(text), key=lambda flag: (flag.at, flag.kind))


def _found(text: str) -> Iterator[Flag]:
    for patterns in _PATTERNS:
        for kind, pattern in patterns.items():
            for match in pattern.finditer(text):
                yield Flag(kind, match[0].strip(), match.start())
