"""The code printed in a notice, by which the candidate finds out whether it is genuine. Derived, never stored.

40 bits: a tag of 16, keyed over the notification's id, and the slot of time in which the id was made (24 bits of four
seconds, two years until it begins again), hidden under a mask that the tag selects. So the code leads to the few ids of
its slot, by the primary key alone, and the tag says which of them it is. A guess is right as often as for 40 random
bits: notifications of two years divided by a million million.
"""

from __future__ import annotations

from array import array
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Final
from uuid import UUID

from yuemian.domain.short_code import decode, encode

LENGTH: Final = 8
_SLOT_MS: Final = 4000
_SLOTS: Final = 1 << 24
_UNKNOWN: Final = 1 << 24


def code_of(key: bytes, notification: UUID) -> str:
    """Eight signs; `key` are 32 secret bytes."""
    tag = _tag(key, notification)
    slot = (notification.int >> 80) // _SLOT_MS % _SLOTS
    return encode(tag << 24 | slot ^ _mask(key, tag), LENGTH)


def bounds_of(key: bytes, code: str, *, now: datetime) -> tuple[UUID, UUID]:
    """From which id on, and before which one, the notification of this code lies: the slot's latest turn until now."""
    number = decode(code)
    slot = number & _SLOTS - 1 ^ _mask(key, number >> 24)
    current = int(now.timestamp() * 1000) // _SLOT_MS
    turn = current - (current - slot) % _SLOTS
    return _first(turn * _SLOT_MS), _first((turn + 1) * _SLOT_MS)


def fits(key: bytes, code: str, notification: UUID) -> bool:
    """Whether this is the notification that the code was printed in."""
    return code_of(key, notification) == code


def made_at(notification: UUID) -> datetime:
    """When the id was made."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=notification.int >> 80)


def _tag(key: bytes, notification: UUID) -> int:
    keyed = _keyed(key).copy()
    keyed.update(notification.bytes)
    return int.from_bytes(keyed.digest())


@lru_cache(maxsize=4)
def _keyed(key: bytes) -> blake2b:
    return blake2b(digest_size=2, key=key, person=b"tag")


def _mask(key: bytes, tag: int) -> int:
    known = _masks(key)
    mask = known[tag]
    if mask == _UNKNOWN:
        hashed = blake2b(tag.to_bytes(2), digest_size=3, key=key, person=b"mask").digest()
        mask = known[tag] = int.from_bytes(hashed)
    return mask


@lru_cache(maxsize=4)
def _masks(key: bytes) -> array[int]:  # noqa: ARG001
    """By tag, as far as they were asked for: a quarter of a megabyte where a cache of objects took thirteen."""
    return array("I", [_UNKNOWN]) * (1 << 16)


def _first(milliseconds: int) -> UUID:
    return UUID(int=milliseconds << 80)
