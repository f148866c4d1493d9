"""The cheapest way others do it, in the same run: Django's own mail over one kept connection, rows written in bulk.

`send_mass_mail` with rows written in bulk cost the least CPU of the peers that were measured. Here it reads
from plain columns, encrypts nothing, checks nothing again before it sends, and keeps neither events nor links.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import urlsplit

from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, models
from django.utils import timezone

from bench.ceiling import CHUNK
from bench.mail import TEXTS
from yuemian.channels.base import Message
from yuemian.channels.mail import CONTENT_STYLES, MailForm, shell, slots
from yuemian.domain.richtext import to_html

_TEXT: Final = (
    "{name}，您好：\n\n感谢您投递{job}，邀请您参加初试。\n\n时间：{when:%Y年%m月%d日 %H:%M}（北京时间）\n"
    "地点：{place}\n\n请点这里答复：{link}\n"
)
_LINK: Final = "https://jobs.example.com/c/LINK"
_SUBJECT: Final = "【星河科技】初试邀请 {when:%m月%d日}"
_CALENDAR: Final = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//peer//ZH\r\nMETHOD:REQUEST\r\n"
    "BEGIN:VEVENT\r\nUID:{id}@jobs.example.com\r\n"
    "DTSTAMP:{when:%Y%m%dT%H%M%SZ}\r\nDTSTART:{when:%Y%m%dT%H%M%SZ}\r\nDURATION:PT1H\r\nSUMMARY:初试 {job}\r\n"
    "LOCATION:{place}\r\n"
    "URL:{link}\r\nORGANIZER:mailto:hr@jobs.example.com\r\nATTENDEE;CN={name};RSVP=TRUE:mailto:{email}\r\n"
    "SEQUENCE:0\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


class PeerInterview(models.Model):
    """All that a message says, in the clear."""

    name = models.CharField(max_length=120)
    email = models.CharField(max_length=254)
    job = models.CharField(max_length=120)
    place = models.CharField(max_length=200)
    link = models.CharField(max_length=200)
    when = models.DateTimeField()
    objects: ClassVar[models.Manager[PeerInterview]] = models.Manager()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.link


class PeerNotification(models.Model):
    interview = models.ForeignKey(PeerInterview, models.DO_NOTHING)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    objects: ClassVar[models.Manager[PeerNotification]] = models.Manager()

    class Meta:
        app_label = "bench"
        indexes = (models.Index(fields=["state", "created_at"], name="peer_state"),)

    def __str__(self) -> str:
        return self.subject


#: From an interview, its subject and text to what Django sends.
Build = Callable[[PeerInterview, str, str, BaseEmailBackend], EmailMessage]


def create_interviews(count: int) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(PeerInterview)
        editor.create_model(PeerNotification)
    now = timezone.now()
    PeerInterview.objects.bulk_create(
        (
            PeerInterview(
                name=f"候选人{n}",
                email=f"c{n}@example.com",
                job="后端工程师",
                place="星河大厦 12 层，上海市浦东新区世纪大道 100 号",
                link=f"https://jobs.example.com/c/{n:043d}",
                when=now + timedelta(days=3, minutes=n % 1440),
            )
            for n in range(count)
        ),
        batch_size=CHUNK,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def run_peer(address: str, build: Build) -> None:
    """Read, say, write as queued, send, write as sent, 2,000 at a time; `address` is the sink's SMTP URL."""
    url = urlsplit(address)
    backend = get_connection("django.core.mail.backends.smtp.EmailBackend", host=url.hostname, port=url.port)
    backend.open()
    ids = list(PeerInterview.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        people = list(PeerInterview.objects.filter(pk__in=ids[start : start + CHUNK]))
        _send(people, build, backend, timezone.now())
    backend.close()
    if PeerNotification.objects.filter(state="sent").count() != len(ids):
        raise SystemExit("The peer did not send all; the figures would be worth nothing.")
    PeerNotification.objects.all().delete()


def _send(people: list[PeerInterview], build: Build, backend: BaseEmailBackend, now: datetime) -> None:
    rows = [
        PeerNotification(
            interview=each,
            subject=_SUBJECT.format(when=each.when),
            body=_TEXT.format(name=each.name, job=each.job, when=each.when, place=each.place, link=each.link),
            state="queued",
            created_at=now,
        )
        for each in people
    ]
    PeerNotification.objects.bulk_create(rows)
    mails = [build(each, row.subject, row.body, backend) for each, row in zip(people, rows, strict=True)]
    backend.send_messages(mails)
    PeerNotification.objects.filter(pk__in=[row.pk for row in rows]).update(
        state="sent", sent_at=timezone.now()
    )


def plain(interview: PeerInterview, subject: str, body: str, backend: BaseEmailBackend) -> EmailMessage:
    """As `send_mass_mail` makes it: about 490 bytes of text."""
    return EmailMessage(subject, body, "hr@jobs.example.com", [interview.email], connection=backend)


class Whole:
    """The parts that our mail has, too: text, HTML and an invitation for the calendar."""

    def __init__(self) -> None:
        shown = slots(
            preheader="NAME",
            heading="初试邀请",
            content=to_html("NAME，您好：\n\n感谢您投递**后端工程师**，邀请您参加初试。", CONTENT_STYLES),
            facts="",
            link=_LINK,
            after="<p>李芳</p>",
        )
        sample = Message("1", "1", "c@example.com", "", "", slots=shown)
        self._page = MailForm(shell(TEXTS, "zh-hans")).html(sample)

    def __call__(
        self, interview: PeerInterview, subject: str, body: str, backend: BaseEmailBackend
    ) -> EmailMessage:
        mail = EmailMultiAlternatives(
            subject, body, "hr@jobs.example.com", [interview.email], connection=backend
        )
        page = self._page.replace("NAME", interview.name).replace(_LINK, interview.link)
        mail.attach_alternative(page, "text/html")
        event = _CALENDAR.format(
            id=interview.pk, when=interview.when, job=interview.job, place=interview.place,
            link=interview.link, name=interview.name, email=interview.email,
        )  # fmt: skip
        mail.attach_alternative(event, "text/calendar; method=REQUEST")
        return mail
