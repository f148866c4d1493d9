"""Our client against somebody else's server: aiosmtpd, and the standard parser on what arrived."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.channels.mails import LINK, create_form, create_message
from yuemian.channels.base import Outcome
from yuemian.channels.smtp import SMTPConfig, SMTPProvider


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], EmailMessage]] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("candidate3@"):
            return "550 5.1.1 No such user"
        if address.startswith("candidate4@"):
            return "451 4.7.1 Greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = cast("bytes", envelope.content)
        mail = message_from_bytes(raw, policy=policy.default)
        self.mails.append((envelope.mail_from or "", list(envelope.rcpt_tos), mail))
        return "250 2.0.0 OK"


def send_to_aiosmtpd(count: int, **options: Any) -> tuple[list[Outcome], Mailbox]:
    async def main() -> tuple[list[Outcome], Mailbox]:
        box, form = Mailbox(), create_form()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(box, enable_SMTPUTF8=True, **options), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        provider = SMTPProvider(SMTPConfig(host="127.0.0.1", port=port, tls="none", connections=2))
        receipts = await provider.send([create_message(n, form=form) for n in range(1, count + 1)])
        await provider.close()
        server.close()
        await server.wait_closed()
        return [receipt.kind for receipt in receipts], box

    return asyncio.run(main())


def test_a_foreign_server_takes_our_mail_and_a_foreign_parser_reads_it() -> None:
    outcomes, box = send_to_aiosmtpd(50)
    assert outcomes[2] is Outcome.BAD_RECIPIENT
    assert outcomes[3] is Outcome.THROTTLED
    assert outcomes.count(Outcome.ACCEPTED) == 48
    assert len(box.mails) == 48
    for sender, recipients, mail in box.mails:
        assert sender == "hr@jobs.example.com"
        assert recipients == [mail["To"].addresses[0].addr_spec]
        assert mail["Subject"] == "【星河科技】初试邀请 11月25日 周三 14:00"
        assert mail["From"].addresses[0].display_name == "星河科技招聘"
        assert not [defect for part in mail.walk() for defect in part.defects]
        assert all(LINK in part.get_content() for part in mail.iter_parts())


def test_a_mail_larger_than_the_server_allows_is_the_content_s_fault() -> None:
    outcomes, box = send_to_aiosmtpd(1, data_size_limit=2000)
    assert outcomes == [Outcome.CONTENT_REJECTED]
    assert box.mails == []
