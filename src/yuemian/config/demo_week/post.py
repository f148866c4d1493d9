"""Carries the messages of the past to the phone lab as the worker would have done at the time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import orjson
from django.conf import settings
from django.db.models import Min

from yuemian.accounts.models import Organization
from yuemian.domain.states import BatchState, DeliveryState, ReasonCode
from yuemian.messaging.engine.claim import Claimed, Sender, Text
from yuemian.messaging.engine.render import Renderer
from yuemian.messaging.models import Batch, Delivery, LabMessage, TemplateVariant
from yuemian.messaging.snapshots import beginning_of
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault, organization_key

#: From being due to lying in the lab.
ON_THE_WAY = timedelta(seconds=4)
#: As long as the worker keeps them: see `messaging.fallback`.
RESERVES_KEPT = timedelta(hours=72)


class Post:
    """The worker sends by the database's clock, which cannot be turned back; its renderer writes these messages too."""

    def __init__(self, organization: Organization) -> None:
        key = organization_key(organization.pk)
        names = (organization.pk, organization.name, organization.name_en)
        wrapped = bytes(key.wrapped or b"")
        self._sender = Sender(*names, True, organization.mail_from, key.number, wrapped, key.wrapped_by)
        self._vault = Vault(organization.pk)
        self._renderer = Renderer(settings.PUBLIC_URL)

    def carry(self, now: datetime) -> None:
        """Everything that is due."""
        due = Delivery.objects.filter(
            organization_id=self._sender.id, state=DeliveryState.QUEUED, due_at__lte=now
        )
        rows = list(
            due.select_related("notification__key", "notification__user", "contact_point").order_by("id")
        )
        if not rows:
            return
        claimed = [_claimed(row, now) for row in rows]
        self._learn(claimed)
        received = [self._received(row, each) for row, each in zip(rows, claimed, strict=True)]
        LabMessage.objects.bulk_create(received)
        for row, message in zip(rows, received, strict=True):
            row.state, row.provider, row.provider_id, row.attempt = (
                DeliveryState.SENT,
                "lab",
                str(message.pk),
                1,
            )
            row.sent_at = row.settled_at = message.received_at
        fields = ["state", "provider", "provider_id", "attempt", "sent_at", "settled_at"]
        Delivery.objects.bulk_update(rows, fields)
        batches = {row.batch_id for row in rows if row.batch_id}
        Batch.objects.filter(pk__in=batches).update(state=BatchState.FINISHED, finished_at=now + ON_THE_WAY)

    def close_routes(self, now: datetime) -> None:
        """Channels kept in reserve are given up when the message was sent long ago, or would come too late."""
        reserves = Delivery.objects.filter(
            organization_id=self._sender.id, state=DeliveryState.CREATED
        ).annotate(first_sent_at=Min("notification__deliveries__sent_at"))
        facts = reserves.filter(first_sent_at__isnull=False).values_list("pk", "deadline_at", "first_sent_at")
        for id_, deadline_at, sent_at in facts:
            over_at = min(deadline_at, sent_at + RESERVES_KEPT)
            if over_at <= now:
                Delivery.objects.filter(pk=id_).update(
                    state=DeliveryState.SKIPPED, reason=ReasonCode.REACHED_OTHERWISE, settled_at=over_at
                )

    def _learn(self, claimed: Iterable[Claimed]) -> None:
        missing = self._renderer.missing(claimed)
        columns = ("version_id", "channel", "locale", "subject", "body")
        found = TemplateVariant.objects.filter(version__in=missing).values_list(*columns)
        self._renderer.learn(map(Text._make, found))

    def _received(self, row: Delivery, claimed: Claimed) -> LabMessage:
        shared = beginning_of(row.notification.shared, self._vault)
        message = self._renderer.message(
            claimed, self._sender, self._vault, self._sender.mail_from, shared, is_lab=True
        )
        content = {
            "to": message.to,
            "subject": message.subject,
            "text": message.text,
            "html": message.form.html(message) if message.form else "",
            "link": message.slots.get("link", ""),
        }
        id_ = uuid7()
        return LabMessage(
            id=id_,
            organization_id=row.organization_id,
            delivery=row,
            key_id=row.notification.key_id,
            content_sealed=self._vault.seal_bytes(claimed.key, LabMessage.PLACE, id_, orjson.dumps(content)),
            received_at=max(row.due_at, row.created_at) + ON_THE_WAY,
        )


def _claimed(row: Delivery, now: datetime) -> Claimed:
    said, point, user = row.notification, row.contact_point, row.notification.user
    return Claimed(
        id=row.pk,
        organization_id=row.organization_id,
        batch_id=row.batch_id,
        channel=row.channel,
        is_rehearsal=row.is_rehearsal,
        occurrence=row.occurrence,
        attempt=1,
        deadline_at=row.deadline_at,
        now=now,
        notification_id=said.pk,
        purpose=said.purpose,
        subject_kind=said.subject_kind,
        subject_id=said.subject_id,
        subject_revision=said.subject_revision,
        version_id=said.version_id,
        locale=said.locale,
        parameters_sealed=bytes(said.parameters_sealed),
        key_number=said.key.number,
        key_wrapped=bytes(said.key.wrapped or b""),
        key_wrapped_by=said.key.wrapped_by,
        contact_point_id=point.pk if point else None,
        contact_sealed=bytes(point.value_sealed) if point else None,
        contact_state=point.state if point else None,
        user_email=user.email if user else None,
        user_phone=user.phone if user else None,
        user_name=user.name if user else None,
        step_key=said.step_key,
        candidate_id=said.candidate_id,
        is_discreet=point.is_discreet if point else None,
        shared_id=said.shared_id,
    )
