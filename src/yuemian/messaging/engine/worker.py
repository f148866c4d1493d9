"""One worker: several claims under way at once, a lease kept alive, dead workers swept, a calm end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from yuemian.channels.base import leaving_clock
from yuemian.messaging.actions.plan import WAKE
from yuemian.messaging.engine import statements
from yuemian.messaging.engine.accounts import CHANGED, Accounts
from yuemian.messaging.engine.claim import Claimed, claim
from yuemian.messaging.engine.database import AWAY, Database
from yuemian.messaging.engine.dispatch import Dispatch
from yuemian.messaging.engine.life import Figures, Life
from yuemian.messaging.engine.news import News
from yuemian.messaging.engine.render import Renderer
from yuemian.messaging.engine.sweep import Sweeper
from yuemian.trust.identifiers import uuid7

log = structlog.get_logger(__name__)

#: So many seconds a worker that ends may spend on saying so.
FAREWELL: Final = 5.0


@dataclass(frozen=True)
class Options:
    """How a worker works. Times in seconds."""

    batch: int = 1000  # rows per claim
    chunk: int = 250  # rows handed over at once at most: so many may be of unknown fate after a crash
    jobs: int = 3  # claims under way: one is sent while the next is rendered and the one before is settled
    lease: float = 60.0
    poll: float = 1.0
    sweep_every: float = 10.0
    tend_every: float = 2.0  # accounts are looked after, and the worker says that it lives
    lookup_after: float = 60.0  # so long after an attempt a provider's "never received" is believed


class Worker:
    """Works until `stop` is set; then finishes what it handed over and gives back the rest."""

    def __init__(
        self, database: Database, accounts: Accounts, renderer: Renderer, options: Options | None = None
    ) -> None:
        self.options = options or Options()
        self.database, self.accounts = database, accounts
        self.news = News(database)
        self.stopping = asyncio.Event()
        self.listening = asyncio.Event()
        self._wake = asyncio.Event()
        self._accounts_changed = asyncio.Event()
        self._claims: dict[UUID, float] = {}
        self._jobs: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(self.options.jobs)
        self._lease = timedelta(seconds=self.options.lease)
        self._margin = self._lease / 3
        figures = Figures()
        self.life = Life(database, figures)
        lookup_after = timedelta(seconds=self.options.lookup_after)
        self.sweeper = Sweeper(database, accounts, self.news, lookup_after)
        self._dispatch = Dispatch(
            database,
            accounts,
            renderer,
            self.news,
            figures,
            chunk=self.options.chunk,
            margin=self._margin,
            is_stopping=self.stopping.is_set,
        )

    def stop(self) -> None:
        """May be called from a signal handler."""
        self.stopping.set()
        self._wake.set()

    async def open(self) -> None:
        await self.database.open()
        await self.accounts.reload(self.database)

    async def close(self) -> None:
        await self.accounts.close()
        await self.database.close()

    async def release_held(self) -> None:
        """Queue again what was held for want of a provider, on the channels that have one now."""
        await self.accounts.release_held(self.database)

    async def run(self) -> None:
        await self.open()
        await self.release_held()
        await self.life.beat()
        background = [
            asyncio.create_task(self._forever(work))
            for work in (self._listen, self._sweep, self._renew, self._tend, self.news.run)
        ]
        try:
            await self._claim_until_stopped()
            if self._jobs:
                await asyncio.wait(self._jobs)
        finally:
            await _end(background)
        try:
            async with asyncio.timeout(FAREWELL):
                await self.news.flush()
                await self.life.stopped()
        except (*AWAY, TimeoutError) as error:
            # Told to end because the database ends: what is left unsaid, the others find out.
            log.warning("database_away", error=type(error).__name__)
        await self.close()

    async def drain(self) -> None:
        """Work until nothing is due, once and without the background: for tests and commands."""
        while True:
            # What a claim under way leaves behind is only seen by one that begins after it.
            was_idle = not self._jobs
            if await self._claim_once():
                continue
            if self._jobs:
                await asyncio.wait(self._jobs)
            elif was_idle:
                break
            await self.news.flush()  # may let the rest of a batch go
        await self.news.flush()

    async def _claim_until_stopped(self) -> None:
        while not self.stopping.is_set():
            self._wake.clear()
            try:
                has_claimed = await self._claim_once()
                pause = 0.0 if has_claimed else await self._pause()
            except AWAY as error:
                log.warning("database_away", error=type(error).__name__)
                pause = self.options.poll
            if pause and not self.stopping.is_set():
                await self._sleep(pause)

    async def _claim_once(self) -> bool:
        """Claim a batch and put it to work beside the others. False when nothing is due."""
        await self._slots.acquire()
        rows: list[Claimed] = []
        worker = uuid7()
        try:
            if not self.stopping.is_set():
                rows = await claim(self.database, worker, limit=self.options.batch, lease=self._lease)
        finally:
            if not rows:
                self._slots.release()
        if rows:
            self._claims[worker] = time.monotonic()
            task = asyncio.create_task(self._work(worker, rows))
            self._jobs.add(task)
            task.add_done_callback(self._jobs.discard)
        return bool(rows)

    async def _work(self, worker: UUID, rows: list[Claimed]) -> None:
        try:
            await self._dispatch.run(worker, rows)
        except Exception:
            # The rows stay leased; the sweep settles them by what is known of each.
            log.exception("claim_failed", worker=str(worker), count=len(rows))
        finally:
            del self._claims[worker]
            self._slots.release()

    async def _pause(self) -> float:
        """Until the next row is due, but never longer than the poll."""
        rows = await self.database.fetch(statements.NEXT_DUE)
        soonest = rows[0][0] if rows else None
        return self.options.poll if soonest is None else min(max(soonest, 0.001), self.options.poll)

    async def _sleep(self, seconds: float) -> None:
        await self._until(self._wake, seconds)

    async def _until(self, event: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass

    # --- beside the claims

    async def _forever(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except AWAY as error:
                log.warning("database_away", error=type(error).__name__)
            except Exception:
                log.exception("background_failed", task=getattr(work, "__name__", "background"))
            await asyncio.sleep(self.options.poll)

    async def _listen(self) -> None:
        async for said in self.database.listen(WAKE):
            if said == CHANGED:
                self._accounts_changed.set()
                continue
            self.listening.set()
            self._wake.set()

    async def _sweep(self) -> None:
        while True:
            if await self.sweeper.sweep():
                self._wake.set()
            await asyncio.sleep(self.options.sweep_every)

    async def _tend(self) -> None:
        """Take over what changed about the accounts, write down what was learned, and say that we live."""
        await self.life.forget_the_dead()
        while True:
            self._accounts_changed.clear()
            await self.life.beat()
            await self.accounts.reload(self.database)
            await self.accounts.speed_up(self.database)
            if await self.accounts.probe_refused(self.database):
                self._wake.set()
            await self._until(self._accounts_changed, self.options.tend_every)

    async def _renew(self) -> None:
        """Long sends keep their lease, renewed before the margin has passed; short ones never come here."""
        while True:
            await asyncio.sleep(self.options.lease / 6)
            await self.renew_leases(older_than=self.options.lease / 6)

    async def renew_leases(self, *, older_than: float) -> None:
        """Of the claims that are so many seconds old. What has lost its lease meanwhile does not get it back."""
        workers = [worker for worker, since in self._claims.items() if since <= time.monotonic() - older_than]
        if not workers:
            return
        # By the clock from before the statement: the lease then ends later than we believe.
        leave_by = leaving_clock() + (self._lease - self._margin).total_seconds()
        rows = await self.database.fetch(statements.RENEW, {"workers": workers, "lease": self._lease})
        self._dispatch.renewed([row[0] for row in rows], leave_by)


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """A task that gets its connection in the moment it is cancelled goes on (`asyncio.wait_for` before Python 3.12)."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=0.5)
