"""What people do about deliveries that do not go on: release, try again, say what became of them, give up.

Trying again never touches the old row but writes a new delivery with the next occurrence, so that every attempt stays
visible; the old row is closed, which takes it off the page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from yuemian.accounts.models import User
from yuemian.domain.remedy import SENDS_ANEW, Remedy
from yuemian.domain.states import DeliveryState, ReasonCode
from yuemian.messaging.actions.batches import wake_workers
from yuemian.messaging.models import Delivery, DeliveryEvent, DeliveryQuerySet, EventKind
from yuemian.messaging.remedies import Helped, Troubled, prospect
from yuemian.trust import audit, bulk
from yuemian.trust.identifiers import uuid7_series
from yuemian.trust.live import announce


class Outdated(Exception):  # noqa: N818
    """Meanwhile another number of messages would be helped than was shown; look at the new figures."""


def release_held(user: User, ids: Collection[UUID], *, now: datetime, expected: int | None = None) -> int:
    """Queue again what was held. Returns how many; raises Outdated unless they are as many as `expected`."""
    return _apply(user, ids, Remedy.RELEASE, "", now=now, expected=expected)


def retry_failed(
    user: User, ids: Collection[UUID], channel: str = "", *, now: datetime, expected: int | None = None
) -> int:
    """Try once more what failed, on the same channel or on another one (then also what is held)."""
    remedy = Remedy.SWITCH if channel else Remedy.RETRY
    return _apply(user, ids, remedy, channel, now=now, expected=expected)


def resolve_unclear(
    user: User, ids: Collection[UUID], *, has_arrived: bool, now: datetime, expected: int | None = None
) -> int:
    """A person knows what became of them: they count as sent, or are sent again."""
    remedy = Remedy.ARRIVED if has_arrived else Remedy.NOT_ARRIVED
    return _apply(user, ids, remedy, "", now=now, expected=expected)


def give_up(user: User, ids: Collection[UUID], *, now: datetime, expected: int | None = None) -> int:
    """What is held never leaves; what failed stays as it is and is not asked about again."""
    return _apply(user, ids, Remedy.GIVE_UP, "", now=now, expected=expected)


def _apply(
    user: User, ids: Collection[UUID], remedy: Remedy, channel: str, *, now: datetime, expected: int | None
) -> int:
    with transaction.atomic():
        found = prospect(user, ids, remedy, channel, now=now, lock=True)
        helped = found.helped
        if expected is not None and len(helped) != expected:
            raise Outdated(Outdated.__doc__)
        if not helped:
            return 0
        _settle_old(user, remedy, helped, now)
        if remedy in SENDS_ANEW:
            _send_anew(user, helped, now)
        if remedy in SENDS_ANEW or remedy is Remedy.RELEASE:
            wake_workers()
        audit.record(
            user.organization_id, user.actor, f"delivery.{remedy}", at=now, count=len(helped), channel=channel
        )
        announce(user.organization_id, "interviews")
    return len(helped)


def _settle_old(user: User, remedy: Remedy, helped: Sequence[Helped], now: datetime) -> None:
    rows = Delivery.objects.filter(pk__in=[each.row.id for each in helped])
    troubled = [each.row for each in helped]
    if remedy is Remedy.RELEASE:
        rows.update(state=DeliveryState.QUEUED, reason="")
        _tell(user, troubled, EventKind.RELEASED, "", now)
    elif remedy is Remedy.ARRIVED:
        rows.update(state=DeliveryState.SENT, reason="", sent_at=Coalesce(F("sent_at"), F("settled_at"), now))
        _tell(user, troubled, EventKind.RESOLVED, "arrived", now)
    elif remedy is Remedy.NOT_ARRIVED:
        rows.update(state=DeliveryState.TEMPORARY_FAILURE, is_closed=True)
        _tell(user, troubled, EventKind.RESOLVED, "not_arrived", now)
    else:
        _close(user, remedy, troubled, now)


def _close(user: User, remedy: Remedy, troubled: Sequence[Troubled], now: datetime) -> None:
    """What was held is called off for good; with it, when given up, the further channels of its route."""
    held = [row for row in troubled if row.state == DeliveryState.HELD]
    stopped = {"state": DeliveryState.CANCELLED, "reason": ReasonCode.STOPPED_BY_PERSON, "settled_at": now}
    # What waited to be repeated under the same key may have arrived.
    unclear = {**stopped, "state": DeliveryState.UNKNOWN, "reason": ReasonCode.OUTCOME_UNKNOWN}
    _rows(row for row in held if not row.is_unclear).update(**stopped)
    _rows(row for row in held if row.is_unclear).update(**unclear)
    _rows(troubled).update(is_closed=True)
    if remedy is Remedy.GIVE_UP:
        notifications = [row.notification_id for row in held]
        Delivery.objects.filter(notification__in=notifications, state=DeliveryState.CREATED).update(**stopped)
        _tell(
            user,
            [row for row in troubled if row.state != DeliveryState.HELD],
            EventKind.RESOLVED,
            "given_up",
            now,
        )
    else:
        _tell(user, troubled, EventKind.RELEASED, "", now)


def _rows(troubled: Iterable[Troubled]) -> DeliveryQuerySet:
    return Delivery.objects.filter(pk__in=[row.id for row in troubled])


def _send_anew(user: User, helped: Sequence[Helped], now: datetime) -> None:
    prepared = [each.prepared_id for each in helped if each.prepared_id]
    Delivery.objects.filter(pk__in=prepared).update(state=DeliveryState.QUEUED, due_at=now, batch=None)
    ids = uuid7_series()
    fields = (
        "id", "notification", "channel", "contact_point", "occurrence", "position", "priority", "deadline_at",
    )  # fmt: skip
    rows = [
        (
            next(ids), each.row.notification_id, each.channel, each.contact_point_id, each.occurrence,
            each.row.position, each.row.priority, each.row.deadline_at,
        )
        for each in helped
        if not each.prepared_id
    ]  # fmt: skip
    shared = {
        "organization": user.organization_id,
        # No batch: a finished or stopped one would keep it from leaving.
        "batch": None,
        "is_rehearsal": user.organization.is_rehearsal,
        "provider": "",
        "state": DeliveryState.QUEUED.value,
        "reason": "",
        "explanation": "",
        "due_at": now,
        "attempt": 0,
        "provider_id": "",
        "created_at": now,
    }
    bulk.insert(Delivery, fields, rows, shared=shared)


def _tell(user: User, rows: Sequence[Troubled], kind: EventKind, code: str, now: datetime) -> None:
    if not rows:
        return
    ids = uuid7_series()
    shared = {
        "organization": user.organization_id,
        "kind": kind.value,
        "at": now,
        "provider_event_id": "",
        "code": str(code),
        "detail": "",
    }
    events = [(next(ids), row.id, row.attempt) for row in rows]
    bulk.insert(DeliveryEvent, ("id", "delivery", "attempt"), events, shared=shared)
