"""A mail with a calendar: the shape that mail clients look for, read back by the standard parser."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.mails import create_form, create_message
from yuemian.channels.mail import with_calendar
from yuemian.channels.smtp.provider import wire_bytes

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ICS = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:面试\r\nEND:VCALENDAR\r\n".encode()
FORM = create_form()


def built(
    calendar: bytes = ICS, method: str = "REQUEST", **changes: Any
) -> tuple[EmailMessage, EmailMessage]:
    plain = FORM.mail(create_message(**changes), NOW)
    both = (plain, with_calendar(plain, calendar, method))
    first, second = (message_from_bytes(raw, policy=policy.default) for raw in both)
    assert not [d for part in second.walk() for d in part.defects]
    return first, second


def test_the_calendar_stands_among_the_alternatives_and_once_more_as_a_file() -> None:
    _, mail = built()
    assert mail.get_content_type() == "multipart/mixed"
    body, file = mail.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in body.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    calendar = list(body.iter_parts())[2]
    assert calendar["Content-Type"].params == {"method": "REQUEST", "charset": "utf-8"}
    assert calendar.get_payload(decode=True) == ICS
    assert file.get_content_type() == "application/ics"
    assert file.get_filename() == "invite.ics"
    assert file["Content-Disposition"].content_disposition == "attachment"
    assert file.get_payload(decode=True) == ICS


def test_nothing_else_of_the_mail_changes() -> None:
    plain, mail = built()
    assert [(n, v) for n, v in mail.items() if n != "Content-Type"] == [
        (n, v) for n, v in plain.items() if n != "Content-Type"
    ]
    inner = list(next(iter(mail.iter_parts())).iter_parts())[:2]
    for before, after in zip(plain.iter_parts(), inner, strict=True):
        assert after.get_payload(decode=True) == before.get_payload(decode=True)


@given(
    calendar=st.binary(max_size=600),
    subject=st.sampled_from(['Content-Type: multipart/alternative; boundary="x', "a"]),
)
def test_whatever_the_calendar_and_the_subject_hold_the_frame_stands(calendar: bytes, subject: str) -> None:
    _, mail = built(calendar, subject=subject)
    body, file = mail.iter_parts()
    assert file.get_payload(decode=True) == calendar
    assert list(body.iter_parts())[2].get_payload(decode=True) == calendar
    assert mail["Subject"] == subject


def test_it_goes_on_the_wire_as_it_is() -> None:
    raw = with_calendar(FORM.mail(create_message(), NOW), ICS * 40, "CANCEL")
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 90
    assert wire_bytes(raw) is raw


def test_a_mail_without_alternatives_is_refused() -> None:
    with pytest.raises(ValueError, match="alternatives"):
        with_calendar(b"Subject: x\r\n\r\nhello", ICS, "REQUEST")
