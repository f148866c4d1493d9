"""Rate limits kept in the database: one statement per hit, no counting of rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Limit:
    """`hits` allowed per fixed `window`."""

    name: str
    hits: int
    window: timedelta


def hit(limit: Limit, *parts: str, now: datetime) -> timedelta | None:
    """Count one attempt. None when allowed, else how long to wait."""
    return hit_all((limit, *parts), now=now)


def hit_all(*attempts: tuple[Limit, *tuple[str, ...]], now: datetime) -> timedelta | None:
    """Count one attempt at each (limit, *parts). None when all allow it, else the longest wait.

    Their rows stay locked until the transaction ends: name the narrow limits first, the shared ones last.
    """
    allowed = {key_of(limit, *parts): limit for limit, *parts in attempts}
    rows: list[Any] = []
    for key, limit in allowed.items():
        rows += [key, now + limit.window]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO trust_ratelimit AS l (key_hash, window_ends_at, hits)
            VALUES {", ".join(["(%s, %s, 1)"] * len(allowed))}
            ON CONFLICT (key_hash) DO UPDATE SET
                hits = CASE WHEN l.window_ends_at <= %s THEN 1 ELSE l.hits + 1 END,
                window_ends_at = CASE WHEN l.window_ends_at <= %s THEN excluded.window_ends_at ELSE l.window_ends_at END
            RETURNING key_hash, hits, window_ends_at
            """,  # noqa: S608  (only the number of rows varies)
            [*rows, now, now],
        )
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


def key_of(limit: Limit, *parts: str) -> bytes:
    """The row's key, for a caller that counts within a statement of its own."""
    return hashlib.sha256("\0".join((limit.name, *parts)).encode()).digest()
