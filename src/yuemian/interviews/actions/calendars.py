"""Writes of people's calendars: the feed's address, a person's own connection, the company's accounts."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from datetime import datetime, time
from typing import Any

import orjson
from django.db import transaction

from yuemian.accounts.models import CalendarAccount, CalendarFeed, CalendarLink, CalendarService, User
from yuemian.channels.calendars import Unknown
from yuemian.domain.availability import FreeBusyAnswer
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault, organization_key


@dataclasses.dataclass(frozen=True)
class Connection:
    """What a person chose: where their calendar is, and when they work."""

    service: str
    address: str
    #: Of CalDAV alone.
    config: Any
    workdays: int
    works_from: time | None
    works_until: time | None


def renew_feed(user: User, *, now: datetime) -> str:
    """A new secret for the feed's address, shown once; an older one stops working at once."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        CalendarFeed.objects.update_or_create(
            organization_id=user.organization_id,
            user=user,
            defaults={"token_hash": hash_secret(secret), "created_at": now},
            create_defaults={"id": uuid7(), "token_hash": hash_secret(secret), "created_at": now},
        )
        _record(user, "calendar.feed_renewed", now)
    return secret


def revoke_feed(user: User, *, now: datetime) -> None:
    """Nobody reads it any more."""
    with transaction.atomic():
        feeds = CalendarFeed.objects.filter(organization_id=user.organization_id, user=user)
        if feeds.delete()[0]:
            _record(user, "calendar.feed_revoked", now)


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def save_connection(user: User, chosen: Connection, *, now: datetime) -> CalendarLink:
    """Put it in place of what the person chose before; what was known of the old one is forgotten."""
    with transaction.atomic():
        links = CalendarLink.objects.filter(organization_id=user.organization_id, user=user)
        link = links.select_for_update().first() or CalendarLink(
            id=uuid7(), organization_id=user.organization_id, user=user, version=0
        )
        link.version += 1
        link.service, link.address = chosen.service, chosen.address
        link.workdays = chosen.workdays
        link.works_from, link.works_until = chosen.works_from, chosen.works_until
        link.checked_at, link.trouble = None, ""
        link.key, link.config_sealed = None, None
        if chosen.service == CalendarService.CALDAV:
            link.key = organization_key(user.organization_id)
            plain = orjson.dumps(dataclasses.asdict(chosen.config))
            link.config_sealed = Vault(user.organization_id).seal_bytes(
                link.key, CalendarLink.PLACE, link.pk, plain
            )
        link.save()
        _record(user, "calendar.connected", now, service=chosen.service)
    return link


def save_account(user: User, service: str, config: Any, *, is_active: bool, now: datetime) -> CalendarAccount:
    """The company's credentials for a service; `config` is checked."""
    with transaction.atomic():
        rows = CalendarAccount.objects.visible_to(user).filter(service=service)
        account = rows.select_for_update().first() or CalendarAccount(
            id=uuid7(), organization_id=user.organization_id, service=service, version=0, created_at=now
        )
        account.version += 1
        account.is_active = is_active
        account.checked_at, account.trouble = None, ""
        account.key = organization_key(user.organization_id)
        account.config_sealed = Vault(user.organization_id).seal_bytes(
            account.key, CalendarAccount.PLACE, account.pk, orjson.dumps(dataclasses.asdict(config))
        )
        account.save()
        _record(user, "calendar.account_saved", now, service=service, is_active=is_active)
    return account


def record_test(
    user: User,
    row: CalendarLink | CalendarAccount,
    answer: FreeBusyAnswer,
    config: Any = None,
    *,
    now: datetime,
) -> None:
    """What became of a test; called after it, outside of any other transaction. `config`: with what was found."""
    with acting_in(user.organization_id):
        kind = CalendarLink if isinstance(row, CalendarLink) else CalendarAccount
        rows = kind.objects.filter(pk=row.pk, version=row.version)
        changes: dict[str, Any] = {
            "checked_at": now,
            "trouble": str(answer.reason) if isinstance(answer, Unknown) else "",
        }
        if config is not None and row.key is not None:
            plain = orjson.dumps(dataclasses.asdict(config))
            changes["config_sealed"] = Vault(user.organization_id).seal_bytes(
                row.key, row.PLACE, row.pk, plain
            )
        # Somebody may have saved other settings meanwhile: then this says nothing about them.
        if rows.update(**changes):
            _record(user, "calendar.tested", now, outcome=changes["trouble"] or "ok")


def _record(user: User, action: str, now: datetime, **details: Any) -> None:
    audit.record(user.organization_id, user.actor, action, at=now, subject=("user", user.pk), **details)
