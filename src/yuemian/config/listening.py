"""The hub's two ports on PostgreSQL: LISTEN for the events, a function for the session."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from yuemian.config.connection import arguments, assumed_role
from yuemian.config.events import Access

CHANNEL = "yuemian_events"
#: The most connections of each kind; docs/howto/external-postgresql.md adds up all that a process opens.
MOST_STATEMENTS: Final = 8
MOST_SESSIONS: Final = 4
#: A listener only hears: without probes it would not notice for hours that its server has gone.
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class Listener:
    """One connection that listens. Its first item is empty and says: from now on nothing is missed."""

    def __init__(self, database: Mapping[str, Any]) -> None:
        self._database = database

    async def listen(self) -> AsyncGenerator[str, None]:
        given = arguments(self._database) | KEEPALIVE
        async with await AsyncConnection.connect(**given, autocommit=True) as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            yield ""
            async for notification in connection.notifies():
                yield notification.payload


class Statements:
    """Single statements of the event loop, each in a transaction of its own."""

    def __init__(self, database: Mapping[str, Any]) -> None:
        # As Django's own connections: what a statement writes as text must read the same.
        given = arguments(database)
        given["options"] = f"{given.get('options', '')} -c TimeZone=UTC".strip()
        self._role = assumed_role(database)
        self._pool = AsyncConnectionPool(
            kwargs=given | {"autocommit": True},
            min_size=0,
            max_size=MOST_STATEMENTS,
            timeout=5,
            open=False,
            configure=self._take_role,
        )

    async def open(self) -> None:
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close()

    async def ask(self, statement: LiteralString, values: list[Any]) -> tuple[Any, ...]:
        """Its only row. Raises psycopg's errors."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement, values)
            row = await cursor.fetchone()
        assert row is not None
        return row

    async def _take_role(self, connection: AsyncConnection[TupleRow]) -> None:
        if self._role:
            await connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(self._role)))


class Sessions:
    """Looks sessions up through the only function that may see them from outside an organization."""

    def __init__(self, database: Mapping[str, Any]) -> None:
        self._role = assumed_role(database)
        self._pool = AsyncConnectionPool(
            kwargs=arguments(database) | {"autocommit": True},
            min_size=0,
            max_size=MOST_SESSIONS,
            timeout=5,
            open=False,
            configure=self._take_role,
            check=AsyncConnectionPool.check_connection,
        )

    async def open(self) -> None:
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close()

    async def organization(self, token: str) -> Access | None:
        """Raises psycopg's errors when the database does not answer."""
        digest = hashlib.sha256(token.encode("ascii", "replace")).digest()
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT organization_id, session_id FROM find_session(%s)", [digest]
            )
            row = await cursor.fetchone()
        return Access(*row) if row else None

    async def _take_role(self, connection: AsyncConnection[TupleRow]) -> None:
        if self._role:
            await connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(self._role)))
