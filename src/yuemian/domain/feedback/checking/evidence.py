"""Checks 1, 3 and the second half of 2: does a fact carry each sentence, and does its rating agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from yuemian.domain.feedback.agreement import APART
from yuemian.domain.feedback.bank import bank_for
from yuemian.domain.feedback.checking.finding import Code, Finding, Ground
from yuemian.domain.feedback.checking.sentences import Piece, from_bank, is_frame
from yuemian.domain.feedback.leaning import Leaning, clauses, is_deep_critic, is_high_praise, leaning
from yuemian.domain.feedback.lexicon import lexicon
from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Fact, Rating

#: Share of a sentence's pairs of letters (words) that a note must hold to carry it; 0.16 to 0.34 did as well.
CARRIED: Final = 0.28
_LETTERS: Final = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")
_FILLER: Final = re.compile(
    r"您|你|的|了|在|也|都|很|比较|这次|面试|记录|比如|例如|举个例子|具体来说|写着|写到"
)


def resting_on(sentence: str, ground: Ground) -> tuple[str, ...]:
    """Ids of the facts a sentence can be read from, best first; for the page's marks as well as for the checks."""
    exact = [fact.id for fact in ground.facts if from_bank(sentence, fact, ground.locale)]
    noted = [fact.id for fact in ground.facts if _carries(fact, sentence)]
    named = [
        fact.id for fact in ground.facts if fact.rating is not None and _speaks_of(sentence, fact, ground)
    ]
    # A sentence that is the bank's speaks of its own competency, whatever other words it holds.
    return tuple(dict.fromkeys([*exact, *noted, *([] if exact else named)]))


def check_evidence(pieces: Sequence[Piece], ground: Ground) -> Iterator[Finding]:
    for number, piece in enumerate(pieces):
        if is_harmless(piece.text, ground):
            continue
        exact = [(fact, from_bank(piece.text, fact, ground.locale)) for fact in ground.facts]
        said = [(fact, slot) for fact, slot in exact if slot]
        if said:
            yield from _exact(number, said, ground)
        else:
            yield from _free(number, piece.text, ground)


def is_harmless(sentence: str, ground: Ground) -> bool:
    """Claims nothing about the person, or says a reason that is to be told or a phrase of the organization."""
    if is_frame(sentence, ground.locale) or any(_holds(sentence, each) for each in ground.told):
        return True
    return any(sentence.rstrip("。.") == each.rstrip("。.") for each in ground.known)


def _holds(sentence: str, told: str) -> bool:
    words = told.strip().rstrip("。.；; ")
    return bool(words) and words in sentence and len(sentence) <= len(words) + 90


def _exact(number: int, said: Sequence[tuple[Fact, str]], ground: Ground) -> Iterator[Finding]:
    """The bank's own words: their slot says what rating they are for."""
    for fact, slot in said:
        ratings = _ratings(fact.competency, ground.facts)
        if not ratings or slot == "tip":
            if not ratings:
                yield Finding(Code.UNFOUNDED, number, fact.name)
            continue
        lowest, highest, meant = min(ratings), max(ratings), int(slot[1])
        is_apart = highest - lowest >= APART
        if is_apart or (slot[0] == "s" and meant > highest) or (slot[0] == "g" and meant < lowest):
            yield Finding(Code.POLARITY, number, fact.name)
        return


def _free(number: int, sentence: str, ground: Ground) -> Iterator[Finding]:
    """A sentence that somebody wrote."""
    strange = [
        key
        for key in _surely(sentence)
        if not _ratings(key, ground.facts) and not _named(key, sentence, ground)
    ]
    carried = [fact for fact in ground.facts if _carries(fact, sentence)]
    named = [fact for fact in ground.facts if fact.rating is not None and _speaks_of(sentence, fact, ground)]
    # Words of a note speak of what the note is about, whatever else they remind of.
    spoken = [fact for fact in carried if fact.rating is not None] or named
    # Advice about what nobody asked says that it was seen; that about something else may say it in such words.
    is_invented = strange and not carried and not (named and _is_advice_only(sentence))
    is_carried = spoken or carried or _is_courtesy(sentence) or _is_advice_for_somebody(sentence, ground)
    if is_invented or not is_carried:
        yield Finding(Code.UNFOUNDED, number, sentence)
    yield from _leaning(number, sentence, spoken, ground)


def _leaning(number: int, sentence: str, spoken: Sequence[Fact], ground: Ground) -> Iterator[Finding]:
    """Clause by clause: a clause that names nothing goes on about what the one before it named."""
    keys = {fact.competency: fact.name for fact in spoken}
    current: list[str] = []
    for clause in clauses(sentence):
        named = [
            fact.competency
            for fact in spoken
            if fact.competency in _surely(clause) or (fact.name and fact.name in clause)
        ]
        current = named or current or (list(keys) if len(keys) == 1 else [])
        for key in dict.fromkeys(current):
            if _contradicts(clause, _ratings(key, ground.facts)):
                yield Finding(Code.POLARITY, number, keys[key])
                return


def _contradicts(clause: str, ratings: Sequence[Rating]) -> bool:
    if not ratings or lexicon().advice.search(clause):
        return False
    lowest, highest, side = min(ratings), max(ratings), leaning(clause)
    if highest - lowest >= APART:
        return side is not Leaning.NONE
    if side is Leaning.PRAISE:
        return highest <= Rating.WEAK or (highest <= Rating.SOLID and is_high_praise(clause))
    if side is Leaning.CRITIC:
        return lowest >= Rating.STRONG or (lowest >= Rating.SOLID and is_deep_critic(clause))
    return False


def _ratings(key: str, facts: Iterable[Fact]) -> list[Rating]:
    return [fact.rating for fact in facts if fact.competency == key and fact.rating is not None]


def _surely(text: str) -> list[str]:
    return [key for key, pattern in lexicon().sure.items() if pattern.search(text)]


def _named(key: str, sentence: str, ground: Ground) -> bool:
    """The competency is part of another one's name, as in an organization's own list."""
    pattern = lexicon().sure[key]
    return any(pattern.search(fact.name) and fact.name in sentence for fact in ground.facts if fact.name)


def _speaks_of(sentence: str, fact: Fact, ground: Ground) -> bool:
    if fact.name and fact.name.casefold() in sentence.casefold():
        return True
    if fact.competency in _surely(sentence):
        return True
    hints = bank_for(ground.locale).words(fact.competency)
    return any(word in sentence.casefold() for word in hints)


def _carries(fact: Fact, sentence: str) -> bool:
    if not fact.is_shareable or not fact.note:
        return False
    said = _pairs(sentence)
    return bool(said) and len(said & _pairs(fact.note)) / len(said) >= CARRIED


def _pairs(text: str) -> frozenset[str]:
    """Pairs of Chinese letters, and Latin words."""
    found: set[str] = set()
    for run in _LETTERS.findall(_FILLER.sub(" ", text).casefold()):
        for part in re.findall(r"[\u4e00-\u9fff]+|[a-z0-9]+", run):
            if part[0] >= "\u4e00":
                found.update(part[at : at + 2] for at in range(max(1, len(part) - 1)))
            elif len(part) > 2:
                found.add(part)
    return frozenset(found)


def _is_courtesy(sentence: str) -> bool:
    """Polite words that neither praise nor blame."""
    if not lexicon().courtesy.search(sentence):
        return False
    return all(
        leaning(clause) is Leaning.NONE or lexicon().courtesy.search(clause) for clause in clauses(sentence)
    )


def _is_advice_only(sentence: str) -> bool:
    return bool(lexicon().advice.search(sentence)) and all(
        leaning(each) is Leaning.NONE for each in clauses(sentence)
    )


def _is_advice_for_somebody(sentence: str, ground: Ground) -> bool:
    """Advice rests on something that could be better."""
    can_grow = any(fact.rating is not None and fact.rating <= Rating.SOLID for fact in ground.facts)
    return can_grow and _is_advice_only(sentence)


def language_share(text: str, locale: str) -> float:
    """How much of a text is in the letter's script."""
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    latin = len(re.findall(r"[A-Za-z]+", text))
    return (han if is_chinese(locale) else latin) / max(1, han + latin)
