"""Messages as the rehearsal provider writes them, for tests of the phone lab."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from tests.factories import Cast
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import send, send_test, summarize
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Delivery, LabMessage
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault

LINK = "http://localhost:8000/c/" + "t" * 43
HTML = f'<html><head><title>x</title></head><body><p>您好</p><a href="{LINK}">查看</a></body></html>'


def receive(cast: Cast, interviews: list[Interview], *, now: datetime, **content: Any) -> list[LabMessage]:
    """Invite these people and put what the provider would have received on their phones."""
    version = cast.templates[Purpose.INVITATION]
    both = [Channel.EMAIL, Channel.SMS]
    summary = summarize(interviews, version, Purpose.INVITATION, both, now=now)
    batch = send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    return [
        put(delivery, now=now, **content) for delivery in Delivery.objects.filter(batch=batch).order_by("id")
    ]


def receive_test(cast: Cast, interview: Interview, *, now: datetime) -> list[LabMessage]:
    version = cast.templates[Purpose.INVITATION]
    ids = send_test(cast.recruiter, interview, version, locale="zh-hans", channels=[Channel.EMAIL], now=now)
    return [put(delivery, now=now) for delivery in Delivery.objects.filter(notification_id__in=ids)]


def put(delivery: Delivery, *, now: datetime, **content: Any) -> LabMessage:
    """Seal the content with the recipient's key, as the provider does."""
    key = delivery.notification.key
    message = LabMessage(
        id=uuid7(), organization_id=delivery.organization_id, delivery=delivery, key=key, received_at=now
    )
    is_mail = delivery.channel == Channel.EMAIL
    words = {
        "to": "c@example.com" if is_mail else "+8613800000000",
        "subject": "【星河科技】初试邀请" if is_mail else "",
        "text": f"王小雨，您好！\n{LINK}\n再见",
        "html": HTML if is_mail else "",
        "link": LINK,
    } | content
    vault = Vault(delivery.organization_id)
    message.content_sealed = vault.seal_bytes(key, LabMessage.PLACE, message.pk, orjson.dumps(words))
    message.save(force_insert=True)
    return message
