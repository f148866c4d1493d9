"""Is this notice ours? From the code printed in it to who sent it and when; and who speaks for a company at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from yuemian.accounts.models import Organization
from yuemian.channels.base import BadConfig
from yuemian.domain.notice_code import LENGTH, bounds_of, code_of, fits
from yuemian.domain.short_code import normal
from yuemian.domain.states import TOLD, Channel
from yuemian.messaging.models import Delivery, ProviderAccount
from yuemian.messaging.provider_accounts import open_config
from yuemian.trust.keyring import keyring
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Unreadable, Vault


@dataclass(frozen=True)
class Senders:
    """Who may write in the company's name: mail domains, and the names or numbers of text messages."""

    mail: Sequence[str]
    texts: Sequence[str]


@dataclass(frozen=True)
class Genuine:
    """A notice that was sent. Says nothing of the person it went to."""

    organization: Organization
    sent_at: datetime
    is_rehearsal: bool
    senders: Senders


def find_notice(typed: str, *, now: datetime) -> Genuine | None:
    """None for a code that is none, was never printed, or stands in a notice that has not left."""
    code = normal(typed, LENGTH)
    if code is None:
        return None
    key = keyring().index
    for notification_id, organization_id in _candidates(key, code, now):
        if fits(key, code, notification_id):
            found = _genuine(organization_id, notification_id)
            if found is not None:
                return found
    return None


def printed_code(notification_id: UUID) -> str:
    """Eight signs, without the dash."""
    return code_of(keyring().index, notification_id)


def senders_of(organization: Organization) -> Senders:
    """From the accounts in use, inside a transaction of the organization."""
    mail = {_domain(organization.mail_from or settings.MAIL_FROM)}
    texts: set[str] = set()
    vault = Vault(organization.pk)
    accounts = ProviderAccount.objects.filter(organization_id=organization.pk, is_active=True)
    for account in accounts.select_related("key"):
        sender = _sender(account, vault)
        if account.channel == Channel.EMAIL:
            mail.add(_domain(sender))
        else:
            texts.add(sender)
    return Senders(sorted(mail - {""}), sorted(texts - {""}))


def only_organization() -> Organization | None:
    """The one company of this installation: a code that nobody knows then still leads to somebody to ask."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT list_organizations()")
        found: list[Any] = [row[0] for row in cursor.fetchall()]
    if len(found) != 1:
        return None
    with acting_in(found[0]):
        return Organization.objects.get(pk=found[0])


def _candidates(key: bytes, code: str, now: datetime) -> list[tuple[UUID, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT notification_id, organization_id FROM find_notices(%s, %s)",
            list(bounds_of(key, code, now=now)),
        )
        return list(cursor.fetchall())


def _genuine(organization_id: UUID, notification_id: UUID) -> Genuine | None:
    with acting_in(organization_id):
        told = Delivery.objects.filter(
            notification_id=notification_id, state__in=[str(state) for state in TOLD]
        )
        first = told.order_by("created_at").first()
        if first is None:
            return None
        organization = Organization.objects.get(pk=organization_id)
        return Genuine(
            organization, first.sent_at or first.created_at, first.is_rehearsal, senders_of(organization)
        )


def _sender(account: ProviderAccount, vault: Vault) -> str:
    try:
        config = open_config(account, vault)
    except (BadConfig, Unreadable):
        return ""
    return str(getattr(config, "sender", "") or "")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().lower() if "@" in address else ""
