"""What a mail says about answers to it: where they go, where reports go, which thread it belongs to."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from yuemian.channels.base import Message
from yuemian.domain.mail_reply import BadPattern, marker
from yuemian.domain.states import Purpose
from yuemian.messaging.engine.claim import Claimed, Sender
from yuemian.messaging.reply_addresses import ReplyAddresses, thread_id

_KEPT: Final = 500


class Answers:
    """Keeps the address makers of the organizations it has met; one per renderer."""

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, str, str], ReplyAddresses | None] = {}

    def are_read(self, row: Claimed, sender: Sender) -> bool:
        """Whether a candidate's answer to this mail reaches the conversation."""
        return _may_be_answered(row) and self._of(sender) is not None

    def prepare(self, message: Message, row: Claimed, sender: Sender, *, answered: str) -> Message:
        """The mail with its return addresses. `answered`: the Message-ID of the candidate's mail that it answers."""
        addresses = self._of(sender)
        if addresses is not None:
            message.envelope_from = addresses.bounces_of(row.id)
        if not _may_be_answered(row):
            return message
        thread = thread_id(row.subject_id, message.message_id.rpartition("@")[2].rstrip(">"))
        message.headers = (
            {"References": f"{thread} {answered}", "In-Reply-To": answered}
            if answered
            else {"References": thread}
        )
        if addresses is not None:
            message.reply_to = addresses.reply_to(row.notification_id)
            message.reply_to_name = message.reply_to_name or message.sender_name
            message.text = f"{marker(row.locale)}\n\n{message.text}"
        return message

    def _of(self, sender: Sender) -> ReplyAddresses | None:
        if not sender.reply_pattern:
            return None
        key = sender.id, sender.reply_pattern, sender.bounce_pattern
        if key not in self._known:
            if len(self._known) > _KEPT:
                self._known.clear()
            try:
                self._known[key] = ReplyAddresses(*key)
            except BadPattern:
                self._known[key] = None
        return self._known[key]


def _may_be_answered(row: Claimed) -> bool:
    """What staff get is answered to a colleague, and a code to nobody."""
    return row.candidate_id is not None and row.purpose != Purpose.CODE
