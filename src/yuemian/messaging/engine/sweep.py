"""What time settles: leases of the dead, unclear fates that can be asked for, receipts that never came, new days."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog

from yuemian.channels.base import Dedup, Message, Outcome, Provider, Receipt
from yuemian.domain.receipt_wait import RECEIPT_WAITS
from yuemian.domain.retry import MAX_ATTEMPTS
from yuemian.domain.states import DeliveryState, ReasonCode
from yuemian.messaging.engine import budget, statements
from yuemian.messaging.engine import sweep_statements as own
from yuemian.messaging.engine.accounts import Accounts
from yuemian.messaging.engine.canary import judge_canaries
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.handover import looked_up
from yuemian.messaging.engine.lab import LabProvider
from yuemian.messaging.engine.news import News
from yuemian.messaging.engine.settle import Attempt, Settlement, Touched, settle, settlement
from yuemian.messaging.fallback import CLOSE_ROUTES, FALL_BACK, FALL_BACK_ALL
from yuemian.messaging.models import EventKind

log = structlog.get_logger(__name__)
LIMIT: Final = 500
#: So many providers' answers are waited for at once.
_AT_ONCE: Final = 20
#: A request under the same key may still be under way when its worker has died.
_KEY_WAIT: Final = 5.0
#: Routes and stopped batches are looked over every so many sweeps: in the ordinary case nothing is found.
_ROUTES_EVERY: Final = 6


class Abandoned(NamedTuple):
    """A delivery whose lease ran out, or whose fate is unclear; the columns of EXPIRED_LEASES in their order."""

    id: UUID
    worker: UUID
    attempt: int
    provider: str
    deadline_at: datetime
    now: datetime
    account: UUID | None
    is_unclear: bool

    @property
    def attempted(self) -> Attempt:
        return Attempt(self.id, self.worker, self.attempt, self.deadline_at, self.is_unclear)


Work = Callable[[Abandoned], Coroutine[Any, Any, Settlement | None]]


class Sweeper:
    """Any worker may sweep, and all of them do: every step is guarded by the row it changes.

    `lookup_after` is how long after its attempt a provider's word that it never had a message is believed.
    """

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        news: News,
        lookup_after: timedelta = timedelta(minutes=1),
    ) -> None:
        self._database, self._accounts, self._news = database, accounts, news
        self._lookup_after = lookup_after
        self._asked: dict[UUID, datetime] = {}
        self._round = 0

    async def sweep(self) -> int:
        """Returns how many rows were settled or queued again."""
        found = await self._leases()
        found += await self._ask_again()
        found += await self._time_out()
        await self._database.fetch(statements.EXPIRE_HELD)
        found += len(await self._database.fetch(budget.RELEASE_QUOTA))
        if self._round % _ROUTES_EVERY == 0:
            await self._routes()
        self._round += 1
        _, judged = await judge_canaries(self._database, None)
        self._news.tell(judged)
        finished = await self._database.fetch(statements.FINISH_BATCHES, {"ids": None})
        self._news.tell(Touched(organization, batch, 0) for organization, batch in finished)
        return found

    async def _leases(self) -> int:
        total = 0
        while True:
            rows = await self._database.fetch(statements.EXPIRED_LEASES, {"limit": LIMIT})
            await self._settle(await self._together([Abandoned._make(row) for row in rows], self._fate))
            total += len(rows)
            if len(rows) < LIMIT:
                break
        if total:
            log.warning("leases_expired", count=total)
        return total

    async def _fate(self, row: Abandoned) -> Settlement:
        """Not handed over: again. Handed over: what the provider knows; where it knows nothing, a person must."""
        if not row.provider:
            return _requeue(row.attempted, "not_handed_over")
        provider = self._provider(row)
        receipt = await looked_up(provider, _question(row)) if provider else None
        if receipt is not None:
            return _looked_up(row, receipt, provider)
        if provider is not None and provider.dedup is Dedup.KEY:
            return _requeue(row.attempted, "handed_over", wait=_KEY_WAIT, is_unclear=True)
        return Settlement(
            row.attempted,
            DeliveryState.UNKNOWN,
            EventKind.LEASE_EXPIRED,
            ReasonCode.OUTCOME_UNKNOWN,
            row.provider,
            code="handed_over",
        )

    async def _ask_again(self) -> int:
        """Unclear ones of providers that can be asked: after a while, then after ever longer ones."""
        askable = [account for account in self._accounts if account.provider.dedup is Dedup.LOOKUP]
        if not askable:
            return 0
        values = {
            "after": self._lookup_after,
            "limit": 4 * LIMIT,
            "accounts": [account.row_id for account in askable if account.row_id],
            "providers": [account.provider.name for account in askable if not account.row_id],
        }
        found = await self._database.fetch(own.UNCLEAR, values)
        rows = [Abandoned._make(row[:-1]) for row in found]
        # Each time twice as long after its attempt as the last time.
        self._asked = {row.id: self._asked.get(row.id) or row.now for row in rows}
        due = [row for row in rows if self._asked[row.id] <= row.now]
        for row, record in zip(rows, found, strict=True):
            if self._asked[row.id] <= row.now:
                self._asked[row.id] = row.now + (row.now - record[-1])
        return await self._settle(await self._together(due, self._answer))

    async def _answer(self, row: Abandoned) -> Settlement | None:
        provider = self._provider(row)
        receipt = await looked_up(provider, _question(row), is_settled=True) if provider else None
        if receipt is None or receipt.kind is Outcome.AMBIGUOUS:
            return None
        return _looked_up(row, receipt, provider)

    async def _time_out(self) -> int:
        """Where receipts come, one that never came means: probably not reached. The route goes on."""
        total = 0
        for channel, wait in RECEIPT_WAITS.items():
            values = {"channel": str(channel), "wait": wait, "limit": LIMIT}
            rows = await self._database.fetch(own.TIME_OUT, values)
            if rows:
                await self._database.patiently(FALL_BACK, {"deliveries": [row[0] for row in rows]})
                self._news.tell(Touched(organization, batch, 1) for _, organization, batch in rows)
            total += len(rows)
        return total

    async def _routes(self) -> None:
        await self._database.fetch(FALL_BACK_ALL)
        await self._database.fetch(CLOSE_ROUTES)
        ended = await self._database.fetch(statements.END_ALL_STOPPED, {"limit": LIMIT})
        self._news.tell(Touched(organization, batch, 1) for organization, batch in ended)

    async def _together(self, rows: Sequence[Abandoned], work: Work) -> list[Settlement]:
        some = asyncio.Semaphore(_AT_ONCE)

        async def one(row: Abandoned) -> Settlement | None:
            async with some:
                return await work(row)

        return [found for found in await asyncio.gather(*map(one, rows)) if found is not None]

    async def _settle(self, settlements: Sequence[Settlement]) -> int:
        self._news.tell(await settle(self._database, settlements))
        return len(settlements)

    def _provider(self, row: Abandoned) -> Provider | None:
        if row.provider == LabProvider.name:
            return LabProvider(self._database)
        account = self._accounts.find(row.provider, row.account)
        return account.provider if account else None


def _question(row: Abandoned) -> Message:
    return Message(str(row.id), str(row.id), "", "", "")


def _looked_up(row: Abandoned, receipt: Receipt, provider: Provider | None) -> Settlement:
    assert provider is not None
    if receipt.kind is Outcome.RETRY:
        return _requeue(row.attempted, "never_received", kind=EventKind.DEFERRED)
    return settlement(row.attempted, receipt, provider.name, provider.dedup, now=row.now)


def _requeue(
    attempt: Attempt,
    code: str,
    *,
    wait: float = 0.0,
    is_unclear: bool = False,
    kind: EventKind = EventKind.LEASE_EXPIRED,
) -> Settlement:
    if attempt.number >= MAX_ATTEMPTS:
        # Whoever claims it dies: it must not take every worker along.
        is_lost = is_unclear or attempt.is_unclear
        state = DeliveryState.UNKNOWN if is_lost else DeliveryState.TECHNICAL_FAILURE
        reason = ReasonCode.OUTCOME_UNKNOWN if is_lost else ReasonCode.PROVIDER_ERROR
        return Settlement(attempt, state, EventKind.LEASE_EXPIRED, reason, code=code)
    return Settlement(attempt, DeliveryState.QUEUED, kind, wait=wait, code=code, is_unclear=is_unclear)
