"""What a person does with a mail that nobody could place: give it to a candidate, or discard it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.mail_reply import Letter
from yuemian.hiring.models import Application
from yuemian.intake.mail.letters import join
from yuemian.intake.mail.matching import has_address
from yuemian.intake.models import UnsortedMail
from yuemian.interviews.replies import interview_of
from yuemian.trust import audit
from yuemian.trust.live import announce
from yuemian.trust.vault import Unreadable, Vault

#: People whom nobody knows have a right to be forgotten, too.
KEPT_FOR: Final = timedelta(days=90)
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Opened:
    """An unsorted mail in clear; all empty when it could not be read."""

    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    attachments: tuple[str, ...] = ()
    message_id: str = ""


def open_mail(mail: UnsortedMail, vault: Vault) -> Opened:
    try:
        plain = vault.open_bytes(mail.key, UnsortedMail.PLACE, mail.pk, mail.content_sealed)
    except Unreadable:
        return Opened()
    content: Mapping[str, Any] = orjson.loads(plain)
    return Opened(**{**content, "attachments": tuple(content.get("attachments", ()))})


def assign(user: User, mail_id: UUID, application: Application, *, now: datetime) -> bool:
    """Into this candidate's conversation. False when somebody else was faster. Raises Unreadable for the erased."""
    with transaction.atomic():
        mail = _held(user, mail_id)
        if mail is None:
            return False
        opened = open_mail(mail, Vault(user.organization_id))
        join(
            application,
            interview_of(application),
            _letter(opened),
            is_other_sender=not has_address(application, opened.sender),
            is_cut=False,
            now=now,
        )
        mail.delete()
        _record(user, "mail.assigned", mail_id, now, application=application.pk)
    return True


def discard(user: User, mail_id: UUID, *, now: datetime) -> bool:
    """It stays in the mailbox's own folder. False when somebody else was faster."""
    with transaction.atomic():
        mail = _held(user, mail_id)
        if mail is None:
            return False
        mail.delete()
        _record(user, "mail.discarded", mail_id, now)
    return True


def forget_unsorted(organization_id: UUID, now: datetime) -> int:
    """A chore: what nobody has placed for long is forgotten. Returns how many were."""
    old = UnsortedMail.objects.filter(organization_id=organization_id, received_at__lt=now - KEPT_FOR)
    count, _ = UnsortedMail.objects.filter(pk__in=old.values("pk")[:_AT_ONCE]).delete()
    return count


def _held(user: User, mail_id: UUID) -> UnsortedMail | None:
    rows = UnsortedMail.objects.visible_to(user).select_for_update(of=("self",)).select_related("key")
    return rows.filter(pk=mail_id).first()


def _letter(opened: Opened) -> Letter:
    return Letter(
        message_id=opened.message_id,
        references=(),
        sender=opened.sender,
        sender_name=opened.sender_name,
        recipients=(),
        return_path=None,
        subject=opened.subject,
        text=opened.text,
        attachments=opened.attachments,
        attachment_count=len(opened.attachments),
    )


def _record(user: User, action: str, mail_id: UUID, now: datetime, **details: Any) -> None:
    audit.record(user.organization_id, user.actor, action, at=now, subject=("mail", mail_id), **details)
    announce(user.organization_id, "unsorted")
