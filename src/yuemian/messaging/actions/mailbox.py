"""Writes of an organization's mailbox: enter and change it, switch it, and note how its reader fares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from yuemian.accounts.models import User
from yuemian.channels.base import ChannelError
from yuemian.channels.imap import IMAPConfig
from yuemian.messaging.mailboxes import seal_config
from yuemian.messaging.models import Mailbox, MailboxState
from yuemian.trust import audit
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault, organization_key

#: The channel on which the readers listen.
WAKE_READERS: Final = "yuemian_mailboxes"
#: That a reader is well is written down so often.
LOOKS_NOTED: Final = timedelta(minutes=1)


def save_mailbox(
    user: User, mailbox: Mailbox, config: IMAPConfig, *, fields: Sequence[str], now: datetime
) -> None:
    """Add or change it; what is read from now on is read with these settings."""
    is_new = mailbox._state.adding
    with transaction.atomic():
        if is_new:
            mailbox.organization_id = user.organization_id
            mailbox.created_at = mailbox.begun_at = now
            mailbox.key = organization_key(user.organization_id)
        else:
            mailbox.version += 1
        mailbox.config_sealed = seal_config(Vault(user.organization_id), mailbox, config)
        _begin_anew(mailbox, now)
        if {"host", "user"} & set(fields):
            # Another mailbox: its numbers are its own.
            mailbox.uid_validity = mailbox.first_uid = None
            mailbox.begun_at = now
        mailbox.save(force_insert=is_new)
        _record(user, mailbox, "mailbox.created" if is_new else "mailbox.saved", now, fields=sorted(fields))


def switch_mailbox(user: User, mailbox: Mailbox, *, is_active: bool, now: datetime) -> None:
    """Off: nobody reads it, and mails name the recruiter's own address again."""
    with transaction.atomic():
        mailbox.is_active = is_active
        mailbox.version += 1
        _begin_anew(mailbox, now)
        mailbox.save(
            update_fields=["is_active", "version", "state", "state_since", "trouble", "trouble_values"]
        )
        _record(user, mailbox, "mailbox.switched", now, is_active=is_active)


def record_trial(user: User, mailbox_id: UUID, trouble: ChannelError | None, *, now: datetime) -> None:
    """What became of a test; called after it, outside of any other transaction."""
    with acting_in(user.organization_id):
        audit.record(
            user.organization_id,
            user.actor,
            "mailbox.tried",
            at=now,
            subject=("mailbox", mailbox_id),
            is_well=trouble is None,
        )
        if trouble is None:
            # What has just worked need not wait for the reader's next try.
            failing = Mailbox.objects.visible_to(user).filter(pk=mailbox_id, state=MailboxState.FAILING)
            failing.update(
                state=MailboxState.NEW,
                state_since=now,
                trouble="",
                trouble_values={},
                version=F("version") + 1,
            )
        _wake_readers()


def note_begin(mailbox: Mailbox, *, uid_validity: int, uid_next: int) -> None:
    """Where reading begins. What lay there before the mailbox was entered is somebody else's business.

    A server that numbers anew has lost nothing that way: all that came since the beginning is looked at again, and
    recognised by its content.
    """
    if mailbox.first_uid is None:
        mailbox.uid_validity, mailbox.first_uid = uid_validity, uid_next
    elif mailbox.uid_validity != uid_validity:
        mailbox.uid_validity, mailbox.first_uid = uid_validity, 1
    else:
        return
    _update(mailbox, uid_validity=mailbox.uid_validity, first_uid=mailbox.first_uid)


def note_well(mailbox: Mailbox, *, now: datetime) -> None:
    """The server answered."""
    if mailbox.state == MailboxState.OK and mailbox.looked_at and now - mailbox.looked_at < LOOKS_NOTED:
        return
    if mailbox.state != MailboxState.OK:
        mailbox.state, mailbox.state_since = MailboxState.OK, now
        mailbox.trouble, mailbox.trouble_values = "", {}
    mailbox.looked_at = now
    _update(
        mailbox,
        state=mailbox.state,
        state_since=mailbox.state_since,
        trouble="",
        trouble_values={},
        looked_at=now,
    )


def note_trouble(mailbox: Mailbox, trouble: ChannelError, *, now: datetime) -> None:
    """Why nothing is read, for the pages."""
    if mailbox.state != MailboxState.FAILING:
        mailbox.state, mailbox.state_since = MailboxState.FAILING, now
    mailbox.trouble = trouble.sentence[:300]
    mailbox.trouble_values = {name: str(value)[:200] for name, value in trouble.values.items()}
    _update(
        mailbox,
        state=mailbox.state,
        state_since=mailbox.state_since,
        trouble=mailbox.trouble,
        trouble_values=mailbox.trouble_values,
    )


def count(mailbox_id: UUID, kind: str) -> None:
    """One more of a kind, in the transaction that takes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_mailbox SET counts = jsonb_set(counts, ARRAY[%s], "
            "to_jsonb(coalesce((counts ->> %s)::int, 0) + 1)) WHERE id = %s",
            [kind, kind, mailbox_id],
        )


def _update(mailbox: Mailbox, **values: Any) -> None:
    """Of a mailbox that was edited meanwhile the reader has nothing more to say."""
    Mailbox.objects.filter(pk=mailbox.pk, version=mailbox.version).update(**values)


def _begin_anew(mailbox: Mailbox, now: datetime) -> None:
    mailbox.state, mailbox.state_since = MailboxState.NEW, now
    mailbox.trouble, mailbox.trouble_values = "", {}


def _record(user: User, mailbox: Mailbox, action: str, now: datetime, **details: Any) -> None:
    audit.record(user.organization_id, user.actor, action, at=now, subject=("mailbox", mailbox.pk), **details)
    _wake_readers()


def _wake_readers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE_READERS}")
