"""Mail addresses as servers take them: plain local part, IDNA domain, nothing that starts a second line."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import idna

from yuemian.channels.base import BadAddress

_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


@lru_cache(maxsize=4096)
def normalise_address(address: str) -> str:
    """`Wang@例子.中国` → `Wang@xn--fsqu00a.xn--fiqs8s`; raises BadAddress with what to correct."""
    text = address.strip()
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise BadAddress("This is no mail address; write it as name@example.com.")
    if not local.isascii():
        raise BadAddress("Mail servers rarely take letters like these before the @; ask for another address.")
    if len(local) > 64 or not _LOCAL.fullmatch(local):
        raise BadAddress("The part before the @ has a character or a dot where none may be; correct it.")
    return f"{local}@{_domain(domain)}"


@lru_cache(maxsize=4096)
def _domain(domain: str) -> str:
    try:
        ascii_domain = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise BadAddress("The part after the @ is no domain; correct it.") from None
    labels = ascii_domain.split(".")
    if len(ascii_domain) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress("The part after the @ is no domain; correct it.")
    return ascii_domain
