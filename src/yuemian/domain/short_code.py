"""Codes that people read from one screen and type into another: 32 signs, none of which looks like another."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Without 0, 1, I and O.
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_VALUES: Final = {sign: value for value, sign in enumerate(ALPHABET)}
#: Two signs for ten bits: a code is printed in every notice, and thousands leave in a second.
_PAIRS: Final = [first + second for first in ALPHABET for second in ALPHABET]
_IGNORED: Final = re.compile(r"[\s\-–—_.·]+")
_GROUP: Final = 4


def encode(number: int, length: int) -> str:
    """`length` signs of five bits each. Raises ValueError when the number needs more."""
    if not 0 <= number < 1 << 5 * length:
        raise ValueError(f"The number does not fit into {length} signs.")
    odd = ALPHABET[number >> 5 * (length - 1)] if length % 2 else ""
    places = range(5 * (length - len(odd)) - 10, -1, -10)
    return odd + "".join([_PAIRS[number >> place & 1023] for place in places])


def decode(code: str) -> int:
    """The number of a normal form. Raises KeyError for a sign that is none of ours."""
    number = 0
    for sign in code:
        number = number << 5 | _VALUES[sign]
    return number


def normal(typed: str, length: int) -> str | None:
    """What somebody typed, without spaces and dashes, in capitals; None when it is no code of this length."""
    text = _IGNORED.sub("", unicodedata.normalize("NFKC", typed)).upper()
    return text if len(text) == length and _VALUES.keys() >= set(text) else None


def grouped(code: str) -> str:
    """As people read it: `K7QM-2XPA`."""
    return "-".join(code[place : place + _GROUP] for place in range(0, len(code), _GROUP))
