"""Puts the calendar into the mails that invite, change and cancel: one prepared form for people who are alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from yuemian.channels.base import Message
from yuemian.channels.mail import with_calendar
from yuemian.domain.invitation import Mailbox, Method, interview_uid
from yuemian.domain.states import Purpose
from yuemian.messaging.calendar_event import METHODS, form_of
from yuemian.messaging.engine.claim import Claimed

log = structlog.get_logger(__name__)


def with_invitation(
    mail: bytes, row: Claimed, message: Message, context: Mapping[str, Any], link: str
) -> bytes:
    """The mail with its calendar part, or as it is where there is none. Answers go where replies to the mail go."""
    method = METHODS.get(row.purpose)
    if row.purpose == Purpose.CHANGE and context.get("is_settled") is False:
        method = Method.CANCEL  # the time no longer holds, and there is no other yet
    if method is None or row.candidate_id is None:
        return mail
    form = form_of(method, row.subject_revision, context, row.locale)
    if form is None:
        return mail
    organizer = Mailbox(message.reply_to or message.sender, message.reply_to_name or message.sender_name)
    try:
        calendar = form.fill(
            uid=interview_uid(row.subject_id, row.candidate_id),
            stamp=row.now,
            organizer=organizer,
            attendee=Mailbox(message.to, message.to_name),
            link=link,
        )
    except ValueError:
        # The mail says everything itself; one that a calendar cannot hold must not be lost for that.
        log.warning("calendar_left_out", delivery=str(row.id))
        return mail
    return with_calendar(mail, calendar, method)
