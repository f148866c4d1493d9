"""What mails say about answers to them: return addresses made without a row for each, and one thread per interview."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.intake.mail.conftest import create_mailbox
from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from yuemian.channels.base import Message
from yuemian.domain.mail_reply import MARKERS, TokenKind, cut_reply
from yuemian.domain.states import Purpose
from yuemian.messaging.actions.mailbox import switch_mailbox
from yuemian.messaging.mailboxes import addresses_of
from yuemian.messaging.models import Delivery, Mailbox
from yuemian.messaging.reply_addresses import ReplyAddresses
from yuemian.trust.identifiers import uuid7


def mail_in(message: Message) -> EmailMessage:
    assert message.form is not None
    made = message_from_bytes(message.form.mail(message, None), policy=policy.default)  # type: ignore[arg-type]
    assert isinstance(made, EmailMessage)
    return made


def with_mailbox(story: Story) -> Mailbox:
    mailbox: Mailbox = story.act(lambda: create_mailbox(story.cast, now=story.now))
    return mailbox


def delivered(story: Story) -> tuple[Message, EmailMessage]:
    outside = FakeProvider()
    story.invite(1)
    deliver(outside)
    (message,) = outside.sent
    return message, mail_in(message)


def test_answers_and_reports_come_to_addresses_that_name_the_message(live: Story) -> None:
    mailbox = with_mailbox(live)
    message, mail = delivered(live)
    (delivery,) = live.rows(Delivery.objects.all())
    read = live.act(lambda: addresses_of(mailbox)).read
    assert read([str(mail["Reply-To"])]) == [(TokenKind.REPLY, delivery.notification_id)]
    assert read([message.envelope_from]) == [(TokenKind.BOUNCE, delivery.pk)]
    assert re.fullmatch(r"bounce\+b[0-9a-f]{32}@in\.galaxy\.example", message.envelope_from)
    assert "林悦" in str(mail["Reply-To"])
    assert "hr@galaxy.example" in str(mail["From"])


def test_the_line_to_write_above_stands_in_text_and_page(live: Story) -> None:
    with_mailbox(live)
    _, mail = delivered(live)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().startswith(MARKERS["zh"])
    assert html.get_content().count(MARKERS["zh"]) == 1
    assert cut_reply(f"可以\n\n{text.get_content()}") == "可以"


def test_without_a_mailbox_answers_go_to_the_recruiter(live: Story) -> None:
    message, mail = delivered(live)
    text = mail.get_body(("plain",))
    assert text is not None
    assert MARKERS["zh"] not in text.get_content()
    assert live.cast.recruiter.email in str(mail["Reply-To"])
    assert message.envelope_from == ""


def test_a_mailbox_switched_off_is_not_named_any_more(live: Story) -> None:
    mailbox = with_mailbox(live)
    live.act(lambda: switch_mailbox(live.cast.owner, mailbox, is_active=False, now=live.now))
    message, mail = delivered(live)
    assert (message.envelope_from, live.cast.recruiter.email in str(mail["Reply-To"])) == ("", True)


def test_all_mails_of_an_interview_refer_to_one_thread(live: Story) -> None:
    outside = FakeProvider()
    (interview,) = live.invite(1)
    live.plan([interview], Purpose.REMINDER)
    deliver(outside)
    assert {str(mail_in(message)["References"]) for message in outside.sent} == {
        f"<i-{interview.pk}@galaxy.example>"
    }


def test_rehearsal_shows_the_message_as_it_reads(story: Story) -> None:
    with_mailbox(story)
    story.invite(1)
    deliver(FakeProvider())
    assert story.deliveries("state") == [("sent",)]


@pytest.mark.parametrize("pattern", ["{token}@reply.galaxy.example", "reply+{token}@in.galaxy.example"])
def test_a_token_is_of_one_organization_and_one_kind(pattern: str) -> None:
    mine, id_ = uuid7(), uuid7()
    addresses = ReplyAddresses(mine, pattern, pattern)
    assert addresses.read([addresses.reply_to(id_), addresses.bounces_of(id_)]) == [
        (TokenKind.REPLY, id_),
        (TokenKind.BOUNCE, id_),
    ]
    assert addresses.reply_to(id_).replace("r", "b", 1) != addresses.bounces_of(id_)
    other = ReplyAddresses(uuid7(), pattern, pattern)
    assert other.read([addresses.reply_to(id_)]) != [(TokenKind.REPLY, id_)]
    assert str(id_) not in addresses.reply_to(id_)
