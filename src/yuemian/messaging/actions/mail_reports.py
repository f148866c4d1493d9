"""What comes back by mail about a delivery: a server's report becomes its receipt, an answer its event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from yuemian.channels.base import Event
from yuemian.channels.base import EventKind as Reported
from yuemian.domain.mail_reply import Bounce, Fate, is_same_person
from yuemian.domain.states import Channel, DeliveryState, ReasonCode
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.hiring.signals import contacts_changed
from yuemian.messaging.actions.call_off import leave_out_contacts
from yuemian.messaging.actions.receipts import record_reports
from yuemian.messaging.models import Delivery, DeliveryEvent, EventKind
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Unreadable, Vault

_KINDS: Final = {
    Fate.UNKNOWN_ADDRESS: Reported.BOUNCED,
    Fate.MAILBOX_FULL: Reported.REJECTED,
    Fate.REFUSED: Reported.REJECTED,
    Fate.DELAYED: Reported.DEFERRED,
    Fate.DELIVERED: Reported.DELIVERED,
    Fate.UNCLASSIFIED: Reported.UNKNOWN,
}


@dataclass(frozen=True)
class MailServer:
    """Who reports: whichever server sent the report back to our mailbox."""

    organization_id: UUID
    channel: str = Channel.EMAIL.value
    provider: str = "smtp"


def record_bounce(
    organization_id: UUID, delivery_id: UUID, bounce: Bounce, *, event_id: str, now: datetime
) -> None:
    """Once, whatever is repeated; states forward only. An address that nobody has is not written to again."""
    event = Event(
        _KINDS[bounce.fate],
        event_id,
        delivery_id=str(delivery_id),
        code=bounce.code or bounce.fate.value,
        raw={"report": bounce.detail} if bounce.detail else {},
    )
    events = [(event, delivery_id)]
    if bounce.fate in {Fate.DELAYED, Fate.UNCLASSIFIED}:
        # A server that reports on a mail has had it: what was of unknown fate has left.
        taken = Event(Reported.SENT, f"{event_id}:sent", delivery_id=str(delivery_id), code="report")
        unclear = Delivery.objects.filter(pk=delivery_id, state=DeliveryState.UNKNOWN)
        events += [(taken, delivery_id)] if unclear.exists() else []
    with transaction.atomic():
        record_reports(MailServer(organization_id), events, now=now)
        if bounce.fate is Fate.UNKNOWN_ADDRESS:
            _give_up_address(organization_id, delivery_id, bounce, now)


def note_reply(delivery: Delivery, *, event_id: str, now: datetime) -> None:
    """That the person answered this mail, for its story and for what routing learns."""
    try:
        with transaction.atomic():
            DeliveryEvent.objects.create(
                id=uuid7(),
                organization_id=delivery.organization_id,
                delivery=delivery,
                kind=EventKind.REPLIED,
                at=now,
                attempt=delivery.attempt,
                provider_event_id=event_id,
            )
    except IntegrityError:
        pass  # noted before


def _give_up_address(organization_id: UUID, delivery_id: UUID, bounce: Bounce, now: datetime) -> None:
    """Unless it was mended meanwhile: then the report is about the old one."""
    points = ContactPoint.objects.filter(deliveries=delivery_id, state=ContactState.ACTIVE)
    point = points.select_related("candidate__key").first()
    if point is None or not _is_about(point, bounce, Vault(organization_id)):
        return
    still = ContactPoint.objects.filter(
        pk=point.pk, state=ContactState.ACTIVE, value_sealed=point.value_sealed
    )
    if not still.update(state=ContactState.INVALID):
        return  # opted out or mended since it was read: that word is the newer one
    point.state = ContactState.INVALID
    leave_out_contacts([point.pk], ReasonCode.INVALID_CONTACT, now=now)
    contacts_changed.send(sender=ContactPoint, point=point, is_in_use=False, at=now)


def _is_about(point: ContactPoint, bounce: Bounce, vault: Vault) -> bool:
    if not bounce.recipients:
        return True
    try:
        value = point.value(vault)
    except Unreadable:
        return False
    return any(is_same_person(value, each) for each in bounce.recipients)
