"""Write what a gateway reports: every fact once, states forward only, nothing dropped."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import orjson
from django.db import transaction

from yuemian.channels.base import BadAddress, Event
from yuemian.channels.base import EventKind as Reported
from yuemian.channels.http import redacted
from yuemian.channels.registry import provider_class
from yuemian.domain.replies import is_opt_out
from yuemian.domain.states import FAILED, DeliveryState, ReasonCode, merge_receipt
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.hiring.signals import contacts_changed
from yuemian.messaging.actions.call_off import fall_back, leave_out_contacts
from yuemian.messaging.models import Delivery, DeliveryEvent, EventKind, ProviderAccount, StrayReport
from yuemian.messaging.signals import reply_received
from yuemian.trust.identifiers import uuid7
from yuemian.trust.keyring import keyring
from yuemian.trust.live import announce
from yuemian.trust.vault import Vault, organization_key

#: A gateway's clock may be ahead by so much; what lies further in the future was not then.
AHEAD: Final = timedelta(minutes=5)
#: So long a stray report is tried again; later it is only kept.
STRAY_FOR: Final = timedelta(days=3)
_STRAYS_AT_ONCE: Final = 500

#: Their word, the fact we write, and the state it speaks for.
_FACTS: Final[Mapping[Reported, tuple[EventKind, DeliveryState | None]]] = {
    Reported.SENT: (EventKind.REPORTED, DeliveryState.SENT),
    Reported.DELIVERED: (EventKind.DELIVERED, DeliveryState.DELIVERED),
    Reported.DEFERRED: (EventKind.REPORTED, None),
    Reported.BOUNCED: (EventKind.BOUNCED, DeliveryState.PERMANENT_FAILURE),
    Reported.REJECTED: (EventKind.BOUNCED, DeliveryState.PERMANENT_FAILURE),
    Reported.OPENED: (EventKind.OPENED, None),
    Reported.CLICKED: (EventKind.CLICKED, None),
    Reported.COMPLAINED: (EventKind.COMPLAINED, None),
    Reported.UNSUBSCRIBED: (EventKind.UNSUBSCRIBED, None),
    Reported.REPLIED: (EventKind.REPLIED, None),
    Reported.UNKNOWN: (EventKind.REPORTED, None),
}
_REASONS: Final = {
    Reported.BOUNCED: ReasonCode.INVALID_CONTACT,
    Reported.REJECTED: ReasonCode.PROVIDER_ERROR,
}
_STOPS: Final = frozenset({Reported.COMPLAINED, Reported.UNSUBSCRIBED})


class Reporter(Protocol):
    """Who reports on deliveries of an organization: one of its accounts, or a mail server."""

    @property
    def organization_id(self) -> UUID: ...

    @property
    def channel(self) -> str: ...

    @property
    def provider(self) -> str: ...


@dataclass(frozen=True)
class Recorded:
    """How many events were new, were known already, and fit no delivery yet."""

    new: int = 0
    known: int = 0
    stray: int = 0


def record_events(account: ProviderAccount, events: Sequence[Event], *, now: datetime) -> Recorded:
    """Append them in one transaction; repeated and reordered ones are harmless, unknown ones are kept."""
    with transaction.atomic():
        found = [(event, _delivery_of(account, event)) for event in events]
        fitting = [(event, delivery) for event, delivery in found if delivery is not None]
        new = _append(account, fitting, now)
        strays = [event for event, delivery in found if delivery is None]
        kept = _keep_strays(account, strays, now)
    return Recorded(new, len(fitting) - new + len(strays) - kept, kept)


def record_reports(reporter: Reporter, found: Sequence[tuple[Event, UUID]], *, now: datetime) -> int:
    """The same for events whose deliveries are known, whoever carried them. Returns how many were new."""
    with transaction.atomic():
        return _append(reporter, found, now)


def match_strays(organization_id: UUID, now: datetime) -> int:
    """Try again what fitted no delivery when it came, and forget what is tried no more. Returns how many fit now."""
    with transaction.atomic():
        old = StrayReport.objects.filter(organization_id=organization_id, received_at__lte=now - STRAY_FOR)
        StrayReport.objects.filter(pk__in=old.values("pk")[:_STRAYS_AT_ONCE]).delete()
        rows = (
            StrayReport.objects.filter(organization_id=organization_id, received_at__gt=now - STRAY_FOR)
            .select_related("account", "key")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("received_at")[:_STRAYS_AT_ONCE]
        )
        vault, matched = Vault(organization_id), []
        for row in rows:
            event = _opened(row, vault)
            delivery = _delivery_of(row.account, event)
            if delivery is not None:
                _append(row.account, [(event, delivery)], now)
                matched.append(row.pk)
        StrayReport.objects.filter(pk__in=matched).delete()
    return len(matched)


def _delivery_of(account: ProviderAccount, event: Event) -> UUID | None:
    """By our key, by the gateway's id, or for a reply by whom this account wrote to last at that number."""
    carried = Delivery.objects.filter(organization_id=account.organization_id, account=account.pk)
    if event.kind is Reported.REPLIED:
        # By way of the person: deliveries have no index of their contact point.
        people = ContactPoint.objects.filter(pk__in=_points_at(account, event.recipient)).values("candidate")
        written = carried.filter(notification__candidate__in=people, channel=account.channel)
        return written.exclude(sent_at=None).order_by("-sent_at", "-pk").values_list("pk", flat=True).first()
    if event.delivery_id:
        try:
            key = UUID(event.delivery_id)
        except ValueError:
            key = None
        if key is not None and (found := carried.filter(pk=key).values_list("pk", flat=True).first()):
            return found
    if event.provider_id:
        named = carried.filter(provider_id=event.provider_id, channel=account.channel)
        return named.values_list("pk", flat=True).first()
    return None


def _points_at(account: Reporter, number: str) -> list[UUID]:
    """Whoever has this number; several people may share it."""
    try:
        value = provider_class(account.provider).normalise(number)
    except BadAddress:
        return []
    index = keyring().blind_index(account.organization_id, str(account.channel), value)
    points = ContactPoint.objects.filter(
        organization_id=account.organization_id, channel=account.channel, blind_index=index
    )
    return list(points.values_list("pk", flat=True))


def _append(account: Reporter, found: Sequence[tuple[Event, UUID]], now: datetime) -> int:
    if not found:
        return 0
    ids = sorted({delivery for _, delivery in found})
    # The lock orders this against the engine's settling and against the same report arriving twice at once.
    rows = Delivery.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    deliveries = {row.pk: row for row in rows.select_related("notification")}
    known = set(
        DeliveryEvent.objects.filter(delivery__in=ids)
        .exclude(provider_event_id="")
        .values_list("delivery_id", "provider_event_id")
    )
    new: list[DeliveryEvent] = []
    for event, delivery_id in found:
        if delivery_id not in deliveries or (delivery_id, event.event_id) in known:
            continue
        known.add((delivery_id, event.event_id))
        delivery = deliveries[delivery_id]
        new.append(_fact(account, delivery, event, now))
        _merge(delivery, event, now)
        _heed(account, delivery, event, now)
    DeliveryEvent.objects.bulk_create(new)
    fall_back([row.pk for row in deliveries.values() if row.state in FAILED])
    for delivery in {event.delivery_id: deliveries[event.delivery_id] for event in new}.values():
        _tell(delivery)
    return len(new)


def _fact(account: Reporter, delivery: Delivery, event: Event, now: datetime) -> DeliveryEvent:
    kind, _ = _FACTS[event.kind]
    # What is understood needs no more words; what is not is kept as it came, without persons and secrets.
    words = (
        redacted(orjson.dumps(dict(event.raw), default=str).decode()) if kind is EventKind.REPORTED else ""
    )
    return DeliveryEvent(
        id=uuid7(),
        organization_id=account.organization_id,
        delivery=delivery,
        kind=kind,
        at=_moment(event, now),
        attempt=delivery.attempt,
        provider_event_id=event.event_id,
        code=_printable(event.code)[:40],
        detail=words,
    )


def _merge(delivery: Delivery, event: Event, now: datetime) -> None:
    """Forward only: what the gateway knows by now is never taken back by an older report."""
    reported = _FACTS[event.kind][1]
    old = DeliveryState(delivery.state)
    state = old
    if reported is not None:
        state = merge_receipt(old, reported, is_unclear=delivery.is_unclear)
    if event.provider_id and not delivery.provider_id:
        delivery.provider_id = event.provider_id
    elif state is old:
        return
    if state is not old:
        delivery.state = state
        delivery.reason = _reason(event)
        delivery.lease_until, delivery.worker = None, None
        delivery.settled_at = now
        if state is not DeliveryState.PERMANENT_FAILURE:
            delivery.sent_at = delivery.sent_at or _moment(event, now)
    delivery.save(
        update_fields=["state", "reason", "provider_id", "lease_until", "worker", "settled_at", "sent_at"]
    )


def _reason(event: Event) -> str:
    """A mail server's own code tells more than that it refused."""
    if event.kind is Reported.REJECTED and event.code.startswith("5.7."):
        return ReasonCode.CONTENT_REJECTED
    if event.kind is Reported.REJECTED and event.code in {"5.2.2", "mailbox_full"}:
        return ReasonCode.MAILBOX_FULL
    return _REASONS.get(event.kind, "")


def _heed(account: Reporter, delivery: Delivery, event: Event, now: datetime) -> None:
    """Whoever asks to stop is not written to on this channel again; whoever writes is heard."""
    is_stop = event.kind in _STOPS
    if event.kind is Reported.REPLIED:
        is_stop = is_opt_out(event.text)
        reply_received.send(
            sender=DeliveryEvent,
            notification=delivery.notification,
            text=event.text,
            at=_moment(event, now),
            event_id=event.event_id,
            other_sender=_other_sender(delivery, event),
        )
    if not is_stop:
        return
    points = _points_at(account, event.recipient) if event.recipient else []
    points += [delivery.contact_point_id] if delivery.contact_point_id else []
    stopped = list(
        ContactPoint.objects.filter(pk__in=points)
        .exclude(state=ContactState.OPTED_OUT)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    leave_out_contacts(points, ReasonCode.OPTED_OUT, now=now)
    for point in stopped:
        point.state = ContactState.OPTED_OUT
        point.save(update_fields=["state"])
        contacts_changed.send(ContactPoint, point=point, is_in_use=False, at=now)
    if stopped and event.kind is Reported.REPLIED:
        DeliveryEvent.objects.create(
            id=uuid7(),
            organization_id=account.organization_id,
            delivery=delivery,
            kind=EventKind.UNSUBSCRIBED,
            at=_moment(event, now),
            attempt=delivery.attempt,
            code="reply",
        )


def _other_sender(delivery: Delivery, event: Event) -> str:
    """Whoever answers a code may be a stranger, whose number somebody typed; "" once the number is proved theirs."""
    point = delivery.contact_point
    is_proved = point is not None and point.state != ContactState.UNCONFIRMED
    return "" if is_proved else event.recipient


def _moment(event: Event, now: datetime) -> datetime:
    return event.at if event.at is not None and event.at <= now + AHEAD else now


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _tell(delivery: Delivery) -> None:
    announce(delivery.organization_id, "interviews")
    if delivery.batch_id:
        announce(delivery.organization_id, "batch", batch=delivery.batch_id)


def _keep_strays(account: ProviderAccount, events: Iterable[Event], now: datetime) -> int:
    """Sealed, since they may hold a number and a text. Returns how many were not kept before."""
    kept = {event.event_id: event for event in events}
    if not kept:
        return 0
    known = StrayReport.objects.filter(account=account, event_id__in=list(kept))
    for event_id in known.values_list("event_id", flat=True):
        del kept[event_id]
    key, vault = organization_key(account.organization_id), Vault(account.organization_id)
    rows = []
    for event in kept.values():
        row = StrayReport(
            id=uuid7(),
            organization_id=account.organization_id,
            account=account,
            event_id=event.event_id,
            key=key,
            received_at=now,
        )
        content = orjson.dumps(dataclasses.asdict(event), default=str)
        row.content_sealed = vault.seal_bytes(key, StrayReport.PLACE, row.pk, content)
        rows.append(row)
    # Two workers may keep the same one at the same moment.
    StrayReport.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _opened(row: StrayReport, vault: Vault) -> Event:
    data = orjson.loads(vault.open_bytes(row.key, StrayReport.PLACE, row.pk, row.content_sealed))
    at = datetime.fromisoformat(data["at"]) if data["at"] else None
    return Event(**{**data, "kind": Reported(data["kind"]), "at": at})
