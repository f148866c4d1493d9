"""Plan notifications: rows with everything the engine needs, in the caller's transaction, set-based."""

from __future__ import annotations

import hashlib
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction
from psycopg import Cursor

from yuemian.accounts.models import Organization, User
from yuemian.domain.states import Channel, DeliveryState, NotificationState, Purpose, priority
from yuemian.messaging.models import Batch, Notification, TemplateVersion
from yuemian.trust import columns
from yuemian.trust.identifiers import raw_uuid7_series
from yuemian.trust.vault import Vault, organization_key

#: The channel on which idle workers listen.
WAKE = "yuemian_wake"
#: Rows written by one statement: enough to forget its fixed cost, few enough to hold.
SLICE: Final = 1000
_TOKEN_BYTES: Final = 32
_QUEUED: Final = DeliveryState.QUEUED.value
_CREATED: Final = DeliveryState.CREATED.value

# The three tables in one statement, the parents of every row having been read in this transaction: so no foreign key is
# checked row by row (docs/decisions/0013). What all rows share travels once.
_INSERT: Final = """
WITH said AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(candidates)s::uuid[], %(users)s::uuid[], %(keys)s::uuid[], %(subjects)s::uuid[],
        %(revisions)s::int[], %(locales)s::text[], %(parameters)s::bytea[], %(occurrences)s::int[],
        %(deadlines)s::timestamptz[], %(links)s::uuid[], %(hashes)s::bytea[], %(expiries)s::timestamptz[]
    ) AS s (
        id, candidate, recipient, key, subject, revision, locale, parameters, occurrence, deadline, link, hash, expiry)
), notified AS (
    INSERT INTO messaging_notification (
        id, organization_id, batch_id, purpose, candidate_id, user_id, key_id, subject_kind, subject_id,
        subject_revision, version_id, locale, parameters_sealed, state, occurrence, step_key, due_at, deadline_at,
        created_by_id, created_at)
    SELECT
        id, %(organization)s::uuid, %(batch)s::uuid, %(purpose)s::text, candidate, recipient, key, %(kind)s::text,
        subject, revision, %(version)s::uuid, locale, parameters, %(notification_state)s::text, occurrence,
        %(step_key)s::text, %(due_at)s::timestamptz, deadline, %(actor)s::uuid, %(now)s::timestamptz
    FROM said
), linked AS (
    INSERT INTO messaging_accesslink (
        id, organization_id, token_hash, candidate_id, purpose, subject_kind, subject_id, subject_revision,
        notification_id, created_at, expires_at)
    SELECT link, %(organization)s::uuid, hash, candidate, 'answer', %(kind)s::text, subject, revision, id,
           %(now)s::timestamptz, expiry
    FROM said WHERE candidate IS NOT NULL
)
INSERT INTO messaging_delivery (
    id, organization_id, notification_id, batch_id, channel, contact_point_id, is_rehearsal, provider, occurrence,
    position, is_canary, state, reason, explanation, priority, due_at, deadline_at, attempt, provider_id, created_at)
SELECT
    id, %(organization)s::uuid, notification, %(batch)s::uuid, channel, point, %(is_rehearsal)s::boolean, '', 1,
    position, false, state, '', explanation, %(priority)s::smallint, %(due_at)s::timestamptz, deadline, 0, '',
    %(now)s::timestamptz
FROM unnest(
    %(delivery_ids)s::uuid[], %(delivery_notifications)s::uuid[], %(channels)s::text[], %(points)s::uuid[],
    %(positions)s::int[], %(states)s::text[], %(explanations)s::text[], %(delivery_deadlines)s::timestamptz[]
) AS d (id, notification, channel, point, position, state, explanation, deadline)
"""


class Addressee(NamedTuple):
    """A candidate, and the key their messages are sealed with (a `DataKey`)."""

    candidate_id: UUID
    key_id: UUID
    number: int
    wrapped: bytes | None
    wrapped_by: int


class Recipient(NamedTuple):
    """A candidate with the contact point's id per channel, or a user (tests, digests) with the channels to try."""

    candidate: Addressee | None = None
    user: User | None = None
    contact_points: Mapping[Channel, UUID] = MappingProxyType({})


class Intent(NamedTuple):
    """One message to be: to whom, about what, said how. `context` holds the template's placeholders.

    The first `at_once` channels go out together (none given: all); each further one waits for those before to fail.
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
    explanation: str = ""
    at_once: int | None = None


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
    #: The plan's step that says it; empty: a person.
    step_key: str = ""
    #: The Message-ID of a candidate's mail that this answers.
    answered: str = ""


def plan_notifications(occasion: Occasion, intents: Iterable[Intent]) -> list[UUID]:
    """Write one notification, its deliveries and its link for every intent. Returns the notifications' ids.

    Intents are taken one at a time and written in slices, so a generator of any length is welcome; it is all or
    nothing. Planning the same purpose twice for one revision of a subject violates `notification_said_once`: callers
    leave such people out or raise `occurrence` (an explicit resend).
    """
    planning = _Planning(occasion)
    written: list[bytes] = []
    with transaction.atomic():
        for intent in intents:
            planning.add(intent)
            if len(planning.rows.ids) == SLICE:
                written += planning.write()
        if planning.rows.ids:
            written += planning.write()
        _wake_workers()
    return [UUID(bytes=id_) for id_ in written]


def _wake_workers() -> None:
    """Idle workers look for due rows as soon as this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE}")


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class _Rows:
    """One slice, by columns: lists are the cheapest thing to append to ten thousand times."""

    def __init__(self) -> None:
        self.ids: list[bytes] = []
        self.candidates: list[bytes | None] = []
        self.users: list[bytes | None] = []
        self.keys: list[bytes] = []
        self.subjects: list[bytes] = []
        self.revisions: list[int] = []
        self.locales: list[str] = []
        self.parameters: list[bytes] = []
        self.occurrences: list[int] = []
        self.deadlines: list[datetime] = []
        self.links: list[bytes] = []
        self.hashes: list[bytes | None] = []
        self.expiries: list[datetime] = []
        self.delivery_ids: list[bytes] = []
        self.delivery_notifications: list[bytes] = []
        self.channels: list[str] = []
        self.points: list[bytes | None] = []
        self.positions: list[int] = []
        self.states: list[str] = []
        self.explanations: list[str] = []
        self.delivery_deadlines: list[datetime] = []

    def values(self) -> dict[str, columns.Column]:
        return {
            "ids": columns.raw_uuids(self.ids),
            "candidates": columns.raw_uuids(self.candidates),
            "users": columns.raw_uuids(self.users),
            "keys": columns.raw_uuids(self.keys),
            "subjects": columns.raw_uuids(self.subjects),
            "revisions": columns.integers(self.revisions),
            "locales": columns.texts(self.locales),
            "parameters": columns.blobs(self.parameters),
            "occurrences": columns.integers(self.occurrences),
            "deadlines": columns.moments(self.deadlines),
            "links": columns.raw_uuids(self.links),
            "hashes": columns.blobs(self.hashes),
            "expiries": columns.moments(self.expiries),
            "delivery_ids": columns.raw_uuids(self.delivery_ids),
            "delivery_notifications": columns.raw_uuids(self.delivery_notifications),
            "channels": columns.texts(self.channels),
            "points": columns.raw_uuids(self.points),
            "positions": columns.integers(self.positions),
            "states": columns.texts(self.states),
            "explanations": columns.texts(self.explanations),
            "delivery_deadlines": columns.moments(self.delivery_deadlines),
        }


class _Planning:
    """Turns intents into rows, and writes them slice by slice."""

    def __init__(self, occasion: Occasion) -> None:
        organization_id = occasion.organization.pk
        self.rows = _Rows()
        self._ids = raw_uuid7_series()
        self._vault, self._own_key = Vault(organization_id), organization_key(organization_id)
        # Candidates' keys are wrapped by this one: unwrapped now, it is not asked for again.
        self._vault.cipher(self._own_key)
        self._explanation = occasion.explanation
        self._answered = {"answered": occasion.answered} if occasion.answered else {}
        self._shared = _shared(occasion)

    def add(self, intent: Intent) -> None:
        rows, recipient = self.rows, intent.recipient
        candidate, user = recipient.candidate, recipient.user
        id_ = next(self._ids)
        token = urlsafe_b64encode(os.urandom(_TOKEN_BYTES)).rstrip(b"=").decode() if candidate else ""
        content = orjson.dumps({"context": intent.context, "token": token} | self._answered)
        rows.ids.append(id_)
        rows.candidates.append(candidate.candidate_id.bytes if candidate else None)
        rows.users.append(user.pk.bytes if user else None)
        rows.keys.append((candidate.key_id if candidate else self._own_key.pk).bytes)
        rows.subjects.append(intent.subject_id.bytes)
        rows.revisions.append(intent.subject_revision)
        rows.locales.append(intent.locale)
        rows.parameters.append(
            self._vault.seal_raw(candidate or self._own_key, Notification.PLACE, id_, content)
        )
        rows.occurrences.append(intent.occurrence)
        rows.deadlines.append(intent.deadline_at)
        rows.links.append(next(self._ids))
        rows.hashes.append(hashlib.sha256(token.encode()).digest() if candidate else None)
        rows.expiries.append(intent.link_expires_at)
        self._add_deliveries(id_, intent)

    def _add_deliveries(self, notification: bytes, intent: Intent) -> None:
        rows, points = self.rows, intent.recipient.contact_points
        at_once = len(intent.channels) if intent.at_once is None else max(intent.at_once, 1)
        said = intent.explanation or self._explanation
        for number, channel in enumerate(intent.channels, 1):
            point = points.get(channel)
            rows.delivery_ids.append(next(self._ids))
            rows.delivery_notifications.append(notification)
            rows.channels.append(channel.value)
            rows.points.append(point.bytes if point else None)
            rows.positions.append(max(0, number - at_once))
            rows.states.append(_QUEUED if number <= at_once else _CREATED)
            rows.explanations.append(said if number <= at_once else "")
            rows.delivery_deadlines.append(intent.deadline_at)

    def write(self) -> list[bytes]:
        """Insert what was added and forget it. Returns the notifications' ids."""
        rows, self.rows = self.rows, _Rows()
        assert connection.connection is not None
        # Past Django's own cursor, which would quote every value into the statement's text.
        with Cursor[tuple[Any, ...]](connection.connection) as cursor:
            columns.register(cursor)
            cursor.execute(_INSERT, rows.values() | self._shared, prepare=True)
        return rows.ids


def _shared(occasion: Occasion) -> dict[str, Any]:
    batch, actor = occasion.batch, occasion.actor
    return {
        "organization": occasion.organization.pk,
        "batch": batch.pk if batch else None,
        "purpose": occasion.purpose.value,
        "kind": occasion.subject_kind,
        "version": occasion.version.pk,
        "notification_state": NotificationState.SCHEDULED.value,
        "step_key": occasion.step_key,
        "due_at": occasion.due_at,
        "actor": actor.pk if actor else None,
        "now": occasion.now,
        "is_rehearsal": occasion.organization.is_rehearsal,
        "priority": priority(occasion.purpose, same_day=occasion.is_same_day),
    }
