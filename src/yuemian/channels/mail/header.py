"""Header values as RFC 5322 and RFC 2047 want them; a value that could break out of its line is refused."""

from __future__ import annotations

import re
from binascii import b2a_base64
from functools import lru_cache
from typing import Final

from yuemian.channels.base import ChannelError

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_BREAKING: Final = re.compile(r"[ <>,;\"()]")
_PLAIN_CAP: Final = 60  # longer values are encoded, because encoded words fold anywhere
_WORD_BYTES: Final = 45  # 60 characters of base64 and 12 of frame: within the 75 an encoded word may have


class HeaderProblem(ChannelError, ValueError):  # noqa: N818
    """A header value that must not be sent."""


def check_value(value: str) -> str:
    """Refuse control characters: CR and LF would begin a header of somebody else's choosing."""
    if value.isprintable():
        return value
    if _FORBIDDEN.search(value):
        raise HeaderProblem(
            "A header value contains a line break or control character; clean it where it came in."
        )
    return value


def _words(value: str) -> str:
    """Encoded words of whole characters, one per folded line."""
    data = value.encode()
    if len(data) <= _WORD_BYTES:
        return f"=?utf-8?b?{b2a_base64(data, newline=False).decode()}?="
    words, at = [], 0
    while at < len(data):
        end = min(at + _WORD_BYTES, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        words.append(f"=?utf-8?b?{b2a_base64(data[at:end], newline=False).decode()}?=")
        at = end
    return "\r\n ".join(words)


def _is_plain(value: str) -> bool:
    return len(value) <= _PLAIN_CAP and value.isascii() and "=?" not in value and value == value.strip()


@lru_cache(maxsize=1024)
def encode_text(value: str) -> str:
    """An unstructured value such as a subject."""
    check_value(value)
    return value if _is_plain(value) else _words(value)


@lru_cache(maxsize=1024)
def encode_phrase(value: str) -> str:
    """A display name: atoms, a quoted string, or encoded words."""
    check_value(value)
    if not _is_plain(value):
        return _words(value)
    if _ATOMS.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@lru_cache(maxsize=2048)
def mailbox(address: str, name: str = "") -> str:
    """`name <address>`; the address must already be normalised."""
    if not address.isascii() or not address.isprintable() or _BREAKING.search(address):
        raise HeaderProblem("The mail address is not normalised; pass it through normalise_address first.")
    check_value(name)
    name = " ".join(name.split())
    if not name:
        return address
    phrase = encode_phrase(name)
    joint = "\r\n " if len(phrase.rsplit("\n", 1)[-1]) + len(address) > 64 else " "
    return f"{phrase}{joint}<{address}>"
