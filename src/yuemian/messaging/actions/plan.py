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
from yuemian.domain.routing import Route
from yuemian.domain.states import Channel, DeliveryState, NotificationState, Purpose, priority
from yuemian.messaging.models import AccessLink, Batch, Delivery, Notification, TemplateVersion
from yuemian.trust import bulk
from yuemian.trust.identifiers import uuid7_series
from yuemian.trust.vault import Vault, organization_key

#: What differs between the rows of one planning; the rest is shared and travels once.
NOTIFICATION_FIELDS = (
    "id", "candidate", "user", "key", "subject_id", "subject_revision", "locale", "parameters_sealed", "occurrence",
    "deadline_at",
)  # fmt: skip
DELIVERY_FIELDS = ("id", "notification", "channel", "contact_point", "deadline_at")
#: Of deliveries on a route, each with its place, and `created` until its turn comes.
ROUTED_FIELDS = (*DELIVERY_FIELDS, "position", "state", "explanation")
LINK_FIELDS = (
    "id",
    "token_hash",
    "candidate",
    "subject_id",
    "subject_revision",
    "notification",
    "expires_at",
)


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
    """One message to be: to whom, about what, said how. `context` holds the template's placeholders.

    With a `route` its channels count: the first at once, the others waiting behind them.
    """

    recipient: Recipient
    subject_id: UUID
    subject_revision: int
    locale: str
    context: Mapping[str, Any]
    channels: Sequence[Channel]
    deadline_at: datetime
    link_expires_at: datetime
    occurrence: int = 1
    route: Route | None = None


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
    planning.write()
    return [row[0] for row in planning.notifications]


def _wake_workers() -> None:
    """Idle workers look for due rows as soon as this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE}")


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class _Planning:
    """The rows of one planning, by table, without what they all share."""

    def __init__(self, occasion: Occasion) -> None:
        organization_id = occasion.organization.pk
        self.occasion = occasion
        self.notifications: list[tuple[Any, ...]] = []
        self.deliveries: list[tuple[Any, ...]] = []
        self.routed: list[tuple[Any, ...]] = []
        self.links: list[tuple[Any, ...]] = []
        self._ids = uuid7_series()
        self._vault, self._own_key = Vault(organization_id), organization_key(organization_id)
        # Candidates' keys are wrapped by this one: unwrapped now, it is not asked for again.
        self._vault.cipher(self._own_key)

    def add(self, intent: Intent) -> None:
        id_, recipient = next(self._ids), intent.recipient
        candidate = recipient.candidate
        token = secrets.token_urlsafe(32) if candidate else ""
        content = orjson.dumps({"context": intent.context, "token": token})
        sealed = self._vault.seal_bytes(candidate or self._own_key, Notification.PLACE, id_, content)
        self.notifications.append((
            id_, candidate.candidate_id if candidate else None, recipient.user.pk if recipient.user else None,
            candidate.key_id if candidate else self._own_key.pk, intent.subject_id, intent.subject_revision,
            intent.locale, sealed, intent.occurrence, intent.deadline_at,
        ))  # fmt: skip
        if intent.route is not None:
            self._add_route(id_, intent, intent.route)
        for channel in () if intent.route is not None else intent.channels:
            point_id = recipient.contact_points.get(channel)
            self.deliveries.append((next(self._ids), id_, channel.value, point_id, intent.deadline_at))
        if candidate:
            self.links.append((
                next(self._ids), hash_token(token), candidate.candidate_id, intent.subject_id, intent.subject_revision,
                id_, intent.link_expires_at,
            ))  # fmt: skip

    def _add_route(self, id_: UUID, intent: Intent, route: Route) -> None:
        for place, channel in enumerate(route.channels):
            position = max(0, place - route.at_once + 1)
            state = DeliveryState.CREATED if position else DeliveryState.QUEUED
            self.routed.append((
                next(self._ids), id_, channel.value, intent.recipient.contact_points.get(channel), intent.deadline_at,
                position, state.value, "" if position else route.note,
            ))  # fmt: skip

    def write(self) -> None:
        """Notifications, deliveries and links, and the workers woken, together or not at all."""
        with transaction.atomic():
            bulk.insert(
                Notification, NOTIFICATION_FIELDS, self.notifications, shared=self._shared_by_notifications()
            )
            shared = self._shared_by_deliveries()
            bulk.insert(Delivery, DELIVERY_FIELDS, self.deliveries, shared=shared)
            if self.routed:
                own = {name: value for name, value in shared.items() if name not in ROUTED_FIELDS}
                bulk.insert(Delivery, ROUTED_FIELDS, self.routed, shared=own)
            bulk.insert(AccessLink, LINK_FIELDS, self.links, shared=self._shared_by_links())
            _wake_workers()

    def _shared_by_notifications(self) -> dict[str, Any]:
        occasion = self.occasion
        return {
            "organization": occasion.organization.pk,
            "batch": occasion.batch.pk if occasion.batch else None,
            "purpose": occasion.purpose.value,
            "subject_kind": occasion.subject_kind,
            "version": occasion.version.pk,
            "state": NotificationState.SCHEDULED.value,
            "due_at": occasion.due_at,
            "created_by": occasion.actor.pk if occasion.actor else None,
            "created_at": occasion.now,
        }

    def _shared_by_deliveries(self) -> dict[str, Any]:
        occasion = self.occasion
        return {
            "organization": occasion.organization.pk,
            "batch": occasion.batch.pk if occasion.batch else None,
            "is_rehearsal": occasion.organization.is_rehearsal,
            "provider": "",
            "occurrence": 1,
            "state": DeliveryState.QUEUED.value,
            "reason": "",
            "explanation": occasion.explanation,
            "priority": priority(occasion.purpose, same_day=occasion.is_same_day),
            "due_at": occasion.due_at,
            "attempt": 0,
            "provider_id": "",
            "created_at": occasion.now,
        }

    def _shared_by_links(self) -> dict[str, Any]:
        return {
            "organization": self.occasion.organization.pk,
            "purpose": "answer",
            "subject_kind": self.occasion.subject_kind,
            "created_at": self.occasion.now,
        }
