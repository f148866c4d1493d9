"""How many parts a text message has: GSM-7 text holds 160 (153) characters, UCS-2 text 70 (67)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")  # an escape and a character: two places


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are seven-bit places or UTF-16 units; `left` are those still free in the last part."""

    encoding: str
    units: int
    parts: int
    left: int


def count_segments(text: str) -> Segments:
    """The parts a provider will charge; an escape pair or a surrogate pair is never cut in two."""
    if all(c in _BASIC or c in _EXTENDED for c in text):
        return _count("GSM-7", [2 if c in _EXTENDED else 1 for c in text], 160, 153)
    return _count("UCS-2", [2 if ord(c) > 0xFFFF else 1 for c in text], 70, 67)


def _count(encoding: str, sizes: list[int], single: int, joined: int) -> Segments:
    units = sum(sizes)
    if units <= single:
        return Segments(encoding, units, 1 if units else 0, single - units)
    parts, filled = 1, 0
    for size in sizes:
        if filled + size > joined:
            parts, filled = parts + 1, 0
        filled += size
    return Segments(encoding, units, parts, joined - filled)
