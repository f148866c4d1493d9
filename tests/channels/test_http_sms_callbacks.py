"""Receipts and replies of HTTP SMS: verified on raw bytes, translated, and kept whatever they say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.texts import AT, create_provider
from yuemian.channels.base import BadCallback, BadConfig, BadSignature, EventKind, Inbound
from yuemian.channels.http_sms import HTTPSMSProvider, presets

HOOK = "https://hr.example.com/hooks/http_sms/1/token"
PRESETS = {preset.key: dict(preset.settings) for preset in presets()}


def provider(key: str, **changes: Any) -> HTTPSMSProvider:
    own = {"url": "https://sms.example.com/", "user": "AC1", "password": "12345", "callback_url": HOOK}
    return create_provider(**(own | PRESETS[key] | changes))


def signed_json(data: Any, *, at: datetime = AT, secret: str = "12345") -> Inbound:
    body = json.dumps(data, ensure_ascii=False).encode()
    moment = str(int(at.timestamp()))
    signature = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return Inbound("POST", "/hooks", "", {"X-Timestamp": moment, "X-Signature": signature}, body)


REPORT = {"id": "m1", "reference": "d-1", "status": "delivered", "at": "2026-11-26T04:05:00Z", "event": "e1"}


def test_a_receipt_is_translated() -> None:
    (event,) = provider("json").events(signed_json(REPORT))
    assert (event.kind, event.provider_id, event.delivery_id, event.event_id) == (
        EventKind.DELIVERED,
        "m1",
        "d-1",
        "e1",
    )
    assert event.at == datetime(2026, 11, 26, 4, 5, tzinfo=UTC)
    assert event.raw == REPORT


def test_a_list_of_receipts_brings_one_event_each() -> None:
    reports = [
        REPORT | {"status": status, "event": str(n)} for n, status in enumerate(("sent", "expired", "odd"))
    ]
    events = provider("json").events(signed_json(reports))
    assert [event.kind for event in events] == [EventKind.SENT, EventKind.BOUNCED, EventKind.UNKNOWN]
    assert events[2].code == "odd", "what is not understood is kept"
    inside = provider("json", receipt_items="data.list").events(signed_json({"data": {"list": reports}}))
    assert len(inside) == 3


def test_the_same_report_twice_has_the_same_id_and_another_state_another() -> None:
    forms = provider("json", receipt_event="")
    first, again, other = (
        forms.events(signed_json(report))[0].event_id
        for report in (REPORT, REPORT, REPORT | {"status": "expired"})
    )
    assert first == again != other


def test_a_reply_is_told_from_a_receipt() -> None:
    data = {"from": "+8613800000001", "reply": "退订", "event": "e9", "at": "2026-11-26T04:05:00Z"}
    (event,) = provider("json").events(signed_json(data))
    assert (event.kind, event.recipient, event.text, event.event_id) == (
        EventKind.REPLIED,
        "+8613800000001",
        "退订",
        "r:e9",
    )


FORGERIES = {
    "changed body": lambda i: Inbound(
        i.method, i.path, i.query, i.headers, i.body.replace(b"delivered", b"rejected!")
    ),
    "no signature": lambda i: Inbound(
        i.method, i.path, i.query, {"X-Timestamp": i.headers["X-Timestamp"]}, i.body
    ),
    "foreign letters": lambda i: Inbound(
        i.method, i.path, i.query, dict(i.headers) | {"X-Signature": "签名"}, i.body
    ),
    "other time": lambda i: Inbound(
        i.method, i.path, i.query, dict(i.headers) | {"X-Timestamp": "1795665907"}, i.body
    ),
}


@pytest.mark.parametrize("name", list(FORGERIES))
def test_a_forged_callback_is_not_read(name: str) -> None:
    with pytest.raises(BadSignature):
        provider("json").events(FORGERIES[name](signed_json(REPORT)))


def test_another_key_or_an_old_time_is_refused_even_when_signed() -> None:
    with pytest.raises(BadSignature, match="does not fit"):
        provider("json").events(signed_json(REPORT, secret="other"))
    for age in (timedelta(minutes=6), -timedelta(minutes=6)):
        with pytest.raises(BadSignature, match="older than five minutes"):
            provider("json").events(signed_json(REPORT, at=AT - age))
    assert provider("json", receipt_secret="other").events(signed_json(REPORT, secret="other"))


def twilio(fields: dict[str, str], *, query: str = "", token: str = "12345") -> Inbound:
    url = f"{HOOK}?{query}" if query else HOOK
    text = url + "".join(name + value for name, value in sorted(fields.items()))
    signature = base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
    return Inbound("POST", "/hooks", query, {"X-Twilio-Signature": signature}, urlencode(fields).encode())


def test_a_form_is_signed_over_the_public_address_and_all_its_fields() -> None:
    fields = {
        "MessageSid": "SM1",
        "MessageStatus": "undelivered",
        "To": "+8613800138000",
        "ErrorCode": "30003",
        "New": "",
    }
    (event,) = provider("twilio").events(twilio(fields))
    assert (event.kind, event.provider_id, event.code) == (EventKind.BOUNCED, "SM1", "30003")
    assert provider("twilio").events(twilio(fields, query="a=1"))[0].kind is EventKind.BOUNCED
    with pytest.raises(BadSignature):
        provider("twilio").events(twilio(fields, token="other"))
    with pytest.raises(BadSignature):
        provider("twilio", callback_url="https://other.example.com/").events(twilio(fields))


def test_an_inbound_text_of_the_form_kind_is_a_reply() -> None:
    (event,) = provider("twilio").events(
        twilio({"MessageSid": "SM9", "From": "+8613800000001", "Body": "STOP"})
    )
    assert (event.kind, event.text) == (EventKind.REPLIED, "STOP")
    assert provider("twilio").acknowledgement() == ("text/xml", b"<Response/>")


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("1", "delivered"),
        ("2", "bounced"),
        ("4", "deferred"),
        ("8", "sent"),
        ("16", "rejected"),
        ("32", "unknown"),
    ],
)
def test_kannels_reports_come_in_the_query(type_: str, kind: str) -> None:
    inbound = Inbound("POST", "/hooks", f"key=d-1&type={type_}&answer=DELIVRD&id=7", {}, b"")
    (event,) = provider("kannel").events(inbound)
    assert (event.kind, event.delivery_id, event.code) == (kind, "d-1", "DELIVRD")


@pytest.mark.parametrize("body", [b"", b"{", b'"text"', b"[1]", b"\xff\xfe", b"[" * 90_000, b"null"])
def test_what_cannot_be_read_is_refused_and_breaks_nothing(body: bytes) -> None:
    moment = str(int(AT.timestamp()))
    signature = hmac.new(b"12345", moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    with pytest.raises(BadCallback):
        provider("json").events(
            Inbound("POST", "/", "", {"X-Timestamp": moment, "X-Signature": signature}, body)
        )


def test_an_account_without_callbacks_says_so() -> None:
    with pytest.raises(BadConfig, match="expects no callbacks"):
        create_provider().events(Inbound("POST", "/", "", {}, b""))


TIMES = {
    ("iso", "2026-11-26T12:05:06+08:00"): AT,
    ("iso", "2026-11-26T04:05:06"): AT,
    ("utc", "2026-11-26 04:05:06"): AT,
    ("beijing", "2026-11-26 12:05:06"): AT,
    ("unix", "1795665906"): AT,
    ("unix_ms", "1795665906000"): AT,
    ("unix", "soon"): None,
    ("unix", "1e400"): None,
    ("iso", "26/11/2026"): None,
    ("none", "2026-11-26T04:05:06"): None,
}


@pytest.mark.parametrize(("form", "text"), list(TIMES))
def test_times_are_read_in_the_gateways_form_or_left_out(form: str, text: str) -> None:
    (event,) = provider("json", receipt_time_form=form).events(signed_json(REPORT | {"at": text}))
    assert event.at == TIMES[form, text]


@given(
    st.binary(max_size=200), st.text(max_size=40), st.dictionaries(st.text(max_size=10), st.text(max_size=10))
)
def test_nothing_unsigned_gets_in(body: bytes, query: str, headers: dict[str, str]) -> None:
    for key in ("json", "twilio"):
        with pytest.raises(BadSignature):
            provider(key).events(Inbound("POST", "/", query, headers, body))


@given(
    st.dictionaries(
        st.sampled_from(sorted(REPORT)), st.recursive(st.none() | st.integers() | st.text(), st.lists)
    )
)
def test_any_signed_report_becomes_an_event_of_bounded_size(report: dict[str, Any]) -> None:
    (event,) = provider("json").events(signed_json(report))
    assert len(event.event_id) <= 120
    assert len(event.provider_id) <= 120
    assert len(event.code) <= 40
