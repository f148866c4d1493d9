"""A digest on its way: as a mail whose two halves say the same, or into one's own phone in rehearsal."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from html import unescape
from typing import Any

from tests.factories import create_interviews
from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from yuemian.accounts.models import User
from yuemian.channels.base import Message
from yuemian.interviews.actions.digests import send_digests
from yuemian.messaging.defaults import install_new_purposes
from yuemian.messaging.lab import my_phone
from yuemian.messaging.models import Delivery, Template
from yuemian.trust.tenancy import acting_in

DAY = timedelta(days=1)
ROOT = "http://localhost:8000/today?whose=me"


def plan(story: Story, *, body: str = "") -> None:
    """The recruiter's digest, due now, whatever the hour of the test."""
    cast, now = story.cast, story.now
    with acting_in(cast.organization.pk):
        install_new_purposes(cast.organization, now)
        create_interviews(cast, 7, now=now, name="王<b>小雨", starts_at=now + DAY)
        User.objects.exclude(pk=cast.recruiter.pk).update(digest_at=None)
        hour = now.astimezone(cast.shanghai.zone).time()
        User.objects.filter(pk=cast.recruiter.pk).update(digest_at=hour, is_empty_digest_wanted=True)
        assert send_digests(cast.organization.pk, now) == 1


def mail_of(message: Message) -> EmailMessage:
    assert message.form is not None
    parsed = BytesParser(policy=default).parsebytes(message.form.mail(message, datetime.now(UTC)))
    assert isinstance(parsed, EmailMessage)
    return parsed


def words(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def part(mail: EmailMessage, kind: str) -> str:
    body: Any = mail.get_body((kind,))
    return str(body.get_content())


def test_both_halves_of_the_mail_say_the_same_and_lead_behind_the_sign_in(live: Story, settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:2525"
    outside = FakeProvider()
    plan(live)
    deliver(outside)
    (message,) = outside.sent
    assert message.to == live.cast.recruiter.email
    mail = mail_of(message)
    plain, html = part(mail, "plain"), part(mail, "html")
    assert "王<b>小雨" in plain
    assert "王&lt;b&gt;小雨" in html
    assert "王<b>" not in html
    for said in re.findall(r"^- (.+?) ·", plain, re.MULTILINE):
        assert " ".join(said.split()) in words(html)
    links = set(re.findall(r'href="([^"]+)"', html))
    assert links == set(re.findall(r"http://\S+", plain)) | {ROOT}
    assert all(link.startswith(ROOT) for link in links)
    assert "/c/" not in plain + html


def test_the_button_and_the_foot_are_the_digests_own(live: Story, settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:2525"
    outside = FakeProvider()
    plan(live)
    live.invite(1)
    deliver(outside)
    mails = {message.to: part(mail_of(message), "html") for message in outside.sent}
    digest = mails.pop(live.cast.recruiter.email)
    (invitation,) = mails.values()
    assert f'href="{ROOT}"' in digest
    assert "/settings" not in digest
    assert "身份证号" not in digest
    assert "/c/" in invitation
    assert ROOT not in invitation


def test_in_rehearsal_it_lands_in_ones_own_phone(story: Story) -> None:
    plan(story)
    deliver()
    assert story.rows(Delivery.objects.values_list("state", "provider")) == [("sent", "lab")]
    with acting_in(story.cast.organization.pk):
        (letter,) = my_phone(story.cast.recruiter).letters
        assert letter.is_mail
        assert my_phone(story.cast.lead).letters == []


def test_an_organization_writes_its_own_frame_around_the_parts(live: Story, settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:2525"
    outside = FakeProvider()
    plan(live)
    with acting_in(live.cast.organization.pk):
        (version,) = Template.objects.get(purpose="digest").versions.all()
        version.variants.update(body="早！\n\n{{ digest }}\n\n祝顺利\n{{ today_link }}")
    deliver(outside)
    html = words(part(mail_of(outside.sent[0]), "html"))
    assert (
        html.index("早！")
        < html.index("待邀请" if "待邀请" in html else "To be invited")
        < html.index("祝顺利")
    )
