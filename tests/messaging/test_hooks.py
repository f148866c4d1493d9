"""Gateways' callbacks: believed when signed, written once, merged forward, and nothing of another organization."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_cast, create_interview
from tests.messaging.planning import intent_for
from tests.messaging.test_accounts import SECRET, create_account
from yuemian.channels.base import Event
from yuemian.channels.base import EventKind as Reported
from yuemian.channels.http_sms import presets
from yuemian.config.logs import mask_path
from yuemian.domain.states import Channel, DeliveryState
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.hiring.signals import contacts_changed
from yuemian.interviews.models import Cadence, Interview
from yuemian.interviews.timeline import conversation, story
from yuemian.messaging.actions.accounts import renew_callback
from yuemian.messaging.actions.plan import Occasion, plan_notifications
from yuemian.messaging.actions.receipts import match_strays, record_events
from yuemian.messaging.models import Delivery, DeliveryEvent, EventKind, Message, ProviderAccount, StrayReport
from yuemian.messaging.provider_accounts import open_config
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import enter
from yuemian.trust.vault import Vault

JSON = next(dict(preset.settings) for preset in presets() if preset.key == "json")
NUMBER = "+8613800000000"


@pytest.fixture
def account(cast: Cast, now: datetime) -> ProviderAccount:
    return create_account(cast, now=now, **(JSON | {"url": "https://sms.example.com/"}))


@pytest.fixture
def interview(cast: Cast, now: datetime) -> Interview:
    return create_interview(cast, now=now, phone=NUMBER)


@pytest.fixture
def delivery(cast: Cast, account: ProviderAccount, interview: Interview, now: datetime) -> Delivery:
    return create_sent(cast, account, interview, now=now)


def create_sent(
    cast: Cast,
    account: ProviderAccount,
    interview: Interview,
    *,
    now: datetime,
    state: DeliveryState = DeliveryState.SENT,
    provider_id: str = "m1",
) -> Delivery:
    """A text message about the interview that this account has carried."""
    occasion = Occasion(
        organization=cast.organization,
        purpose=next(iter(cast.templates)),
        version=cast.templates[next(iter(cast.templates))],
        subject_kind="interview",
        due_at=now,
        now=now,
    )
    (notification,) = plan_notifications(occasion, [intent_for(interview, Channel.SMS, now=now)])
    delivery = Delivery.objects.get(notification=notification)
    is_sent = state in {DeliveryState.SENT, DeliveryState.DELIVERED}
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state, account=account.pk, provider_id=provider_id, attempt=1, sent_at=now if is_sent else None
    )
    delivery.refresh_from_db()
    return delivery


def address(account: ProviderAccount) -> str:
    url: str = open_config(account, Vault(account.organization_id)).callback_url
    return url.removeprefix("http://localhost:8000")


def post(
    account: ProviderAccount, data: Any, *, secret: str = SECRET, path: str = "", at: datetime | None = None
) -> int:
    body = json.dumps(data).encode()
    moment = str(int((at or timezone.now()).timestamp()))
    signature = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"X-Timestamp": moment, "X-Signature": signature}
    answer = Client().post(path or address(account), body, content_type="application/json", headers=headers)
    return answer.status_code


def report(status: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": "m1", "status": status, "event": f"e{number}", "at": "2026-11-25T01:05:00Z"} | fields


def facts(delivery: Delivery) -> list[str]:
    return [event.kind for event in DeliveryEvent.objects.filter(delivery=delivery).order_by("id")]


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_a_receipt_is_written_and_moves_the_delivery(account: ProviderAccount, delivery: Delivery) -> None:
    assert post(account, report("delivered")) == 200
    assert state_of(delivery) == DeliveryState.DELIVERED
    (event,) = DeliveryEvent.objects.filter(delivery=delivery)
    assert (event.kind, event.provider_event_id, event.at.isoformat()) == (
        EventKind.DELIVERED,
        "e1",
        "2026-11-25T01:05:00+00:00",
    )


def test_a_hundred_repeats_are_one_fact(account: ProviderAccount, delivery: Delivery) -> None:
    assert {post(account, [report("delivered")] * 10) for _ in range(10)} == {200}
    assert facts(delivery) == [EventKind.DELIVERED]


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delayed", "delivered"])))
def test_reordered_receipts_never_take_a_delivery_backwards(
    account: ProviderAccount, delivery: Delivery, order: Sequence[str]
) -> None:
    for number, status in enumerate(order):
        assert post(account, report(status, number)) == 200
    assert state_of(delivery) == DeliveryState.DELIVERED
    assert len(facts(delivery)) == 3


def test_any_order_of_any_reports_ends_in_the_same_state(
    cast: Cast, account: ProviderAccount, interview: Interview, now: datetime
) -> None:
    draw, ends = random.Random(3), set()
    events = [
        Event(kind, f"{kind}-{n}", provider_id="m1") for n, kind in enumerate(Reported) if kind != "replied"
    ]
    delivery = create_sent(cast, account, interview, now=now)
    for _ in range(30):
        Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENT)
        draw.shuffle(events)
        fresh = [Event(e.kind, f"{e.event_id}-{draw.random()}", provider_id="m1") for e in events]
        record_events(account, fresh, now=now)
        ends.add(state_of(delivery))
    assert ends == {DeliveryState.PERMANENT_FAILURE}


@pytest.mark.parametrize(
    ("old", "status", "new"),
    [
        (DeliveryState.UNKNOWN, "sent", DeliveryState.SENT),
        (DeliveryState.UNKNOWN, "delivered", DeliveryState.DELIVERED),
        (DeliveryState.SENDING, "delivered", DeliveryState.DELIVERED),
        (DeliveryState.SENT, "rejected", DeliveryState.PERMANENT_FAILURE),
        (DeliveryState.DELIVERED, "sent", DeliveryState.DELIVERED),
        (DeliveryState.PERMANENT_FAILURE, "delivered", DeliveryState.PERMANENT_FAILURE),
        (DeliveryState.CANCELLED, "delivered", DeliveryState.CANCELLED),
        (DeliveryState.QUEUED, "delivered", DeliveryState.QUEUED),
    ],
)
def test_what_a_receipt_makes_of_each_state(
    cast: Cast,
    account: ProviderAccount,
    interview: Interview,
    now: datetime,
    *,
    old: DeliveryState,
    status: str,
    new: DeliveryState,
) -> None:
    delivery = create_sent(cast, account, interview, now=now, state=old)
    assert post(account, report(status)) == 200
    assert state_of(delivery) == new
    assert delivery.worker is None or old is new
    if new in {DeliveryState.SENT, DeliveryState.DELIVERED} and old is not DeliveryState.QUEUED:
        assert delivery.sent_at is not None
    assert len(facts(delivery)) == 1, "the fact is kept even when it changes nothing"


def test_a_word_that_is_not_understood_is_kept_without_the_person(
    account: ProviderAccount, delivery: Delivery
) -> None:
    assert post(account, report("teleported", to=NUMBER, reason="E77 on +86 138 0000 0000")) == 200
    (event,) = DeliveryEvent.objects.filter(delivery=delivery)
    assert (event.kind, event.code) == (EventKind.REPORTED, "teleported")
    assert "E77" in event.detail
    assert "1380000" not in event.detail.replace(" ", "")
    assert state_of(delivery) == DeliveryState.SENT


def test_a_receipt_found_by_our_own_key_brings_the_gateways_id(
    cast: Cast, account: ProviderAccount, interview: Interview, now: datetime
) -> None:
    delivery = create_sent(cast, account, interview, now=now, state=DeliveryState.UNKNOWN, provider_id="")
    assert post(account, report("sent", id="m77", reference=str(delivery.pk))) == 200
    assert state_of(delivery) == DeliveryState.SENT
    assert delivery.provider_id == "m77"


def test_a_receipt_that_comes_before_our_own_bookkeeping_waits_for_it(
    cast: Cast, account: ProviderAccount, interview: Interview, now: datetime
) -> None:
    assert post(account, report("delivered")) == 200
    assert post(account, report("delivered")) == 200
    (stray,) = StrayReport.objects.all()
    assert b"delivered" not in bytes(stray.content_sealed)
    assert match_strays(cast.organization.pk, timezone.now()) == 0
    delivery = create_sent(cast, account, interview, now=now)
    assert match_strays(cast.organization.pk, timezone.now()) == 1
    assert state_of(delivery) == DeliveryState.DELIVERED
    assert not StrayReport.objects.exists()
    assert match_strays(cast.organization.pk, timezone.now()) == 0


def test_what_fits_no_delivery_for_three_days_is_forgotten(cast: Cast, account: ProviderAccount) -> None:
    assert post(account, report("delivered")) == 200
    now = timezone.now()
    match_strays(cast.organization.pk, now + timedelta(days=3) - timedelta(minutes=1))
    assert StrayReport.objects.exists()
    match_strays(cast.organization.pk, now + timedelta(days=3))
    assert not StrayReport.objects.exists()


def test_a_time_in_the_future_is_not_believed(account: ProviderAccount, delivery: Delivery) -> None:
    assert post(account, report("delivered", at="2099-01-01T00:00:00Z")) == 200
    assert DeliveryEvent.objects.get(delivery=delivery).at < timezone.now() + timedelta(minutes=1)


def test_a_failure_reported_later_hands_over_to_the_next_channel_of_the_route(
    account: ProviderAccount, delivery: Delivery, interview: Interview
) -> None:
    reserve = Delivery.objects.get(pk=delivery.pk)
    reserve.pk, reserve.channel, reserve.position = uuid7(), Channel.EMAIL, 1
    reserve.state, reserve.sent_at, reserve.account = DeliveryState.CREATED, None, None
    reserve.deadline_at = timezone.now() + timedelta(days=1)
    reserve._state.adding = True
    reserve.save(force_insert=True)
    assert post(account, report("sent")) == 200
    assert state_of(reserve) == DeliveryState.CREATED
    assert post(account, report("undelivered", 2)) == 200
    assert state_of(reserve) == DeliveryState.QUEUED
    assert facts(reserve) == [EventKind.FELL_BACK]


# --- doors


def test_a_wrong_signature_writes_nothing(account: ProviderAccount, delivery: Delivery) -> None:
    assert post(account, report("delivered"), secret="other") == 401
    assert post(account, report("delivered"), at=timezone.now() - timedelta(minutes=10)) == 401
    assert facts(delivery) == []
    assert state_of(delivery) == DeliveryState.SENT


def test_looking_at_the_address_changes_nothing(account: ProviderAccount, delivery: Delivery) -> None:
    for method in ("get", "head", "put", "delete", "patch"):
        answer = getattr(Client(), method)(f"{address(account)}?id=m1&status=delivered")
        assert answer.status_code == 405
    assert facts(delivery) == []


def test_an_address_must_be_right_in_every_part(account: ProviderAccount, delivery: Delivery) -> None:
    good = address(account)
    start, _, token = good.rpartition("/")
    for path in (
        f"{start}/{token[:-1]}x",
        good.replace("http_sms", "smtp"),
        good.replace(str(account.pk), str(delivery.pk)),
    ):
        assert post(account, report("delivered"), path=path) == 404
    assert facts(delivery) == []


def test_a_new_address_ends_the_old_one_at_once(account: ProviderAccount, cast: Cast, now: datetime) -> None:
    old = address(account)
    renew_callback(cast.owner, account, now=now)
    assert post(account, report("delivered"), path=old) == 404
    assert post(account, report("delivered")) == 200


def test_another_organizations_account_reaches_no_delivery_of_ours(delivery: Delivery, now: datetime) -> None:
    ours = delivery.organization_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yuemian.organization', '', true)")
    other = create_cast(now=now, name="另一家公司")
    theirs = create_account(other, now=now, **(JSON | {"url": "https://sms.example.com/"}))
    for event in (report("delivered"), report("delivered", 2, reference=str(delivery.pk))):
        assert post(theirs, event) == 200
    assert StrayReport.objects.filter(account=theirs).count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yuemian.organization', '', true)")
    enter(ours)
    assert state_of(delivery) == DeliveryState.SENT
    assert facts(delivery) == []


def test_another_account_of_the_same_organization_reaches_it_neither(
    cast: Cast, delivery: Delivery, now: datetime
) -> None:
    other = create_account(cast, now=now, name="另一个", **(JSON | {"url": "https://sms.example.com/"}))
    assert post(other, report("delivered", reference=str(delivery.pk))) == 200
    assert state_of(delivery) == DeliveryState.SENT


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[1]", 400), (b"x" * (256 * 1024 + 1), 413)])
def test_what_cannot_be_read_or_is_too_long_is_refused(
    account: ProviderAccount, body: bytes, status: int
) -> None:
    moment = str(int(timezone.now().timestamp()))
    signature = hmac.new(SECRET.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"X-Timestamp": moment, "X-Signature": signature}
    answer = Client().post(address(account), body, content_type="application/json", headers=headers)
    assert answer.status_code == status


def test_strangers_who_knock_too_often_are_asked_to_wait(account: ProviderAccount) -> None:
    path = address(account).rpartition("/")[0] + "/wrong"
    codes = [post(account, {}, path=path) for _ in range(62)]
    assert codes[:60] == [404] * 60
    assert codes[60:] == [429] * 2


def test_a_mail_account_expects_no_callbacks(account: ProviderAccount) -> None:
    url = address(account)
    account.provider = "smtp"
    account.save()
    assert Client().post(url.replace("http_sms", "smtp"), {}).status_code == 404


def test_the_secret_of_the_address_reaches_no_log(account: ProviderAccount) -> None:
    path = address(account)
    assert mask_path(path) == path.rpartition("/")[0] + "/[token]"


# --- replies


def reply(text: str, number: int = 1, sender: str = NUMBER) -> dict[str, Any]:
    return {"from": sender, "reply": text, "event": f"r{number}", "at": "2026-11-25T01:05:00Z"}


def test_a_reply_joins_the_conversation_and_the_timeline(
    account: ProviderAccount, delivery: Delivery, interview: Interview, cast: Cast
) -> None:
    assert post(account, reply("可以改到下午吗？")) == 200
    assert post(account, reply("可以改到下午吗？")) == 200
    assert facts(delivery) == [EventKind.REPLIED]
    assert [(said.text, said.is_from_candidate) for said in conversation(interview)] == [
        ("可以改到下午吗？", True)
    ]
    assert any(
        "Text message" in entry.title or "短信" in entry.title for entry in story(interview, cast.recruiter)
    )
    assert "下午" not in DeliveryEvent.objects.get(delivery=delivery).detail


@pytest.mark.parametrize("word", ["退订", "Ｔ", "TD", "stop。"])
def test_an_opt_out_stops_this_channel_for_everybody_with_the_number(
    account: ProviderAccount, delivery: Delivery, cast: Cast, now: datetime, word: str
) -> None:
    create_interview(cast, now=now, phone=NUMBER, name="同号")
    assert post(account, reply(word)) == 200
    points = ContactPoint.objects.filter(channel=Channel.SMS)
    assert {point.state for point in points} == {ContactState.OPTED_OUT}
    assert {point.state for point in ContactPoint.objects.filter(channel=Channel.EMAIL)} == {
        ContactState.ACTIVE
    }
    assert set(facts(delivery)) == {EventKind.REPLIED, EventKind.UNSUBSCRIBED}


def test_an_opt_out_is_news_of_the_address(
    account: ProviderAccount, delivery: Delivery, cast: Cast, now: datetime
) -> None:
    """A step that waits for an address, or would take this one, is looked at again at once."""
    heard: list[tuple[str, bool]] = []

    def hear(sender: object, *, point: ContactPoint, is_in_use: bool, **_: Any) -> None:
        heard.append((point.state, is_in_use))

    Cadence.objects.update(next_at=None)
    contacts_changed.connect(hear)
    try:
        assert post(account, reply("退订")) == 200
        assert post(account, reply("退订", number=2)) == 200
    finally:
        contacts_changed.disconnect(hear)
    assert heard == [(ContactState.OPTED_OUT, False)]
    assert Cadence.objects.exclude(next_at=None).count() == 1


def test_a_sentence_with_the_word_in_it_stops_nothing(account: ProviderAccount, delivery: Delivery) -> None:
    assert post(account, reply("怎么退订？我想继续收")) == 200
    assert not ContactPoint.objects.filter(state=ContactState.OPTED_OUT).exists()
    assert facts(delivery) == [EventKind.REPLIED]


@pytest.mark.parametrize("sender", ["+8613900000009", "106", "", "not a number"])
def test_a_reply_from_nobody_we_know_is_kept_sealed(
    account: ProviderAccount, delivery: Delivery, sender: str
) -> None:
    assert post(account, reply("你好", sender=sender)) == 200
    assert facts(delivery) == []
    assert StrayReport.objects.count() == 1
    assert not Message.objects.exists()
