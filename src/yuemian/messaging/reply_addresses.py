"""Our addresses that carry a token: made and read without a row for each, by one block cipher per organization.

A token is the id of what it answers, enciphered with a key that only this installation derives: 128 bits that nobody
can make up, for any other deciphers to an id that no row has. It ends with the row it names: whoever is erased, or
whose messages are gone, can no longer be written to. See docs/decisions/0019.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from yuemian.domain.mail_reply import AddressPattern, TokenKind, find_tokens
from yuemian.domain.mail_reply.address import write_token
from yuemian.trust.keyring import keyring


class ReplyAddresses:
    """The addresses of one organization; kept and shared within one thread."""

    def __init__(self, organization_id: UUID, reply_pattern: str, bounce_pattern: str) -> None:
        self._reply = AddressPattern.parse(reply_pattern)
        self._bounce = AddressPattern.parse(bounce_pattern) if bounce_pattern else None
        # A single block, and no two ids are equal: a permutation is wanted, and no mode.
        ciphers = {kind: _cipher(_key(organization_id, kind)) for kind in TokenKind}
        self._encipher = {kind: cipher.encryptor() for kind, cipher in ciphers.items()}
        self._decipher = {kind: cipher.decryptor() for kind, cipher in ciphers.items()}

    def reply_to(self, notification_id: UUID) -> str:
        block = self._encipher[TokenKind.REPLY].update(notification_id.bytes)
        return self._reply.address(write_token(TokenKind.REPLY, block))

    def bounces_of(self, delivery_id: UUID) -> str:
        """Empty where reports are not asked for."""
        if self._bounce is None:
            return ""
        block = self._encipher[TokenKind.BOUNCE].update(delivery_id.bytes)
        return self._bounce.address(write_token(TokenKind.BOUNCE, block))

    def read(self, recipients: Iterable[str]) -> list[tuple[TokenKind, UUID]]:
        """What the recipients of a mail name; a made-up one names nothing that exists."""
        patterns = [pattern for pattern in (self._reply, self._bounce) if pattern is not None]
        return [
            (kind, UUID(bytes=self._decipher[kind].update(block)))
            for kind, block in find_tokens(recipients, patterns)
        ]


def _cipher(key: bytes) -> Cipher[modes.ECB]:
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305


@lru_cache(maxsize=256)
def _key(organization_id: UUID, kind: TokenKind) -> bytes:
    return keyring().blind_index(organization_id, "mail.token", kind.name)


def thread_id(subject_id: UUID, domain: str) -> str:
    """The name of an interview's thread: no mail has it, all of them refer to it, and so stand together."""
    return f"<i-{subject_id}@{domain}>"
