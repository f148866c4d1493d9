"""One claim from the last look to the settled rows; a row that cannot be rendered stops nobody else."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog

from yuemian.channels.base import BadAddress, ChannelError, Dedup, Message, Outcome, Provider, Receipt
from yuemian.domain.states import DeliveryState, ReasonCode
from yuemian.domain.template import RenderProblem, TemplateProblem
from yuemian.messaging.engine import statements
from yuemian.messaging.engine.accounts import Account, Accounts
from yuemian.messaging.engine.claim import Claimed, Sender, senders_of, texts_of, truths_of
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.lab import CHANNELS, Envelope, LabProvider
from yuemian.messaging.engine.news import News
from yuemian.messaging.engine.render import Renderer
from yuemian.messaging.engine.settle import Attempt, Settlement, called_off, held, parked, settle, settlement
from yuemian.messaging.engine.verdict import verdict
from yuemian.messaging.models import EventKind
from yuemian.trust.vault import Unreadable, Vault

log = structlog.get_logger(__name__)


@dataclass
class _Mail:
    """The messages of one claim for one account, with the attempt each belongs to."""

    account: Account
    messages: list[Message] = field(default_factory=list)
    attempts: dict[str, Attempt] = field(default_factory=dict)


class Dispatch:
    """Carries claims to their end. `is_stopping` is asked before every hand-over."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        renderer: Renderer,
        news: News,
        *,
        chunk: int,
        margin: timedelta,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._database, self._accounts, self._renderer, self._news = database, accounts, renderer, news
        self._chunk, self._margin, self._is_stopping = chunk, margin, is_stopping

    async def run(self, worker: UUID, rows: Sequence[Claimed]) -> None:
        """Check, render, send and settle one claim."""
        truths = await truths_of(self._database, rows)
        senders = await senders_of(self._database, rows)
        missing = self._renderer.missing(rows)
        if missing:
            self._renderer.learn(await texts_of(self._database, missing))
        vaults = {organization: sender.vault() for organization, sender in senders.items()}
        envelopes: dict[str, Envelope] = {}
        lab = Account(LabProvider(self._database, envelopes))
        stopped: list[Settlement] = []
        mails: dict[str, _Mail] = {}
        for row in rows:
            attempt = Attempt(row.id, worker, row.attempt, row.deadline_at)
            why_not = verdict(row, truths.get((row.subject_kind, row.subject_id)))
            if why_not is not None:
                stopped.append(called_off(attempt, why_not))
                continue
            sender, vault = senders[row.organization_id], vaults[row.organization_id]
            account = self._account(row, sender, lab)
            if account is None:
                stopped.append(held(attempt, ReasonCode.NOT_CONFIGURED))
                continue
            outcome = self._message(row, attempt, sender, vault, account)
            if isinstance(outcome, Settlement):
                stopped.append(outcome)
                continue
            if account is lab:
                envelopes[outcome.delivery_id] = Envelope(vault, row.key)
            mail = mails.setdefault(account.provider.name, _Mail(account))
            mail.messages.append(outcome)
            mail.attempts[outcome.delivery_id] = attempt
        await self._settle(stopped)
        for mail in mails.values():
            await self._send(worker, mail, rows[0])

    def _account(self, row: Claimed, sender: Sender, lab: Account) -> Account | None:
        """Rehearsal, then or now, stays in the house; otherwise the channel's own account."""
        if row.is_rehearsal or sender.is_rehearsal:
            return lab if row.channel in CHANNELS else None
        account = self._accounts.for_channel(row.channel)
        if account is None or not (sender.mail_from or account.mail_from or row.channel != "email"):
            return None
        return account

    def _message(
        self, row: Claimed, attempt: Attempt, sender: Sender, vault: Vault, account: Account
    ) -> Message | Settlement:
        is_lab = account.provider.name == LabProvider.name
        mail_from = sender.mail_from or account.mail_from
        try:
            return self._renderer.message(row, sender, vault, mail_from, is_lab=is_lab)
        except (RenderProblem, TemplateProblem) as problem:
            return parked(attempt, ReasonCode.TEMPLATE_ERROR, str(problem)[:300])
        except BadAddress as problem:
            receipt = Receipt(Outcome.BAD_RECIPIENT, code="address", detail=str(problem))
            return settlement(attempt, receipt, account.provider.name, Dedup.NONE, now=row.now)
        except ChannelError as problem:
            return parked(attempt, ReasonCode.CONTENT_REJECTED, str(problem)[:300])
        except Unreadable:
            return parked(attempt, ReasonCode.PROVIDER_ERROR, Unreadable.__doc__ or "")
        except Exception:
            # One row must not stop the others, whatever is wrong with it.
            reference = secrets.token_hex(4)
            log.exception("row_parked", delivery=str(row.id), code=reference)
            detail = f"An unexpected error; the log has it under {reference}."
            return parked(attempt, ReasonCode.TEMPLATE_ERROR, detail)

    async def _send(self, worker: UUID, mail: _Mail, sample: Claimed) -> None:
        """Chunk by chunk; one is settled while the next is on the wire."""
        size = min(self._chunk, mail.account.provider.limits.batch)
        async with mail.account.gate, asyncio.TaskGroup() as settling:
            for start in range(0, len(mail.messages), size):
                if self._is_stopping():
                    await self._give_back(worker, mail.messages[start:])
                    break
                chunk = mail.messages[start : start + size]
                settled = await self._send_chunk(worker, mail, chunk, sample)
                settling.create_task(self._settle(settled))

    async def _send_chunk(
        self, worker: UUID, mail: _Mail, chunk: list[Message], sample: Claimed
    ) -> list[Settlement]:
        provider = mail.account.provider
        ids = [mail.attempts[message.delivery_id].delivery for message in chunk]
        values = {"provider": provider.name, "ids": ids, "worker": worker, "margin": self._margin}
        ours = {str(row[0]) for row in await self._database.patiently(statements.HAND_OVER, values)}
        if len(ours) < len(chunk):
            log.warning("lease_lost", count=len(chunk) - len(ours), worker=str(worker))
            chunk = [message for message in chunk if message.delivery_id in ours]
        receipts = await _receipts(provider, chunk)
        settled = [
            settlement(
                mail.attempts[message.delivery_id], receipt, provider.name, provider.dedup, now=sample.now
            )
            for message, receipt in zip(chunk, receipts, strict=True)
        ]
        _log_trouble(settled, provider)
        return settled

    async def _settle(self, settled: Sequence[Settlement]) -> None:
        self._news.tell(await settle(self._database, settled))

    async def _give_back(self, worker: UUID, messages: Sequence[Message]) -> None:
        ids = [UUID(message.delivery_id) for message in messages]
        await self._database.patiently(statements.GIVE_BACK, {"ids": ids, "worker": worker})
        log.info("given_back", count=len(ids))


async def _receipts(provider: Provider, chunk: Sequence[Message]) -> list[Receipt]:
    """A provider that raises is a defect of ours: nobody knows what it sent, so nothing is repeated blindly."""
    try:
        receipts = await provider.send(chunk)
    except Exception:
        log.exception("provider_failed", provider=provider.name, count=len(chunk))
        receipts = [Receipt(Outcome.AMBIGUOUS, code="internal") for _ in chunk]
    return [
        await provider.lookup(message) or receipt
        if receipt.kind is Outcome.AMBIGUOUS and provider.dedup is not Dedup.NONE
        else receipt
        for message, receipt in zip(chunk, receipts, strict=True)
    ]


def _log_trouble(settled: Sequence[Settlement], provider: Provider) -> None:
    counts: dict[tuple[str, str], int] = {}
    for one in settled:
        if one.kind is not EventKind.ACCEPTED:
            counts[str(one.state), one.code] = counts.get((str(one.state), one.code), 0) + 1
    for (state, code), count in counts.items():
        level = log.error if state == DeliveryState.HELD else log.warning
        level("not_accepted", provider=provider.name, state=state, code=code, count=count)
