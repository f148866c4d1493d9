"""Which prepared answer fits a question: words and pairs of Chinese characters in common, weighed by rarity."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)

#: Below this an offer is more often wrong than right (tests/domain/test_faq.py holds the pairs it was tuned with).
ENOUGH: Final = 0.34
#: What is longer than this is no question any more; the rest is not read.
LONGEST: Final = 2000

_SENTENCES: Final = re.compile(r"[。！？!?；;\n]+|\.\s")
_RUNS: Final = re.compile(r"[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff]+")
#: Politeness and particles that every question has and that say nothing about it.
_POLITE: Final = re.compile(
    "您好|你好|请问|麻烦|谢谢|多谢|不好意思|打扰了?|想问一下|想问|咨询一下|问一下|我想知道|能不能|可不可以|是不是|有没有"
    "|可以|需要|什么|怎么样?|如何|哪里|哪儿|几点|多少|[的了吗呢啊呀吧嘛么我你您是在有要会能就也都和与那这]"
)
_STOP: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "at",
        "be",
        "can",
        "could",
        "do",
        "does",
        "for",
        "from",
        "hello",
        "hi",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "may",
        "me",
        "my",
        "of",
        "on",
        "or",
        "please",
        "shall",
        "should",
        "thank",
        "thanks",
        "that",
        "the",
        "there",
        "this",
        "to",
        "we",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)


@dataclass(frozen=True, slots=True)
class Prepared(Generic[K]):
    """A question that was asked before, of entry `key`. Of equal ones the nearer place wins: 0 is the nearest."""

    key: K
    question: str
    distance: int = 0


@dataclass(frozen=True, slots=True)
class Match(Generic[K]):
    key: K
    score: float


def features(text: str) -> Counter[str]:
    """What a sentence is about: words without their endings, and pairs of neighbouring Chinese characters."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    found: Counter[str] = Counter()
    for run in _RUNS.findall(_POLITE.sub(" ", plain)):
        if run[0].isascii():
            if run not in _STOP:
                found[_stem(run)] += 1
        elif len(run) == 1:
            found[run] += 1
        else:
            found.update(run[at : at + 2] for at in range(len(run) - 1))
    return found


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def suggest(asked: str, prepared: Iterable[Prepared[K]], *, most: int = 3) -> list[Match[K]]:
    """The best `most` entries for what was asked, the best first; none where nothing fits.

    An entry's score is the better of: the whole message against it, and each of its sentences.
    """
    entries = [(each, features(each.question)) for each in prepared]
    weights = _weights([found for _, found in entries])
    parts = [found for text in (asked, *_SENTENCES.split(asked[:LONGEST])) if (found := features(text))]
    scored = [
        (max((_likeness(part, found, weights) for part in parts), default=0.0), each)
        for each, found in entries
    ]
    best = sorted(
        (pair for pair in scored if pair[0] >= ENOUGH),
        key=lambda pair: (-round(pair[0], 2), pair[1].distance),
    )
    return [Match(each.key, round(score, 3)) for score, each in best[:most]]


def _weights(documents: Sequence[Counter[str]]) -> dict[str, float]:
    count = Counter(feature for found in documents for feature in found)
    return {feature: math.log(1 + len(documents) / number) for feature, number in count.items()}


def _likeness(asked: Counter[str], known: Counter[str], weights: dict[str, float]) -> float:
    """0 to 1: how much of either is in the other. What no entry knows counts half: it may be chatter."""
    if not asked or not known:
        return 0.0
    shared = sum(weights[feature] for feature in asked.keys() & known.keys())
    whole = sum(weights[feature] for feature in known)
    said = sum(weights.get(feature, 0.35) for feature in asked)
    return math.sqrt((shared / whole) * (shared / said)) if whole and said else 0.0
