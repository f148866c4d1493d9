"""Whether words praise or find fault, clause by clause."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from yuemian.domain.feedback.lexicon import lexicon


class Leaning(IntEnum):
    CRITIC = -1
    NONE = 0
    PRAISE = 1


_CLAUSES: Final = re.compile(
    r"[，,；;：:]|——|\bbut\b|\bthough\b|\balthough\b|\bwhile\b|\bhowever\b|但是?|不过|然而|只是|可惜"
)
_WISHED: Final = re.compile(
    r"如果|要是|会更|可以再|还可以|希望|更(好|稳|完整|清楚)|would|could (be|go|have)|more convincing"
)


def clauses(sentence: str) -> list[str]:
    """Its parts, so that "good at this, but weak at that" is read as two words about two things."""
    return [part.strip() for part in _CLAUSES.split(sentence) if part and part.strip(" 。.!！?？")]


def leaning(clause: str) -> Leaning:
    """What is only wished for is no praise."""
    words = lexicon().polarity
    text = words["neither"].sub("", clause)
    critic = len(words["critic"].findall(text))
    # "不够清楚", "not clear": the praise inside a fault is none.
    praise = 0 if critic or _WISHED.search(clause) else len(words["praise"].findall(text))
    if critic:
        return Leaning.CRITIC
    return Leaning.PRAISE if praise else Leaning.NONE


def is_high_praise(clause: str) -> bool:
    return bool(lexicon().polarity["high_praise"].search(clause))


def is_deep_critic(clause: str) -> bool:
    return bool(lexicon().polarity["deep_critic"].search(clause))
