"""An answer that a calendar program gives: until calendars are understood, words for a person and never an answer."""

from __future__ import annotations

from datetime import datetime

from yuemian.domain.mail_reply import Letter
from yuemian.intake.mail.matching import Found
from yuemian.messaging.models import Mailbox


def is_checked(mailbox_name: str, letter: Letter) -> bool:
    """Whether our own mail server found the sender's domain genuine (DMARC). Anybody can write such a header, so only
    the topmost counts, and only under the name that the server is known to use."""
    said = letter.header("authentication-results")
    server, _, results = said.partition(";")
    is_ours = bool(mailbox_name) and server.split(" ")[0].strip().lower() == mailbox_name.strip().lower()
    return is_ours and "dmarc=pass" in results.lower().replace(" ", "")


def take_answer(
    found: Found,
    letter: Letter,
    mailbox: Mailbox,
    *,
    is_authenticated: bool,
    now: datetime,  # noqa: ARG001
) -> bool:
    """Whether the calendar's answer was taken as one; if not, the mail joins the conversation like any other."""
    return False
