"""Plan notifications: rows with everything the engine needs, in the caller's transaction, set-based."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from yuemian.accounts.models import Organization, User
from yuemian.domain.states import Channel, DeliveryState, NotificationState, Purpose, priority
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.messaging.models import AccessLink, Batch, Delivery, Notification, TemplateVersion
from yuemian.trust import bulk
from yuemian.trust.identifiers import uuid7
from yuemian.trust.models import Key
from yuemian.trust.vault import Vault, organization_key

NOTIFICATION_FIELDS = (
    "id", "organization", "batch", "purpose", "candidate", "user", "key", "subject_kind", "subject_id",
    "subject_revision", "version", "locale", "parameters_sealed", "state", "occurrence", "due_at", "deadline_at",
    "created_by", "created_at",
)  # fmt: skip
DELIVERY_FIELDS = (
    "id", "organization", "notification", "batch", "channel", "contact_point", "is_rehearsal", "provider", "occurrence",
    "state", "reason", "explanation", "priority", "due_at", "deadline_at", "attempt", "provider_id", "created_at",
)  # fmt: skip
LINK_FIELDS = (
    "id", "organization", "token_hash", "candidate", "purpose", "subject_kind", "subject_id", "subject_revision",
    "notification", "created_at", "expires_at",
)  # fmt: skip


#: The channel on which idle workers listen.
WAKE = "yuemian_wake"


@dataclass(frozen=True)
class Recipient:
    """A candidate with the contact point per channel, or a user (test sends) with the channels to try."""

    candidate: Candidate | None = None
    user: User | None = None
    contact_points: Mapping[Channel, ContactPoint | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Intent:
    """One message to be: to whom, about what, said how. `context` holds the template's placeholders."""

    recipient: Recipient
    subject_id: UUID
    subject_revision: int
    locale: str
    context: Mapping[str, Any]
    channels: Sequence[Channel]
    deadline_at: datetime
    link_expires_at: datetime
    occurrence: int = 1


@dataclass(frozen=True)
class Occasion:
    """What the messages of one planning have in common."""

    organization: Organization
    purpose: Purpose
    version: TemplateVersion
    subject_kind: str
    due_at: datetime
    now: datetime
    actor: User | None = None
    batch: Batch | None = None
    is_same_day: bool = False
    explanation: str = ""


def plan_notifications(occasion: Occasion, intents: Sequence[Intent]) -> list[UUID]:
    """Write one notification, its deliveries and its link for every intent. Returns the notifications' ids.

    Planning the same purpose twice for one revision of a subject violates `notification_said_once`: callers leave
    such people out or raise `occurrence` (an explicit resend).
    """
    vault = Vault(occasion.organization.pk)
    own_key = organization_key(occasion.organization.pk)
    vault.cipher(own_key)
    rows = [_rows(occasion, intent, vault, own_key) for intent in intents]
    with transaction.atomic():
        bulk.insert(Notification, NOTIFICATION_FIELDS, (row.notification for row in rows))
        bulk.insert(Delivery, DELIVERY_FIELDS, (delivery for row in rows for delivery in row.deliveries))
        bulk.insert(AccessLink, LINK_FIELDS, (row.link for row in rows if row.link))
        _wake_workers()
    return [row.notification[0] for row in rows]


def _wake_workers() -> None:
    """Idle workers look for due rows as soon as this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE}")


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True)
class _Rows:
    notification: tuple[Any, ...]
    deliveries: list[tuple[Any, ...]]
    link: tuple[Any, ...] | None


def _rows(occasion: Occasion, intent: Intent, vault: Vault, own_key: Key) -> _Rows:
    notification_id = uuid7()
    organization_id, candidate = occasion.organization.pk, intent.recipient.candidate
    key = candidate.key if candidate else own_key
    token = secrets.token_urlsafe(32)
    content = orjson.dumps({"context": dict(intent.context), "token": token if candidate else ""})
    batch_id = occasion.batch.pk if occasion.batch else None
    notification = (
        notification_id, organization_id, batch_id, str(occasion.purpose), candidate.pk if candidate else None,
        intent.recipient.user.pk if intent.recipient.user else None, key.pk, occasion.subject_kind, intent.subject_id,
        intent.subject_revision, occasion.version.pk, intent.locale,
        vault.seal_bytes(key, Notification.PLACE, notification_id, content), str(NotificationState.SCHEDULED),
        intent.occurrence, occasion.due_at, intent.deadline_at, occasion.actor.pk if occasion.actor else None,
        occasion.now,
    )  # fmt: skip
    weight = priority(occasion.purpose, same_day=occasion.is_same_day)
    deliveries = [
        (
            uuid7(), organization_id, notification_id, batch_id, str(channel),
            point.pk if (point := intent.recipient.contact_points.get(channel)) else None,
            occasion.organization.is_rehearsal, "", 1, str(DeliveryState.QUEUED), "", occasion.explanation, weight,
            occasion.due_at, intent.deadline_at, 0, "", occasion.now,
        )
        for channel in intent.channels
    ]  # fmt: skip
    link = candidate and (
        uuid7(), organization_id, hash_token(token), candidate.pk, "answer", occasion.subject_kind, intent.subject_id,
        intent.subject_revision, notification_id, occasion.now, intent.link_expires_at,
    )  # fmt: skip
    return _Rows(notification, deliveries, link or None)
