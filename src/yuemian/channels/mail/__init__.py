"""Mail as bytes: addresses, headers, the HTML shell, the prepared form. Nothing here opens a connection."""

from __future__ import annotations

from .address import normalise_address
from .calendar import with_calendar
from .form import MailForm, message_id
from .header import encode_phrase, encode_text, mailbox
from .sections import sections_html
from .sheet import Sheet
from .shell import CONTENT_STYLES, Shell, ShellTexts, facts_html, shell, slots

__all__ = [
    "CONTENT_STYLES",
    "MailForm",
    "Sheet",
    "Shell",
    "ShellTexts",
    "encode_phrase",
    "encode_text",
    "facts_html",
    "mailbox",
    "message_id",
    "normalise_address",
    "sections_html",
    "shell",
    "slots",
    "with_calendar",
]
