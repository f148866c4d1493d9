"""Take one mail: what it is, whose it is, and all that follows, in one transaction with the note that it was taken."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson
from django.db import transaction

from yuemian.channels.imap import Raw
from yuemian.domain.mail_reply import Kind, Letter, TokenKind, kind_of, read_bounce, read_letter
from yuemian.domain.mail_reply import Unreadable as Illegible
from yuemian.domain.states import Channel
from yuemian.intake.mail import calendars, letters
from yuemian.intake.mail.matching import Found, find_delivery, find_person
from yuemian.intake.models import MailOutcome, TakenMail, UnsortedMail, WhyUnsorted
from yuemian.messaging.actions.mail_reports import note_reply, record_bounce
from yuemian.messaging.actions.mailbox import count
from yuemian.messaging.mailboxes import addresses_of
from yuemian.messaging.models import Delivery, Mailbox
from yuemian.trust.identifiers import uuid7
from yuemian.trust.keyring import keyring
from yuemian.trust.live import announce
from yuemian.trust.vault import Unreadable, Vault, organization_key

#: What is kept of a mail that nobody could place.
_TEXT_KEPT: Final = 50_000
_REMEMBERED: Final = timedelta(days=365)
_AT_ONCE: Final = 5_000
#: These need nobody's eyes any more, or never did.
_DONE: Final = frozenset(
    {MailOutcome.REPLY, MailOutcome.CALENDAR, MailOutcome.BOUNCE, MailOutcome.ROBOT, MailOutcome.DUPLICATE}
)


@dataclass(frozen=True)
class Arrival:
    """A mail in a mailbox. `checks_by`: how the server calls itself where it vouches for a sender."""

    mailbox: Mailbox
    uid_validity: int
    raw: Raw
    checks_by: str = ""


def is_done(outcome: str) -> bool:
    """Whether a mail belongs among the processed ones, and not among the unsorted."""
    return outcome in _DONE


def take(arrival: Arrival, *, now: datetime) -> str:
    """Everything or nothing, and once: a mail that was taken before changes nothing. Returns its outcome."""
    with transaction.atomic():
        known = _known(arrival)
        if known is not None:
            return known
        try:
            letter: Letter | None = read_letter(arrival.raw.data)
        except Illegible:
            letter = None
        fingerprint = _fingerprint(arrival, letter)
        taken = TakenMail.objects.filter(
            organization_id=arrival.mailbox.organization_id, fingerprint=fingerprint
        )
        outcome = MailOutcome.DUPLICATE if taken.exists() else _take(arrival, letter, fingerprint, now)
        TakenMail.objects.create(
            id=uuid7(),
            organization_id=arrival.mailbox.organization_id,
            mailbox=arrival.mailbox,
            uid_validity=arrival.uid_validity,
            uid=arrival.raw.uid,
            fingerprint=fingerprint,
            outcome=outcome,
            taken_at=now,
        )
        count(arrival.mailbox.pk, outcome)
    return outcome


def give_up(arrival: Arrival, *, now: datetime) -> str:
    """A mail that cannot be taken however often it is tried: a person sees that it came."""
    with transaction.atomic():
        known = _known(arrival)
        if known is not None:
            return known
        set_aside(arrival.mailbox, None, WhyUnsorted.UNREADABLE, now=now)
        TakenMail.objects.create(
            id=uuid7(),
            organization_id=arrival.mailbox.organization_id,
            mailbox=arrival.mailbox,
            uid_validity=arrival.uid_validity,
            uid=arrival.raw.uid,
            fingerprint=_fingerprint(arrival, None),
            outcome=MailOutcome.UNSORTED,
            taken_at=now,
        )
        count(arrival.mailbox.pk, MailOutcome.UNSORTED)
    return MailOutcome.UNSORTED


def forget_taken(organization_id: UUID, now: datetime) -> int:
    """A chore: that a mail was taken is forgotten when no copy of it can come any more. Returns how many were."""
    old = TakenMail.objects.filter(organization_id=organization_id, taken_at__lt=now - _REMEMBERED)
    # Ids rise with time: the oldest are at the beginning of the key, and no other index is needed.
    oldest = list(old.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    return TakenMail.objects.filter(pk__in=oldest).delete()[0]


def _known(arrival: Arrival) -> str | None:
    taken = TakenMail.objects.filter(
        mailbox=arrival.mailbox, uid_validity=arrival.uid_validity, uid=arrival.raw.uid
    )
    return taken.values_list("outcome", flat=True).first()


def _fingerprint(arrival: Arrival, letter: Letter | None) -> bytes:
    """Equal for two copies of one mail, which differ in what servers wrote above it."""
    data = arrival.raw.data
    body = data.partition(b"\r\n\r\n")[2] or data.partition(b"\n\n")[2] or data
    what = hashlib.sha256(body).hexdigest()
    if letter is not None:
        what += f" {letter.message_id} {letter.sender} {letter.sent_at}"
    return keyring().blind_index(arrival.mailbox.organization_id, "mail.content", what)


def _take(arrival: Arrival, letter: Letter | None, fingerprint: bytes, now: datetime) -> MailOutcome:
    mailbox = arrival.mailbox
    if letter is None:
        set_aside(mailbox, None, WhyUnsorted.UNREADABLE, now=now)
        return MailOutcome.UNSORTED
    tokens = addresses_of(mailbox).read(letter.recipients)
    kind = kind_of(letter, is_to_bounce_address=any(each is TokenKind.BOUNCE for each, _ in tokens))
    if kind is Kind.AUTO:
        return MailOutcome.ROBOT
    if kind is Kind.BOUNCE:
        return _take_bounce(mailbox, letter, fingerprint, now)
    found = find_person(mailbox, letter, now=now)
    if not isinstance(found, Found):
        set_aside(mailbox, letter, found, now=now)
        return MailOutcome.UNSORTED
    return _take_words(arrival, letter, found, kind=kind, event_id=fingerprint.hex(), now=now)


def _take_words(
    arrival: Arrival, letter: Letter, found: Found, *, kind: Kind, event_id: str, now: datetime
) -> MailOutcome:
    mailbox = arrival.mailbox
    try:
        with transaction.atomic():
            if kind is Kind.CALENDAR and calendars.take(found, letter, checks_by=arrival.checks_by, now=now):
                return MailOutcome.CALENDAR
            letters.join(
                found.application,
                found.interview,
                letter,
                is_other_sender=not found.is_invited_address,
                is_cut=arrival.raw.is_cut,
                now=now,
            )
    except Unreadable:
        set_aside(mailbox, letter, WhyUnsorted.ERASED, now=now)
        return MailOutcome.UNSORTED
    if found.notification is not None:
        mails = Delivery.objects.filter(notification=found.notification, channel=Channel.EMAIL)
        delivery = mails.order_by("-sent_at", "-pk").first()
        if delivery is not None:
            note_reply(delivery, event_id=event_id, now=now)
    return MailOutcome.CALENDAR if kind is Kind.CALENDAR else MailOutcome.REPLY


def _take_bounce(mailbox: Mailbox, letter: Letter, fingerprint: bytes, now: datetime) -> MailOutcome:
    bounce = read_bounce(letter)
    delivery = find_delivery(mailbox, letter, bounce.envelope_id, bounce.message_ids)
    if delivery is None:
        return MailOutcome.STRAY_BOUNCE
    record_bounce(mailbox.organization_id, delivery, bounce, event_id=fingerprint.hex(), now=now)
    return MailOutcome.BOUNCE


def set_aside(mailbox: Mailbox, letter: Letter | None, why: WhyUnsorted, *, now: datetime) -> UnsortedMail:
    """For a person to place, sealed with the organization's key: nobody knows yet whose it is."""
    key = organization_key(mailbox.organization_id)
    mail = UnsortedMail(
        id=uuid7(), organization_id=mailbox.organization_id, why=why, key=key, received_at=now
    )
    words = _content(letter) if letter is not None else {}
    mail.content_sealed = Vault(mailbox.organization_id).seal_bytes(
        key, UnsortedMail.PLACE, mail.pk, orjson.dumps(words)
    )
    mail.save(force_insert=True)
    announce(mailbox.organization_id, "unsorted")
    return mail


def _content(letter: Letter) -> dict[str, object]:
    return {
        "sender": letter.sender,
        "sender_name": letter.sender_name,
        "subject": letter.subject,
        "text": letter.text[:_TEXT_KEPT],
        "attachments": list(letter.attachments),
        "message_id": letter.message_id,
    }
