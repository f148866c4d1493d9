"""A mailbox of the company, an invited candidate, and mails that come in."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

import pytest

from tests.domain.mail_reply.letters import mail, postfix
from tests.factories import Cast, create_interview
from tests.messaging.engine.conftest import live, story  # noqa: F401 - fixtures
from yuemian.channels.imap import IMAPConfig, Raw
from yuemian.domain.states import Channel, DeliveryState, Purpose
from yuemian.hiring.models import ContactPoint
from yuemian.intake.actions.take_mail import Arrival, take
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.mailbox import save_mailbox
from yuemian.messaging.mailboxes import addresses_of
from yuemian.messaging.models import Delivery, Mailbox, Message
from yuemian.trust.vault import Vault

#: How the receiving server calls itself.
CHECKS = "mx.galaxy.example"
PASSWORD = "an-imap-password-nobody-may-read"


def create_mailbox(cast: Cast, *, now: datetime, **changes: object) -> Mailbox:
    config = {"host": "imap.example.com", "user": "reply", "password": PASSWORD} | changes
    mailbox = Mailbox(
        reply_pattern="reply+{token}@in.galaxy.example", bounce_pattern="bounce+{token}@in.galaxy.example"
    )
    save_mailbox(cast.owner, mailbox, IMAPConfig(**config), fields=["host"], now=now)  # type: ignore[arg-type]
    return mailbox


@dataclass
class Post:
    """What a candidate was sent, and the mailbox that answers come to."""

    cast: Cast
    mailbox: Mailbox
    interview: Interview
    delivery: Delivery
    now: datetime
    _uids = itertools.count(1)

    @property
    def address(self) -> str:
        return addresses_of(self.mailbox).reply_to(self.delivery.notification_id)

    def bounce_token(self) -> str:
        return addresses_of(self.mailbox).bounces_of(self.delivery.pk).partition("+")[2].partition("@")[0][1:]

    def take(self, made: EmailMessage | bytes, *, uid: int = 0, is_cut: bool = False) -> str:
        data = made if isinstance(made, bytes) else made.as_bytes()
        return take(
            Arrival(self.mailbox, 7, Raw(uid or next(self._uids), data, is_cut), CHECKS), now=self.now
        )

    def answer(self, text: str = "可以，到时见", **fields: str) -> EmailMessage:
        return mail(text, **({"to": self.address} | fields))

    def bounce(
        self, action: str = "failed", status: str = "5.1.1", said: str = "550 5.1.1 No such user"
    ) -> bytes:
        made = postfix(action, status, said, self.bounce_token())
        return made.replace(b"nobody@reject.test", b"c@example.com")

    def messages(self) -> list[Message]:
        return list(Message.objects.filter(conversation__application=self.interview.application))

    def opened(self, place: str, message: Message, value: bytes | memoryview | None) -> str:
        key = self.interview.application.candidate.key
        return Vault(self.cast.organization.pk).open(key, place, message.pk, value) if value else ""

    def body(self, message: Message) -> str:
        return self.opened(Message.PLACE, message, message.body_sealed)

    def point(self) -> ContactPoint:
        return ContactPoint.objects.get(candidate=self.interview.application.candidate, channel=Channel.EMAIL)

    def fresh(self) -> Delivery:
        return Delivery.objects.get(pk=self.delivery.pk)


@pytest.fixture
def post(cast: Cast, now: datetime) -> Post:
    mailbox = create_mailbox(cast, now=now)
    interview = create_interview(cast, now=now, email="c@example.com")
    version = cast.templates[Purpose.INVITATION]
    channels = [Channel.EMAIL, Channel.SMS]
    send(
        cast.recruiter,
        summarize([interview], version, Purpose.INVITATION, channels, now=now),
        version,
        Purpose.INVITATION,
        now=now,
    )
    Delivery.objects.update(state=DeliveryState.SENT, sent_at=now, provider="smtp", attempt=1)
    delivery = Delivery.objects.select_related("notification").get(channel=Channel.EMAIL)
    return Post(cast, mailbox, interview, delivery, now)
