"""Write into the conversation between a candidate and the company."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.conversation import Voice
from yuemian.hiring.models import Application
from yuemian.messaging.actions.inbox import keep_system_note, keep_track
from yuemian.messaging.models import Conversation, Message, Note
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault

LONGEST = 2000


def add_message(
    application: Application,
    text: str,
    *,
    interview_id: UUID | None,
    author: User | None,
    now: datetime,
    voice: Voice = Voice.COMPANY,
) -> Message:
    """Append a message and keep track of whose turn it is. Without author it is the candidate's, or automatic."""
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
            created_at=now,
        )
        vault = Vault(application.organization_id)
        message.body_sealed = vault.seal(application.candidate.key, Message.PLACE, message.pk, text[:LONGEST])
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
