"""Reads what a remedy would meet: for each chosen delivery whether it helps, or why not; in a few queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Max

from yuemian.accounts.models import User
from yuemian.domain.remedy import Case, Refusal, Remedy, refusal
from yuemian.domain.states import TOLD, WAITING, DeliveryState
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.messaging.engine.claim import Truth
from yuemian.messaging.engine.verdict import untrue
from yuemian.messaging.models import Delivery, TemplateVariant
from yuemian.messaging.subjects import SUBJECTS

#: No remedy touches more at once; a larger choice is worked off in rounds.
MOST = 20_000


class Troubled(NamedTuple):
    """A delivery with what its notification says; the columns of FIELDS in their order."""

    id: UUID
    notification_id: UUID
    channel: str
    contact_point_id: UUID | None
    position: int
    priority: int
    state: str
    deadline_at: datetime
    attempt: int
    is_unclear: bool
    candidate_id: UUID | None
    purpose: str
    subject_kind: str
    subject_id: UUID
    subject_revision: int
    step_key: str
    version_id: UUID
    locale: str
    key_destroyed_at: datetime | None


FIELDS = (
    "id", "notification_id", "channel", "contact_point_id", "position", "priority", "state", "deadline_at", "attempt",
    "is_unclear",
    "notification__candidate_id", "notification__purpose", "notification__subject_kind", "notification__subject_id",
    "notification__subject_revision", "notification__step_key", "notification__version_id", "notification__locale",
    "notification__key__destroyed_at",
)  # fmt: skip


class _Said(NamedTuple):
    """What a row says, for the same question that the engine asks before it sends."""

    purpose: str
    step_key: str
    subject_kind: str
    subject_revision: int
    now: datetime


class Helped(NamedTuple):
    """A delivery the remedy helps: where the message goes, and which earlier ones there are on that channel."""

    row: Troubled
    channel: str
    contact_point_id: UUID | None
    occurrence: int
    #: A later step of the route on this channel that waits for its turn: it is sent instead of a new one.
    prepared_id: UUID | None


@dataclass
class Prospect:
    """What pressing would do."""

    helped: list[Helped] = field(default_factory=list)
    refused: Counter[Refusal] = field(default_factory=Counter)


def prospect(
    user: User, ids: Collection[UUID], remedy: Remedy, channel: str, *, now: datetime, lock: bool = False
) -> Prospect:
    """`channel` is the one to try instead, for SWITCH alone. With `lock` the deliveries stay as they are until the
    transaction ends."""
    rows = _read(user, ids, lock=lock)
    surroundings = _Surroundings(rows, channel if remedy is Remedy.SWITCH else "")
    found, seen = Prospect(), set()
    found.refused[Refusal.NOT_SO] = len(set(ids)) - len(rows)
    for row in rows:
        place = (row.notification_id, surroundings.channel_of(row))
        why = refusal(surroundings.case(row, now), remedy, now=now)
        if why is None and place in seen:
            why = Refusal.UNDER_WAY
        if why is None:
            seen.add(place)
            found.helped.append(surroundings.helped(row))
        else:
            found.refused[why] += 1
    found.refused += Counter()  # drops the zeros
    return found


def _read(user: User, ids: Collection[UUID], *, lock: bool) -> list[Troubled]:
    rows = Delivery.objects.visible_to(user).filter(pk__in=ids, is_closed=False).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    return [Troubled._make(row) for row in rows.values_list(*FIELDS)[:MOST]]


class _Surroundings:
    """Addresses, texts, truth and sibling deliveries of the chosen ones."""

    def __init__(self, rows: Sequence[Troubled], channel: str) -> None:
        self._channel = channel
        self._truths = _truths(rows)
        self._contacts = _contacts(rows)
        self._texts = set(
            TemplateVariant.objects.filter(version__in={row.version_id for row in rows}).values_list(
                "version_id", "channel", "locale"
            )
        )
        siblings = Delivery.objects.filter(notification__in={row.notification_id for row in rows})
        highest = siblings.values_list("notification_id", "channel").annotate(Max("occurrence")).order_by()
        self._occurrences = {(notification, on): number for notification, on, number in highest}
        self._prepared: dict[tuple[UUID, str], UUID] = {}
        self._active: dict[tuple[UUID, str], UUID] = {}
        lively = [str(state) for state in (TOLD | WAITING) - {DeliveryState.UNKNOWN, DeliveryState.HELD}]
        for id_, notification_id, on, state in siblings.filter(state__in=lively).values_list(
            "id", "notification_id", "channel", "state"
        ):
            kept = self._prepared if state == DeliveryState.CREATED else self._active
            kept[notification_id, on] = id_

    def channel_of(self, row: Troubled) -> str:
        return self._channel or row.channel

    def case(self, row: Troubled, now: datetime) -> Case:
        channel = self.channel_of(row)
        said = _Said(row.purpose, row.step_key, row.subject_kind, row.subject_revision, now)
        return Case(
            state=DeliveryState(row.state),
            deadline_at=row.deadline_at,
            is_true=untrue(said, self._truths.get((row.subject_kind, row.subject_id))) is None,
            is_erased=row.key_destroyed_at is not None,
            # A user's own addresses are read when it is sent.
            has_contact=row.candidate_id is None or (row.candidate_id, channel) in self._contacts,
            has_text=(row.version_id, channel, row.locale) in self._texts,
            is_under_way=(row.notification_id, channel) in self._active,
        )

    def helped(self, row: Troubled) -> Helped:
        channel = self.channel_of(row)
        points = self._contacts.get((row.candidate_id, channel), []) if row.candidate_id else []
        same = row.contact_point_id if row.contact_point_id in points else None
        return Helped(
            row=row,
            channel=channel,
            contact_point_id=same or next(iter(points), None),
            occurrence=self._occurrences.get((row.notification_id, channel), 0) + 1,
            prepared_id=self._prepared.get((row.notification_id, channel)),
        )


def _contacts(rows: Iterable[Troubled]) -> Mapping[tuple[UUID | None, str], list[UUID]]:
    """By candidate and channel: the addresses in use."""
    people = {row.candidate_id for row in rows if row.candidate_id}
    found: dict[tuple[UUID | None, str], list[UUID]] = {}
    points = ContactPoint.objects.filter(candidate__in=people, state=ContactState.ACTIVE)
    for id_, candidate_id, channel in points.order_by("pk").values_list("id", "candidate_id", "channel"):
        found.setdefault((candidate_id, channel), []).append(id_)
    return found


def _truths(rows: Iterable[Troubled]) -> dict[tuple[str, UUID], Truth]:
    """One query per kind of subject, as the engine asks."""
    wanted: dict[str, set[UUID]] = {}
    for row in rows:
        wanted.setdefault(row.subject_kind, set()).add(row.subject_id)
    found: dict[tuple[str, UUID], Truth] = {}
    for kind in wanted.keys() & SUBJECTS.keys():
        with connection.cursor() as cursor:
            cursor.execute(SUBJECTS[kind].truth_sql, [list(wanted[kind])])
            answers: list[tuple[Any, ...]] = cursor.fetchall()
        found |= {(kind, answer[0]): Truth._make(answer) for answer in answers}
    return found
