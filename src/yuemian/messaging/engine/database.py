"""The engine's connections: pooled, autocommit, in the engine's role, patient while the server is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import structlog
from psycopg import AsyncConnection, InterfaceError, OperationalError, sql
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from yuemian.trust import columns

log = structlog.get_logger(__name__)

#: What an unreachable or restarting server looks like; a deadlock is among them and may be repeated too.
AWAY: Final = (OperationalError, InterfaceError, PoolTimeout)
_LONGEST_PAUSE: Final = 2.0
_LONGEST_LOCK: Final = 400  # milliseconds
_NAMES: Final = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
#: Options of Django's backend that libpq does not know.
_DJANGOS: Final = frozenset({"assume_role", "isolation_level", "pool", "server_side_binding"})

Values = Mapping[str, Any] | Sequence[Any] | None


class Database:
    """Runs single statements, each its own transaction. `settings` is Django's database entry."""

    def __init__(self, settings: Mapping[str, Any], connections: int = 5) -> None:
        options = settings.get("OPTIONS", {})
        self._role = options.get("assume_role")
        self._arguments: dict[str, Any] = {"connect_timeout": 5}
        self._arguments |= {name: str(settings[key]) for name, key in _NAMES.items() if settings.get(key)}
        self._arguments |= {name: value for name, value in options.items() if name not in _DJANGOS}
        self._pool = AsyncConnectionPool(
            kwargs=self._arguments | {"autocommit": True, "prepare_threshold": 0},
            min_size=1,
            max_size=connections,
            timeout=5,
            open=False,
            configure=self._configure,
            reconnect_timeout=5,
        )

    async def open(self) -> None:
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close(timeout=5)

    async def fetch(self, statement: str, values: Values = None) -> list[TupleRow]:
        """One statement; raises one of AWAY when the server cannot be asked."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement.encode(), _by_column(values), binary=True)
            if cursor.pgresult is None or not cursor.pgresult.nfields:
                return []
            return columns.with_ids(await cursor.fetchall(), cursor.pgresult)

    async def patiently(self, statement: str, values: Values = None) -> list[TupleRow]:
        """Like `fetch`, repeated until the server answers: only for what may safely run twice."""
        pause = 0.05
        while True:
            try:
                return await self.fetch(statement, values)
            except AWAY as error:
                log.warning("statement_repeated", error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def listen(self, channel: str) -> AsyncIterator[str]:
        """Payloads of a channel; the first, empty one says that from now on nothing is missed."""
        connection = await AsyncConnection.connect(**self._arguments, autocommit=True)
        async with connection:
            await self._configure(connection)
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            yield ""
            async for notification in connection.notifies():
                yield notification.payload

    async def _configure(self, connection: AsyncConnection[TupleRow]) -> None:
        if self._role:
            await connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(self._role)))
        columns.register(connection)
        # Compiling a statement costs more than these run.
        await connection.execute("SET jit = off")
        # A plan kept from when the tables were small reads them from end to end once they have grown.
        await connection.execute("SET plan_cache_mode = force_custom_plan")
        # A page that stops or changes thousands of rows goes first: the engine lets go and repeats, long before the
        # server would look for a deadlock and perhaps choose the page.
        await connection.execute(f"SET lock_timeout = {_LONGEST_LOCK}")


def _by_column(values: Values) -> Values:
    """Ids come in hundreds: as a column they are one copy instead of one adaptation each."""
    if not isinstance(values, Mapping):
        return values
    return {
        name: columns.uuids(value)
        if isinstance(value, list) and value and isinstance(value[0], UUID)
        else value
        for name, value in values.items()
    }
