"""Whole columns as one binary array each: what thousands of rows need goes over without adapting value by value."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import repeat
from struct import Struct, pack
from typing import Any, ClassVar, Final, overload
from uuid import UUID, SafeUUID

from psycopg import postgres
from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.pq.abc import PGresult
from psycopg.types.string import ByteaBinaryLoader

_LENGTH: Final = Struct(">i")
_NULL: Final = _LENGTH.pack(-1)
#: PostgreSQL counts microseconds from here.
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Column(bytes):
    """An array in PostgreSQL's binary form; its subclass says of what."""

    type_name: ClassVar[str]

    @classmethod
    def of(cls, count: int, elements: bytes, *, has_null: bool = False) -> Column:
        """`elements` are `count` values, each after its length."""
        oid = postgres.types[cls.type_name].oid
        if not count:
            return cls(pack(">iii", 0, 0, oid))
        return cls(pack(">iiiii", 1, has_null, oid, count, 1) + elements)


class _Uuids(Column):
    type_name = "uuid"


class _Texts(Column):
    type_name = "text"


class _Blobs(Column):
    type_name = "bytea"


class _Integers(Column):
    type_name = "int4"


class _Moments(Column):
    type_name = "timestamptz"


class _ColumnDumper(Dumper):
    """The bytes are what PostgreSQL wants already."""

    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        return obj  # type: ignore[no-any-return]


def uuids(values: Sequence[UUID | None]) -> Column:
    return raw_uuids([value.bytes if value else None for value in values])


def raw_uuids(values: Sequence[bytes | None]) -> Column:
    """Ids as their 16 bytes each."""
    return _fixed(_Uuids, 16, values)


def integers(values: Sequence[int]) -> Column:
    """Few different ones among many, such as revisions and places."""
    known = {value: _LENGTH.pack(value) for value in set(values)}
    return _fixed(_Integers, 4, [known[value] for value in values])


def blobs(values: Sequence[bytes | None]) -> Column:
    parts: list[bytes] = []
    for value in values:
        parts += (_NULL,) if value is None else (_LENGTH.pack(len(value)), value)
    return _Blobs.of(len(values), b"".join(parts), has_null=None in values)


def texts(values: Sequence[str]) -> Column:
    """Few different ones among many, such as languages and channels."""
    known: dict[str, bytes] = {}
    for value in dict.fromkeys(values):
        data = value.encode()
        known[value] = _LENGTH.pack(len(data)) + data
    return _Texts.of(len(values), b"".join([known[value] for value in values]))


def moments(values: Sequence[datetime]) -> Column:
    """Few different ones among many, such as the starts of a day's interviews."""
    known = {value: pack(">q", (value - _EPOCH) // _MICROSECOND) for value in set(values)}
    return _fixed(_Moments, 8, [known[value] for value in values])


def _fixed(kind: type[Column], size: int, values: Sequence[bytes | None]) -> Column:
    length = _LENGTH.pack(size)
    try:
        elements = length + length.join(values) if values else b""  # type: ignore[arg-type]
    except TypeError:
        parts = [_NULL if value is None else length + value for value in values]
        return kind.of(len(values), b"".join(parts), has_null=True)
    return kind.of(len(values), elements)


_DUMPERS: Final = tuple(
    (
        kind,
        type(f"{kind.__name__}Dumper", (_ColumnDumper,), {"oid": postgres.types[kind.type_name].array_oid}),
    )
    for kind in (_Uuids, _Texts, _Blobs, _Integers, _Moments)
)


#: A UUID forbids to set its parts; its slots do not.
_SET_INT: Final = UUID.__dict__["int"].__set__
_SET_SAFE: Final = UUID.__dict__["is_safe"].__set__
_UUID: Final = postgres.types["uuid"].oid


@overload
def ids(raw: Sequence[bytes]) -> Sequence[UUID]: ...
@overload
def ids(raw: Sequence[bytes | None]) -> Sequence[UUID | None]: ...
def ids(raw: Sequence[bytes | None]) -> Sequence[UUID | None]:
    """From their 16 bytes each, in a quarter of the time that one by one takes: a claimed row has ten of them."""
    known = dict.fromkeys(raw)
    if None not in known and len(known) * 2 > len(raw):
        return _ids(raw)  # type: ignore[arg-type]
    known.pop(None, None)
    once = dict(zip(known, _ids(list(known)), strict=True))  # type: ignore[arg-type]
    return list(map(once.get, raw))


def _ids(raw: Sequence[bytes]) -> list[UUID]:
    # Each step goes over all of them without a turn of the interpreter.
    found: list[UUID] = list(map(object.__new__, repeat(UUID, len(raw))))
    deque(map(_SET_INT, found, map(int.from_bytes, raw)), maxlen=0)
    deque(map(_SET_SAFE, found, repeat(SafeUUID.unknown)), maxlen=0)
    return found


def with_ids(rows: list[tuple[Any, ...]], result: PGresult) -> list[tuple[Any, ...]]:
    """Rows of a connection that is `register`ed, their ids made from bytes."""
    places = [place for place in range(result.nfields) if result.ftype(place) == _UUID] if rows else []
    if not places:
        return rows
    by_column: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place in places:
        by_column[place] = ids(by_column[place])
    return list(zip(*by_column, strict=True))


def register(context: AdaptContext) -> None:
    """Let a connection or cursor take columns, and leave ids as bytes for `with_ids`."""
    for kind, dumper in _DUMPERS:
        context.adapters.register_dumper(kind, dumper)
    context.adapters.register_loader("uuid", ByteaBinaryLoader)
