"""Plan notifications: rows with everything the engine needs, in the caller's transaction, set-based."""

from __future__ import annotations

import hashlib
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction

from yuemian.accounts.models import Organization, User
from yuemian.domain.priority import priority
from yuemian.domain.states import Channel, DeliveryState, NotificationState, Purpose
from yuemian.messaging.models import Batch, Notification, SharedSnapshot, TemplateVersion
from yuemian.trust import columns
from yuemian.trust.beside import Beside, execute_now
from yuemian.trust.identifiers import raw_uuid7_series
from yuemian.trust.vault import Vault, organization_key

#: The channel on which idle workers listen.
WAKE = "yuemian_wake"
#: Rows written by one statement: enough to forget its fixed cost, few enough to hold.
SLICE: Final = 1000
_TOKEN_BYTES: Final = 32
#: Kinds of alike people that a send remembers, a kilobyte of each: where everybody's hour is their own, it must not
#: hold them all.
KINDS_KEPT: Final = 4000
#: What a link is good for; one of another purpose opens nothing.
ANSWER_LINK: Final = "answer"
SURVEY_LINK: Final = "survey"
RESULT_LINK: Final = "result"
ONBOARDING_LINK: Final = "onboarding"
_LINKS: Final = {
    Purpose.SURVEY: SURVEY_LINK,
    Purpose.RESULT: RESULT_LINK,
    Purpose.ONBOARDING: ONBOARDING_LINK,
}
_QUEUED: Final = DeliveryState.QUEUED.value
_CREATED: Final = DeliveryState.CREATED.value

# The tables in one statement, the parents of every row having been read in this transaction: so no foreign key is
# checked row by row (docs/decisions/0013). What all rows share travels once. A link has the id of its notification.
_INSERT: Final = """
WITH said AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(candidates)s::uuid[], %(users)s::uuid[], %(keys)s::uuid[], %(subjects)s::uuid[],
        %(revisions)s::int[], %(locales)s::text[], %(shared)s::uuid[], %(parameters)s::bytea[],
        %(occurrences)s::int[], %(deadlines)s::timestamptz[], %(hashes)s::bytea[], %(expiries)s::timestamptz[]
    ) AS s (
        id, candidate, recipient, key, subject, revision, locale, shared, parameters, occurrence, deadline, hash,
        expiry)
), in_common AS (
    INSERT INTO messaging_sharedsnapshot (id, organization_id, batch_id, key_id, content_sealed)
    SELECT id, %(organization)s::uuid, %(batch)s::uuid, %(own_key)s::uuid, content
    FROM unnest(%(shared_ids)s::uuid[], %(shared_contents)s::bytea[]) AS c (id, content)
), notified AS (
    INSERT INTO messaging_notification (
        id, organization_id, batch_id, purpose, candidate_id, user_id, key_id, subject_kind, subject_id,
        subject_revision, version_id, locale, shared_id, parameters_sealed, state, occurrence, step_key, due_at,
        deadline_at, created_by_id, created_at)
    SELECT
        id, %(organization)s::uuid, %(batch)s::uuid, %(purpose)s::text, candidate, recipient, key, %(kind)s::text,
        subject, revision, %(version)s::uuid, locale, shared, parameters, %(notification_state)s::text, occurrence,
        %(step_key)s::text, %(due_at)s::timestamptz, deadline, %(actor)s::uuid, %(now)s::timestamptz
    FROM said
), linked AS (
    INSERT INTO messaging_accesslink (
        id, organization_id, token_hash, candidate_id, purpose, subject_kind, subject_id, subject_revision,
        notification_id, created_at, expires_at)
    SELECT id, %(organization)s::uuid, hash, candidate, %(link_purpose)s::text, %(kind)s::text, subject, revision, id,
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


class Told(NamedTuple):
    """A context of which many have the greater part in common: that part as a JSON object, written once for all, and
    what is this person's own. Neither is empty.
    """

    shared: bytes
    own: Mapping[str, Any]

    def begin(self) -> bytes:
        """How the snapshots of all of them begin."""
        return b'{"context":%b' % self.shared[:-1]

    def rest(self, token: bytes) -> bytes:
        return b',%b,"token":"%b"}' % (orjson.dumps(self.own)[1:], token)


class Intent(NamedTuple):
    """One message to be: to whom, about what, said how. `context` holds the template's placeholders.

    The first `at_once` channels go out together (none given: all); each further one waits for those before to fail.
    """

    recipient: Recipient
    subject_id: UUID
    subject_revision: int
    locale: str
    context: Mapping[str, Any] | Told
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
    with transaction.atomic(), Beside() as beside:
        return [UUID(bytes=id_) for id_ in plan_beside(occasion, intents, beside)]


def plan_beside(occasion: Occasion, intents: Iterable[Intent], beside: Beside) -> list[bytes]:
    """The same in the caller's block, which takes everything back when it fails; ids as their 16 bytes.

    A slice goes out when the intent after it has come: what that one had to be read for does not wait for it then.
    """
    planning = _Planning(occasion)
    written: list[bytes] = []
    for intent in intents:
        if len(planning.rows.ids) == SLICE:
            rows = planning.take()
            written += rows.ids
            beside.execute(_INSERT, rows.values() | planning.in_common)
        planning.add(intent)
    beside.wait()
    if planning.rows.ids:
        rows = planning.take()
        written += rows.ids
        execute_now(_INSERT, rows.values() | planning.in_common)
    _wake_workers()
    return written


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
        self.shared: list[bytes | None] = []
        self.parameters: list[bytes] = []
        self.occurrences: list[int] = []
        self.deadlines: list[datetime] = []
        self.hashes: list[bytes | None] = []
        self.expiries: list[datetime] = []
        self.shared_ids: list[bytes] = []
        self.shared_contents: list[bytes] = []
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
            "shared": columns.raw_uuids(self.shared),
            "parameters": columns.blobs(self.parameters),
            "occurrences": columns.integers(self.occurrences),
            "deadlines": columns.moments(self.deadlines),
            "hashes": columns.blobs(self.hashes),
            "expiries": columns.moments(self.expiries),
            "shared_ids": columns.raw_uuids(self.shared_ids),
            "shared_contents": columns.blobs(self.shared_contents),
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
    """Turns intents into rows."""

    def __init__(self, occasion: Occasion) -> None:
        organization_id = occasion.organization.pk
        self.rows = _Rows()
        self.in_common = _in_common(occasion)
        #: What those who are alike share → its row; none: only one of them was met.
        self._shared: dict[bytes, bytes | None] = {}
        self._is_batch = occasion.batch is not None
        self._ids = raw_uuid7_series()
        self._tokens = _random_tokens()
        vault, self._own_key = Vault(organization_id), organization_key(organization_id)
        # Candidates' keys are wrapped by this one: unwrapped now, it is not asked for again.
        vault.cipher(self._own_key)
        self._seal = vault.sealer(Notification.PLACE)
        self._seal_shared = partial(vault.seal_raw, self._own_key, SharedSnapshot.PLACE)
        self.in_common["own_key"] = self._own_key.pk
        self._explanation = occasion.explanation
        self._answered = {"answered": occasion.answered} if occasion.answered else {}

    def add(self, intent: Intent) -> None:
        rows, recipient = self.rows, intent.recipient
        candidate, user = recipient.candidate, recipient.user
        id_ = next(self._ids)
        token = next(self._tokens) if candidate else b""
        shared, content = self._content(intent.context, token)
        rows.ids.append(id_)
        rows.candidates.append(candidate.candidate_id.bytes if candidate else None)
        rows.users.append(user.pk.bytes if user else None)
        rows.keys.append((candidate.key_id if candidate else self._own_key.pk).bytes)
        rows.subjects.append(intent.subject_id.bytes)
        rows.revisions.append(intent.subject_revision)
        rows.locales.append(intent.locale)
        rows.shared.append(shared)
        # The rest goes on from this beginning, and from no other.
        row_id = id_ + shared if shared else id_
        rows.parameters.append(self._seal(candidate or self._own_key, row_id, content))
        rows.occurrences.append(intent.occurrence)
        rows.deadlines.append(intent.deadline_at)
        rows.hashes.append(hashlib.sha256(token).digest() if candidate else None)
        rows.expiries.append(intent.link_expires_at)
        self._add_deliveries(id_, intent)

    def _content(self, context: Mapping[str, Any] | Told, token: bytes) -> tuple[bytes | None, bytes]:
        """The row that has the snapshot's beginning, and the rest of it; or none, and the whole."""
        if not isinstance(context, Told):
            return None, orjson.dumps({"context": context, "token": token.decode()} | self._answered)
        rest = context.rest(token)
        if self._answered:
            return None, orjson.dumps(orjson.loads(context.begin() + rest) | self._answered)
        shared = self._beginning(context) if self._is_batch else None
        return shared, rest if shared else context.begin() + rest

    def _beginning(self, context: Told) -> bytes | None:
        """Written for the second of those who are alike: somebody of whom there is only one keeps the whole."""
        try:
            known = self._shared[context.shared]
        except KeyError:
            if len(self._shared) >= KINDS_KEPT:
                self._shared.clear()
            self._shared[context.shared] = None
            return None
        if known is None:
            known = self._shared[context.shared] = next(self._ids)
            self.rows.shared_ids.append(known)
            self.rows.shared_contents.append(self._seal_shared(known, context.begin()))
        return known

    def _add_deliveries(self, notification: bytes, intent: Intent) -> None:
        rows, points = self.rows, intent.recipient.contact_points
        at_once = len(intent.channels) if intent.at_once is None else max(intent.at_once, 1)
        said = intent.explanation or self._explanation
        for number, channel in enumerate(intent.channels, 1):
            point = points.get(channel)
            rows.delivery_ids.append(next(self._ids))
            rows.delivery_notifications.append(notification)
            rows.channels.append(channel)
            rows.points.append(point.bytes if point else None)
            rows.positions.append(max(0, number - at_once))
            rows.states.append(_QUEUED if number <= at_once else _CREATED)
            rows.explanations.append(said if number <= at_once else "")
            rows.delivery_deadlines.append(intent.deadline_at)

    def take(self) -> _Rows:
        """What was added since the last time."""
        rows, self.rows = self.rows, _Rows()
        return rows


def _random_tokens() -> Iterator[bytes]:
    """256 bits each in the alphabet of addresses; many for one call of the system."""
    while True:
        chance = os.urandom(_TOKEN_BYTES * 256)
        for at in range(0, len(chance), _TOKEN_BYTES):
            yield urlsafe_b64encode(chance[at : at + _TOKEN_BYTES]).rstrip(b"=")


def _in_common(occasion: Occasion) -> dict[str, Any]:
    batch, actor = occasion.batch, occasion.actor
    return {
        "organization": occasion.organization.pk,
        "batch": batch.pk if batch else None,
        "purpose": occasion.purpose.value,
        "link_purpose": _LINKS.get(occasion.purpose, ANSWER_LINK),
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
