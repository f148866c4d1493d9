"""Addresses that carry a token, our own Message-IDs, and whether two addresses are one person's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

#: What stands for the token in a pattern such as `reply+{token}@in.example.com`.
TOKEN: Final = "{token}"  # noqa: S105
#: A letter for the kind, then 128 bits in hex: some servers fold local parts to lower case on their way.
_TOKEN: Final = re.compile(r"([rb])([0-9a-f]{32})")
_ADDRESS: Final = re.compile(r"[^\s<>,;:\"()]{1,128}@[A-Za-z0-9.-]{1,255}")
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*/=?^_`|~.+-]*")
_DOMAIN: Final = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_OURS: Final = re.compile(
    r"<?([ni])-([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})(?:\.\d{1,5})?@[\w.-]{1,255}>?"
)
_MOST_ADDRESSES: Final = 100
#: Services that know an address by several spellings: without dots, and by an old name.
_SAME_SERVICE: Final = {"googlemail.com": "gmail.com"}
_WITHOUT_DOTS: Final = frozenset({"gmail.com"})


class BadPattern(ValueError):  # noqa: N818
    """The pattern is no address in which {token} stands once before the @."""


class TokenKind(StrEnum):
    """What an address that we made up is for."""

    REPLY = "r"  # its number is a notification's
    BOUNCE = "b"  # its number is a delivery's


@dataclass(frozen=True, slots=True)
class AddressPattern:
    """Where a token stands in our addresses: after a plus sign, or in place of the whole name (catch-all)."""

    before: str
    after: str

    @classmethod
    def parse(cls, text: str) -> AddressPattern:
        """`reply+{token}@in.example.com` or `{token}@reply.example.com`. Raises BadPattern."""
        local, _, domain = text.strip().rpartition("@")
        before, token, rest = local.partition(TOKEN)
        is_plain = _LOCAL.fullmatch(before) and _LOCAL.fullmatch(rest) and not (before + rest).startswith(".")
        # A mail server takes 64 characters before the @, and the token has 33.
        if not token or not is_plain or len(before + rest) > 31 or not _DOMAIN.fullmatch(domain.lower()):
            raise BadPattern(BadPattern.__doc__)
        return cls(before, f"{rest}@{domain.lower()}")

    def address(self, token: str) -> str:
        return f"{self.before}{token}{self.after}"

    def token_in(self, address: str) -> str:
        """The token of one of our addresses, or nothing."""
        text, before, after = address.strip().lower(), self.before.lower(), self.after.lower()
        if not text.startswith(before) or not text.endswith(after):
            return ""
        return text[len(before) : len(text) - len(after)]


def write_token(kind: TokenKind, block: bytes) -> str:
    """16 bytes as 33 letters and digits."""
    return kind.value + block.hex()


def read_token(token: str) -> tuple[TokenKind, bytes] | None:
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    return TokenKind(match[1]), bytes.fromhex(match[2])


def addresses_in(values: Iterable[str]) -> Iterator[str]:
    """Every address in these header values, without repetition; more than a hundred are nobody's."""
    seen: set[str] = set()
    for value in values:
        for match in _ADDRESS.finditer(value[:20_000]):
            address = match[0].strip("'").lower()
            if address not in seen:
                seen.add(address)
                yield address
            if len(seen) >= _MOST_ADDRESSES:
                return


def find_tokens(
    recipients: Iterable[str], patterns: Iterable[AddressPattern]
) -> list[tuple[TokenKind, bytes]]:
    """The tokens among the recipients, in their order."""
    known, found = list(patterns), []
    for address in addresses_in(recipients):
        for pattern in known:
            token = read_token(pattern.token_in(address))
            if token is not None and token not in found:
                found.append(token)
    return found


def our_ids(references: Iterable[str]) -> list[tuple[str, UUID]]:
    """(`n`, notification) and (`i`, what it is about) of the Message-IDs that are ours, the nearest first."""
    found: list[tuple[str, UUID]] = []
    for reference in references:
        for match in _OURS.finditer(reference[:20_000]):
            each = match[1], UUID(match[2])
            if each not in found:
                found.append(each)
    return found


def is_same_person(one: str, other: str) -> bool:
    """Whether two addresses lead to one mailbox, as far as the address itself can say."""
    return _plain(one) == _plain(other) != ""


def _plain(address: str) -> str:
    local, _, domain = address.strip().lower().rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    domain = _SAME_SERVICE.get(domain, domain)
    local = local.partition("+")[0] or local
    if domain in _WITHOUT_DOTS:
        local = local.replace(".", "")
    return f"{local}@{domain}" if local and domain else ""
