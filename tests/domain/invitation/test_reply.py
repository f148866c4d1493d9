"""What calendar clients answer, in their own shapes, and what only looks like it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.invitation import ReplyKind, parse_reply

UID = "6f1c@jobs.example.com"


def reply(method: str = "REPLY", partstat: str = "ACCEPTED", *lines: str, **fields: str) -> bytes:
    given_fields = {
        "UID": UID,
        "SEQUENCE": "2",
        "DTSTAMP": "20261126T080000Z",
        "DTSTART": "20261128T060000Z",
        "DTEND": "20261128T070000Z",
        "ORGANIZER": "mailto:reply+k3@in.example.com",
        f"ATTENDEE;PARTSTAT={partstat};CN=Wang": "mailto:Xiaoyu.Wang@Example.com",
    } | fields
    content = [f"{name}:{value}" for name, value in given_fields.items() if value]
    head = ["BEGIN:VCALENDAR", "PRODID:-//Client//EN", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT"]
    return "\r\n".join([*head, *content, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


# As Outlook answers: its own time zone, foreign properties, a folded attendee in capitals.
OUTLOOK = b"""BEGIN:VCALENDAR\r
METHOD:COUNTER\r
PRODID:Microsoft Exchange Server 2010\r
VERSION:2.0\r
BEGIN:VTIMEZONE\r
TZID:China Standard Time\r
BEGIN:STANDARD\r
DTSTART:16010101T000000\r
TZOFFSETFROM:+0800\r
TZOFFSETTO:+0800\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
ATTENDEE;PARTSTAT=TENTATIVE;CN=Wang Xiaoyu:MAILTO:xiaoyu.wa\r
 ng@example.com\r
COMMENT;LANGUAGE=zh-CN:\xe4\xb8\x8b\xe5\x8d\x88\xe5\x8f\xaf\xe4\xbb\xa5\xe5\x90\x97\\n\xe8\xb0\xa2\xe8\xb0\xa2\r
UID:6f1c@jobs.example.com\r
SUMMARY;LANGUAGE=zh-CN:x\r
DTSTART;TZID=China Standard Time:20261129T150000\r
DTEND;TZID=China Standard Time:20261129T160000\r
CLASS:PUBLIC\r
PRIORITY:5\r
DTSTAMP:20261126T080102Z\r
SEQUENCE:2\r
X-MICROSOFT-CDO-APPT-SEQUENCE:2\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.mark.parametrize(
    ("partstat", "kind"),
    [
        ("ACCEPTED", ReplyKind.ACCEPTED),
        ("DECLINED", ReplyKind.DECLINED),
        ("TENTATIVE", ReplyKind.TENTATIVE),
        ("accepted", ReplyKind.ACCEPTED),
        ("NEEDS-ACTION", ReplyKind.OTHER),
        ("DELEGATED", ReplyKind.OTHER),
        ("X-MAYBE", ReplyKind.OTHER),
    ],
)
def test_a_reply_says_who_answers_what_to_which_version(partstat: str, kind: ReplyKind) -> None:
    read = parse_reply(reply("REPLY", partstat, COMMENT="Bis dann\\, Wang"))
    assert read is not None
    assert (read.kind, read.uid, read.sequence) == (kind, UID, 2)
    assert read.attendee == "xiaoyu.wang@example.com"
    assert read.comment == "Bis dann, Wang"
    assert read.stamp == datetime(2026, 11, 26, 8, tzinfo=UTC)
    assert read.proposed_start is None


def test_outlook_proposes_another_time_in_its_own_zone() -> None:
    read = parse_reply(OUTLOOK)
    assert read is not None
    assert read.kind is ReplyKind.COUNTER
    assert read.attendee == "xiaoyu.wang@example.com"
    assert read.proposed_start == datetime(2026, 11, 29, 7, tzinfo=UTC)
    assert read.proposed_end == datetime(2026, 11, 29, 8, tzinfo=UTC)
    assert read.comment == "下午可以吗\n谢谢"


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ('"周三不行\\; 周四可以"', "周三不行; 周四可以"),
        ('"I can&#39;t come"', "I can't come"),
        ('"Sorry, another day\\, please"', "Sorry, another day, please"),
        ("x" * 600, "x" * 500),
        ("", ""),
    ],
)
def test_google_writes_the_note_beside_the_attendee(parameter: str, words: str) -> None:
    answer = reply("REPLY", f"DECLINED;X-NUM-GUESTS=0;X-RESPONSE-COMMENT={parameter}")
    read = parse_reply(answer)
    assert read is not None
    assert (read.kind, read.comment) == (ReplyKind.DECLINED, words)


def test_a_comment_stands_above_the_note_beside_the_attendee() -> None:
    read = parse_reply(reply("REPLY", "DECLINED;X-RESPONSE-COMMENT=b", COMMENT="a"))
    assert read is not None
    assert read.comment == "a"


def test_a_proposal_without_a_certain_time_has_none() -> None:
    for start in ("20261129T150000", "20261129"):
        read = parse_reply(reply("COUNTER", DTSTART=start, DTEND=""))
        assert read is not None
        assert read.proposed_start is None


def test_a_reply_without_a_version_counts_as_one_to_the_first() -> None:
    read = parse_reply(reply(SEQUENCE=""))
    assert read is not None
    assert read.sequence == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        reply("REQUEST"),
        reply("CANCEL"),
        reply("PUBLISH"),
        reply(UID=""),
        reply(SEQUENCE="many"),
        reply("REPLY", "ACCEPTED", "ATTENDEE;PARTSTAT=DECLINED:mailto:other@example.com"),
        reply().replace(b"mailto:Xiaoyu.Wang@Example.com", b"urn:uuid:1"),
        reply().replace(b"END:VEVENT", b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:b\r\nEND:VEVENT"),
        reply().replace(b"END:VCALENDAR", b""),
        reply(COMMENT="x" * 300_000),
        b"\r\n".join([b"X:1"] * 5000),
    ],
)
def test_what_is_no_reply_is_none(data: bytes) -> None:
    assert parse_reply(data) is None


@given(st.binary(max_size=400), st.integers(0, 500), st.integers(0, 40))
def test_whatever_arrives_is_a_value_or_none(noise: bytes, at: int, cut: int) -> None:
    whole = OUTLOOK
    read = parse_reply(whole[:at] + noise + whole[at + cut :])
    assert read is None or (read.attendee and len(read.comment) <= 500)


@given(st.text(max_size=200))
def test_a_comment_holds_no_control_characters(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", " ")
    read = parse_reply(reply(COMMENT=escaped))
    assert read is None or all(c == "\n" or c.isprintable() or not c.isascii() for c in read.comment)
