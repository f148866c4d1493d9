"""What the settings of HTTP SMS make of a message: fields, encodings, signatures; sentences for what cannot work."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.texts import AT, create_text
from yuemian.channels.base import BadAddress, BadConfig
from yuemian.channels.http_sms import HTTPSMSConfig, HTTPSMSProvider, presets
from yuemian.channels.http_sms.request import Outgoing, RequestForm
from yuemian.channels.http_sms.signature import sign
from yuemian.channels.http_sms.template import Filling, Path, Reading, Rule, Table

URL = "https://sms.example.com/send"
NONCE = "0123456789abcdef"


def filled(message: dict[str, Any] | None = None, **settings: Any) -> Outgoing:
    form = RequestForm(HTTPSMSConfig(**({"url": URL} | settings)))
    return form.fill(create_text(**(message or {})), AT, NONCE)


def header(outgoing: Outgoing, name: str) -> str:
    return dict(outgoing.headers)[name]


def test_a_form_carries_every_letter_to_the_other_side() -> None:
    outgoing = filled({"text": "a&b=c 你好 +%20\n“”"}, fields="mobile = {to}\ncontent = {text}\ntype = 2")
    assert header(outgoing, "Content-Type") == "application/x-www-form-urlencoded"
    assert parse_qsl(outgoing.body.decode()) == [
        ("mobile", "+8613800000001"),
        ("content", "a&b=c 你好 +%20\n“”"),
        ("type", "2"),
    ]


def test_json_has_nested_fields_lists_and_constants_of_their_kind() -> None:
    fields = (
        'to.0 = {to}\nmessage.text = {text}\nreport = true\ncoding = 8\nversion = "8"\nnote = {{x}}\nempty ='
    )
    outgoing = filled({"text": '"quoted" \\ 你好'}, body="json", fields=fields)
    assert header(outgoing, "Content-Type") == "application/json"
    assert json.loads(outgoing.body) == {
        "to": ["+8613800000001"],
        "message": {"text": '"quoted" \\ 你好'},
        "report": True,
        "coding": 8,
        "version": "8",
        "note": "{x}",
        "empty": "",
    }


def test_values_in_address_and_query_are_encoded() -> None:
    outgoing = filled(
        {"key": "a/b c"},
        url="https://sms.example.com/v1/{user}/send?x=1",
        user="a b/..",
        query="ref = {key}\nk = {sender}",
    )
    assert outgoing.target.path == "/v1/a%20b%2F../send"
    assert outgoing.target.query == "x=1&ref=a%2Fb%20c&k="


@pytest.mark.parametrize(
    ("number", "expected"),
    [("e164", "+8613800000001"), ("digits", "8613800000001"), ("national", "13800000001")],
)
def test_numbers_take_the_form_the_gateway_wants(number: str, expected: str) -> None:
    assert filled(number=number).values["to"] == expected


def test_a_number_of_another_country_does_not_fit_the_national_form() -> None:
    with pytest.raises(BadAddress, match=r"begin with \+86"):
        filled({"to": "+6591234567"}, number="national")


def test_times_and_nonce_stand_in_fields() -> None:
    names = ("timestamp", "timestamp_ms", "time_utc", "time_beijing", "nonce", "link", "key", "locale")
    outgoing = filled(fields="to = {to}\ntext = {text}\n" + "\n".join(f"{n} = {{{n}}}" for n in names))
    assert dict(parse_qsl(outgoing.body.decode())) | {"to": "", "text": ""} == {
        "to": "",
        "text": "",
        "timestamp": "1795665906",
        "timestamp_ms": "1795665906000",
        "time_utc": "2026-11-26T04:05:06Z",
        "time_beijing": "20261126120506",
        "nonce": NONCE,
        "link": "https://hr.example.com/c/token1",
        "key": "key-1",
        "locale": "zh-hans",
    }


def test_both_kinds_of_sign_in_and_a_header_of_ones_own() -> None:
    pair: dict[str, Any] = {"user": "AC1", "password": "tok"}
    assert (
        header(filled(auth="basic", **pair), "Authorization")
        == "Basic " + base64.b64encode(b"AC1:tok").decode()
    )
    assert header(filled(auth="bearer", **pair), "Authorization") == "Bearer tok"
    own = filled(headers="authorization: Token {password}", auth="bearer", **pair)
    assert [value for name, value in own.headers if name.lower() == "authorization"] == ["Token tok"]


# RFC 2104 and RFC 4231 (test case 2), RFC 2202, and the vectors of channels' documents.
VECTORS = [
    ("hmac-sha256", "hex", "Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ("hmac-sha1", "hex", "Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    ("hmac-md5", "HEX", "Jefe", "what do ya want for nothing?", "750C783E6AB0B503EAA86E310A5DB738"),
    ("hmac-sha1", "base64", "12345",
     "https://example.com/myappMessageSidSM1MessageStatusdeliveredTo+8613800138000", "UuBA8Xat0rOfTxNLns8rzKjDbXY="),
    ("hmac-sha256", "base64", "12345",
     "https://example.com/myappMessageSidSM1MessageStatusdeliveredTo+8613800138000",
     "yOCqQ3H8IrRaz4w2Ifs4KIO8ymPLSLJRfSItHr1WG28="),
    ("sha256", "base64", "", "66C92B11FF8A425FB8D4CCFE0ED9ED1F2018-02-12T15:30:20Zappsecret",
     "UMlzF6IOaOhARyAz/Ph8koPTrmQlxyodvjG+km05n9s="),
    ("sha1", "hex", "", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("md5", "hex", "", "abc", "900150983cd24fb0d6963f7d28e17f72"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "encoding", "key", "text", "expected"), VECTORS)
def test_signatures_are_those_of_the_documents(
    kind: str, encoding: str, key: str, text: str, expected: str
) -> None:
    assert sign(kind, encoding, key, text) == expected


def test_base64url_has_neither_signs_nor_padding_that_an_address_must_encode() -> None:
    found = {sign("hmac-sha256", "base64url", "k", str(n)) for n in range(50)}
    assert all(word.replace("-", "").replace("_", "").isalnum() for word in found)


def test_a_signature_over_sorted_fields_leaves_itself_out() -> None:
    outgoing = filled(
        {"text": "你好 a"},
        user="app",
        password="s3cret",
        fields="to = {to}\ntext = {text}\nappid = {user}\nts = {timestamp}\nsign = {signature}",
        sign="md5",
        sign_text="{sorted}&key={password}",
        sign_encoding="HEX",
    )
    text = "appid=app&text=你好 a&to=+8613800000001&ts=1795665906&key=s3cret"
    assert dict(parse_qsl(outgoing.body.decode()))["sign"] == hashlib.md5(text.encode()).hexdigest().upper()


def test_a_signature_over_body_path_and_query_stands_in_a_header_or_the_query() -> None:
    text = "{method}\\n{path}\\n{query}\\n{body_sha256}\\n{field:to}"
    settings: dict[str, Any] = {"sign": "hmac-sha256", "sign_text": text, "password": "k", "query": "v = 1"}
    outgoing = filled(headers="Authorization: APP {user}:{signature}", user="u", **settings)
    body = hashlib.sha256(outgoing.body).hexdigest()
    expected = hmac.new(b"k", f"POST\n/send\nv=1\n{body}\n+8613800000001".encode(), "sha256").hexdigest()
    assert header(outgoing, "Authorization") == f"APP u:{expected}"
    in_query = filled(**(settings | {"query": "v = 1\nsign = {signature}"}))
    assert in_query.target.query == f"v=1&sign={expected}"


REFUSED = [
    ({"url": ""}, "percent-encoded|must look like"),
    ({"url": "ftp://x"}, "must look like"),
    ({"url": "https://u:p@x.cn/"}, "fields of their own"),
    ({"fields": "text = {text}"}, "holds {to}"),
    ({"fields": "to = {to}"}, "would be empty"),
    ({"fields": "to = {to}\ntext = {texte}"}, "no placeholder {texte}"),
    ({"fields": "to = {to}\ntext = {text"}, "stands alone"),
    ({"fields": "to {to}"}, "lacks a “=”"),
    ({"fields": "a = {to}\na.b = {text}", "body": "json"}, "lies below"),
    ({"headers": "Bad Name: x"}, "no name of a header"),
    ({"headers": "Host: x"}, "set by Yuemian"),
    ({"headers": "X-T: {text}"}, "put it into a field"),
    ({"dedup": "key"}, "no field holds {key}"),
    ({"dedup": "lookup"}, "give an address with {key}"),
    (
        {"dedup": "lookup", "lookup_url": "https://x.cn/{to}?{key}", "lookup_found": "a"},
        "no placeholder {to}",
    ),
    ({"dedup": "maybe"}, "take one of"),
    ({"sign": "hmac-sha256", "sign_text": "{to}"}, "holds {signature}"),
    (
        {"sign": "md5", "sign_text": "{body}", "fields": "to={to}\ntext={text}\ns={signature}"},
        "sign {sorted}",
    ),
    ({"sign": "md5", "sign_text": "{field:x}", "headers": "S: {signature}"}, "no field “x”"),
    ({"success": "= 0"}, "write it as"),
    ({"success": "/(/"}, "cannot be read"),
    ({"success": "/(a+)+b/"}, "too costly"),
    ({"success": "/a*b*c*/"}, "too costly"),
    ({"success_status": "0"}, "from 200 to 299"),
    ({"outcomes": "1 = lost"}, "none of our words"),
    ({"connections": 0}, "from 1 to 100"),
    ({"timeout": 0}, "Patience"),
    ({"country_code": "+86"}, "digits alone"),
    ({"receipt_format": "json"}, "need the status"),
    (
        {"receipt_format": "json", "receipt_id": "id", "receipt_status": "s", "receipt_states": "a = b"},
        "none of our",
    ),
    (
        {"receipt_format": "json", "receipt_id": "id", "receipt_status": "s", "receipt_sign": "md5"},
        "need the signed text",
    ),
    (
        {
            "receipt_format": "json",
            "receipt_id": "id",
            "receipt_status": "s",
            "receipt_sign": "md5",
            "receipt_sign_text": "{path}",
            "receipt_signature": "header S",
        },
        "must cover",
    ),
    ({"receipt_format": "form", "reply_text": "t"}, "the number they come from"),
    ({"receipt_format": "form", "receipt_signature": "cookie S"}, "write header X-Name"),
]


@pytest.mark.parametrize(("settings", "remedy"), REFUSED)
def test_settings_that_cannot_work_are_refused_with_a_sentence(settings: dict[str, Any], remedy: str) -> None:
    with pytest.raises(BadConfig, match=remedy) as caught:
        HTTPSMSProvider(HTTPSMSConfig(**({"url": URL} | settings)))
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.key)
def test_every_shipped_recipe_works_once_the_account_is_filled_in(preset: Any) -> None:
    own: dict[str, Any] = {
        "url": URL,
        "user": "AC1",
        "password": "tok",
        "sender": "10690001",
        "callback_url": "https://h/hooks/x",
    }
    config = HTTPSMSConfig(**(own | dict(preset.settings)))
    provider = HTTPSMSProvider(config)
    outgoing = RequestForm(config).fill(create_text(), AT, NONCE)
    everything = outgoing.body.decode() + str(outgoing.headers)
    assert "13800000001" in everything
    assert config.callback_url in everything.replace("%3A", ":").replace("%2F", "/")
    assert provider.config.receipt_format != "none"
    assert preset.name
    assert preset.note


def test_kannel_gets_its_headers_and_the_text_as_body() -> None:
    (kannel,) = [preset for preset in presets() if preset.key == "kannel"]
    own: dict[str, Any] = {
        "url": "http://10.1.0.9:13013/cgi-bin/sendsms",
        "user": "invite",
        "password": "pw",
        "sender": "10690000",
    }
    outgoing = filled(**(own | dict(kannel.settings) | {"callback_url": "http://10.1.0.9/dlr"}))
    assert outgoing.body.decode() == create_text().text
    headers = dict(outgoing.headers)
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert (headers["X-Kannel-Username"], headers["X-Kannel-Password"]) == ("invite", "pw")
    assert headers["X-Kannel-DLR-Url"] == "http://10.1.0.9/dlr?key=key-1&type=%d&answer=%A&id=%I"


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True), st.sampled_from(["key", "nonce", "text"])
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.sampled_from(["form", "json"]),
)
def test_any_map_of_fields_brings_any_text_unchanged(names: dict[str, str], text: str, body: str) -> None:
    fields = "\n".join(f"{name} = <{{{ours}}}>" for name, ours in names.items())
    outgoing = filled({"text": text}, body=body, fields=f"TO = {{to}}\nTEXT = {{text}}\n{fields}")
    if body == "json":
        got = json.loads(outgoing.body)
    else:
        got = dict(parse_qsl(outgoing.body.decode(), keep_blank_values=True))
    values = {"key": "key-1", "nonce": NONCE, "text": text}
    expected = {name: f"<{values[ours]}>" for name, ours in names.items()}
    assert got == {"TO": "+8613800000001", "TEXT": text} | expected


@given(st.text(max_size=60))
def test_any_text_is_a_template_or_refused_with_a_sentence(text: str) -> None:
    problem = ""
    try:
        assert isinstance(Filling.compile(text, {"to"}, "Fields").fill({"to": "1"}), str)
    except BadConfig as error:
        problem = str(error)
    assert not problem or problem.endswith(".")


def test_paths_and_rules_find_what_answers_say() -> None:
    reading = Reading.of_json('{"code":0,"ok":true,"data":[{"id":"a7"}],"a.b":"dotted","none":null,"n":1.5}')
    finds = {
        "code": "0",
        "ok": "true",
        "data.0.id": "a7",
        "a.b": "dotted",
        "none": None,
        "data": None,
        "x.y": None,
    }
    for path, expected in (finds | {"data.9.id": None, "n": "1.5", "code.x": None}).items():
        assert Path.compile(path, "").find(reading) == expected
    assert Path.compile("/ID:(\\w+)/", "").find(Reading("OK ID:77 done")) == "77"
    for rule, holds in {
        "": True,
        "code = 0": True,
        "code = 1 | 2": False,
        "code = 2 | 0": True,
        "x": False,
    }.items():
        assert Rule.compile(rule, "").holds(reading) is holds
    assert Rule.compile("/^[03]:/", "").holds(Reading("0: Accepted for delivery"))


def test_a_document_nested_too_deep_says_nothing_instead_of_breaking() -> None:
    assert Reading.of_json("[" * 100_000).data is None


def test_exact_words_win_over_beginnings_and_long_beginnings_over_short_ones() -> None:
    table = Table.compile("A* = retry\nAB* = config\nABC = throttled", ["retry", "config", "throttled"], "")
    assert [table.find(word) for word in ("ABC", "ABX", "AX", "X")] == ["throttled", "config", "retry", None]
