"""What a file must be before it is looked into: its name, its size, how many there are; and why one is refused.

Limits of OWASP ASVS 5.0, 5.2.1 to 5.2.6, as docs/security.md states them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

MEGABYTE: Final = 1024 * 1024
LARGEST_FILE: Final = 10 * MEGABYTE
MOST_PIXELS: Final = 25_000_000
MOST_PAGES: Final = 20
#: Per person.
MOST_FILES: Final = 10
LARGEST_TOTAL: Final = 50 * MEGABYTE
LONGEST_NAME: Final = 100

#: Extension → what the content must then be.
TYPES: Final = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heic",
    "pdf": "application/pdf",
}
#: What a browser may call them; some say nothing, and some call everything a stream of bytes.
_NO_WORD: Final = frozenset({"", "application/octet-stream"})
_ALIASES: Final = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/heif": "image/heic",
    "image/heic-sequence": "image/heic",
    "image/heif-sequence": "image/heic",
    "application/x-pdf": "application/pdf",
}
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)


class Refusal(StrEnum):
    """Why a file is not taken; each is worded with what to do."""

    NO_FILE = "no_file"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOTAL_TOO_LARGE = "total_too_large"
    WRONG_TYPE = "wrong_type"
    MISMATCH = "mismatch"  # name, declared type and content do not agree
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_HEAVY = "too_heavy"  # needs more memory or time than one file may have
    ENCRYPTED = "encrypted"
    INFECTED = "infected"
    INTERRUPTED = "interrupted"  # the upload broke off, or took too long
    NO_ROOM = "no_room"  # ours to mend


def check_name(name: str, declared: str) -> tuple[str, Refusal | None]:
    """The type that the name promises, or why there is none. The last extension alone counts."""
    _stem, dot, extension = name.rpartition(".")
    kind = TYPES.get(extension.strip().lower()) if dot and "\0" not in name else None
    if kind is None:
        return "", Refusal.WRONG_TYPE
    said = declared.partition(";")[0].strip().lower()
    said = _ALIASES.get(said, said)
    if said in _NO_WORD or said == kind:
        return kind, None
    return "", Refusal.MISMATCH


def check_quota(sizes: Sequence[int], size: int) -> Refusal | None:
    """Whether one more file of `size` fits beside those that the person has given."""
    if len(sizes) >= MOST_FILES:
        return Refusal.TOO_MANY
    return Refusal.TOTAL_TOO_LARGE if sum(sizes) + size > LARGEST_TOTAL else None


def display_name(name: str) -> str:
    """The user's name of a file, for people to read and for nothing else: no path, no direction marks, no devices."""
    last = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(
        each for each in last if unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    ).strip(" .")
    stem, dot, extension = visible.rpartition(".")
    stem, extension = (stem, extension) if dot else (visible, "")
    if stem.partition(".")[0].strip().lower() in _DEVICES or not stem:
        stem = f"_{stem}"
    room = LONGEST_NAME - len(extension) - 1
    return f"{stem[:room]}.{extension[:10]}" if extension else stem[:LONGEST_NAME]
