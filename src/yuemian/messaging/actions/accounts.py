"""Writes of provider accounts: enter and change them, switch them on and off, give their callbacks an address."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from yuemian.accounts.models import User
from yuemian.channels.base import Outcome, Receipt
from yuemian.channels.registry import provider_class
from yuemian.messaging.actions.plan import WAKE
from yuemian.messaging.models import Health, ProviderAccount
from yuemian.messaging.provider_accounts import open_config, seal_config
from yuemian.trust import audit
from yuemian.trust.live import announce
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault, organization_key

HEALTH = ("health", "health_since", "health_until", "health_code", "health_reason")


class AccountNameTaken(Exception):  # noqa: N818
    """Another account of the organization has this name."""


def save_account(
    user: User, account: ProviderAccount, config: Any, *, fields: Sequence[str], now: datetime
) -> str:
    """Add or change an account; `config` is checked. Raises AccountNameTaken.

    Returns the address of its callbacks when a new one was made: it is shown once, and only its hash is readable.
    """
    is_new = account._state.adding
    account.channel = provider_class(account.provider).channel
    url = ""
    with transaction.atomic():
        if is_new:
            account.organization_id = user.organization_id
            account.created_at = now
            account.key = organization_key(user.organization_id)
        else:
            account.version += 1
            _recover(account, now)
        if provider_class(account.provider).has_callbacks and not config.callback_url:
            url, config = _with_callback(account, config)
        account.config_sealed = seal_config(Vault(user.organization_id), account.key, account.pk, config)
        try:
            with transaction.atomic():
                account.save(force_insert=is_new)
        except IntegrityError as error:
            raise AccountNameTaken from error
        action = "channel_account.created" if is_new else "channel_account.saved"
        _record(user, account, action, now, fields=sorted(fields), provider=account.provider)
    return url


def switch_account(user: User, account: ProviderAccount, *, is_active: bool, now: datetime) -> None:
    """Switch off (nothing is sent through it from now on) or on again, which also forgets a failure."""
    with transaction.atomic():
        account.is_active = is_active
        account.version += 1
        _recover(account, now)
        account.save(update_fields=["is_active", "version", *HEALTH])
        _record(user, account, "channel_account.switched", now, is_active=is_active)


def renew_callback(user: User, account: ProviderAccount, *, now: datetime) -> str:
    """A new address for callbacks; the old one stops working at once."""
    vault = Vault(user.organization_id)
    with transaction.atomic():
        url, config = _with_callback(account, open_config(account, vault))
        account.config_sealed = seal_config(vault, account.key, account.pk, config)
        account.version += 1
        account.save(update_fields=["config_sealed", "callback_hash", "version"])
        _record(user, account, "channel_account.callback_renewed", now)
    return url


def record_trial(user: User, account_id: UUID, receipt: Receipt, *, now: datetime) -> None:
    """What became of a test message; called after it was sent, outside of any other transaction."""
    with acting_in(user.organization_id):
        audit.record(
            user.organization_id,
            user.actor,
            "channel_account.tried",
            at=now,
            subject=("account", account_id),
            outcome=str(receipt.kind),
        )
        if receipt.kind is Outcome.ACCEPTED:
            recovered = (
                ProviderAccount.objects.visible_to(user).filter(pk=account_id).exclude(health=Health.OK)
            )
            recovered.update(
                health=Health.OK, health_since=now, health_until=None, health_code="", health_reason="",
                version=F("version") + 1,
            )  # fmt: skip
            _wake_workers()


def _with_callback(account: ProviderAccount, config: Any) -> tuple[str, Any]:
    token = secrets.token_urlsafe(32)
    account.callback_hash = hash_callback(token)
    url = f"{settings.PUBLIC_URL}/hooks/{account.provider}/{account.pk}/{token}"
    return url, dataclasses.replace(config, callback_url=url)


def hash_callback(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _recover(account: ProviderAccount, now: datetime) -> None:
    """What a person has just mended deserves another try."""
    if account.health != Health.OK:
        account.health, account.health_since, account.health_until = Health.OK, now, None
        account.health_code, account.health_reason = "", ""


def _record(user: User, account: ProviderAccount, action: str, now: datetime, **details: Any) -> None:
    audit.record(user.organization_id, user.actor, action, at=now, subject=("account", account.pk), **details)
    announce(user.organization_id, "accounts", account=account.pk)
    _wake_workers()


def _wake_workers() -> None:
    """They take over what changed at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, 'accounts')", [WAKE])
