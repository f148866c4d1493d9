"""Write into the conversation between a candidate and the company."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.hiring.models import Application
from yuemian.messaging.models import Conversation, Message
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault

LONGEST = 2000


def add_message(
    application: Application, text: str, *, interview_id: UUID | None, author: User | None, now: datetime
) -> Message:
    """Append a message (author None: from the candidate) and keep track of since when the candidate waits."""
    with transaction.atomic():
        conversation, _ = Conversation.objects.get_or_create(
            application=application, defaults={"id": uuid7(), "organization_id": application.organization_id}
        )
        message = Message(
            id=uuid7(),
            organization_id=application.organization_id,
            conversation=conversation,
            interview_id=interview_id,
            author=author,
            is_from_candidate=author is None,
            created_at=now,
        )
        vault = Vault(application.organization_id)
        message.body_sealed = vault.seal(application.candidate.key, Message.PLACE, message.pk, text[:LONGEST])
        message.save(force_insert=True)
        if author:
            conversation.waiting_since = None
        elif conversation.waiting_since is None:
            conversation.waiting_since = now
        conversation.state = "open"
        conversation.save(update_fields=["waiting_since", "state"])
    return message
