"""The prepared mail: read back by the standard parser it must say exactly what was put in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels.mails import LINK, create_form, create_message, create_slots
from yuemian.channels.base import BadAddress, Message
from yuemian.channels.mail import encode_text, mailbox, message_id, normalise_address
from yuemian.channels.mail.header import HeaderProblem
from yuemian.channels.smtp.provider import wire_bytes
from yuemian.domain.richtext import to_text

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
FORM = create_form()
PRINTABLE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=90
)


def parse(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert not [d for part in mail.walk() for d in part.defects]
    for name in mail:
        assert not mail[name].defects, (name, mail[name], mail[name].defects)
    return mail


def built(**changes: Any) -> EmailMessage:
    message = create_message(**changes)
    assert message.form is not None
    return parse(message.form.mail(message, NOW))


def shown_name(message: Message) -> str:
    """Encoded words are read by the older parser: the newer one puts spaces between those of a long name."""
    old = message_from_bytes(FORM.mail(message, NOW), policy=policy.compat32)
    if "=?utf-8?b?" in str(old["To"]):
        return str(make_header(decode_header(str(old["To"])))).rpartition("<")[0].strip()
    return str(cast("AddressHeader", parse(FORM.mail(message, NOW))["To"]).addresses[0].display_name)


def squeezed(html: str) -> str:
    """Without spaces: those between pieces are the form's padding."""
    return re.sub(r"\s+", "", html)


def test_a_standard_parser_reads_back_every_header_and_both_bodies() -> None:
    message = create_message()
    mail = built()
    assert mail["Subject"] == message.subject
    sender = cast("AddressHeader", mail["From"]).addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("星河科技招聘", "hr@jobs.example.com")
    recipient = cast("AddressHeader", mail["To"]).addresses[0]
    assert (recipient.display_name, recipient.addr_spec) == ("王小雨", "candidate1@example.com")
    assert cast("AddressHeader", mail["Reply-To"]).addresses[0].addr_spec == "reply+abc@in.example.com"
    assert mail["Message-ID"] == "<n-d1.1@jobs.example.com>"
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = mail.iter_parts()
    assert plain.get_content() == to_text(message.text)
    assert html.get_content_type() == "text/html"
    assert squeezed(html.get_content()) == squeezed(FORM.html(message))


def test_what_a_person_needs_stands_in_the_plain_text_and_in_the_page() -> None:
    plain, html = built().iter_parts()
    for part in (plain.get_content(), html.get_content()):
        assert "王小雨" in part
        assert LINK in part
    assert re.search(rf'<a\s+href="{LINK}"\s+style', html.get_content())


def test_every_line_is_short_ascii_and_ends_with_crlf() -> None:
    message = create_message(subject="长" * 180, to_name="名" * 60)
    raw = FORM.mail(message, NOW)
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 90
    assert wire_bytes(raw) is raw


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(subject=PRINTABLE, name=PRINTABLE, text=st.text(st.characters(codec="utf-8"), max_size=400))
def test_any_subject_name_and_text_survive_the_journey(subject: str, name: str, text: str) -> None:
    mail = built(subject=subject, to_name=name, text=text)
    assert mail["Subject"] == subject
    assert shown_name(create_message(to_name=name)) == " ".join(name.split())
    plain = next(iter(mail.iter_parts()))
    assert plain.get_payload(decode=True) == to_text(text).encode()


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=300))
def test_the_page_of_the_mail_equals_the_page_of_the_preview(text: str) -> None:
    message = create_message(slots=create_slots(text))
    html = list(parse(FORM.mail(message, NOW)).iter_parts())[1]
    content = cast("bytes", html.get_payload(decode=True)).decode()
    assert squeezed(content) == squeezed(FORM.html(message))


@pytest.mark.parametrize(
    "evil", ["a\r\nBcc: x@y.z", "a\nb", "a\rb", "a\0b", "a\x85b", "a\u2028b", "a\x1b[2J"]
)
@pytest.mark.parametrize("place", ["subject", "to_name", "sender_name", "reply_to_name", "message_id"])
def test_nothing_can_start_a_header_of_its_own(place: str, evil: str) -> None:
    with pytest.raises(HeaderProblem):
        built(**{place: evil})
    with pytest.raises(HeaderProblem):
        built(headers={"References": evil})


@pytest.mark.parametrize("place", ["to", "sender", "reply_to"])
@pytest.mark.parametrize("evil", ["a@b.c\r\nBcc: x@y.z", "a@b.c> <x@y.z", "a@b.c, x@y.z", "张@b.c", "a @b.c"])
def test_an_address_that_was_not_normalised_is_refused(place: str, evil: str) -> None:
    with pytest.raises(HeaderProblem):
        built(**{place: evil})


@pytest.mark.parametrize("name", ["Bcc", "From", "content-type", "Sub ject", "X:Y", "", "Ünder"])
def test_additional_headers_cannot_replace_ours_or_break_the_line(name: str) -> None:
    with pytest.raises(HeaderProblem):
        built(headers={name: "value"})


def test_threading_and_unsubscribing_headers_arrive_as_given() -> None:
    unsubscribe = f"<{LINK}/unsubscribe>, <mailto:reply+unsub-{'t' * 40}@in.example.com>"
    mail = built(
        headers={
            "In-Reply-To": "<n-d0.1@jobs.example.com>",
            "References": " ".join(f"<n-d{n}.1@jobs.example.com>" for n in range(8)),
            "List-Unsubscribe": unsubscribe,
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    )
    assert mail["List-Unsubscribe"] == unsubscribe
    assert len(mail["References"].split()) == 8


def test_a_candidate_cannot_put_markup_into_the_page() -> None:
    page = FORM.html(
        create_message(slots=create_slots("<script>alert(1)</script> [[href]] <img src=x onerror=y>"))
    )
    assert "<script>" not in page
    assert "<img" not in page


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", ""])
def test_the_button_only_leads_to_a_web_address(link: str) -> None:
    with pytest.raises(ValueError, match="absolute web address"):
        create_slots(link=link)


@pytest.mark.parametrize(
    ("given_address", "expected"),
    [
        (" Wang.Xiao@Example.COM ", "Wang.Xiao@example.com"),
        ("hr@例子.中国", "hr@xn--fsqu00a.xn--fiqs8s"),
        ("a+b_c=d@sub.example.co", "a+b_c=d@sub.example.co"),
    ],
)
def test_addresses_have_one_spelling(given_address: str, expected: str) -> None:
    assert normalise_address(given_address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b.c",
        "a@b",
        "张三@例子.中国",
        "a..b@c.de",
        ".a@c.de",
        "a@b c.de",
        "a@-b.de",
        "a b@c.de",
        "a@b.c\r\nRCPT TO:<x@y.z>",
        '"a b"@c.de',
        "a@b@c.de",
        "a@[127.0.0.1]",
        "a" * 65 + "@c.de",
        "a@b..de",
        "a@ex\u202eample.com",
    ],
)
def test_an_address_no_server_would_take_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        normalise_address(address)


def test_a_subject_that_looks_encoded_is_shown_as_written() -> None:
    assert built(subject="=?utf-8?b?aGk=?=")["Subject"] == "=?utf-8?b?aGk=?="


def test_encoded_words_keep_within_the_limits_of_rfc_2047() -> None:
    for line in encode_text("面" * 200).split("\r\n "):
        assert len(line) <= 75


def test_names_with_commas_and_quotes_stay_one_name() -> None:
    assert mailbox("a@b.de", 'Chen, "Al"') == '"Chen, \\"Al\\"" <a@b.de>'


def test_a_message_id_of_a_strange_domain_is_refused() -> None:
    with pytest.raises(HeaderProblem):
        message_id("1", 1, "a b>\r\n")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b".a\r\n..b\r\n", b"..a\r\n...b\r\n"),
        (b"a\n.\nMAIL FROM:<x>\n", b"a\r\n..\r\nMAIL FROM:<x>\r\n"),
        (b"a\r.\rb", b"a\r\n..\r\nb"),
        (b"a\r\r\nb", b"a\r\n\r\nb"),
    ],
)
def test_no_text_can_end_itself_early(raw: bytes, expected: bytes) -> None:
    assert wire_bytes(raw) == expected


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n.\r\n"]), max_size=30).map(b"".join))
def test_a_dot_alone_on_a_line_never_reaches_the_server(raw: bytes) -> None:
    wire = wire_bytes(raw)
    assert b"\n.\r" not in wire
    assert not wire.startswith(b".\r")
    assert wire.count(b"\n") == wire.count(b"\r\n") == wire.count(b"\r")


def test_a_page_stays_far_below_the_size_at_which_mail_programs_cut() -> None:
    assert len(FORM.mail(create_message(), NOW)) < 20_000


def test_a_form_is_reused_for_different_people_without_mixing_them() -> None:
    people: list[Message] = [create_message(n, text=f"您好 {n}") for n in range(50)]
    for message, raw in zip(people, [FORM.mail(m, NOW) for m in people], strict=True):
        mail = parse(raw)
        assert message.to in str(mail["To"])
        assert next(iter(mail.iter_parts())).get_content() == message.text
