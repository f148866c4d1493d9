"""Envelope encryption of fields: master key → organization key → candidate key → field.

Record = version(1) ‖ key number(4) ‖ nonce(12) ‖ ciphertext ‖ tag(16), AES-256-GCM. The associated data is
organization ‖ table ‖ column ‖ row id, so that a value copied to another place is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from yuemian.trust.keyfile import wrap_context
from yuemian.trust.keyring import KeyFileProblem, Keyring, keyring, reread
from yuemian.trust.models import Key, KeyPurpose

VERSION = b"\x01"
_NONCE = 12


class Unreadable(Exception):  # noqa: N818
    """The value cannot be decrypted: its key was destroyed (the person was erased), or the record was altered."""


class Locked(Unreadable):
    """No master key of this installation's key file opens the organization's key; restore the right key file."""


class DataKey(Protocol):
    """What the vault needs of a key: a `Key`, or the same three values read by other means."""

    @property
    def number(self) -> int: ...

    @property
    def wrapped(self) -> bytes | memoryview | None: ...

    @property
    def wrapped_by(self) -> int: ...


#: Candidates' keys a vault keeps unwrapped: a batch of thousands must not hold them all.
_KEPT = 2048


class Vault:
    """Seals and opens the fields of one organization. Holds unwrapped keys: one per transaction or batch."""

    def __init__(self, organization_id: UUID) -> None:
        self.organization_id = organization_id
        self._wrapping: dict[int, AESGCM] = {}
        self._ciphers: dict[int, AESGCM] = {}
        self._places: dict[str, bytes] = {}
        self._at_hand: dict[int, DataKey] = {}

    def expect(self, key: DataKey) -> None:
        """The organization's key, read already: it is unwrapped without asking the database, if it is needed at all."""
        self._at_hand[key.number] = key

    def seal(self, key: DataKey, place: str, row_id: UUID, text: str) -> bytes:
        """Encrypt for `place` ("table.column") of the row."""
        return self.seal_bytes(key, place, row_id, text.encode())

    def seal_bytes(self, key: DataKey, place: str, row_id: UUID, plain: bytes) -> bytes:
        return self.seal_raw(key, place, row_id.bytes, plain)

    def seal_raw(self, key: DataKey, place: str, row_id: bytes, plain: bytes) -> bytes:
        """`row_id`: the 16 bytes of its id, or those of all ids that it is to hold with alone."""
        nonce = os.urandom(_NONCE)
        sealed = self.cipher(key).encrypt(nonce, plain, self._context(place, row_id))
        return VERSION + key.number.to_bytes(4, "big") + nonce + sealed

    def sealer(self, place: str) -> Callable[[DataKey, bytes, bytes], bytes]:
        """`seal_raw` for one place and thousands of people, each with a key of their own that is not kept.

        Says the same in half the time: chance comes in blocks, and nothing is looked up per row.
        """
        prefix, keys = self._context(place, b""), b"key\0" + self.organization_id.bytes
        wrapping, chance = self._wrapping, _chance()

        def seal(key: DataKey, row_id: bytes, plain: bytes) -> bytes:
            number, wrapped = key.number, key.wrapped
            outer = wrapping.get(key.wrapped_by)
            if outer is None or type(wrapped) is not bytes:
                return self.seal_raw(key, place, row_id, plain)
            try:
                data_key = outer.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], keys + number.to_bytes(8, "big"))
            except InvalidTag as error:
                raise Unreadable(Unreadable.__doc__) from error
            nonce = next(chance)
            sealed = AESGCM(data_key).encrypt(nonce, plain, prefix + row_id)
            return b"".join((VERSION, number.to_bytes(4, "big"), nonce, sealed))

        return seal

    def open(self, key: DataKey, place: str, row_id: UUID, record: bytes | memoryview) -> str:
        """Decrypt. Raises Unreadable."""
        return self.open_bytes(key, place, row_id, record).decode()

    def open_bytes(self, key: DataKey, place: str, row_id: UUID, record: bytes | memoryview) -> bytes:
        return self.open_raw(key, place, row_id.bytes, record)

    def open_raw(self, key: DataKey, place: str, row_id: bytes, record: bytes | memoryview) -> bytes:
        """`row_id` as in `seal_raw`."""
        data = bytes(record)
        if data[:1] != VERSION or int.from_bytes(data[1:5], "big") != key.number:
            raise Unreadable(Unreadable.__doc__)
        try:
            return self.cipher(key).decrypt(data[5:17], data[17:], self._context(place, row_id))
        except InvalidTag as error:
            raise Unreadable(Unreadable.__doc__) from error

    def cipher(self, key: DataKey) -> AESGCM:
        """The key, unwrapped once. Raises Unreadable when it was destroyed."""
        kept = self._wrapping if key.wrapped_by < 0 else self._ciphers
        known = kept.get(key.number)
        if known is None:
            if key.wrapped is None:
                raise Unreadable(Unreadable.__doc__)
            if len(kept) >= _KEPT:
                kept.clear()
            known = kept[key.number] = AESGCM(self.unwrapped(key))
        return known

    def unwrapped(self, key: DataKey) -> bytes:
        """Its 32 bytes. Raises Unreadable."""
        if key.wrapped_by < 0:
            wrapping = AESGCM(_master(-key.wrapped_by))
        else:
            wrapping = self._wrapping.get(key.wrapped_by) or self.cipher(
                self._at_hand.get(key.wrapped_by) or Key.objects.get(number=key.wrapped_by)
            )
        assert key.wrapped is not None
        data = bytes(key.wrapped)
        try:
            return wrapping.decrypt(data[:12], data[12:], wrap_context(self.organization_id, key.number))
        except InvalidTag as error:
            if key.wrapped_by < 0:
                raise Locked(Locked.__doc__) from error
            raise Unreadable(Unreadable.__doc__) from error

    def _context(self, place: str, row_id: bytes) -> bytes:
        prefix = self._places.get(place)
        if prefix is None:
            prefix = self._places[place] = self.organization_id.bytes + place.encode() + b"\0"
        return prefix + row_id


def _master(number: int) -> bytes:
    """Raises Locked."""
    found = keyring().master.get(number)
    if found is None:
        try:
            found = reread().master.get(number)
        except KeyFileProblem as problem:
            raise Locked(str(problem)) from problem
    if found is None:
        raise Locked(f"Master key {number} is not in the key file; restore it from your backup.")
    return found


def create_organization_key(organization_id: UUID) -> Key:
    """The organization's own key, wrapped by the newest master key."""
    ring = keyring()
    (number,) = _next_numbers(1)
    wrapped = _wrap(AESGCM(ring.master[ring.newest]), organization_id, number)
    key = Key(
        organization_id=organization_id,
        number=number,
        purpose=KeyPurpose.ORGANIZATION,
        wrapped_by=-ring.newest,
        wrapped=wrapped,
    )
    key.save(force_insert=True)
    return key


def organization_key(organization_id: UUID) -> Key:
    return Key.objects.get(
        organization_id=organization_id, purpose=KeyPurpose.ORGANIZATION, destroyed_at=None
    )


def rewrap(key: Key, ring: Keyring) -> None:
    """Under the newest master key; the key itself, and all that it seals, stays. Raises Locked. The caller saves."""
    plain = Vault(key.organization_id).unwrapped(key)
    wrapped = _wrap(AESGCM(ring.master[ring.newest]), key.organization_id, key.number, plain)
    key.wrapped, key.wrapped_by = wrapped, -ring.newest


def new_candidate_keys(vault: Vault, count: int) -> list[Key]:
    """Unsaved keys for `count` new candidates; the caller inserts them with its rows."""
    wrapping = organization_key(vault.organization_id)
    cipher = vault.cipher(wrapping)
    return [
        Key(
            organization_id=vault.organization_id,
            number=number,
            purpose=KeyPurpose.CANDIDATE,
            wrapped_by=wrapping.number,
            wrapped=_wrap(cipher, vault.organization_id, number),
        )
        for number in _next_numbers(count)
    ]


def destroy(keys: Iterable[Key], now: datetime) -> None:
    """Make everything sealed with these keys unreadable for ever."""
    Key.objects.filter(pk__in=[key.pk for key in keys]).update(wrapped=None, destroyed_at=now)


def _wrap(cipher: AESGCM, organization_id: UUID, number: int, plain: bytes = b"") -> bytes:
    """A new key, unless `plain` is one."""
    nonce = os.urandom(12)
    return nonce + cipher.encrypt(nonce, plain or os.urandom(32), wrap_context(organization_id, number))


def _chance() -> Iterator[bytes]:
    """Nonces; 256 for one call of the system."""
    while True:
        block = os.urandom(_NONCE * 256)
        yield from (block[at : at + _NONCE] for at in range(0, len(block), _NONCE))


def _next_numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('trust_key_number') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]
