"""Whom a mail is from and about: the token in our address, the mail it refers to, the sender; else a person decides."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yuemian.domain.addresses import email_index_form
from yuemian.domain.mail_reply import Letter, TokenKind, is_same_person, our_ids
from yuemian.domain.states import Channel
from yuemian.hiring.models import Application, ContactPoint, ContactState
from yuemian.intake.models import WhyUnsorted
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.interviews.replies import application_of, interview_of, newest_application
from yuemian.messaging.mailboxes import addresses_of
from yuemian.messaging.models import Delivery, Mailbox, Notification
from yuemian.trust.keyring import keyring
from yuemian.trust.vault import Unreadable, Vault


@dataclass(frozen=True)
class Found:
    """Where a mail belongs. `notification` is what it answers, where that is known.

    `by_token`: the address that an interview's own mail named.
    """

    application: Application
    interview: Interview | None
    notification: UUID | None
    by_token: bool
    is_invited_address: bool


def find_person(mailbox: Mailbox, letter: Letter, *, now: datetime) -> Found | WhyUnsorted:
    """In the order of trust. What a sender claims to be from never decides alone what was answered."""
    tokens = [id_ for kind, id_ in addresses_of(mailbox).read(letter.recipients) if kind is TokenKind.REPLY]
    by_token = _of_notifications(mailbox, tokens, letter, by_token=True)
    if by_token is not None:
        return by_token
    ids = our_ids(letter.references)
    by_reference = _of_notifications(mailbox, [id_ for kind, id_ in ids if kind == "n"], letter)
    by_reference = by_reference or _of_interviews(mailbox, [id_ for kind, id_ in ids if kind == "i"], letter)
    if by_reference is not None:
        return by_reference
    found = _of_sender(mailbox, letter, now)
    # An address of ours that names nothing any more: it was true once, or somebody made it up.
    return WhyUnsorted.ERASED if found is WhyUnsorted.UNKNOWN and tokens else found


def find_delivery(
    mailbox: Mailbox, letter: Letter, envelope_id: str, message_ids: Iterable[str]
) -> UUID | None:
    """The delivery that a server reports on: by its own address, by the envelope's number, by our Message-ID."""
    named = [id_ for kind, id_ in addresses_of(mailbox).read(letter.recipients) if kind is TokenKind.BOUNCE]
    with suppress(ValueError):
        named.append(UUID(envelope_id.removeprefix("n")))
    mails = Delivery.objects.filter(organization_id=mailbox.organization_id, channel=Channel.EMAIL)
    for delivery_id in named:
        if mails.filter(pk=delivery_id).exists():
            return delivery_id
    notifications = [id_ for kind, id_ in our_ids([*message_ids, *letter.references]) if kind == "n"]
    newest = mails.filter(notification__in=notifications).order_by("-sent_at", "-pk")
    return newest.values_list("pk", flat=True).first() if notifications else None


def _of_notifications(
    mailbox: Mailbox, ids: Iterable[UUID], letter: Letter, *, by_token: bool = False
) -> Found | None:
    for id_ in ids:
        notification = Notification.objects.filter(
            organization_id=mailbox.organization_id, pk=id_, candidate__isnull=False
        ).first()
        if notification is None:
            continue
        if notification.subject_kind == SUBJECT_KIND:
            found = _of_interviews(
                mailbox, [notification.subject_id], letter, notification, by_token=by_token
            )
        else:
            found = _of_other_subject(notification, letter)
        if found is not None:
            return found
    return None


def _of_other_subject(notification: Notification, letter: Letter) -> Found | None:
    """A result or an onboarding, say: it knows its application, and belongs to no interview of its own."""
    application = application_of(notification)
    if application is None:
        return None
    is_invited = has_address(application, letter.sender)
    return Found(application, interview_of(application), notification.pk, False, is_invited)


def _of_interviews(
    mailbox: Mailbox,
    ids: Iterable[UUID],
    letter: Letter,
    notification: Notification | None = None,
    *,
    by_token: bool = False,
) -> Found | None:
    for id_ in ids:
        rows = Interview.objects.filter(organization_id=mailbox.organization_id).with_people()
        interview = rows.filter(pk=id_).first()
        if interview is None:
            continue
        application = interview.application
        if notification is not None and notification.candidate_id != application.candidate_id:
            continue
        known = notification.pk if notification is not None else None
        return Found(application, interview, known, by_token, has_address(application, letter.sender))
    return None


def has_address(application: Application, sender: str) -> bool:
    """Whether it is the candidate's own; one that they typed and never proved may be anybody's."""
    vault, key = Vault(application.organization_id), application.candidate.key
    points = application.candidate.contact_points.filter(channel=Channel.EMAIL)
    for point in points.exclude(state=ContactState.UNCONFIRMED):
        try:
            if is_same_person(vault.open(key, ContactPoint.PLACE, point.pk, point.value_sealed), sender):
                return True
        except Unreadable:
            continue
    return False


def _of_sender(mailbox: Mailbox, letter: Letter, now: datetime) -> Found | WhyUnsorted:
    if not letter.sender:
        return WhyUnsorted.UNKNOWN
    index = keyring().blind_index(
        mailbox.organization_id, str(Channel.EMAIL), email_index_form(letter.sender)
    )
    points = ContactPoint.objects.filter(
        organization_id=mailbox.organization_id, channel=Channel.EMAIL, blind_index=index
    )
    proved = points.exclude(state=ContactState.UNCONFIRMED)
    people = set(proved.values_list("candidate_id", flat=True)[:20])
    if len(people) != 1:
        return WhyUnsorted.SEVERAL if people else WhyUnsorted.UNKNOWN
    application = newest_application(mailbox.organization_id, people.pop(), now=now)
    if application is None:
        return WhyUnsorted.UNKNOWN
    return Found(application, interview_of(application), None, by_token=False, is_invited_address=True)
