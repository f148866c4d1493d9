"""Write into the conversation between a candidate and the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson
from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.conversation import Voice
from yuemian.hiring.models import Application
from yuemian.messaging.actions.inbox import keep_system_note, keep_track
from yuemian.messaging.models import Conversation, Medium, Message, Note
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault

LONGEST: Final = 2000
LONGEST_ORIGINAL: Final = 200_000
#: The same words within this time are one press that came twice.
_JUST_NOW: Final = timedelta(minutes=2)


@dataclass(frozen=True)
class Mailed:
    """What a mail brings beside its words. `sender`: an address other than the invited one, or nothing."""

    original: str = ""
    sender: str = ""
    attachments: Sequence[str] = ()
    mail_id: str = ""


def add_message(
    application: Application,
    text: str,
    *,
    interview_id: UUID | None,
    author: User | None,
    now: datetime,
    voice: Voice = Voice.COMPANY,
    channel: Medium = Medium.PAGE,
    mailed: Mailed | None = None,
) -> Message:
    """Append a message and keep track of whose turn it is. Without author it is the candidate's, or automatic.

    Raises Unreadable when the candidate was erased.
    """
    with transaction.atomic():
        conversation, is_new = _conversation(application)
        message = Message(
            id=uuid7(),
            organization_id=application.organization_id,
            conversation=conversation,
            interview_id=interview_id,
            author=author,
            is_from_candidate=author is None and voice is not Voice.AUTOMATIC,
            voice=voice,
            channel=channel,
            created_at=now,
        )
        _seal(message, application, text, mailed or Mailed())
        message.save(force_insert=True)
        keep_track(message, application, is_new=is_new)
    return message


def add_system_note(application: Application, text: str, *, now: datetime) -> Note:
    """For the company's eyes alone, beside the conversation: it is unread for HR, and nobody waits because of it."""
    with transaction.atomic():
        conversation, _ = _conversation(application)
        conversation.application = application
        return keep_system_note(conversation, text, now=now)


def _conversation(application: Application) -> tuple[Conversation, bool]:
    """And whether it has just begun."""
    return Conversation.objects.get_or_create(
        application=application,
        defaults={
            "id": uuid7(),
            "organization_id": application.organization_id,
            "job_id": application.job_id,
        },
    )


def _seal(message: Message, application: Application, text: str, mailed: Mailed) -> None:
    """The body shows what fits a page; whatever it leaves out stands in the original."""
    vault, key = Vault(application.organization_id), application.candidate.key

    def sealed(place: str, words: str) -> bytes | None:
        return vault.seal(key, place, message.pk, words) if words else None

    original = mailed.original or (text if len(text) > LONGEST else "")
    message.body_sealed = vault.seal(key, Message.PLACE, message.pk, text[:LONGEST])
    message.original_sealed = sealed(Message.ORIGINAL_PLACE, original[:LONGEST_ORIGINAL])
    message.sender_note = sealed(Message.SENDER_PLACE, mailed.sender)
    message.mail_id_sealed = sealed(Message.MAIL_ID_PLACE, mailed.mail_id)
    names = orjson.dumps(list(mailed.attachments)).decode() if mailed.attachments else ""
    message.attachments_sealed = sealed(Message.ATTACHMENTS_PLACE, names)


def last_from_candidate(application: Application) -> Message | None:
    """What an answer answers."""
    found = Message.objects.filter(conversation__application=application, is_from_candidate=True)
    return found.order_by("-created_at", "-pk").first()


def said_just_now(application: Application, text: str, author: User, *, now: datetime) -> Message | None:
    """The newest message, where this person has just said just this."""
    found = (
        Message.objects.filter(conversation__application=application).order_by("-created_at", "-pk").first()
    )
    if found is None or found.author_id != author.pk or now - found.created_at > _JUST_NOW:
        return None
    vault = Vault(application.organization_id)
    said = vault.open(application.candidate.key, Message.PLACE, found.pk, found.body_sealed)
    return found if said == text[:LONGEST] else None


def mail_to_answer(message: Message | None, application: Application) -> str:
    """The Message-ID of the mail that this message was; nothing for one that came another way."""
    if message is None or message.mail_id_sealed is None:
        return ""
    vault = Vault(application.organization_id)
    return vault.open(application.candidate.key, Message.MAIL_ID_PLACE, message.pk, message.mail_id_sealed)
