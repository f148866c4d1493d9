"""What comes to the address for reports: servers' words about our mails, and robots that answer the envelope."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.mail_reply.letters import mail
from yuemian.domain.mail_reply import Fate, Kind, kind_of, read_bounce, read_letter

NUMBERS = (
    "Je suis absent. En cas d'urgence, appelez le 514 555-1234.",
    "休假中，急事请打 021-508 12345",
    "Ich bin nicht da. Sie erreichen uns unter 030 / 500 12 34.",
    "I am away. Our office is at 500 Main Street, please send a mail to my colleague.",
)


def kind(text: str, **fields: Any) -> Kind:
    return kind_of(read_letter(mail(text, **fields).as_bytes()), is_to_bounce_address=True)


@pytest.mark.parametrize("text", NUMBERS)
@pytest.mark.parametrize(
    "fields",
    [
        {"auto_submitted": "auto-generated", "subject": "Ausente: Einladung"},
        {"return_path": "<>", "subject": "Einladung"},
        {"auto_submitted": "auto-replied", "return_path": "<>"},
        {"subject": "Réponse automatique : Invitation"},
        {"subject": "자동 회신: 면접"},
    ],
)
def test_a_holiday_notice_is_a_robots_whatever_number_it_gives(text: str, fields: dict[str, str]) -> None:
    assert kind(text, **fields) is Kind.AUTO


def test_a_persons_words_are_read_by_a_person() -> None:
    assert kind("我周五来不了，可以改时间吗？") is Kind.PERSON


@pytest.mark.parametrize(
    "fields",
    [
        {"from": "MAILER-DAEMON@qq.com"},
        {"subject": "退信通知"},
        {"x_failed_recipients": "c@example.com"},
        {"auto_submitted": "auto-generated", "subject": "邮件发送失败"},
    ],
)
def test_a_servers_own_words_are_a_report(fields: dict[str, str]) -> None:
    assert kind("host mx.example.com said: 550 Mailbox not found", **fields) is Kind.BOUNCE


@pytest.mark.parametrize("text", NUMBERS)
def test_a_telephones_number_is_no_servers_answer(text: str) -> None:
    letter = read_letter(mail(text, subject="Undeliverable: x", return_path="<>").as_bytes())
    assert read_bounce(letter).fate is Fate.UNCLASSIFIED


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        ("550 #5.1.0 Address rejected.", Fate.UNKNOWN_ADDRESS),
        ("554 Message refused by policy", Fate.REFUSED),
        ("450 Greylisted, please wait", Fate.DELAYED),
        ("550 邮箱不存在", Fate.UNKNOWN_ADDRESS),
    ],
)
def test_a_servers_answer_needs_no_report_around_it(text: str, fate: Fate) -> None:
    letter = read_letter(mail(text, subject="系统退信", return_path="<>").as_bytes())
    assert read_bounce(letter).fate is fate
