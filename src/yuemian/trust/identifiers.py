"""UUIDv7 keys (RFC 9562 §5.7): time-ordered, so that inserts stay at the end of every index."""

from __future__ import annotations

import os
import secrets
import struct
import time
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

_BLOCK = struct.Struct(">256Q")
_HALVES = struct.Struct(">QQ")
_LAST_62_BITS = 0x3FFF_FFFF_FFFF_FFFF


def uuid7() -> UUID:
    """48 bits of milliseconds, 12 bits of the millisecond's fraction, 62 random bits."""
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def first_uuid7(at: datetime) -> UUID:
    """No key made at this moment or later is smaller: what is newer lies behind it in the index of the keys."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def uuid7_series() -> Iterator[UUID]:
    """`raw_uuid7_series` as UUID objects."""
    return (UUID(bytes=raw) for raw in raw_uuid7_series())


def raw_uuid7_series() -> Iterator[bytes]:
    """Keys for many rows, each after the one before: the clock is read once, its fraction counts up (RFC 9562 §6.2).

    A series runs ahead of the clock by a millisecond per 4,096 keys; take a new one for every batch.
    """
    stamp = time.time_ns() * 4096 // 1_000_000
    halves = _HALVES.pack
    while True:
        for chance in _BLOCK.unpack(os.urandom(_BLOCK.size)):
            first = (stamp >> 12 & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | stamp & 0xFFF
            yield halves(first, 0b10 << 62 | chance & _LAST_62_BITS)
            stamp += 1
