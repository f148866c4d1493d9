"""The first half of check 2: figures, dates, names, products and quotations stand in a fact, or not in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from yuemian.domain.feedback.bank import bank_for
from yuemian.domain.feedback.checking.evidence import is_harmless, resting_on
from yuemian.domain.feedback.checking.finding import Code, Finding, Ground
from yuemian.domain.feedback.checking.sentences import Piece, from_bank, whiles
from yuemian.domain.feedback.lexicon import lexicon
from yuemian.domain.feedback.quoting import indirect
from yuemian.domain.languages import is_chinese

_FIGURES: Final = re.compile(r"\d+(?:[.,:]\d+)*%?")
_QUOTED: Final = re.compile(r"[“「『\"]([^”」』\"]{2,60})[”」』\"]")
_LATIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9+#.-]*[A-Za-z0-9+#]")
#: What rounds are called, and under which name scorecards know them.
_ROUNDS: Final = {
    **dict.fromkeys(("初试", "初面", "一面", "first round", "first interview"), "初试"),
    **dict.fromkeys(("复试", "二面", "second round", "second interview"), "复试"),
    **dict.fromkeys(("终试", "终面", "三面", "final round", "final interview"), "终试"),
}
#: A capital inside an English sentence.
_CAPITAL: Final = re.compile(r"(?<=[a-z,;:)] )[A-Z][A-Za-z0-9+#]+")
_COMMON: Final = frozenset({"I", "OK", "HR", "English", "Chinese", "Mandarin"})


def check_details(pieces: Sequence[Piece], ground: Ground) -> Iterator[Finding]:
    held = _held(ground)
    for number, piece in enumerate(pieces):
        if is_harmless(piece.text, ground) or any(
            from_bank(piece.text, fact, ground.locale) for fact in ground.facts
        ):
            continue
        strange = next(
            (words for words in _details(piece.text, ground.locale) if words.casefold() not in held), ""
        ) or _wrong_round(piece.text, ground)
        if strange:
            yield Finding(Code.DETAIL, number, strange)


def _wrong_round(sentence: str, ground: Ground) -> str:
    """A round that none of the facts the sentence rests on was seen in."""
    said = {same for name, same in _ROUNDS.items() if name in sentence}
    seen = {fact.id: _ROUNDS.get(fact.round, fact.round) for fact in ground.facts}
    resting = {seen[id_] for id_ in resting_on(sentence, ground)} or set(seen.values())
    wrong = said - resting
    return next((name for name, same in _ROUNDS.items() if same in wrong and name in sentence), "")


def _held(ground: Ground) -> str:
    """Everything a detail may come from, as one text."""
    names = [fact.name for fact in ground.facts]
    while_ = whiles(ground.again_after, ground.locale)
    bank = " ".join(word for fact in ground.facts for word in bank_for(ground.locale).words(fact.competency))
    quoted = [indirect(note, ground.locale) for note in ground.shareable]
    texts = [*ground.shareable, *quoted, *ground.told, *ground.known, *ground.allowed, *names, while_, bank]
    return "\n".join(texts).casefold()


def _details(sentence: str, locale: str) -> Iterator[str]:
    words = lexicon().detail
    for pattern in (_FIGURES, words["dates"], words["companies"], words["people"]):
        yield from (match[0] for match in pattern.finditer(sentence))
    if not lexicon().advice.search(sentence):
        yield from (match[0] for match in words["numerals"].finditer(sentence))
        yield from (match[1] for match in _QUOTED.finditer(sentence))
    names = _LATIN if is_chinese(locale) else _CAPITAL
    yield from (match[0] for match in names.finditer(sentence) if match[0] not in _COMMON)
