"""One claim from the last look to the hand-over; a row that cannot be rendered stops nobody else."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from yuemian.channels.base import BadAddress, ChannelError, Dedup, Message, Outcome, Receipt
from yuemian.domain.states import ReasonCode
from yuemian.domain.template import RenderProblem, TemplateProblem
from yuemian.messaging.engine import restraint
from yuemian.messaging.engine.account import Account
from yuemian.messaging.engine.accounts import Accounts, Resting, Unusable
from yuemian.messaging.engine.claim import Beginnings, Claimed, Sender, senders_of, texts_of, truths_of
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.handover import Deferral, HandOver, Mail
from yuemian.messaging.engine.lab import CHANNELS, Envelope, LabProvider
from yuemian.messaging.engine.life import Figures
from yuemian.messaging.engine.news import News
from yuemian.messaging.engine.render import Renderer
from yuemian.messaging.engine.settle import Attempt, Settlement, called_off, held, parked, settlement
from yuemian.messaging.engine.verdict import gone_with_its_account, verdict
from yuemian.trust.vault import Locked, Unreadable, Vault

log = structlog.get_logger(__name__)

#: After so many messages rendered in a row, what other claims have on the wire gets its turn.
_STRETCH: Final = 50
#: Seconds until rows are tried again whose organization's key this machine cannot open.
_LOCKED_WAIT: Final = 600.0


@dataclass
class _Claim:
    """What becomes of the rows of one claim before anything leaves."""

    worker: UUID
    senders: dict[UUID, Sender]
    vaults: dict[UUID, Vault]
    #: How snapshots begin, by their rows.
    shared: dict[UUID, bytes]
    lab: Account
    envelopes: dict[str, Envelope]
    stopped: list[Settlement] = field(default_factory=list)
    deferred: list[Deferral] = field(default_factory=list)
    mails: dict[int, Mail] = field(default_factory=dict)


class Dispatch:
    """Carries claims to their end. `is_stopping` is asked before every hand-over."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        renderer: Renderer,
        news: News,
        figures: Figures,
        *,
        chunk: int,
        margin: timedelta,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._database, self._accounts, self._renderer, self._figures = database, accounts, renderer, figures
        self._hand_over = HandOver(
            database, accounts, news, figures, chunk=chunk, margin=margin, is_stopping=is_stopping
        )
        self._rules = restraint.Rules(database)
        self._beginnings = Beginnings()

    async def run(self, worker: UUID, rows: Sequence[Claimed]) -> None:
        """Check, render, send and settle one claim."""
        self._figures.claimed(rows)
        truths = await truths_of(self._database, rows)
        restraints = await self._rules.of(rows)
        senders = await senders_of(self._database, rows)
        missing = self._renderer.missing(rows)
        if missing:
            self._renderer.learn(await texts_of(self._database, missing))
        vaults = _vaults_of(senders)
        locked = [Deferral(row.id, _LOCKED_WAIT) for row in rows if row.organization_id not in vaults]
        if locked:
            await self._hand_over.defer(worker, locked)
            rows = [row for row in rows if row.organization_id in vaults]
            if not rows:
                return
        shared = await self._beginnings.of(self._database, rows, vaults)
        envelopes: dict[str, Envelope] = {}
        lab = Account(LabProvider(self._database, envelopes))
        lab.is_watched = False
        claim = _Claim(worker, senders, vaults, shared, lab, envelopes)
        for number, row in enumerate(rows):
            if number % _STRETCH == 0:
                await asyncio.sleep(0)
            attempt = Attempt(
                row.id, worker, row.attempt, row.deadline_at, row.is_unclear, row.channel, row.account
            )
            restraint = restraints.get(row.id) if restraints else None
            why_not = verdict(row, truths.get((row.subject_kind, row.subject_id)), restraint)
            if why_not is None:
                self._prepare(claim, row, attempt)
            elif why_not.wait is not None:
                claim.deferred.append(Deferral(row.id, why_not.wait, why_not.reason))
            else:
                claim.stopped.append(called_off(attempt, why_not))
        await self._hand_over.settle(claim.stopped)
        await self._hand_over.defer(worker, claim.deferred)
        await self._send(claim, rows[0])

    def renewed(self, deliveries: Collection[UUID], leave_by: float) -> None:
        """Their leases were made longer: by `leaving_clock`, until then they may leave."""
        self._hand_over.renewed(deliveries, leave_by)

    async def _send(self, claim: _Claim, sample: Claimed) -> None:
        """Each account at its own pace: a slow one does not hold up the others."""
        mails = list(claim.mails.values())
        if len(mails) == 1:
            await self._hand_over.send(claim.worker, mails[0], sample.now)
            return
        sending = [self._hand_over.send(claim.worker, mail, sample.now) for mail in mails]
        for failure in await asyncio.gather(*sending, return_exceptions=True):
            if isinstance(failure, BaseException):
                raise failure

    def _prepare(self, claim: _Claim, row: Claimed, attempt: Attempt) -> None:
        """Find the account and render; or note why it cannot go, or not now."""
        sender = claim.senders[row.organization_id]
        account = self._account(row, sender, claim.lab)
        if isinstance(account, Resting):
            claim.deferred.append(Deferral(row.id, account.wait, account.reason))
            return
        if isinstance(account, Unusable):
            claim.stopped.append(held(attempt, account.reason))
            return
        if account is None:
            is_lost = row.is_unclear
            claim.stopped.append(
                called_off(attempt, gone_with_its_account())
                if is_lost
                else held(attempt, ReasonCode.NOT_CONFIGURED)
            )
            return
        if account.is_full:
            claim.deferred.append(Deferral(row.id, account.turn()))
            return
        outcome = self._message(row, attempt, sender, claim, account)
        if isinstance(outcome, Settlement):
            claim.stopped.append(outcome)
            return
        if account is claim.lab:
            claim.envelopes[outcome.delivery_id] = Envelope(claim.vaults[row.organization_id], row.key)
        mail = claim.mails.get(id(account))
        if mail is None:
            mail = claim.mails[id(account)] = Mail(account)
        mail.messages.append(outcome)
        mail.attempts[outcome.delivery_id] = attempt
        mail.organizations[outcome.delivery_id] = row.organization_id

    def _account(self, row: Claimed, sender: Sender, lab: Account) -> Account | Resting | Unusable | None:
        """Rehearsal, then or now, stays in the house; otherwise one of the channel's accounts."""
        if row.is_rehearsal or sender.is_rehearsal:
            return lab if row.channel in CHANNELS else None
        account = self._accounts.choose(row)
        if isinstance(account, Account) and row.channel == "email":
            return account if sender.mail_from or account.mail_from else None
        return account

    def _message(
        self, row: Claimed, attempt: Attempt, sender: Sender, claim: _Claim, account: Account
    ) -> Message | Settlement:
        is_lab = account.provider.name == LabProvider.name
        mail_from = sender.mail_from or account.mail_from
        vault = claim.vaults[row.organization_id]
        shared = claim.shared.get(row.shared_id) if row.shared_id else b""
        if shared is None:
            return parked(attempt, ReasonCode.PROVIDER_ERROR, Unreadable.__doc__ or "")
        try:
            return self._renderer.message(row, sender, vault, mail_from, shared, is_lab=is_lab)
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


def _vaults_of(senders: Mapping[UUID, Sender]) -> dict[UUID, Vault]:
    """Of the organizations whose keys open; the others' messages do not keep theirs from leaving."""
    vaults = {}
    for organization, sender in senders.items():
        try:
            vaults[organization] = sender.vault()
        except Locked:
            log.error("organization_locked", organization=str(organization))
    return vaults
