"""The time of an interleaving: what `now()` says in every statement, and what people's deeds are given.

A schema before PostgreSQL's own holds a `now()` that answers what its session was told. So an hour passes in no time,
every row keeps the moments it was written with, and the same seed meets the same hours on any day.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

_CREATE = """
CREATE SCHEMA clock;
CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT current_setting('clock.now')::timestamptz $$;
GRANT USAGE ON SCHEMA clock TO PUBLIC
"""
#: For a session that is to live by this clock.
LIVE_BY_IT = "SET search_path = clock, pg_catalog, public"
_TELL = "SELECT set_config('clock.now', %s, false)"


class Clock:
    """One for everybody: two workers on two machines, the people, and the providers."""

    def __init__(self, now: datetime) -> None:
        self.began, self.now = now, now
        self._told: dict[int, datetime] = {}

    def go_on(self, duration: timedelta) -> None:
        self.now += duration

    def tell(self, session: Any) -> None:
        """Let a session, outside a transaction, know what time it is: a connection of psycopg's or a cursor."""
        if self._told.get(id(session)) != self.now:
            session.execute(_TELL, [self.now.isoformat()])
            self._told[id(session)] = self.now


def _as_owner(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        cursor.execute(statement)


@contextmanager
def kept_clock() -> Iterator[None]:
    """The schema, for as long as a test needs it."""
    _as_owner(_CREATE)
    try:
        yield
    finally:
        _as_owner("DROP SCHEMA clock CASCADE")
