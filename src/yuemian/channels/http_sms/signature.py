"""Signatures of requests and callbacks: a canonical text, a digest, an encoding."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

KINDS: Final = ("none", "hmac-sha256", "hmac-sha1", "hmac-md5", "sha256", "sha1", "md5")
ENCODINGS: Final = ("hex", "HEX", "base64", "base64url")


def sign(kind: str, encoding: str, key: str, text: str) -> str:
    """`kind` and `encoding` are of KINDS (not none) and ENCODINGS. A plain digest has no key: it stands in the text."""
    data = text.encode("utf-8", "surrogateescape")
    if kind.startswith("hmac-"):
        digest = hmac.digest(key.encode(), data, kind.removeprefix("hmac-"))
    else:
        digest = hashlib.new(kind, data, usedforsecurity=False).digest()
    if encoding == "base64":
        return base64.b64encode(digest).decode()
    if encoding == "base64url":
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return digest.hex().upper() if encoding == "HEX" else digest.hex()


def is_equal(expected: str, given: str) -> bool:
    """In constant time, whatever letters the other side sends."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def sorted_pairs(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The three ways vendors put sorted fields into a text."""
    pairs = sorted(fields)
    return {
        "sorted": "&".join(f"{name}={value}" for name, value in pairs),
        "sorted_bare": "".join(f"{name}{value}" for name, value in pairs),
        "sorted_encoded": "&".join(f"{quote(n, safe='~')}={quote(v, safe='~')}" for n, v in pairs),
    }


SORTED: Final = frozenset({"sorted", "sorted_bare", "sorted_encoded"})
