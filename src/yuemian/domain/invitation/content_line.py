"""Content lines of iCalendar: escaped, folded at 75 octets, never more lines than meant (RFC 5545 §3.1, 3.3.11)."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 75
_BREAK: Final = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
#: Neither a text nor a parameter may hold these; the lone surrogates could not even be encoded.
_FORBIDDEN: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPACES: Final = re.compile(r"\s+")
_ADDRESS: Final = re.compile(r"[!-~]+@[!-~]+")
_UNSAFE_IN_ADDRESS: Final = re.compile(r"[\"\\,;:<>()\[\] ]")

#: What joins two pieces of one line: clients take it away before they read.
FOLD: Final = "\r\n "


def text_value(text: str) -> str:
    """A TEXT value: whatever it holds, it stays this one value."""
    if text.isprintable():
        if "," not in text and ";" not in text and "\\" not in text:
            return text
        clean = text
    else:
        clean = _FORBIDDEN.sub(" ", _BREAK.sub("\n", text))
    escaped = clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def safe_phrase(text: str) -> str:
    """A parameter's value, quoted: it can hold no quotation mark and no line break, so these are replaced."""
    if text.isprintable() and '"' not in text and "  " not in text:
        return f'"{text.strip()}"'
    clean = _FORBIDDEN.sub(" ", _BREAK.sub(" ", text)).replace('"', "'")
    return f'"{_SPACES.sub(" ", clean).strip()}"'


def address_value(address: str) -> str:
    """`mailto:` of a normalised mail address. Raises ValueError for one that could end the value."""
    if not _ADDRESS.fullmatch(address) or _UNSAFE_IN_ADDRESS.search(address):
        raise ValueError("The mail address is not normalised; pass it through normalise_address first.")
    return f"mailto:{address}"


def link_value(link: str) -> str:
    """A URI value. Raises ValueError for one that is no plain web address."""
    if not link.startswith(("https://", "http://")) or not link.isascii() or not link.isprintable():
        raise ValueError("The link must be an absolute web address of ASCII letters.")
    if " " in link:
        raise ValueError("The link must not hold a blank.")
    return link


def folded(line: str) -> str:
    """A whole line, its end included; never cut inside a character."""
    if len(line) <= _LONGEST and line.isascii():
        return f"{line}\r\n"
    return f"{_folded(line, _LONGEST)}\r\n"


def filling(value: str) -> str:
    """A value that stands right after a FOLD: folded again only where it is too long for its line."""
    if len(value) < _LONGEST and value.isascii():
        return value
    return value if len(value.encode()) < _LONGEST else _folded(value, _LONGEST - 1)


def _folded(text: str, room: int) -> str:
    if len(text) <= room // 4:
        return text
    data = text.encode()
    if len(data) <= room:
        return text
    if len(data) == len(text):
        first, rest = text[:room], text[room:]
        return FOLD.join([first, *(rest[at : at + _LONGEST - 1] for at in range(0, len(rest), _LONGEST - 1))])
    pieces, at = [], 0
    while at < len(data):
        end = min(at + room, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[at:end].decode())
        at, room = end, _LONGEST - 1  # the blank of a continued line counts
    return FOLD.join(pieces)
