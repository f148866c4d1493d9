"""SMTP against servers that work, refuse, hang and vanish: every mail gets its own true outcome."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.channels.mails import create_message
from tests.channels.smtp_server import DROP, HANG, ScriptedSMTP, Session, running
from yuemian.channels.base import BadConfig, Message, Outcome, Receipt
from yuemian.channels.http import Network
from yuemian.channels.smtp import SMTPConfig, SMTPProvider

OK = Outcome.ACCEPTED


def config(server: ScriptedSMTP, **changes: Any) -> SMTPConfig:
    values: dict[str, Any] = {"host": "127.0.0.1", "port": server.port, "tls": "none", "connections": 1}
    return SMTPConfig(**{**values, "timeout": 0.5, "data_timeout": 0.5, **changes})


def people(count: int) -> list[Message]:
    return [create_message(n) for n in range(1, count + 1)]


def play(
    server: ScriptedSMTP,
    messages: Sequence[Message],
    *,
    rounds: int = 1,
    then: Callable[[SMTPProvider], Awaitable[None]] | None = None,
    **changes: Any,
) -> list[Receipt]:
    async def main() -> list[Receipt]:
        receipts: list[Receipt] = []
        async with running(server):
            provider = SMTPProvider(config(server, **changes))
            for _ in range(rounds):
                receipts = await provider.send(messages)
            if then is not None:
                await then(provider)
            await provider.close()
        return receipts

    return asyncio.run(main())


def kinds(receipts: Sequence[Receipt]) -> list[Outcome]:
    return [receipt.kind for receipt in receipts]


def refusing(**answers: str) -> Callable[[Session, str], str | None]:
    """Answers by the line's beginning, with `_` for a blank, such as RCPT_TO:<candidate2."""

    def script(_session: Session, line: str) -> str | None:
        return next((a for start, a in answers.items() if line.startswith(start.replace("_", " "))), None)

    return script


PIPELINING = [
    pytest.param(("PIPELINING", "SIZE 1000000", "DSN"), id="pipelining"),
    pytest.param((), id="plain"),
]


@pytest.mark.parametrize("extensions", PIPELINING)
def test_every_mail_of_a_batch_arrives_once_whole_and_at_its_own_recipient(
    extensions: tuple[str, ...],
) -> None:
    server, messages = ScriptedSMTP(extensions=extensions), people(60)
    receipts = play(server, messages, connections=3)
    assert kinds(receipts) == [OK] * 60
    assert sorted(mail.to[0] for mail in server.mails) == sorted(message.to for message in messages)
    for mail in server.mails:
        assert f"<{mail.to[0]}>".encode() in mail.raw.split(b"\r\nSubject:")[0]
        assert mail.raw.endswith(b"--\r\n")
    assert server.violations == []
    assert len(server.sessions) == 3


def test_the_queue_id_is_kept() -> None:
    assert play(ScriptedSMTP(), people(1))[0].provider_id == "ABC123"


def test_nothing_to_send_opens_no_connection() -> None:
    server = ScriptedSMTP()
    assert play(server, []) == []
    assert server.sessions == []


def test_a_connection_is_kept_between_batches_and_ended_politely() -> None:
    server = ScriptedSMTP()
    play(server, people(3), rounds=4)
    assert len(server.sessions) == 1
    assert server.lines[-1] == "QUIT"


def test_a_connection_is_renewed_after_its_share_of_mails() -> None:
    server = ScriptedSMTP()
    assert kinds(play(server, people(10), per_connection=4)) == [OK] * 10
    assert [session.texts for session in server.sessions] == [4, 4, 2]


@pytest.mark.parametrize("extensions", PIPELINING)
def test_a_refused_recipient_costs_nobody_else_their_mail(extensions: tuple[str, ...]) -> None:
    script = refusing(**{"RCPT_TO:<candidate2@": "550 5.1.1 <candidate2@example.com>: no such user"})
    server = ScriptedSMTP(script, extensions=extensions)
    receipts = play(server, people(4))
    assert kinds(receipts) == [OK, Outcome.BAD_RECIPIENT, OK, OK]
    assert receipts[1].code == "550 5.1.1"
    assert "candidate2" not in receipts[1].detail
    assert len(server.sessions) == 1


def test_a_server_that_wants_a_text_after_refusing_the_recipient_gets_an_empty_one() -> None:
    def script(session: Session, line: str) -> str | None:
        if line.startswith("RCPT TO:<candidate1@"):
            return "550 5.1.1 unknown"
        if line == "DATA" and not session.recipients:
            return "354 go on"
        return "554 5.5.1 no valid recipients" if line == "END" and not session.recipients else None

    server = ScriptedSMTP(script)
    assert kinds(play(server, people(3))) == [Outcome.BAD_RECIPIENT, OK, OK]
    assert [mail.to for mail in server.mails] == [["candidate2@example.com"], ["candidate3@example.com"]]


TABLE = [
    ("MAIL FROM", "530 5.7.0 Authentication required", Outcome.CONFIG),
    ("MAIL FROM", "550 5.1.8 sender domain not found", Outcome.CONFIG),
    ("MAIL FROM", "552 5.3.4 message too big", Outcome.CONTENT_REJECTED),
    ("MAIL FROM", "451 4.3.0 try later", Outcome.RETRY),
    ("MAIL FROM", "450 4.7.1 too fast", Outcome.THROTTLED),
    ("RCPT TO", "550 No such user here", Outcome.BAD_RECIPIENT),
    ("RCPT TO", "552 5.2.2 mailbox full", Outcome.BAD_RECIPIENT),
    ("RCPT TO", "553 5.1.3 bad address", Outcome.BAD_RECIPIENT),
    ("RCPT TO", "554 5.7.1 Relay access denied", Outcome.CONFIG),
    ("RCPT TO", "550 5.7.1 listed at blocklist", Outcome.CONTENT_REJECTED),
    ("RCPT TO", "451 4.7.1 Greylisted", Outcome.THROTTLED),
    ("RCPT TO", "452 4.2.2 mailbox full", Outcome.THROTTLED),
    ("RCPT TO", "450 4.2.0 mailbox busy", Outcome.RETRY),
    ("RCPT TO", "503 5.5.1 bad sequence", Outcome.RETRY),
    ("DATA", "451 4.3.0 queue file write error", Outcome.RETRY),
    ("DATA", "554 5.7.1 not today", Outcome.CONTENT_REJECTED),
    ("END", "554 5.7.1 spam", Outcome.CONTENT_REJECTED),
    ("END", "550 5.1.1 unknown after all", Outcome.BAD_RECIPIENT),
    ("END", "552 5.3.4 too big", Outcome.CONTENT_REJECTED),
    ("END", "451 4.3.2 shutting down", Outcome.RETRY),
    ("END", "452 4.3.1 no space", Outcome.THROTTLED),
    ("END", "500 eh", Outcome.RETRY),
]


@pytest.mark.parametrize("extensions", PIPELINING)
@pytest.mark.parametrize(("line", "answer", "expected"), TABLE)
def test_each_answer_has_one_meaning(
    line: str, answer: str, expected: Outcome, extensions: tuple[str, ...]
) -> None:
    server = ScriptedSMTP(lambda _s, got: answer if got.startswith(line) else None, extensions=extensions)
    receipts = play(server, people(2))
    assert kinds(receipts) == [expected, expected]
    assert receipts[0].code.startswith(answer[:3])
    assert server.mails == []
    assert (receipts[0].retry_after is not None) is (expected is Outcome.THROTTLED)


@pytest.mark.parametrize("extensions", PIPELINING)
@pytest.mark.parametrize("fault", [DROP, HANG, "taken-then-drop"])
def test_silence_after_the_text_is_ambiguous_and_never_repeated(
    fault: str, extensions: tuple[str, ...]
) -> None:
    def script(session: Session, line: str) -> str | None:
        return fault if line == "END" and session.number == 1 and session.texts == 2 else None

    server = ScriptedSMTP(script, extensions=extensions)
    receipts = play(server, people(5))
    assert kinds(receipts) == [OK, Outcome.AMBIGUOUS, OK, OK, OK]
    arrived = [mail.to[0] for mail in server.mails]
    assert len(arrived) == len(set(arrived))
    assert ("candidate2@example.com" in arrived) is (fault == "taken-then-drop")


@pytest.mark.parametrize("extensions", PIPELINING)
@pytest.mark.parametrize("line", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("fault", [DROP, HANG])
def test_a_cut_before_the_text_is_tried_again_at_once(
    fault: str, line: str, extensions: tuple[str, ...]
) -> None:
    def script(session: Session, got: str) -> str | None:
        return fault if got.startswith(line) and session.number == 1 and session.texts == 1 else None

    server = ScriptedSMTP(script, extensions=extensions)
    assert kinds(play(server, people(4))) == [OK] * 4
    arrived = [mail.to[0] for mail in server.mails]
    assert sorted(arrived) == sorted(set(arrived))
    assert len(arrived) == 4


def test_a_server_that_always_hangs_ends_the_batch_soon_with_retry() -> None:
    server = ScriptedSMTP(lambda _s, line: HANG if line.startswith("MAIL") else None)
    receipts = play(server, people(200), timeout=0.1)
    assert set(kinds(receipts)) == {Outcome.RETRY}
    assert len(server.sessions) <= 4


def test_421_in_the_middle_of_a_batch_throttles_that_mail_and_the_rest_goes_on() -> None:
    def script(session: Session, line: str) -> str | None:
        return (
            "421 4.7.0 closing"
            if session.number == 1 and line.startswith("MAIL") and session.texts == 2
            else None
        )

    server = ScriptedSMTP(script)
    receipts = play(server, people(6))
    assert kinds(receipts) == [OK, OK, Outcome.THROTTLED, OK, OK, OK]
    assert len(server.mails) == 5


def test_421_instead_of_the_last_answer_means_not_taken() -> None:
    def script(session: Session, line: str) -> str | None:
        return (
            "421 4.3.2 shutting down"
            if session.number == 1 and line == "END" and session.texts == 1
            else None
        )

    server = ScriptedSMTP(script)
    assert kinds(play(server, people(3))) == [Outcome.THROTTLED, OK, OK]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("421 4.7.0 too many connections", Outcome.THROTTLED),
        ("554 5.7.1 you are blocked", Outcome.CONFIG),
        (DROP, Outcome.RETRY),
        (HANG, Outcome.RETRY),
        ("HTTP/1.1 400 Bad Request", Outcome.RETRY),
    ],
)
def test_a_greeting_decides_for_all(answer: str, expected: Outcome) -> None:
    server = ScriptedSMTP(lambda _s, line: answer if line == "GREETING" else None)
    assert kinds(play(server, people(3), timeout=0.2)) == [expected] * 3


def test_a_limit_on_connections_leaves_the_work_to_those_that_got_in() -> None:
    def script(session: Session, line: str) -> str | None:
        return "421 4.7.0 too many connections" if line == "GREETING" and session.number > 2 else None

    assert kinds(play(ScriptedSMTP(script), people(100), connections=4)) == [OK] * 100


def test_nobody_listening_is_a_retry() -> None:
    async def main() -> list[Receipt]:
        provider = SMTPProvider(SMTPConfig(host="127.0.0.1", port=1, tls="none", timeout=1.0))
        return await provider.send(people(2))

    assert kinds(asyncio.run(main())) == [Outcome.RETRY] * 2


def test_an_old_server_without_ehlo_is_spoken_to_with_helo() -> None:
    server = ScriptedSMTP(
        lambda _s, line: {"EHLO": "502 5.5.2 no", "HELO": "250 hi"}.get(line.split(" ", maxsplit=1)[0]),
        extensions=(),
    )
    assert kinds(play(server, people(2))) == [OK, OK]
    assert server.violations == []


def test_an_answer_of_many_lines_counts_as_one() -> None:
    server = ScriptedSMTP(lambda _s, line: "250-2.0.0 fine\r\n250 2.0.0 really" if line == "END" else None)
    assert kinds(play(server, people(3))) == [OK] * 3


def test_a_kept_connection_that_died_meanwhile_is_noticed() -> None:
    def script(session: Session, line: str) -> str | None:
        return DROP if session.number == 1 and session.texts == 2 and line.startswith("MAIL") else None

    server = ScriptedSMTP(script)
    assert kinds(play(server, people(2), rounds=2)) == [OK, OK]
    assert len(server.mails) == 4


def test_bounces_can_be_joined_to_their_delivery() -> None:
    server = ScriptedSMTP()
    message = create_message(envelope_from="bounce+nd1@in.example.com")
    play(server, [message])
    mail_line = next(line for line in server.lines if line.startswith("MAIL"))
    assert mail_line.startswith("MAIL FROM:<bounce+nd1@in.example.com> SIZE=")
    assert mail_line.endswith("RET=HDRS ENVID=nd1")
    rcpt = next(line for line in server.lines if line.startswith("RCPT"))
    assert rcpt.endswith("NOTIFY=FAILURE,DELAY ORCPT=rfc822;candidate1@example.com")


def test_what_cannot_be_a_mail_is_refused_alone() -> None:
    messages = [
        create_message(1),
        create_message(2, to="张三@example.com"),
        create_message(3, subject="a\r\nBcc: x@y.z"),
        create_message(4, form=None),
        create_message(5, sender="nobody"),
    ]
    expected = [OK, Outcome.BAD_RECIPIENT, Outcome.CONTENT_REJECTED, Outcome.CONFIG, Outcome.CONFIG]
    assert kinds(play(ScriptedSMTP(), messages)) == expected


def test_a_message_without_sender_uses_the_account_s() -> None:
    server = ScriptedSMTP()
    play(server, [create_message(sender="")], sender="jobs@example.com", sender_name="招聘")
    assert server.lines[1].startswith("MAIL FROM:<jobs@example.com>")


def test_a_cancelled_send_leaves_no_connection_behind() -> None:
    async def main() -> None:
        text_arrived = asyncio.Event()

        def script(_session: Session, line: str) -> str | None:
            if line != "END":
                return None
            text_arrived.set()
            return HANG

        async with running(ScriptedSMTP(script)) as server:
            provider = SMTPProvider(config(server, data_timeout=60.0))
            task = asyncio.create_task(provider.send(people(1)))
            await asyncio.wait_for(text_arrived.wait(), 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert provider._idle == []

    asyncio.run(main())


# --- signing in and encryption


@pytest.mark.parametrize("methods", ["PLAIN LOGIN", "LOGIN"])
def test_it_signs_in_with_what_the_server_offers(methods: str) -> None:
    secrets = ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 2.7.0 ok"]

    def script(_session: Session, line: str) -> str | None:
        if line == "AUTH LOGIN" or line in ("aHI=", "c2VjcmV0"):
            return secrets.pop(0)
        return None

    server = ScriptedSMTP(script, extensions=("PIPELINING", f"AUTH {methods}"))
    assert kinds(play(server, people(1), user="hr", password="secret")) == [OK]
    if "PLAIN" in methods:
        assert "AUTH PLAIN AGhyAHNlY3JldA==" in server.lines


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("535 5.7.8 bad credentials", Outcome.CONFIG), ("454 4.7.0 later", Outcome.THROTTLED)],
)
def test_a_refused_sign_in_stops_the_account_and_keeps_the_password_secret(
    answer: str, expected: Outcome
) -> None:
    server = ScriptedSMTP(
        lambda _s, line: answer if line.startswith("AUTH") else None, extensions=("AUTH PLAIN",)
    )
    receipts = play(server, people(2), user="hr", password="hunter2")
    assert kinds(receipts) == [expected] * 2
    assert "hunter2" not in repr(receipts)
    assert not any(line.startswith("MAIL") for line in server.lines)


def test_a_sign_in_we_do_not_know_is_said_plainly() -> None:
    receipts = play(ScriptedSMTP(extensions=("AUTH GSSAPI",)), people(1), user="hr", password="x")
    assert receipts[0].kind is Outcome.CONFIG
    assert "GSSAPI" in receipts[0].detail


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A self-made authority for localhost, as a private server would have."""
    from tests.channels.certificate import create_certificate

    return create_certificate(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_mail_travels_encrypted_when_the_authority_is_known(
    tls: str, certificate: tuple[ssl.SSLContext, Path]
) -> None:
    context, authority = certificate
    server = ScriptedSMTP(
        tls=context, is_implicit=tls == "implicit", extensions=("PIPELINING", "STARTTLS", "AUTH PLAIN")
    )
    receipts = play(
        server,
        people(30),
        tls=tls,
        host="localhost",
        ca_file=str(authority),
        user="hr",
        password="x",
        timeout=3.0,
    )
    assert kinds(receipts) == [OK] * 30
    assert all(session.is_tls for session in server.sessions)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_an_unknown_certificate_is_a_matter_for_the_administrator(
    tls: str, certificate: tuple[ssl.SSLContext, Path]
) -> None:
    server = ScriptedSMTP(tls=certificate[0], is_implicit=tls == "implicit", extensions=("STARTTLS",))
    receipts = play(server, people(1), tls=tls, host="localhost", timeout=3.0)
    assert receipts[0].kind is Outcome.CONFIG
    assert "certificate" in receipts[0].detail


def test_a_server_without_starttls_gets_no_password_and_no_mail() -> None:
    server = ScriptedSMTP(extensions=("AUTH PLAIN",))
    receipts = play(server, people(1), tls="starttls", user="hr", password="x")
    assert receipts[0].kind is Outcome.CONFIG
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.lines)


def test_bytes_slipped_in_before_the_encryption_end_the_connection(
    certificate: tuple[ssl.SSLContext, Path],
) -> None:
    script = refusing(STARTTLS="220 ready\r\n250 injected")
    server = ScriptedSMTP(script, tls=certificate[0], extensions=("STARTTLS",))
    receipts = play(server, people(1), tls="starttls", host="localhost", ca_file=str(certificate[1]))
    assert receipts[0].kind in (Outcome.CONFIG, Outcome.RETRY)
    assert server.mails == []


# --- the address of the server


def test_a_url_says_everything() -> None:
    read = SMTPConfig.from_url("smtp://hr%40x.cn:p%3Ass@mail.x.cn:2525?from=hr@x.cn&connections=2&timeout=9")
    assert (read.host, read.port, read.user, read.password) == ("mail.x.cn", 2525, "hr@x.cn", "p:ss")
    assert (read.tls, read.sender, read.connections, read.timeout) == ("starttls", "hr@x.cn", 2, 9.0)
    assert "p:ss" not in repr(read)


def test_the_scheme_and_the_host_choose_the_encryption() -> None:
    assert SMTPConfig.from_url("smtps://u:p@mail.x.cn").tls == "implicit"
    assert SMTPConfig.from_url("smtps://u:p@mail.x.cn").port == 465
    assert SMTPConfig.from_url("smtp://127.0.0.1:2525").tls == "none"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.x.cn",
        "http://x",
        "smtp://",
        "smtp://x:nn",
        "smtp://x?tls=maybe",
        "smtp://x?colour=red",
        "smtp://u:p@x.cn?tls=none",
        "smtp://x?connections=0",
        "smtp://x?timeout=soon",
    ],
)
def test_a_url_that_cannot_work_is_explained(url: str) -> None:
    with pytest.raises(BadConfig):
        SMTPConfig.from_url(url)


def test_an_account_of_an_organization_reaches_no_server_inside() -> None:
    async def main(network: Network) -> list[Receipt]:
        server = ScriptedSMTP()
        async with running(server):
            provider = SMTPProvider(config(server), network=network)
            receipts = await provider.send(people(1))
            await provider.close()
            assert bool(server.sessions) is network.admits("127.0.0.1")
        return receipts

    (refused,) = asyncio.run(main(Network()))
    assert (refused.kind, refused.code) == (Outcome.CONFIG, "private_network")
    assert kinds(asyncio.run(main(Network(["127.0.0.0/8"])))) == [OK]
