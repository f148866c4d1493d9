"""An answer that a calendar program sends by mail: handed on, with what is known about its sender."""

from __future__ import annotations

from datetime import datetime

from yuemian.domain.invitation import parse_reply
from yuemian.domain.mail_reply import Letter
from yuemian.intake.mail.matching import Found
from yuemian.interviews.actions.calendar_replies import Taking, take_calendar_reply


def take(found: Found, letter: Letter, *, checks_by: str, now: datetime) -> bool:
    """Whether it was taken: as the answer, or as a note that says why it is none. Only through the address that this
    very mail named; otherwise, and where no calendar can be read, the mail joins the conversation like any other."""
    if found.interview is None or not found.by_token:
        return False
    for _, data in letter.calendars:
        reply = parse_reply(data)
        if reply is not None:
            taken = take_calendar_reply(
                found.interview.pk,
                found.application.candidate_id,
                reply,
                sender=letter.sender,
                is_authenticated=is_checked(checks_by, letter),
                now=now,
            )
            return taken.taking is not Taking.UNKNOWN
    return False


def is_checked(server_name: str, letter: Letter) -> bool:
    """Whether our own mail server found the sender's domain genuine (DMARC).

    Anybody can write such a header: only the topmost counts, and only under the name that our server is known to use.
    """
    server, _, results = letter.header("authentication-results").partition(";")
    is_ours = bool(server_name) and server.split(" ")[0].strip().lower() == server_name.strip().lower()
    return is_ours and "dmarc=pass" in results.lower().replace(" ", "")
