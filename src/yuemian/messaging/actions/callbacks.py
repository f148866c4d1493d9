"""Take what a gateway reports: find its account by the address's secret, verify, and write in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import connection, transaction

from yuemian.channels.base import BadCallback, BadSignature, ChannelError, Inbound
from yuemian.messaging.actions.accounts import hash_callback
from yuemian.messaging.actions.receipts import record_events
from yuemian.messaging.models import ProviderAccount
from yuemian.messaging.provider_accounts import open_account
from yuemian.trust.limits import Limit, hit
from yuemian.trust.tenancy import enter
from yuemian.trust.vault import Unreadable, Vault

log = structlog.get_logger(__name__)

PER_ACCOUNT: Final = Limit("hook-account", 6000, timedelta(minutes=1))
#: For network addresses that knock with a wrong secret.
STRANGERS: Final = Limit("hook-stranger", 60, timedelta(minutes=1))


@dataclass(frozen=True)
class Address:
    """What the called address says; only the secret is believed, the rest must agree."""

    provider: str
    account_id: UUID
    secret: str


@dataclass(frozen=True)
class Answer:
    """The HTTP answer; a gateway that gets anything but 200 reports again later, which is harmless."""

    status: int
    content_type: str = "text/plain"
    body: bytes = b""
    retry_after: int | None = None


def take_callback(address: Address, inbound: Inbound, *, client: str, now: datetime) -> Answer:
    """200 written, 401 not signed as agreed, 404 unknown, 400 unreadable, 429 too many."""
    with transaction.atomic():
        account = _account(address)
        limit = (PER_ACCOUNT, str(account.pk)) if account else (STRANGERS, client)
        wait = hit(*limit, now=now)
        if wait is not None:
            return Answer(429, retry_after=int(wait.total_seconds()) + 1)
        return _record(account, inbound, now) if account else Answer(404)


def _account(address: Address) -> ProviderAccount | None:
    """Found by the secret's hash alone, so that a wrong one takes as long."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, organization_id, provider FROM find_callback(%s)",
            [hash_callback(address.secret)],
        )
        found = cursor.fetchone()
    if found is None or (found[0], found[2]) != (address.account_id, address.provider):
        return None
    enter(found[1])
    accounts = ProviderAccount.objects.select_related("key")
    return accounts.get(pk=address.account_id, organization_id=found[1])


def _record(account: ProviderAccount, inbound: Inbound, now: datetime) -> Answer:
    facts = {"account": str(account.pk), "provider": account.provider}
    try:
        provider = open_account(account, Vault(account.organization_id))
        events = provider.events(inbound)
    except BadSignature:
        log.warning("callback_unsigned", **facts)
        return Answer(401)
    except BadCallback:
        log.warning("callback_unreadable", **facts)
        return Answer(400)
    except (ChannelError, Unreadable):
        log.error("callback_not_expected", **facts)
        return Answer(404)
    recorded = record_events(account, events, now=now)
    log.info("callback", count=recorded.new, **facts)
    return Answer(200, *provider.acknowledgement())
