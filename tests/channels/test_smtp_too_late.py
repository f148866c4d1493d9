"""A process that stood still writes no text any more: another one may have the mail, or a newer one has left."""

from __future__ import annotations

import pytest

from tests.channels.smtp_server import DROP, ScriptedSMTP, Session
from tests.channels.test_smtp import kinds, people, play
from yuemian.channels.base import TOO_LATE, Message, Outcome, Receipt

LATE = (Outcome.RETRY, TOO_LATE)
PEERS = [("PIPELINING", "8BITMIME", "DSN"), ()]


def stands_still(messages: list[Message], before: str) -> ScriptedSMTP:
    """When this line of the second mail has come, the time of all that has not left is over."""

    def script(_session: Session, line: str) -> str | None:
        if line.startswith(before) and len(server.mails) == 1:
            for message in messages:
                message.leave_by = 0.0
        return None

    server = ScriptedSMTP(script)
    return server


def said(receipts: list[Receipt]) -> list[tuple[Outcome, str]]:
    return [(receipt.kind, receipt.code) for receipt in receipts]


@pytest.mark.parametrize("extensions", PEERS)
@pytest.mark.parametrize("before", ["MAIL", "RCPT", "DATA"])
def test_time_that_passes_before_the_text_keeps_it_and_the_rest_back(
    extensions: tuple[str, ...], before: str
) -> None:
    messages = people(4)
    server = stands_still(messages, before)
    server.extensions = extensions
    receipts = play(server, messages)
    assert kinds(receipts)[0] is Outcome.ACCEPTED
    assert said(receipts)[1:] == [LATE] * 3
    assert len(server.mails) == 1, "no empty text either"
    assert len(server.sessions) == 1


def test_what_was_written_keeps_its_true_outcome() -> None:
    messages = people(2)
    server = stands_still(messages, "END")
    assert kinds(play(server, messages)) == [Outcome.ACCEPTED] * 2


def test_a_dead_connection_is_not_replaced_for_what_is_late() -> None:
    messages = people(3)

    def script(session: Session, line: str) -> str | None:
        if line.startswith("MAIL") and len(server.sessions) == session.number == 2:
            messages[0].leave_by = messages[1].leave_by = messages[2].leave_by = 0.0
            return DROP
        return DROP if line.startswith("MAIL") else None

    server = ScriptedSMTP(script)
    assert said(play(server, messages)) == [LATE] * 3
    assert (len(server.sessions), server.mails) == (2, [])


def test_a_mail_with_more_time_still_leaves() -> None:
    messages = people(3)
    messages[0].leave_by = messages[2].leave_by = 0.0
    server = ScriptedSMTP()
    receipts = play(server, messages)
    assert said(receipts)[::2] == [LATE] * 2
    assert kinds(receipts)[1] is Outcome.ACCEPTED
    assert [mail.to for mail in server.mails] == [["candidate2@example.com"]]
