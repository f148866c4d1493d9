"""A text taken apart into sentences with their places, and what of it is known word for word."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from yuemian.domain.feedback.bank import GENERIC, bank_for
from yuemian.domain.feedback.wording import while_of
from yuemian.domain.results import Fact

_END: Final = re.compile(r"(?<=[。！？])[”」』’\"]?|(?<=[.!?])[\"”’)]?(?=\s)|\n+")
#: Frames around something that is looked at by itself.
_FILLED: Final = re.compile(r"\{(note|told|round)\}")
_EDGES: Final = " \t\r\n　"
#: What stands before a wording in a sentence: the round it was seen in, a bridge, "a suggestion".
_BEFORE_ZH: Final = re.compile(
    r"^(?:[^，。：]{1,14}中，|从[^，。：]{1,14}来看，|另外，|同时，|还有，|一点建议：|建议：)"
)
_BEFORE_EN: Final = re.compile(
    r"^(?:(?:In|From) the [^,.]{1,60} we saw that |The [^,.]{1,60} (?:showed us|left us thinking) that "
    r"|From the [^,.]{1,60}, we think that |We also saw that |Besides, )"
)


class Piece(NamedTuple):
    """One sentence and where it stands: `text == whole[start:end]`."""

    text: str
    start: int
    end: int


def split(text: str) -> list[Piece]:
    pieces, start = [], 0
    for match in [*_END.finditer(text), None]:
        end = match.end() if match else len(text)
        raw = text[start:end]
        inner = raw.strip(_EDGES)
        if inner:
            at = start + raw.index(inner)
            pieces.append(Piece(inner, at, at + len(inner)))
        start = end
    return pieces


@lru_cache(maxsize=8)
def _frames(locale: str) -> tuple[frozenset[str], re.Pattern[str]]:
    """Whole ones, and those in which only a while is filled in."""
    texts = [each for each in bank_for(locale).frames() if not _FILLED.search(each)]
    timed = [re.escape(each).replace(r"\{time\}", r"[^，,。.]{1,16}") for each in texts if "{time}" in each]
    return frozenset(each.casefold() for each in texts), re.compile("|".join(timed), re.IGNORECASE)


def is_frame(sentence: str, locale: str) -> bool:
    """One of the sentences that claim nothing: thanks, bridges, good wishes."""
    whole, timed = _frames(locale)
    return sentence.casefold() in whole or timed.fullmatch(sentence) is not None


def bare(sentence: str, locale: str) -> str:
    """Without the round or bridge before it, as the phrase bank has it."""
    before = (_BEFORE_ZH if locale.startswith("zh") else _BEFORE_EN).match(sentence)
    return sentence[before.end() :] if before else sentence


def from_bank(sentence: str, fact: Fact, locale: str) -> str:
    """The slot (s5 … g1, tip) whose shipped wording this is, for the competency of a fact; empty: none."""
    return _slots(fact.competency, fact.name, locale).get(bare(sentence, locale).casefold(), "")


@lru_cache(maxsize=512)
def _slots(competency: str, name: str, locale: str) -> dict[str, str]:
    bank = bank_for(locale)
    return {
        text.replace("{name}", name or GENERIC).casefold(): slot
        for slot in ("tip", "g1", "g2", "g3", "s3", "s4", "s5")
        for text in bank.all_wordings(competency, slot)
    }


def whiles(again_after: int | None, locale: str) -> str:
    return while_of(again_after, locale) if again_after else ""
