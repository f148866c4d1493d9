"""A person's mail joins the conversation: their own words on the page, the whole of it kept, the answer untouched."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from yuemian.domain.mail_reply import Letter, cut_reply
from yuemian.hiring.models import Application
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.conversation import Mailed, add_message
from yuemian.messaging.models import Medium, Message
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.live import announce

#: What stands for a mail without words of its own: the whole of it is one press away.
NO_WORDS: Final = "—"


def join(
    application: Application,
    interview: Interview | None,
    letter: Letter,
    *,
    is_other_sender: bool,
    is_cut: bool,
    now: datetime,
) -> Message:
    """Into the thread, as the candidate's; from another address it says so. Raises Unreadable when they were erased."""
    own = cut_reply(letter.text, letter.sender)
    names = [*letter.attachments]
    if letter.attachment_count > len(names) or is_cut:
        names.append("…")
    message = add_message(
        application,
        own or NO_WORDS,
        interview_id=interview.pk if interview else None,
        author=None,
        now=now,
        channel=Medium.EMAIL,
        mailed=Mailed(
            original=_whole(letter) if own != letter.text.strip() or letter.subject else "",
            sender=letter.sender or "?" if is_other_sender else "",
            attachments=names,
            mail_id=letter.message_id,
        ),
    )
    audit.record(
        application.organization_id,
        Actor("candidate", application.candidate_id),
        "conversation.mailed",
        at=now,
        subject=("interview", interview.pk) if interview else ("application", application.pk),
        is_other_sender=is_other_sender,
    )
    announce(application.organization_id, "interviews", **({"interview": interview.pk} if interview else {}))
    return message


def _whole(letter: Letter) -> str:
    return f"{letter.subject}\n\n{letter.text}".strip()
