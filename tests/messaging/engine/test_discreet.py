"""Neutral wording for phones that others see, the code in every notice, and codes on their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import orjson
import pytest
from pytest_django import Settings

from tests.factories import install_texts
from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from tests.messaging.engine.conftest import live as live
from tests.messaging.engine.conftest import story as story
from yuemian.domain.short_code import grouped
from yuemian.domain.states import Channel, Purpose
from yuemian.hiring.models import Candidate, ContactPoint, ContactState
from yuemian.interviews.models import Interview
from yuemian.messaging.actions import step_up
from yuemian.messaging.models import Delivery, LabMessage, Notification
from yuemian.messaging.verifying import printed_code
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault

TELLING = ("星河科技", "Galaxy", "面试", "后端工程师", "候选人", "初试", "interview")


@pytest.fixture(autouse=True)
def with_mail(settings: Settings) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned


def received(story: Story) -> dict[str, dict[str, str]]:
    """What came onto the phone in rehearsal, by channel."""
    with acting_in(story.cast.organization.pk):
        rows = LabMessage.objects.select_related("delivery__notification__key")
        return {row.delivery.channel: orjson.loads(_opened(row)) for row in rows}


def _opened(row: LabMessage) -> bytes:
    key = row.delivery.notification.key
    return Vault(row.organization_id).open_bytes(key, LabMessage.PLACE, row.pk, row.content_sealed)


def invite_discreetly(story: Story, channels: Sequence[Channel]) -> Interview:
    (interview,) = story.invite(1, channels)
    with acting_in(story.cast.organization.pk):
        ContactPoint.objects.update(is_discreet=True)
    return interview


def test_what_others_may_see_names_nothing(story: Story) -> None:
    invite_discreetly(story, [Channel.EMAIL, Channel.SMS])
    deliver()
    phone = received(story)
    text, mail = phone["sms"]["text"], phone["email"]
    assert "您有一条新消息" in text
    assert "/c/" in text
    assert not [word for word in TELLING if word in text]
    assert mail["subject"] == "您有一条新消息"
    assert "候选人0" in mail["text"]  # inside, where nobody else reads


def test_a_discreet_mail_names_no_sender(live: Story) -> None:
    invite_discreetly(live, [Channel.EMAIL])
    provider = FakeProvider()
    deliver(provider)
    raw = provider.sent[0].form.mail(provider.sent[0], live.now).decode()  # type: ignore[union-attr]
    head = raw.partition("\r\n\r\n")[0]
    assert "From: hr@galaxy.example" in head or "From: <hr@galaxy.example>" in head


def test_the_wish_reaches_what_already_waits(story: Story) -> None:
    story.invite(1, [Channel.SMS])
    with acting_in(story.cast.organization.pk):
        ContactPoint.objects.update(is_discreet=True)
    deliver()
    assert "星河" not in received(story)["sms"]["text"]


def test_every_mail_carries_its_own_code(story: Story) -> None:
    interviews = story.invite(3)
    deliver()
    with acting_in(story.cast.organization.pk):
        for interview in interviews:
            notification = Notification.objects.get(subject_id=interview.pk)
            content = orjson.loads(_opened(LabMessage.objects.get(delivery__notification=notification)))
            code = grouped(printed_code(notification.pk))
            assert content["text"].endswith(f"核验码 {code}，请到 http://localhost:8000/verify 核验")
            assert code in content["html"]


def test_a_template_may_say_the_code_itself(story: Story) -> None:
    story.write("{{ candidate_name }} {{ verify_code }} {{ answer_link }}")
    story.invite(2, [Channel.SMS])
    deliver()
    with acting_in(story.cast.organization.pk):
        for row in LabMessage.objects.select_related("delivery__notification__key"):
            assert grouped(printed_code(row.delivery.notification_id)) in orjson.loads(_opened(row))["text"]


def ask_code(story: Story, *, state: str = "active", is_discreet: bool = False) -> str:
    with acting_in(story.cast.organization.pk):
        install_texts(story.cast, Purpose.CODE, now=story.now)
        candidate = Candidate.objects.select_related("key", "organization").get()
        point = candidate.contact_points.get(channel="sms")
        ContactPoint.objects.filter(pk=point.pk).update(state=state, is_discreet=is_discreet)
        step_up.send_code(candidate, "data", "browser", to=point, locale="zh-hans", now=story.now)
    deliver()
    with acting_in(story.cast.organization.pk):
        found = Delivery.objects.get(notification__purpose=Purpose.CODE)
        return f"{found.state} {found.reason}".strip()


def test_a_code_lands_on_the_phone_of_the_rehearsal(story: Story) -> None:
    story.invite(1, [Channel.EMAIL])
    assert ask_code(story) == "sent"
    assert "验证码" in received(story)["sms"]["text"]
    assert "/c/" not in received(story)["sms"]["text"]


def test_a_discreet_code_is_still_a_code(story: Story) -> None:
    story.invite(1, [Channel.EMAIL])
    ask_code(story, is_discreet=True)
    text = received(story)["sms"]["text"]
    assert text.startswith("您的验证码：")
    assert "星河" not in text


@pytest.mark.parametrize("state", [ContactState.UNCONFIRMED, ContactState.INVALID, ContactState.SUPPRESSED])
def test_an_address_that_is_to_be_proved_takes_its_code(story: Story, state: ContactState) -> None:
    story.invite(1, [Channel.EMAIL])
    assert ask_code(story, state=state) == "sent"


def test_an_opted_out_address_takes_none(story: Story) -> None:
    story.invite(1, [Channel.EMAIL])
    assert ask_code(story, state=ContactState.OPTED_OUT) == "skipped opted_out"


def test_a_code_that_comes_too_late_stays(story: Story) -> None:
    story.invite(1, [Channel.EMAIL])
    with acting_in(story.cast.organization.pk):
        install_texts(story.cast, Purpose.CODE, now=story.now)
        candidate = Candidate.objects.select_related("key", "organization").get()
        point = candidate.contact_points.get(channel="sms")
        then = story.now - timedelta(minutes=11)
        step_up.send_code(candidate, "data", "browser", to=point, locale="en", now=then)
    deliver()
    assert "sms" not in received(story)
