"""Everybody takes turns: of two workers, the web role and the wire exactly one goes on, and the seed says which.

A worker's statement, a provider's next word, and what a person does up to the next statement of their transaction are
turns. Nothing else happens at the same time and nothing waits for the real clock. A seed plays nearly the same again:
ids are drawn anew, and some choices hang on them.
A statement that meets a lock of a transaction that is still open gets its turn later, as the engine repeats it anyway.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg
from django.db import connection, connections
from psycopg.errors import LockNotAvailable

from tests.messaging.engine.interleaving.clock import LIVE_BY_IT, Clock
from yuemian.interviews.models import SUBJECT_KIND
from yuemian.messaging.engine import restraint, statements, sweep_statements
from yuemian.messaging.engine.database import Database, Values
from yuemian.messaging.fallback import FALL_BACK
from yuemian.messaging.subjects import SUBJECTS

#: Where a turn ends. The engine's other statements read what never changes, or only tell of what was done.
POINTS = {
    statements.CLAIM: "claim",
    SUBJECTS[SUBJECT_KIND].truth_sql: "last look",
    statements.HAND_OVER: "hand-over",
    statements.LOOK_AGAIN: "second look",
    statements.SETTLE_SENT: "settle",
    statements.SETTLE: "settle a failure",
    statements.DEFER: "defer",
    statements.EXPIRED_LEASES: "sweep",
    statements.RENEW: "renew",
    FALL_BACK: "fall back",
    sweep_statements.UNCLEAR: "ask about the unclear",
    restraint.REACHED: "look at other channels",
}
#: Where a worker waits that may have nothing to do, and how likely it is to look.
IDLE = {
    "rest": 3,
    "claim": 3,
    "before a sweep": 1,
    "sweep": 2,
    "ask about the unclear": 2,
    "before renewing": 1,
}
RESTING = frozenset({"rest", "before a sweep", "before renewing"})
#: So many rounds of the loop let everybody come to their next turn.
_ROUNDS = 12
R = TypeVar("R")
_HOURS = (timedelta(hours=1), timedelta(hours=2), timedelta(hours=5), timedelta(hours=12))
_SHORT = (timedelta(seconds=1), timedelta(seconds=9), timedelta(seconds=45), timedelta(minutes=4))


@dataclass
class Turn:
    """Somebody who waits to go on: a point of the engine, or of the wire."""

    who: str
    where: str
    future: asyncio.Future[None]

    @property
    def is_idle(self) -> bool:
        """Whether there may be nothing for them to do."""
        return self.where in IDLE

    @property
    def is_resting(self) -> bool:
        return self.where in RESTING


class Web:
    """A thread of the web role: a transaction at a time, which may stand still before any of its statements.

    One that meets a lock of the other is taken back, as if somebody had closed the page instead of waiting.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._go, self._came = threading.Semaphore(0), threading.Semaphore(0)
        self._pool = ThreadPoolExecutor(1, initializer=_live_by_the_clock)
        self._deed: Future[Any] | None = None
        self.is_calm = False
        self._stops: list[bool] = []

    @property
    def is_open(self) -> bool:
        return self._deed is not None and not self._deed.done()

    def begin(self, work: Callable[[], R]) -> Future[R]:
        """Until the work is done, or stands still: that is decided now, however many statements it will have."""
        self._stops = [] if self.is_calm else self._stage.stops()
        deed = self._pool.submit(self._do, work)
        self._deed = deed
        deed.add_done_callback(lambda _: self._came.release())
        self._wait()
        return deed

    def go_on(self) -> None:
        """Until it is done, or stands still again."""
        self._go.release()
        self._wait()

    def at_once(self, work: Callable[[], R]) -> R:
        """Nothing comes between its statements."""
        self.is_calm = True
        found = self.begin(work).result()
        self.is_calm = False
        return found

    def finish(self) -> None:
        self.is_calm = True
        while self.is_open:
            self.go_on()
        self.is_calm = False

    def end(self) -> None:
        self.finish()
        self._pool.submit(connections.close_all).result()  # the thread's own
        self._pool.shutdown()

    def _wait(self) -> None:
        self._came.acquire()
        if self._deed is not None and self._deed.done():
            self._deed.result()

    def _do(self, work: Callable[[], R]) -> R:
        self._stage.clock.tell(connection.connection)
        with connection.execute_wrapper(self._before):
            return work()

    def _before(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.is_calm and self._stops and self._stops.pop():
            self._came.release()
            self._go.acquire()
        return execute(sql, params, many, context)


def _live_by_the_clock() -> None:
    with connection.cursor() as cursor:
        cursor.execute(LIVE_BY_IT)
        cursor.execute("SET lock_timeout = 1")  # as below


class Stage:
    """Whose turn it is, what time, and where the web role stands."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self.chance, self.clock = random.Random(seed), clock
        self.waiting: list[Turn] = []
        self.webs = [Web(self), Web(self)]
        #: Where the web role did something, beside what.
        self.met: Counter[str] = Counter()
        self.is_over = False

    async def turn(self, who: str, where: str) -> None:
        future = asyncio.get_running_loop().create_future()
        self.waiting.append(Turn(who, where, future))
        await future

    def stops(self) -> list[bool]:
        """Before which of their statements, the last first, somebody stands still."""
        return [self.chance.random() < 0.1 for _ in range(40)]

    async def settle_down(self) -> None:
        """Everybody who can go on without a turn has done so."""
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)

    async def engine_goes_on(self) -> None:
        """One of those who wait; the busy are more likely to be on."""
        await self.settle_down()
        weights = [IDLE.get(turn.where, 12) for turn in self.waiting]
        (turn,) = self.chance.choices(self.waiting, weights)
        await self.go_on(turn)

    async def go_on(self, turn: Turn) -> None:
        self.waiting.remove(turn)
        turn.future.set_result(None)
        await self.settle_down()

    @property
    def is_busy(self) -> bool:
        return any(not turn.is_idle for turn in self.waiting)

    def time_passes(self) -> None:
        """Mostly none; sometimes so much that a lease runs out, or a night goes by while something is under way."""
        draw = self.chance.random()
        if draw < 0.1:
            self.clock.go_on(self.chance.choice(_SHORT))
        elif draw < (0.11 if self.is_busy else 0.35):
            self.clock.go_on(self.chance.choice(_HOURS))

    def begin(self, web: Web, deed: Callable[[], object]) -> None:
        """Somebody does something, while the engine and another person go on between its statements."""
        self.met.update({turn.where for turn in self.waiting if not turn.is_idle})
        self.met["another person"] += any(each.is_open for each in self.webs)
        web.begin(deed)

    def finish(self) -> None:
        """What people have begun."""
        for web in self.webs:
            web.finish()

    def end(self) -> None:
        for web in self.webs:
            web.end()


class _Answer:
    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor, self.pgresult = cursor, cursor.pgresult

    async def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()


class _Link:
    """A connection as the engine's pool hands it out, which answers before anything else happens."""

    def __init__(self, link: psycopg.Connection[Any], clock: Clock) -> None:
        self._link, self._clock = link, clock
        self.adapters = link.adapters

    async def execute(self, statement: Any, values: Any = None, *, binary: bool = False) -> _Answer:
        self._clock.tell(self._link)
        return _Answer(self._link.execute(statement, values, binary=binary))


class _Pool:
    def __init__(self, link: _Link) -> None:
        self._link = link

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[_Link]:
        yield self._link


#: What hears of a statement at once: with its values, its rows, when it was asked for, and the connection to ask more.
Heard = Callable[[str, Values, list[Any], datetime, Any], None]


class TakingTurns(Database):
    """A worker's own connection to the one server, on which nothing happens out of turn."""

    def __init__(self, stage: Stage, who: str, settings: dict[str, Any], heard: Heard) -> None:
        super().__init__(settings)
        self._stage, self._who, self._heard = stage, who, heard

    async def open(self) -> None:
        self._link = psycopg.connect(**self._arguments, autocommit=True, prepare_threshold=0)
        link: Any = _Link(self._link, self._stage.clock)
        await self._configure(link)
        self._link.execute("SET lock_timeout = 1")  # nobody lets go of a lock before it is their turn
        self._link.execute(LIVE_BY_IT)
        self._pool: Any = _Pool(link)

    async def close(self) -> None:
        self._link.close()

    async def fetch(self, statement: str, values: Values = None) -> list[Any]:
        where, asked_at = POINTS.get(statement, ""), self._stage.clock.now
        while True:
            if where:
                await self._stage.turn(self._who, where)
            try:
                rows = await super().fetch(statement, values)
            except LockNotAvailable:
                self._stage.met["a lock"] += 1
                where = where or "again"
                continue
            self._heard(statement, values, rows, asked_at, self._link)
            return rows
