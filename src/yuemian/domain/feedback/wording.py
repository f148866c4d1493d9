"""Small words of letters: the round in which something was seen, how long a while is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from yuemian.domain.languages import is_chinese
from yuemian.domain.round_name import ROUNDS, round_in

_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_WHILES: Final = {
    1: ("一个月", "one month"),
    2: ("两个月", "two months"),
    3: ("三个月", "three months"),
    6: ("半年", "half a year"),
    9: ("九个月", "nine months"),
    12: ("一年", "a year"),
    24: ("两年", "two years"),
}


def rounds_said(rounds: Sequence[str], locale: str) -> str:
    """The parts of the process in which something was seen, as a sentence can name them; empty: none, or not in words
    of the reader's language."""
    names = [name for name in rounds if name]
    chinese = is_chinese(locale)
    if len(names) > 2:
        return "几轮面试" if chinese else "interviews"
    if chinese:
        return "和".join(round_in(name, locale) for name in names)
    # Other names than the usual ones are the organization's own words, often Chinese ones.
    said = [round_in(name, "en").lower() for name in names if name in ROUNDS or not _HAN.search(name)]
    return " and the ".join(said) if len(said) == len(names) else ""


def within(before: str, text: str, locale: str) -> str:
    """A wording behind its beginning; English ones begin with a small letter."""
    if before or is_chinese(locale):
        return before + text
    return text[:1].upper() + text[1:]


def while_of(months: int, locale: str) -> str:
    if months in _WHILES:
        return _WHILES[months][0 if is_chinese(locale) else 1]
    return f"{months} 个月" if is_chinese(locale) else f"{months} months"
