"""Interviews in calendars (RFC 5545, 5546, 6047): what we write into them, and what they answer."""

from __future__ import annotations

from .content_line import text_value
from .event import FILE_NAME, CalendarForm, Event, Mailbox, Method, calendar_of, interview_uid
from .reply import CalendarReply, ReplyKind, parse_reply

__all__ = [
    "FILE_NAME",
    "CalendarForm",
    "CalendarReply",
    "Event",
    "Mailbox",
    "Method",
    "ReplyKind",
    "calendar_of",
    "interview_uid",
    "parse_reply",
    "text_value",
]
