"""From rendered messages to their outcomes: chunk by chunk, as fast as the account may, never two for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import structlog
from psycopg.rows import TupleRow

from yuemian.channels.base import (
    DEFINITELY_NOT_SENT,
    Dedup,
    Message,
    Outcome,
    Provider,
    Receipt,
    leaving_clock,
)
from yuemian.domain.breaker import Circuit
from yuemian.domain.pace import granted, throttled, went_well
from yuemian.domain.states import DeliveryState, ReasonCode
from yuemian.messaging.engine import account_statements, budget, statements
from yuemian.messaging.engine.account import Account
from yuemian.messaging.engine.accounts import Accounts
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.life import Figures
from yuemian.messaging.engine.news import News
from yuemian.messaging.engine.settle import Attempt, Settlement, held, settle, settlement
from yuemian.messaging.fallback import FALL_BACK, ends_without_reaching
from yuemian.messaging.models import EventKind

log = structlog.get_logger(__name__)

#: So long a claim may wait for the turns of its messages; what comes later waits in the queue, not under a lease.
PATIENCE: Final = 2.0
#: So many look-ups at once.
_QUESTIONS: Final = 8
#: What may go to another account at once: it was certainly not taken, and the message is not to blame.
_ELSEWHERE: Final = frozenset({Outcome.RETRY, Outcome.CONFIG, Outcome.TOKEN_EXPIRED, Outcome.THROTTLED})


@dataclass(frozen=True, slots=True)
class Deferral:
    """A row that goes back to the queue unsent: for how many seconds, and why."""

    delivery: UUID
    wait: float
    reason: str = ""


@dataclass
class Mail:
    """The messages of one claim for one account, with the attempt and the organization of each."""

    account: Account
    messages: list[Message] = field(default_factory=list)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    organizations: dict[str, UUID] = field(default_factory=dict)


class HandOver:
    """Carries the messages of one claim to an account. `is_stopping` is asked before every chunk."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        news: News,
        figures: Figures,
        *,
        chunk: int,
        margin: timedelta,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._database, self._accounts, self._news, self._figures = database, accounts, news, figures
        self._chunk, self._margin, self._is_stopping = chunk, margin, is_stopping
        self._on_wire: dict[int, list[Message]] = {}

    async def send(self, worker: UUID, mail: Mail, now: datetime) -> None:
        """Chunk by chunk; one is settled while the next is on the wire."""
        account, start = mail.account, 0
        async with _entered(account), asyncio.TaskGroup() as settling:
            patient_until = asyncio.get_running_loop().time() + PATIENCE
            while start < len(mail.messages):
                if self._is_stopping():
                    await self._give_back(worker, mail.messages[start:])
                    break
                size = await self._room(account, len(mail.messages) - start, patient_until)
                if not size:
                    await self._defer_rest(worker, mail, mail.messages[start:])
                    break
                chunk = mail.messages[start : start + size]
                if account.is_priced:
                    chunk = await self._affordable(account, chunk)
                    if not chunk:
                        await self._hold_rest(mail, mail.messages[start:])
                        break
                start += len(chunk)
                settled, receipts = await self._send_chunk(worker, mail, chunk, now)
                settling.create_task(self.settle(settled))
                await self._learn(account, receipts)

    # --- before the wire

    async def _room(self, account: Account, wanted: int, patient_until: float) -> int:
        """How many may be handed over now; 0: none within our patience. The ordinary account just takes a chunk."""
        size = min(self._chunk, account.provider.limits.batch, account.within_a_second, wanted)
        admitted = await self._accounts.admit(self._database, account)
        if admitted is not None:
            size = min(size, admitted)
        if not size or not account.pace.rate:
            return size
        size = min(size, account.pace.most_at_once or size)
        wait = await self._booked(account, size, patient_until)
        if wait is None:
            return 0
        await asyncio.sleep(wait)
        return size

    async def _booked(self, account: Account, count: int, patient_until: float) -> float | None:
        """Seconds until these may leave, or None when that is beyond our patience."""
        now = asyncio.get_running_loop().time()
        patience = patient_until - now
        if account.row_id is not None:
            values = {"id": account.row_id, "stretch": count / account.pace.rate, "patience": patience}
            rows = await self._database.patiently(account_statements.BOOK, values)
            return float(rows[0][0]) if rows else None
        wait = account.pace.wait(now)
        if wait > patience:
            return None
        account.pace = granted(account.pace, count, now)
        return wait

    async def _affordable(self, account: Account, chunk: list[Message]) -> list[Message]:
        prices = [account.price(message) for message in chunk]
        return chunk[: await budget.reserve(self._database, account, prices)]

    async def _hold_rest(self, mail: Mail, rest: Sequence[Message]) -> None:
        account = mail.account
        log.warning("budget_spent", account=str(account.id), count=len(rest))
        attempts = [mail.attempts[message.delivery_id] for message in rest]
        await self.settle([held(attempt, ReasonCode.QUOTA_EXHAUSTED) for attempt in attempts])

    async def _defer_rest(self, worker: UUID, mail: Mail, rest: Sequence[Message]) -> None:
        """To another account at once, else when this one can be tried again, or when their turn has come."""
        account = mail.account
        is_resting = account.breaker.circuit is not Circuit.OK
        pause = account.rest.total_seconds() + PATIENCE
        deferrals = []
        for message in rest:
            attempt = mail.attempts[message.delivery_id]
            if not is_resting:
                wait = account.turn()
            elif attempt.is_unclear or not self._accounts.has_other(
                account, mail.organizations[message.delivery_id]
            ):
                wait = pause
            else:
                wait = 0.0
            reason = ReasonCode.PROVIDER_ERROR if is_resting else ReasonCode.RATE_LIMITED
            deferrals.append(Deferral(attempt.delivery, wait, reason))
        await self.defer(worker, deferrals)

    async def defer(self, worker: UUID, deferrals: Sequence[Deferral]) -> None:
        """Back to the queue, as if they had not been claimed, each for its own time."""
        if deferrals:
            values = {
                "ids": [each.delivery for each in deferrals],
                "waits": [each.wait for each in deferrals],
                "reasons": [str(each.reason) for each in deferrals],
                "worker": worker,
            }
            await self._database.patiently(statements.DEFER, values)

    async def _give_back(self, worker: UUID, messages: Sequence[Message]) -> None:
        ids = [UUID(message.delivery_id) for message in messages]
        await self._database.patiently(statements.GIVE_BACK, {"ids": ids, "worker": worker})
        log.info("given_back", count=len(ids))

    # --- on the wire

    async def _send_chunk(
        self, worker: UUID, mail: Mail, chunk: list[Message], now: datetime
    ) -> tuple[list[Settlement], list[Receipt]]:
        account, provider = mail.account, mail.account.provider
        leave_by = leaving_clock() + self._margin.total_seconds()
        rows = await self._hand_over(worker, mail, chunk)
        if len(rows) < len(chunk):
            # Called off in the last moment, or the lease was lost: either way it must not leave.
            log.warning("not_ours", count=len(chunk) - len(rows), worker=str(worker))
            ours = {str(row[0]) for row in rows}
            others = [message for message in chunk if message.delivery_id not in ours]
            await self._refund(worker, mail, others)
            ids = [mail.attempts[message.delivery_id].delivery for message in others]
            await self._database.patiently(statements.LOOK_AGAIN, {"ids": ids, "worker": worker})
            chunk = [message for message in chunk if message.delivery_id in ours]
        # Frozen past its lease, this process would send what another one has looked up and sent, or what was corrected.
        _let_leave(chunk, leave_by)
        began = leaving_clock()
        self._on_wire[id(chunk)] = chunk
        try:
            receipts = await _receipts(provider, chunk)
        finally:
            del self._on_wire[id(chunk)]
        account.saw(len(receipts), leaving_clock() - began)
        if account.is_priced:
            unsent = zip(chunk, receipts, strict=True)
            await self._refund(worker, mail, [m for m, r in unsent if r.kind in DEFINITELY_NOT_SENT])
        settled = [
            self._settlement(mail, message, receipt, now)
            for message, receipt in zip(chunk, receipts, strict=True)
        ]
        _log_trouble(settled, provider)
        return settled, receipts

    async def _hand_over(self, worker: UUID, mail: Mail, chunk: list[Message]) -> list[TupleRow]:
        account = mail.account
        values: dict[str, object] = {
            "provider": account.provider.name,
            "account": account.row_id,
            "ids": [mail.attempts[message.delivery_id].delivery for message in chunk],
            "worker": worker,
            "margin": self._margin,
        }
        statement = statements.HAND_OVER
        if account.is_priced:
            statement = budget.HAND_OVER_PRICED
            values["prices"] = [account.price(message) for message in chunk]
        return await self._database.patiently(statement, values)

    async def _refund(self, worker: UUID, mail: Mail, unsent: Sequence[Message]) -> None:
        account = mail.account
        if account.is_priced and unsent:
            prices: dict[UUID, Decimal] = {
                mail.attempts[message.delivery_id].delivery: account.price(message) for message in unsent
            }
            await budget.refund(self._database, account, worker, prices)

    def _settlement(self, mail: Mail, message: Message, receipt: Receipt, now: datetime) -> Settlement:
        attempt, provider = mail.attempts[message.delivery_id], mail.account.provider
        found = settlement(attempt, receipt, provider.name, provider.dedup, now=now)
        if receipt.kind is Outcome.ACCEPTED:
            return found
        if receipt.kind not in _ELSEWHERE or attempt.is_unclear or found.state not in _WAITS:
            return found
        if not self._accounts.has_other(mail.account, mail.organizations[message.delivery_id]):
            return found
        # Refused here and there in turn it would spend all its tries within a second. Held ones are spared that: their
        # account rests from now on.
        has_come_from_another = attempt.number > 1 and attempt.tried_by != mail.account.row_id
        wait = found.wait if has_come_from_another and found.state is DeliveryState.QUEUED else 0.0
        return found._replace(state=DeliveryState.QUEUED, wait=wait)

    async def _learn(self, account: Account, receipts: list[Receipt]) -> None:
        """What the answers say about the account's speed and health. A fault in it costs no settlement."""
        try:
            await self._learn_pace(account, receipts)
            if account.is_watched:
                await self._accounts.report(self._database, account, receipts)
        except Exception:
            log.exception("learning_failed", account=str(account.id), count=len(receipts))

    async def _learn_pace(self, account: Account, receipts: list[Receipt]) -> None:
        now = asyncio.get_running_loop().time()
        silence = account.asked_to_slow_down(receipts)
        if silence is not None:
            account.pace = throttled(account.pace, account.throughput, now, silence)
            if account.row_id is not None:
                values = {"id": account.row_id, "learned": account.pace.learned, "silence": silence}
                await self._database.patiently(account_statements.SLOW_DOWN, values)
        elif account.pace.learned:
            account.pace = went_well(account.pace, now)

    def renewed(self, deliveries: Collection[UUID], leave_by: float) -> None:
        """Their leases hold longer: what of them has not left yet may leave until then."""
        ids = set(map(str, deliveries))
        for chunk in self._on_wire.values():
            _let_leave((message for message in chunk if message.delivery_id in ids), leave_by)

    # --- after it

    async def settle(self, settled: Sequence[Settlement]) -> None:
        """Write what became of them, and queue the next channel of those that were not reached."""
        if not settled:
            return
        touched = await settle(self._database, settled)
        self._figures.count(settled)
        ended = (each for each in settled if each.state is not DeliveryState.SENT)
        lost = [each.attempt.delivery for each in ended if ends_without_reaching(each.state, each.reason)]
        if lost:
            await self._database.patiently(FALL_BACK, {"deliveries": lost})
        # Last: whoever hears of it judges the first few of a batch, and their next channels are part of it.
        self._news.tell(touched)


def _let_leave(messages: Iterable[Message], leave_by: float) -> None:
    for message in messages:
        message.leave_by = leave_by


_WAITS: Final = frozenset({DeliveryState.QUEUED, DeliveryState.HELD})


@asynccontextmanager
async def _entered(account: Account) -> AsyncIterator[None]:
    """Through the account's gate, noting how long one already waits before it."""
    since = asyncio.get_running_loop().time()
    account.waiting.append(since)
    try:
        await account.gate.acquire()
    finally:
        account.waiting.remove(since)
    try:
        yield
    finally:
        account.gate.release()


async def _receipts(provider: Provider, chunk: Sequence[Message]) -> list[Receipt]:
    """A provider that raises is a defect of ours: nobody knows what it sent, so nothing is repeated blindly."""
    try:
        receipts = await provider.send(chunk) if chunk else []
    except Exception:
        log.exception("provider_failed", provider=provider.name, count=len(chunk))
        receipts = [Receipt(Outcome.AMBIGUOUS, code="internal") for _ in chunk]
    if provider.dedup is Dedup.NONE or all(receipt.kind is not Outcome.AMBIGUOUS for receipt in receipts):
        return receipts
    some = asyncio.Semaphore(_QUESTIONS)

    async def asked(message: Message, receipt: Receipt) -> Receipt:
        if receipt.kind is not Outcome.AMBIGUOUS:
            return receipt
        async with some:
            return await looked_up(provider, message) or receipt

    return list(await asyncio.gather(*map(asked, chunk, receipts)))


async def looked_up(provider: Provider, message: Message, *, is_settled: bool = False) -> Receipt | None:
    """What the provider knows of a message, or None.

    That it knows nothing is believed only once no request can be under way any more (`is_settled`): asked too early,
    it may yet take the message that is being looked for. With a key that may be repeated meanwhile, but whoever calls
    it off has to know that it may have arrived.
    """
    if provider.dedup is Dedup.NONE:
        return None
    try:
        found = await provider.lookup(message)
    except Exception:
        log.exception("lookup_failed", provider=provider.name)
        return None
    if found is None or found.kind is Outcome.ACCEPTED or is_settled:
        return found
    return None if found.kind in _ELSEWHERE else found


def _log_trouble(settled: Sequence[Settlement], provider: Provider) -> None:
    counts: dict[tuple[str, str], int] = {}
    for one in settled:
        if one.kind is not EventKind.ACCEPTED:
            counts[str(one.state), one.code] = counts.get((str(one.state), one.code), 0) + 1
    for (state, code), count in counts.items():
        level = log.error if state == DeliveryState.HELD else log.warning
        level("not_accepted", provider=provider.name, state=state, code=code, count=count)
