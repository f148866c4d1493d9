"""Mail that comes back: what it is, whom it answers, and what of it the person wrote."""

from __future__ import annotations

from .address import AddressPattern, BadPattern, TokenKind, find_tokens, is_same_person, our_ids
from .bounce import Bounce, Fate, read_bounce
from .kind import Kind, kind_of
from .letter import Letter, Unreadable, read_letter
from .quoting import MARKERS, cut_reply, marker

__all__ = [
    "MARKERS",
    "AddressPattern",
    "BadPattern",
    "Bounce",
    "Fate",
    "Kind",
    "Letter",
    "TokenKind",
    "Unreadable",
    "cut_reply",
    "find_tokens",
    "is_same_person",
    "kind_of",
    "marker",
    "our_ids",
    "read_bounce",
    "read_letter",
]
