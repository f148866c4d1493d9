"""Plan notifications: rows with everything the engine needs, in the caller's transaction, set-based."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction

from yuemian.accounts.models import Organization, User
from yuemian.domain.states import Channel, DeliveryState, NotificationState, Purpose, priority
from yuemian.messaging.models import AccessLink, Batch, Delivery, Notification, TemplateVersion
from yuemian.trust import bulk
from yuemian.trust.identifiers import uuid7_series
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


class Addressee(NamedTuple):
    """A candidate, and the key their messages are sealed with (a `DataKey`)."""

    candidate_id: UUID
    key_id: UUID
    number: int
    wrapped: bytes | None
    wrapped_by: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """A candidate with the contact point's id per channel, or a user (test sends) with the channels to try."""

    candidate: Addressee | None = None
    user: User | None = None
    contact_points: Mapping[Channel, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
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


def plan_notifications(occasion: Occasion, intents: Iterable[Intent]) -> list[UUID]:
    """Write one notification, its deliveries and its link for every intent. Returns the notifications' ids.

    Intents are taken one at a time and only their rows kept, so a generator of thousands is welcome.
    Planning the same purpose twice for one revision of a subject violates `notification_said_once`: callers leave
    such people out or raise `occurrence` (an explicit resend).
    """
    planning = _Planning(occasion)
    for intent in intents:
        planning.add(intent)
    with transaction.atomic():
        bulk.insert(Notification, NOTIFICATION_FIELDS, planning.notifications)
        bulk.insert(Delivery, DELIVERY_FIELDS, planning.deliveries)
        bulk.insert(AccessLink, LINK_FIELDS, planning.links)
        _wake_workers()
    return [row[0] for row in planning.notifications]


def _wake_workers() -> None:
    """Idle workers look for due rows as soon as this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE}")


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class _Planning:
    """The rows of one planning, by table; what all rows share is worked out once."""

    def __init__(self, occasion: Occasion) -> None:
        organization = occasion.organization
        self.occasion = occasion
        self.notifications: list[tuple[Any, ...]] = []
        self.deliveries: list[tuple[Any, ...]] = []
        self.links: list[tuple[Any, ...]] = []
        self._ids = uuid7_series()
        self._organization_id = organization.pk
        self._batch_id = occasion.batch.pk if occasion.batch else None
        self._actor_id = occasion.actor.pk if occasion.actor else None
        self._is_rehearsal = organization.is_rehearsal
        self._purpose, self._version_id = str(occasion.purpose), occasion.version.pk
        self._weight = priority(occasion.purpose, same_day=occasion.is_same_day)
        self._vault, self._own_key = Vault(organization.pk), organization_key(organization.pk)
        # Candidates' keys are wrapped by this one: unwrapped now, it is not asked for again.
        self._vault.cipher(self._own_key)

    def add(self, intent: Intent) -> None:
        id_, candidate = next(self._ids), intent.recipient.candidate
        token = secrets.token_urlsafe(32) if candidate else ""
        self._add_notification(id_, intent, token)
        self._add_deliveries(id_, intent)
        if candidate:
            self._add_link(id_, intent, candidate.candidate_id, token)

    def _add_notification(self, id_: UUID, intent: Intent, token: str) -> None:
        occasion, recipient = self.occasion, intent.recipient
        candidate = recipient.candidate
        content = orjson.dumps({"context": intent.context, "token": token})
        sealed = self._vault.seal_bytes(candidate or self._own_key, Notification.PLACE, id_, content)
        self.notifications.append((
            id_, self._organization_id, self._batch_id, self._purpose, candidate.candidate_id if candidate else None,
            recipient.user.pk if recipient.user else None, candidate.key_id if candidate else self._own_key.pk,
            occasion.subject_kind, intent.subject_id, intent.subject_revision, self._version_id, intent.locale, sealed,
            NotificationState.SCHEDULED.value, intent.occurrence, occasion.due_at, intent.deadline_at, self._actor_id,
            occasion.now,
        ))  # fmt: skip

    def _add_deliveries(self, notification_id: UUID, intent: Intent) -> None:
        occasion, points = self.occasion, intent.recipient.contact_points
        for channel in intent.channels:
            self.deliveries.append((
                next(self._ids), self._organization_id, notification_id, self._batch_id, channel.value,
                points.get(channel), self._is_rehearsal, "", 1, DeliveryState.QUEUED.value, "", occasion.explanation,
                self._weight, occasion.due_at, intent.deadline_at, 0, "", occasion.now,
            ))  # fmt: skip

    def _add_link(self, notification_id: UUID, intent: Intent, candidate_id: UUID, token: str) -> None:
        self.links.append((
            next(self._ids), self._organization_id, hash_token(token), candidate_id, "answer",
            self.occasion.subject_kind, intent.subject_id, intent.subject_revision, notification_id, self.occasion.now,
            intent.link_expires_at,
        ))  # fmt: skip
