"""Puts the calendar into the mails that invite, change and cancel: one prepared form for people who are alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from yuemian.channels.base import Message
from yuemian.channels.mail import with_calendar
from yuemian.domain.invitation import CalendarForm, Mailbox, Method, interview_uid
from yuemian.domain.states import Purpose
from yuemian.messaging.calendar_event import METHODS, form_of
from yuemian.messaging.engine.claim import Claimed

log = structlog.get_logger(__name__)


def with_invitation(
    mail: bytes, row: Claimed, message: Message, context: Mapping[str, Any], link: str
) -> bytes:
    """The mail with its calendar part, or as it is where there is none. Answers go where replies to the mail go."""
    form = invitation_form(row, context)
    calendar = filled_in(form, row, message, link) if form else None
    return with_calendar(mail, calendar, form.method) if form and calendar else mail


def invitation_form(row: Claimed, context: Mapping[str, Any]) -> CalendarForm | None:
    """The calendar of all who are alike; None where such a mail has none."""
    method = METHODS.get(row.purpose)
    if row.purpose == Purpose.CHANGE and context.get("is_settled") is False:
        method = Method.CANCEL  # the time no longer holds, and there is no other yet
    if method is None or row.candidate_id is None:
        return None
    return form_of(method, row.subject_revision, context, row.locale)


def filled_in(form: CalendarForm, row: Claimed, message: Message, link: str) -> bytes | None:
    """One person's calendar. None where it cannot hold what it would have to say."""
    assert row.candidate_id is not None
    organizer = Mailbox(message.reply_to or message.sender, message.reply_to_name or message.sender_name)
    try:
        return form.fill(
            uid=interview_uid(row.subject_id, row.candidate_id),
            stamp=row.now,
            organizer=organizer,
            attendee=Mailbox(message.to, message.to_name),
            link=link,
        )
    except ValueError:
        # The mail says everything itself; one that a calendar cannot hold must not be lost for that.
        log.warning("calendar_left_out", delivery=str(row.id))
        return None
