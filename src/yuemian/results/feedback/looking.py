"""What the review page shows: facts beside sentences, and which rests on which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from yuemian.domain.feedback import Draft, Finding, Ground
from yuemian.domain.feedback.agreement import APART
from yuemian.domain.feedback.checking import resting_on, split
from yuemian.domain.feedback.quoting import breaks_rules
from yuemian.domain.results import Fact
from yuemian.results.feedback.material import from_stored
from yuemian.results.feedback.wording import FINDINGS, PARTS, RATINGS, Words
from yuemian.results.models import Feedback
from yuemian.trust.vault import Unreadable, Vault


@dataclass(frozen=True)
class Line:
    """One sentence as it stands; `marks` are the numbers of its facts on the page.

    `findings`: what is said of it, the words that are meant, whether nobody may let it through.
    """

    text: str
    part: Words
    marks: tuple[int, ...]
    ids: str
    findings: tuple[tuple[Words, str, bool], ...]
    starts_paragraph: bool


@dataclass(frozen=True)
class Seen:
    """One fact with its number. `is_apart`: interviewers differ, so nothing is said of it."""

    number: int
    fact: Fact
    rating: Words
    is_apart: bool
    is_touchy: bool


def facts_seen(ground: Ground) -> list[Seen]:
    by_key: dict[str, list[int]] = {}
    for fact in ground.facts:
        if fact.rating is not None:
            by_key.setdefault(fact.competency, []).append(fact.rating)
    found = []
    for number, fact in enumerate(ground.facts, 1):
        ratings = by_key.get(fact.competency, [0])
        is_touchy = bool(fact.note) and fact.is_shareable and breaks_rules(fact.note, ground.outcome)
        rating = RATINGS[fact.rating] if fact.rating is not None else ""
        found.append(Seen(number, fact, rating, max(ratings) - min(ratings) >= APART, is_touchy))
    return found


def lines_of(text: str, draft: Draft, ground: Ground, found: Sequence[Finding]) -> list[Line]:
    numbers = {fact.id: number for number, fact in enumerate(ground.facts, 1)}
    as_drafted = {sentence.text: sentence for sentence in draft.sentences}
    lines: list[Line] = []
    end = 0
    for at, piece in enumerate(split(text)):
        drafted = _drafted(piece.text, draft, as_drafted)
        ids = drafted.evidence if drafted else resting_on(piece.text, ground)
        marks = tuple(numbers[each] for each in ids if each in numbers)
        mine = [each for each in found if each.sentence == at]
        lines.append(
            Line(
                text=piece.text,
                part=PARTS[drafted.part] if drafted else "",
                marks=marks,
                ids=" ".join(map(str, marks)),
                findings=tuple(
                    (FINDINGS[each.code], _shown(each, piece.text), each.is_blocking) for each in mine
                ),
                starts_paragraph=bool(lines) and "\n\n" in text[end : piece.start],
            )
        )
        end = piece.end
    return lines


def _drafted(text: str, draft: Draft, known: dict[str, Any]) -> Any:
    """The draft's sentence; one of two sentences of a draft counts as well."""
    if text in known:
        return known[text]
    return next((each for each in draft.sentences if text in each.text and len(text) > 6), None)


def whole(found: Sequence[Finding]) -> list[Words]:
    """What is about the text as a whole."""
    return [FINDINGS[each.code] for each in found if each.sentence < 0]


def _shown(finding: Finding, sentence: str) -> str:
    """What exactly is meant, where that is not the sentence itself."""
    return finding.words if finding.words != sentence and len(finding.words) <= 24 else ""


def opened(feedback: Feedback, vault: Vault) -> tuple[str, Draft]:
    """Text and draft in clear; empty ones when the person was erased."""
    key = feedback.decision.application.candidate.key
    try:
        text = vault.open(key, Feedback.PLACE, feedback.pk, feedback.text_sealed)
        stored = orjson.loads(vault.open(key, Feedback.DRAFT, feedback.pk, feedback.draft_sealed))
    except Unreadable:
        return "", Draft((), feedback.locale)
    return text, from_stored(stored, feedback.locale)
