"""Write saved replies and prepared answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.messaging.models import FaqEntry, SavedReply
from yuemian.trust import audit


def save_reply(user: User, reply: SavedReply, *, is_own: bool, now: datetime) -> SavedReply:
    """Insert or update. One's own is seen by nobody else."""
    with transaction.atomic():
        is_new = reply._state.adding
        reply.organization_id, reply.updated_at = user.organization_id, now
        reply.owner = user if is_own else None
        reply.save()
        _record(
            user, "saved_reply.created" if is_new else "saved_reply.changed", "saved_reply", reply.pk, now
        )
    return reply


def delete_reply(user: User, reply: SavedReply, *, now: datetime) -> None:
    with transaction.atomic():
        _record(user, "saved_reply.deleted", "saved_reply", reply.pk, now)
        reply.delete()


def save_faq_entry(user: User, entry: FaqEntry, *, now: datetime) -> FaqEntry:
    with transaction.atomic():
        is_new = entry._state.adding
        entry.organization_id, entry.updated_at = user.organization_id, now
        entry.save()
        _record(user, "faq.created" if is_new else "faq.changed", "faq_entry", entry.pk, now)
    return entry


def delete_faq_entry(user: User, entry: FaqEntry, *, now: datetime) -> None:
    with transaction.atomic():
        _record(user, "faq.deleted", "faq_entry", entry.pk, now)
        entry.delete()


def _record(user: User, action: str, kind: str, row_id: UUID, now: datetime) -> None:
    audit.record(user.organization_id, user.actor, action, at=now, subject=(kind, row_id))
