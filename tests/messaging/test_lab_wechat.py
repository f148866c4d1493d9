"""WeChat in the rehearsal: cards on the phones of those who subscribed, and never anything outside."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from tests.factories import Cast, create_interview, create_interviews
from tests.messaging.received import LINK, put, receive
from yuemian.domain.states import Channel
from yuemian.hiring.actions import NotInRehearsal, subscribe_in_rehearsal
from yuemian.hiring.models import ContactPoint
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Delivery, LabMessage
from yuemian.messaging.reach import available_channels

CARD = f"公司：星河科技\n时间：11月25日 周三 14:00\n点开选一下是否方便参加：{LINK}"


def subscribe(cast: Cast, interview: Interview, *, now: datetime) -> ContactPoint:
    assert subscribe_in_rehearsal(cast.recruiter, [interview.application.candidate], now=now) == 1
    return ContactPoint.objects.get(candidate=interview.application.candidate, channel=Channel.WECHAT)


def test_a_card_has_rows_a_note_and_leads_to_the_page(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    receive(cast, [interview], now=now)
    delivery = Delivery.objects.filter(channel=Channel.SMS).get()
    Delivery.objects.filter(pk=delivery.pk).update(channel=Channel.WECHAT)
    LabMessage.objects.filter(delivery=delivery).delete()
    delivery.refresh_from_db()
    letter = put(delivery, now=now, subject="面试邀请", text=CARD)
    phone = f"/lab/phones/{interview.application.candidate_id}"
    page = recruiter_client.get(f"{phone}?app=wechat").content.decode()
    assert "<dt>时间</dt><dd>11月25日 周三 14:00</dd>" in page
    assert "<p>点开选一下是否方便参加</p>" in page
    opened = recruiter_client.get(f"/lab/messages/{letter.pk}/page").content.decode()
    assert 'src="/c/' in opened
    assert f"{phone}?app=wechat" in opened, "closing the page leads back to WeChat"


def test_without_subscription_the_phone_says_why_and_offers_it(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    recruiter_client.cookies["language"] = "en"
    interview = create_interview(cast, now=now)
    receive(cast, [interview], now=now)
    candidate = interview.application.candidate_id
    page = recruiter_client.get(f"/lab/phones/{candidate}?app=wechat").content.decode()
    assert "Not subscribed" in page
    assert recruiter_client.get(f"/lab/phones/{candidate}/subscribe").status_code == 405
    answer = recruiter_client.post(f"/lab/phones/{candidate}/subscribe", headers={"HX-Request": "true"})
    assert "No service messages yet" in answer.content.decode()
    assert ContactPoint.objects.filter(channel=Channel.WECHAT).count() == 1


def test_everybody_in_the_lab_can_be_let_subscribe_once(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    receive(cast, create_interviews(cast, 3, now=now), now=now)
    create_interview(cast, now=now)
    assert b"/lab/subscribe" in recruiter_client.get("/lab").content
    for _ in range(2):
        assert recruiter_client.post("/lab/subscribe").status_code == 302
        assert ContactPoint.objects.filter(channel=Channel.WECHAT).count() == 3
    assert b"/lab/subscribe" not in recruiter_client.get("/lab").content


def test_in_live_work_nobody_can_be_subscribed_for_them(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    receive(cast, [interview], now=now)
    cast.organization.is_rehearsal = False
    cast.organization.save()
    cast.recruiter.refresh_from_db()
    with pytest.raises(NotInRehearsal):
        subscribe_in_rehearsal(cast.recruiter, [interview.application.candidate], now=now)
    answer = recruiter_client.post(f"/lab/phones/{interview.application.candidate_id}/subscribe")
    assert answer.status_code == 403
    assert Channel.WECHAT not in available_channels(cast.organization)
