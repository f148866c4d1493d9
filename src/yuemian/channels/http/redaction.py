"""What a foreign answer may leave in our records: its words, without numbers, addresses and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_MAIL: Final = re.compile(r"[^\s<>@:;,\"']+@[^\s<>@:;,\"']+")
_NUMBER: Final = re.compile(r"\+?\d(?:[\s\-.()]{0,2}\d){6,}")
_LINK: Final = re.compile(r"https?:\\?/\\?/[^\s\"'<>]+", re.IGNORECASE)
LONGEST: Final = 200


def redacted(text: str, hide: Iterable[str] = ()) -> str:
    """One line of at most 200 characters; `hide` are this message's own secrets and words."""
    for word in sorted((word for word in hide if len(word) > 3), key=len, reverse=True):
        text = text.replace(word, "<hidden>")
    text = _LINK.sub("<link>", text)
    text = _NUMBER.sub("<number>", _MAIL.sub("<address>", text))
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:LONGEST]
