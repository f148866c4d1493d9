"""Moves of conversations: by what is said in them, by hand, and by the clock. One audit entry for each by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain import conversation as turns
from yuemian.domain.conversation import NoteKind, Standing, Voice
from yuemian.domain.states import ConversationState
from yuemian.hiring.models import Application
from yuemian.messaging.models import Conversation, Message, Note, ReadMark
from yuemian.messaging.signals import question_asked
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.vault import Vault

LONGEST_NOTE: Final = 2000
#: Sleepers per run of the chore, which is one transaction.
SLICE: Final = 500

Move = Callable[[Standing, datetime], Standing]
#: What a person may press, by its name in the form.
BY_HAND: Final[dict[str, Move]] = {
    "open": turns.opened,
    "pending": turns.left_to_candidate,
    "resolved": turns.resolved,
    "undo": turns.unresolved,
}


def keep_track(message: Message, application: Application, *, is_new: bool) -> None:
    """What a new message means for whose turn it is; inside the transaction that wrote it."""
    conversation, now = _locked(message.conversation_id), message.created_at
    was_resolved = conversation.state == ConversationState.RESOLVED
    moved = _after(message)(conversation.standing, now)
    conversation.save(update_fields=conversation.take(moved))
    conversation.application = application
    if message.is_from_candidate:
        is_fresh = is_new or (was_resolved and conversation.state != ConversationState.RESOLVED)
        question_asked.send(Message, conversation=conversation, message=message, is_fresh=is_fresh)
    elif message.author_id:
        mark_read(message.author_id, conversation, now=now)
    _announce(conversation)


def _after(message: Message) -> Move:
    if message.is_from_candidate:
        return turns.asked
    return turns.told if message.voice == Voice.AUTOMATIC else turns.answered


def move(user: User, conversation: Conversation, to: str, *, now: datetime) -> Conversation:
    """Open, pending, resolved, or `undo` for taking resolving back. Staying where it is leaves no trace."""
    return _moved(user, conversation, BY_HAND[to], f"conversation.{to}", now)


def snooze(user: User, conversation: Conversation, until: datetime, *, now: datetime) -> Conversation:
    """Until a time, or until the candidate writes. Raises ValueError for a time that has passed."""
    asleep = partial(_asleep, until=until)
    return _moved(user, conversation, asleep, "conversation.snoozed", now, until=until)


def _asleep(standing: Standing, now: datetime, *, until: datetime) -> Standing:
    return turns.snoozed(standing, until, now)


def mute(user: User, conversation: Conversation, *, is_muted: bool, now: datetime) -> Conversation:
    """Whether a message of the candidate opens it again once it is resolved."""
    with transaction.atomic():
        locked = _locked(conversation.pk)
        if locked.is_muted != is_muted:
            locked.is_muted = is_muted
            locked.save(update_fields=["is_muted"])
            _record(user, locked, "conversation.muted" if is_muted else "conversation.unmuted", now)
            _announce(locked)
    return locked


def assign(user: User, conversation: Conversation, assignee: User | None, *, now: datetime) -> Conversation:
    """To somebody, oneself, or nobody."""
    with transaction.atomic():
        locked = _locked(conversation.pk)
        to = assignee.pk if assignee else None
        if locked.assignee_id != to:
            _record(user, locked, "conversation.assigned", now, old=locked.assignee_id, new=to)
            locked.assignee = assignee
            locked.save(update_fields=["assignee"])
            _announce(locked)
    return locked


def add_note(user: User, conversation: Conversation, text: str, *, now: datetime) -> Note:
    """For colleagues; it moves nothing, and no candidate ever sees it. Raises Unreadable once they were erased."""
    with transaction.atomic():
        note = _write_note(conversation, text, now, author=user)
        _record(user, conversation, "conversation.noted", now, note=note.pk)
        _announce(conversation)
    return note


def keep_system_note(conversation: Conversation, text: str, *, now: datetime) -> Note:
    """What came in and must not stand there as if the candidate had written it; inside the caller's transaction."""
    note = _write_note(conversation, text, now, kind=NoteKind.SYSTEM)
    locked = _locked(conversation.pk)
    locked.save(update_fields=locked.take(turns.noted(locked.standing, now)))
    _announce(locked)
    return note


def _write_note(conversation: Conversation, text: str, now: datetime, **fields: Any) -> Note:
    organization_id = conversation.organization_id
    note = Note(
        id=uuid7(), organization_id=organization_id, conversation=conversation, created_at=now, **fields
    )
    key = conversation.application.candidate.key
    note.body_sealed = Vault(organization_id).seal(key, Note.PLACE, note.pk, text[:LONGEST_NOTE])
    note.save(force_insert=True)
    return note


def mark_read(user_id: UUID, conversation: Conversation, *, now: datetime) -> None:
    """The user has read what was said so far. Only ever later."""
    with transaction.atomic():
        mark, is_new = ReadMark.objects.get_or_create(
            conversation=conversation,
            user_id=user_id,
            defaults={"id": uuid7(), "organization_id": conversation.organization_id, "read_at": now},
        )
        if not is_new:
            ReadMark.objects.filter(pk=mark.pk, read_at__lt=now).update(read_at=now)


def wake_conversations(organization_id: UUID, now: datetime) -> int:
    """A chore of the clock: opens what has slept long enough. Returns how many."""
    with transaction.atomic():
        due = Conversation.objects.select_for_update(skip_locked=True).filter(
            organization_id=organization_id, state=ConversationState.SNOOZED, ranked_at__lte=now
        )
        sleepers = list(due.order_by("ranked_at")[:SLICE])
        for conversation in sleepers:
            conversation.save(update_fields=conversation.take(turns.woken(conversation.standing, now)))
            _announce(conversation)
    return len(sleepers)


def _moved(
    user: User, conversation: Conversation, by: Move, action: str, now: datetime, **details: Any
) -> Conversation:
    with transaction.atomic():
        locked = _locked(conversation.pk)
        changed = locked.take(by(locked.standing, now))
        if changed:
            locked.save(update_fields=changed)
            _record(user, locked, action, now, **details)
            _announce(locked)
    return locked


def _locked(conversation_id: UUID) -> Conversation:
    return Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation_id)


def _record(user: User, conversation: Conversation, action: str, now: datetime, **details: Any) -> None:
    subject = ("conversation", conversation.pk)
    audit.record(user.organization_id, user.actor, action, at=now, subject=subject, **details)


def _announce(conversation: Conversation) -> None:
    announce(conversation.organization_id, "inbox", conversation=conversation.pk)
