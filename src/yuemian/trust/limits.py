"""Rate limits kept in the database: one statement per hit, no counting of rows."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.trust.keyring import keyring

#: Rows that one run of `purge` takes.
SLICE: Final = 2000

_INSERT: Final = """
INSERT INTO trust_ratelimit AS l (key_hash, window_ends_at, hits) {rows}
ON CONFLICT (key_hash) DO UPDATE SET
    hits = CASE WHEN l.window_ends_at <= %s THEN 1 ELSE l.hits + 1 END,
    window_ends_at = CASE WHEN l.window_ends_at <= %s THEN excluded.window_ends_at ELSE l.window_ends_at END
RETURNING key_hash, hits, window_ends_at
"""
_BEHIND: Final = "SELECT wanted.* FROM (VALUES {rows}) AS wanted CROSS JOIN gate WHERE gate.hits <= %s"
_ONE: Final = "(%s::bytea, %s::timestamptz, 1)"
# Whoever is just being counted is passed over, and nobody is waited for.
_PURGE: Final = """
DELETE FROM trust_ratelimit WHERE key_hash = ANY(ARRAY(
    SELECT key_hash FROM trust_ratelimit WHERE window_ends_at <= %s
    ORDER BY window_ends_at LIMIT %s FOR UPDATE SKIP LOCKED))
"""


@dataclass(frozen=True)
class Limit:
    """`hits` allowed per fixed `window`."""

    name: str
    hits: int
    window: timedelta


#: A limit and the parts of its key.
Attempt = tuple[Limit, *tuple[str, ...]]


def hit(limit: Limit, *parts: str, now: datetime) -> timedelta | None:
    """Count one attempt. None when allowed, else how long to wait."""
    return hit_all((limit, *parts), now=now)


def hit_all(*attempts: Attempt, now: datetime) -> timedelta | None:
    """Count one attempt at each (limit, *parts). None when all allow it, else the longest wait.

    Their rows stay locked until the transaction ends: name the narrow limits first, the shared ones last.
    """
    allowed = _allowed(attempts)
    sql = _INSERT.format(rows=f"VALUES {_rows(allowed)}")
    return _longest_wait(sql, [*_values(allowed, now), now, now], allowed, now)


def hit_behind(gate: Attempt, *attempts: Attempt, now: datetime) -> timedelta | None:
    """The same, but what the gate refuses is counted at the gate alone.

    For limits whose parts a stranger makes up: nobody adds more rows than the gate lets through. The gate's row is
    locked first, here and wherever else those limits are counted.
    """
    door, behind = _allowed([gate]), _allowed(attempts)
    at_door = _INSERT.format(rows=f"VALUES {_rows(door)}")
    then = _INSERT.format(rows=_BEHIND.format(rows=_rows(behind)))
    sql = f"WITH gate AS ({at_door}), behind AS ({then}) SELECT * FROM gate UNION ALL SELECT * FROM behind"  # noqa: S608
    values = [*_values(door, now), now, now, *_values(behind, now), gate[0].hits, now, now]
    return _longest_wait(sql, values, door | behind, now)


def _allowed(attempts: Sequence[Attempt]) -> dict[bytes, Limit]:
    """The rows' keys, each with its limit."""
    return {key_of(limit, *parts): limit for limit, *parts in attempts}


def _rows(allowed: dict[bytes, Limit]) -> str:
    return ", ".join([_ONE] * len(allowed))


def _values(allowed: dict[bytes, Limit], now: datetime) -> list[Any]:
    return [value for key, limit in allowed.items() for value in (key, now + limit.window)]


def _longest_wait(
    sql: str, values: list[Any], allowed: dict[bytes, Limit], now: datetime
) -> timedelta | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchall()
    waits = [ends_at - now for key, hits, ends_at in found if hits > allowed[bytes(key)].hits]
    return max(waits, default=None)


def is_running(limit: Limit, *keys: tuple[str, ...], now: datetime) -> bool:
    """Whether any of these keys (each its parts) was hit in a window that still runs; counts nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM trust_ratelimit WHERE key_hash = ANY(%s) AND window_ends_at > %s)",
            [[key_of(limit, *parts) for parts in keys], now],
        )
        return bool(cursor.fetchone()[0])


def is_spent(limit: Limit, *parts: str, now: datetime) -> bool:
    """Whether nothing is left of this limit; counts nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM trust_ratelimit WHERE key_hash = %s AND window_ends_at > %s AND hits >= %s)",
            [key_of(limit, *parts), now, limit.hits],
        )
        return bool(cursor.fetchone()[0])


def forget(limit: Limit, *parts: str) -> None:
    """Start afresh, for instance after the right password."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM trust_ratelimit WHERE key_hash = %s", [key_of(limit, *parts)])


def purge(organization_id: UUID, now: datetime) -> int:  # noqa: ARG001
    """What counts no more, a slice of it. Returns how many rows. Called by the clock of every organization: the table
    belongs to all of them, and the first one clears it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, [now, SLICE])
        return int(cursor.rowcount)


def key_of(limit: Limit, *parts: str) -> bytes:
    """The row's key, for a caller that counts within a statement of its own.

    Keyed, as a mail address, a phone number or a network address is soon guessed by whoever has its plain hash.
    """
    return hmac.digest(keyring().index, "\0".join(("rate limit", limit.name, *parts)).encode(), "sha256")
