"""Which account carries a message: the organization's own by weight and health, beside the installation's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from email.utils import parseaddr
from typing import Final, NamedTuple
from uuid import UUID

import structlog

from yuemian.channels.base import BadConfig, Outcome, Provider, Receipt
from yuemian.channels.smtp import SMTPProvider
from yuemian.domain.breaker import (
    FIRST_REST_AFTER_REFUSAL,
    PROBE_LASTS,
    Circuit,
    opened,
    probed,
    recorded,
)
from yuemian.domain.provider_choice import choose
from yuemian.domain.states import ReasonCode
from yuemian.messaging.engine import account_statements as statements
from yuemian.messaging.engine.account import INSTALLATION, UNWELL, Account, AccountRow
from yuemian.messaging.engine.claim import Claimed, SealedKey
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.settle import refusal
from yuemian.messaging.models import ProviderAccount
from yuemian.messaging.provider_accounts import open_account
from yuemian.trust.models import Key
from yuemian.trust.vault import Locked, Unreadable, Vault

log = structlog.get_logger(__name__)

Opener = Callable[[ProviderAccount, Vault], Provider]
Place = tuple[UUID | None, str]  # organization (None: the installation) and channel
#: Whoever waits for a probe comes back a little after it.
_AFTER_PROBE: Final = 2.0
ALL: Final = 2**31 - 1
#: Multiples of it, less their whole part, lie evenly between 0 and 1, however many they are.
_GOLDEN: Final = 0.618034
#: What workers are woken with when an account was added, edited, or changed its health.
CHANGED: Final = "accounts"

__all__ = ["Account", "Accounts", "Resting", "Unusable"]


class Resting(NamedTuple):
    """Every account rests for now: come back after so many seconds."""

    wait: float
    reason: ReasonCode = ReasonCode.PROVIDER_ERROR


class Unusable(NamedTuple):
    """No account can be used until a person mends something."""

    reason: ReasonCode


class Accounts:
    """The accounts of this process; a channel without one holds its deliveries."""

    def __init__(self, accounts: Iterable[Account] = (), opener: Opener = open_account) -> None:
        self._opener = opener
        self._own: dict[str, Account] = {account.channel: account for account in accounts}
        self._rows: dict[UUID, Account] = {}
        self._broken: dict[UUID, int] = {}  # those that could not be opened, by the version tried
        self._by_place: dict[Place, list[Account]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @classmethod
    def from_environment(cls, smtp_url: str, mail_from: str) -> Accounts:
        """Raises BadConfig when the URL cannot work."""
        if not smtp_url:
            return cls()
        provider = SMTPProvider.from_url(smtp_url)
        return cls([Account(provider, parseaddr(mail_from)[1] or provider.config.sender)])

    def __iter__(self) -> Iterator[Account]:
        yield from self._own.values()
        yield from self._rows.values()

    @property
    def channels(self) -> list[str]:
        """Those that the installation itself can send on."""
        return [str(channel) for channel in self._own]

    # --- choosing

    def choose(self, row: Claimed) -> Account | Resting | Unusable | None:
        """None: this channel has no account, or the one that may have the message already is gone."""
        accounts = self._of(row.organization_id, row.channel)
        if len(accounts) == 1 and not row.is_unclear and accounts[0].breaker.circuit is Circuit.OK:
            return accounts[0]
        if not accounts:
            return None
        bound_to = (row.account or INSTALLATION) if row.is_unclear else None
        if bound_to is not None and all(account.id != bound_to for account in accounts):
            return None
        refused_by = {row.account or INSTALLATION} if row.attempt > 1 and bound_to is None else set()
        is_alone = len(accounts) == 1
        key = choose(
            [account.choice(is_alone=is_alone) for account in accounts],
            _draw(row),
            avoid=refused_by,
            bound_to=bound_to,
        )
        if key is None:
            waited_for = [account for account in accounts if bound_to in {None, account.id}]
            return _all_rest(waited_for, row)
        found = next(account for account in accounts if account.id == key)
        if found.breaker.circuit is not Circuit.OK:
            found.is_probe_planned = True
        return found

    def has_other(self, account: Account, organization_id: UUID) -> bool:
        """Whether a message that `account` refused can go elsewhere at once."""
        others = self._of(organization_id, account.channel)
        return any(each is not account and each.breaker.circuit is Circuit.OK for each in others)

    def find(self, provider: str, account_id: UUID | None) -> Account | None:
        """Who had a delivery: by the account's id, or among the installation's by the provider's name."""
        if account_id is not None:
            return self._rows.get(account_id)
        return next((account for account in self._own.values() if account.provider.name == provider), None)

    def _of(self, organization_id: UUID, channel: str) -> list[Account]:
        place = (organization_id, channel)
        known = self._by_place.get(place)
        if known is None:
            rows = [a for a in self._rows.values() if a.row and a.row[1:3] == place]
            own = self._own.get(channel)
            known = self._by_place[place] = [*rows, own] if own else rows
        return known

    # --- health

    async def admit(self, database: Database, account: Account) -> int | None:
        """How many messages it takes now: None for any number, 0, or 1: the probe, which no other worker sends."""
        if account.breaker.circuit is Circuit.OK:
            return None
        now = account.now
        if account.breaker.admits(now) != 1:
            return 0
        if account.row_id is not None:
            values = {"id": account.row_id, "lasts": PROBE_LASTS}
            if not await database.patiently(statements.PROBE, values):
                return 0
        account.breaker = probed(account.breaker, now)
        return 1

    async def report(self, database: Database, account: Account, receipts: list[Receipt]) -> None:
        """What one hand-over says about the account's health."""
        account.is_probe_planned = False
        config = next((receipt for receipt in receipts if receipt.kind == "config"), None)
        good, bad = account.verdicts(receipts)
        before, now = account.breaker, account.now
        if config is not None and before.circuit is not Circuit.OPEN:
            account.breaker = opened(before, now, first=FIRST_REST_AFTER_REFUSAL)
        else:
            account.breaker = recorded(before, good=good, bad=bad, now=now)
        if account.breaker.circuit is before.circuit:
            return
        if account.breaker.circuit is Circuit.OK:
            account.code = ""
            await self._recovered(database, account)
        elif account.breaker.circuit is Circuit.OPEN:
            await self._rests(database, account, config or _last_bad(receipts), is_refused=config is not None)

    async def _rests(
        self, database: Database, account: Account, receipt: Receipt, *, is_refused: bool
    ) -> None:
        account.code = refusal(receipt) if is_refused else ReasonCode.PROVIDER_ERROR
        log.error("account_rests", provider=account.provider.name, account=str(account.id), code=receipt.code)
        if account.row_id is not None:
            reason = " ".join(filter(None, (receipt.code, receipt.detail))).replace("\x00", " ")[:300]
            values = {
                "id": account.row_id,
                "rest": account.breaker.rest,
                "code": account.code,
                "reason": reason,
            }
            await database.patiently(statements.OPEN, values)

    async def _recovered(self, database: Database, account: Account) -> None:
        log.info("account_recovered", provider=account.provider.name, account=str(account.id))
        if account.row_id is not None:
            await database.patiently(statements.CLOSE, {"id": account.row_id})
        await self.release(database, account)

    async def release(self, database: Database, account: Account, limit: int = ALL) -> int:
        """Queue again what was held for want of it. Returns how many."""
        organization = account.row.organization_id if account.row else None
        values = {"channels": [str(account.channel)], "organization": organization, "limit": limit}
        return len(await database.patiently(statements.RELEASE, values))

    async def release_held(self, database: Database) -> None:
        """At a start: what was held for want of an account, where there is a working one now."""
        for account in self:
            if account.breaker.circuit is Circuit.OK:
                await self.release(database, account)

    async def speed_up(self, database: Database) -> None:
        """Write down what clean sending has taught, for the other workers too."""
        for account in list(self._rows.values()):
            known, learned = account.shared_rate, account.pace.learned
            if known and (learned > known or not learned):
                values = {"id": account.row_id, "known": known, "learned": learned or None}
                if await database.patiently(statements.SPEED_UP, values):
                    account.shared_rate = learned

    async def probe_refused(self, database: Database) -> int:
        """Accounts that a person had to mend: one held message each tries whether somebody has."""
        count = 0
        for account in self:
            if (
                account.is_refused
                and account.breaker.admits(account.now) == 1
                and not account.is_probe_planned
            ):
                count += await self.release(database, account, limit=1)
        return count

    # --- loading

    async def reload(self, database: Database) -> None:
        """Take over what changed: new accounts, edited ones, closed ones, and what other workers learned."""
        rows = {row.id: row for row in map(AccountRow._make, await database.fetch(statements.ACCOUNTS))}
        gone = [id_ for id_ in self._rows if id_ not in rows]
        changed = [row for row in rows.values() if self._is_new(row)]
        for id_ in gone:
            self._retire(self._rows.pop(id_))
        fresh = await self._open(database, changed) if changed else []
        for id_, account in self._rows.items():
            account.adopt(rows[id_])
        if gone or fresh:
            self._by_place.clear()
        for account in fresh:
            if account.breaker.circuit is Circuit.OK:
                await self.release(database, account)

    def _is_new(self, row: AccountRow) -> bool:
        known = self._rows.get(row.id)
        if known is None:
            return self._broken.get(row.id) != row.version
        return known.row is None or known.row.version != row.version

    async def _open(self, database: Database, rows: list[AccountRow]) -> list[Account]:
        sealed = await database.fetch(statements.CONFIGS, {"ids": [row.id for row in rows]})
        found = {record[0]: record[1:] for record in sealed}
        opened_now = []
        for row in rows:
            if row.id in self._rows:
                self._retire(self._rows.pop(row.id))
                self._by_place.clear()
            try:
                account = Account(self._opener(*_unsealed(row, found[row.id])), row=row)
            except Locked:
                # This machine's key file is at fault, not the account: other workers may have the right one.
                self._broken[row.id] = row.version
                log.error("organization_locked", organization=str(row.organization_id))
                continue
            except (BadConfig, Unreadable, KeyError, ValueError) as problem:
                await self._cannot_open(database, row, problem)
                continue
            self._broken.pop(row.id, None)
            self._rows[row.id] = account
            opened_now.append(account)
        return opened_now

    async def _cannot_open(self, database: Database, row: AccountRow, problem: Exception) -> None:
        self._broken[row.id] = row.version
        log.error("account_unusable", account=str(row.id), provider=row.provider)
        # A mended one has a new version; until then there is nothing to try.
        values = {
            "id": row.id,
            "rest": timedelta(days=3650),
            "code": ReasonCode.NOT_CONFIGURED,
            "reason": str(problem)[:300],
        }
        await database.patiently(statements.OPEN, values)

    def _retire(self, account: Account) -> None:
        task = asyncio.create_task(_close_when_idle(account))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        for account in self:
            await account.provider.close()
        for task in list(self._closing):
            await task


def _draw(row: Claimed) -> float:
    """From 0 to below 1, by the row's id; another one for each attempt, so that a third account gets its turn."""
    return ((row.id.int & 0xFFFFFFFF) / 2**32 + _GOLDEN * (row.attempt - 1)) % 1.0


def _all_rest(accounts: list[Account], row: Claimed) -> Resting | Unusable:
    if all(account.is_refused for account in accounts):
        return Unusable(ReasonCode(accounts[0].code))
    wait = min(account.rest for account in accounts if not account.is_refused)
    # Spread by the row's own id, so that they do not all come back at the same moment.
    jitter = (row.id.int >> 8 & 0xFF) / 0xFF
    return Resting(wait.total_seconds() + _AFTER_PROBE * (0.5 + jitter))


def _last_bad(receipts: list[Receipt]) -> Receipt:
    bad = (receipt for receipt in reversed(receipts) if receipt.kind in UNWELL)
    return next(bad, Receipt(Outcome.RETRY))


def _unsealed(
    row: AccountRow, sealed: tuple[bytes, int, bytes, int, int, bytes, int]
) -> tuple[ProviderAccount, Vault]:
    """The row as the opener takes it, with a vault that needs no database."""
    config, number, wrapped, wrapped_by, *organization = sealed
    vault = Vault(row.organization_id)
    vault.cipher(SealedKey(*organization))  # type: ignore[arg-type]
    key = Key(
        organization_id=row.organization_id, number=number, wrapped=bytes(wrapped), wrapped_by=wrapped_by
    )
    model = ProviderAccount(
        id=row.id,
        organization_id=row.organization_id,
        channel=row.channel,
        provider=row.provider,
        name=row.name,
        key=key,
        config_sealed=config,
        per_second=row.per_second,
        version=row.version,
    )
    return model, vault


async def _close_when_idle(account: Account) -> None:
    for _ in range(account.provider.limits.concurrency):
        await account.gate.acquire()
    await account.provider.close()
