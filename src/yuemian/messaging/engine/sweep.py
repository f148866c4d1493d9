"""What a dead worker left behind: found by its expired lease, and settled by what is known of it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog

from yuemian.channels.base import Dedup, Message, Outcome, Provider, Receipt
from yuemian.domain.retry import MAX_ATTEMPTS
from yuemian.domain.states import DeliveryState, ReasonCode
from yuemian.messaging.engine import statements
from yuemian.messaging.engine.accounts import Accounts
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.lab import LabProvider
from yuemian.messaging.engine.news import News
from yuemian.messaging.engine.settle import Attempt, Settlement, Touched, settle, settlement
from yuemian.messaging.models import EventKind

log = structlog.get_logger(__name__)
LIMIT = 500


class Abandoned(NamedTuple):
    """A delivery whose lease ran out; the columns of EXPIRED_LEASES in their order."""

    id: UUID
    worker: UUID
    attempt: int
    provider: str
    deadline_at: datetime
    now: datetime


async def sweep(database: Database, accounts: Accounts, news: News) -> int:
    """Settle every expired lease, and what time alone ends. Returns how many leases."""
    total = 0
    while True:
        rows = [
            Abandoned._make(row) for row in await database.fetch(statements.EXPIRED_LEASES, {"limit": LIMIT})
        ]
        settlements = [await _fate(row, database, accounts) for row in rows]
        news.tell(await settle(database, settlements))
        total += len(rows)
        if len(rows) < LIMIT:
            break
    await database.fetch(statements.EXPIRE_HELD)
    finished = await database.fetch(statements.FINISH_BATCHES, {"ids": None})
    news.tell(Touched(organization, batch, 0) for organization, batch in finished)
    if total:
        log.warning("leases_expired", count=total)
    return total


async def _fate(row: Abandoned, database: Database, accounts: Accounts) -> Settlement:
    """Not handed over: again. Handed over: ask the provider; where it cannot say, a person must."""
    attempt = Attempt(row.id, row.worker, row.attempt, row.deadline_at)
    if not row.provider:
        return _requeue(attempt, "not_handed_over")
    provider = _provider(row.provider, database, accounts)
    if provider is not None and provider.dedup is not Dedup.NONE:
        receipt = await provider.lookup(Message(str(row.id), str(row.id), "", "", ""))
        if receipt is not None:
            return _looked_up(attempt, receipt, provider, row.now)
    return Settlement(
        attempt,
        DeliveryState.UNKNOWN,
        EventKind.LEASE_EXPIRED,
        ReasonCode.OUTCOME_UNKNOWN,
        row.provider,
        code="handed_over",
    )


def _looked_up(attempt: Attempt, receipt: Receipt, provider: Provider, now: datetime) -> Settlement:
    if receipt.kind is Outcome.RETRY:
        return _requeue(attempt, "never_received")
    return settlement(attempt, receipt, provider.name, provider.dedup, now=now)


def _requeue(attempt: Attempt, code: str) -> Settlement:
    if attempt.number >= MAX_ATTEMPTS:
        # Whoever claims it dies: it must not take every worker along.
        return Settlement(
            attempt,
            DeliveryState.TECHNICAL_FAILURE,
            EventKind.LEASE_EXPIRED,
            ReasonCode.PROVIDER_ERROR,
            code=code,
        )
    return Settlement(attempt, DeliveryState.QUEUED, EventKind.LEASE_EXPIRED, code=code)


def _provider(name: str, database: Database, accounts: Accounts) -> Provider | None:
    if name == LabProvider.name:
        return LabProvider(database)
    account = accounts.named(name)
    return account.provider if account else None
