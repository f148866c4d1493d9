"""The settings of one gateway: what it is called with, what its answers mean, what it tells us later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from yuemian.channels.base import BadConfig, Dedup, said, setting

from .signature import ENCODINGS, KINDS

OUTCOMES: Final = (
    "ambiguous",
    "content_rejected",
    "retry",
    "throttled",
    "bad_recipient",
    "no_consent",
    "config",
)
NUMBERS: Final = ("e164", "digits", "national")
TIMES: Final = ("none", "iso", "unix", "unix_ms", "beijing", "utc")

CONNECTION, REQUEST, SIGNATURE = said("Connection"), said("Request"), said("Signature of the request")
ANSWER, REPEAT = said("Answer of the gateway"), said("After an unclear answer")
RECEIPTS, REPLIES = said("Receipts"), said("Replies of candidates")


@dataclass(frozen=True)
class HTTPSMSConfig:
    """One account at one gateway; times in seconds. docs/channels/http-sms.md explains each with examples."""

    url: str = setting(
        "Address",
        group=CONNECTION,
        help_text=said("Where messages are posted to, such as https://sms.example.com/send"),
    )
    user: str = setting("User or key id", group=CONNECTION, default="")
    password: str = setting("Password, token or key", group=CONNECTION, secret=True, default="")
    sender: str = setting(
        "Sender",
        group=CONNECTION,
        help_text=said("Number, name or signature registered with the gateway"),
        default="",
    )
    template: str = setting(
        "Template id", group=CONNECTION, help_text=said("Of the gateway, where it wants one"), default=""
    )
    ca_file: str = setting(
        "Certificate authority",
        group=CONNECTION,
        help_text=said("File path; only for a private authority"),
        default="",
    )
    connections: int = setting(
        "Connections", group=CONNECTION, help_text=said("At most this many at once"), default=8
    )
    timeout: float = setting(
        "Patience for an answer",
        group=CONNECTION,
        help_text=said("Seconds. Impatience turns slow answers into messages of unknown fate"),
        default=20.0,
    )
    connect_timeout: float = setting("Patience for a connection", group=CONNECTION, default=5.0)

    auth: str = setting("Sign-in", group=REQUEST, choices=("none", "basic", "bearer"), default="none")
    body: str = setting("Body", group=REQUEST, choices=("form", "json", "text"), default="form")
    fields: str = setting(
        "Fields",
        group=REQUEST,
        lines=True,
        help_text=said("One “name = value” a line; values may hold {to}, {text}, {key}, {sender} and others"),
        default="to = {to}\ntext = {text}",
    )
    query: str = setting(
        "Query", group=REQUEST, lines=True, help_text=said("Added to the address"), default=""
    )
    headers: str = setting(
        "Headers", group=REQUEST, lines=True, help_text=said("One “Name: value” a line"), default=""
    )
    number: str = setting(
        "Form of numbers",
        group=REQUEST,
        choices=NUMBERS,
        help_text=said("e164 is +8613800138000, digits 8613800138000, national 13800138000"),
        default="e164",
    )
    country_code: str = setting(
        "Country code", group=REQUEST, help_text=said("For national numbers"), default="86"
    )

    sign: str = setting("Method", group=SIGNATURE, choices=KINDS, default="none")
    sign_text: str = setting(
        "Signed text",
        group=SIGNATURE,
        help_text=said("Such as {user}{timestamp}{nonce}{body}; \\n is a new line"),
        default="",
    )
    sign_key: str = setting("Key", group=SIGNATURE, help_text=said("Of hmac methods"), default="{password}")
    sign_encoding: str = setting("Encoding", group=SIGNATURE, choices=ENCODINGS, default="hex")

    success_status: str = setting(
        "Status of success", group=ANSWER, help_text=said("Such as 200, 202"), default="200, 201, 202"
    )
    success: str = setting(
        "Success",
        group=ANSWER,
        help_text=said("Such as code = 0, or a pattern between slashes; empty: the status is enough"),
        default="",
    )
    id_path: str = setting(
        "The gateway's id", group=ANSWER, help_text=said("Such as data.id or /id=(\\w+)/"), default=""
    )
    code_path: str = setting("The gateway's code", group=ANSWER, help_text=said("Such as code"), default="")
    outcomes: str = setting(
        "What codes mean",
        group=ANSWER,
        lines=True,
        help_text=said(
            "One “code = outcome” a line; “http 503 = retry” for a status, “Limit* = throttled” for beginnings"
        ),
        default="",
    )
    otherwise: str = setting(
        "All other refusals",
        group=ANSWER,
        choices=OUTCOMES,
        help_text=said("ambiguous is never wrong: a person looks at it"),
        default="ambiguous",
    )

    dedup: str = setting(
        "How to avoid doubles",
        group=REPEAT,
        choices=("none", "key", "lookup"),
        help_text=said(
            "key: the gateway refuses a second message with our {key}; lookup: it can be asked by it"
        ),
        default="none",
    )
    lookup_url: str = setting(
        "Address to ask", group=REPEAT, help_text=said("With {key}; asked by GET"), default=""
    )
    lookup_found: str = setting(
        "It was taken", group=REPEAT, help_text=said("A rule like Success"), default=""
    )
    lookup_missing: str = setting(
        "It never arrived", group=REPEAT, help_text=said("A rule; empty: the status 404 alone"), default=""
    )
    lookup_id: str = setting("The gateway's id there", group=REPEAT, default="")

    receipt_format: str = setting(
        "Form",
        group=RECEIPTS,
        choices=("none", "form", "json", "query"),
        help_text=said("none: no callbacks"),
        default="none",
    )
    receipt_items: str = setting(
        "Where the list is",
        group=RECEIPTS,
        help_text=said("Path to a list; empty: the whole, a list or one"),
        default="",
    )
    receipt_id: str = setting(
        "The gateway's id", group=RECEIPTS, help_text=said("The one its answer gave"), default=""
    )
    receipt_key: str = setting(
        "Our key", group=RECEIPTS, help_text=said("Where the gateway returns {key}"), default=""
    )
    receipt_status: str = setting("Status", group=RECEIPTS, default="")
    receipt_states: str = setting(
        "What statuses mean",
        group=RECEIPTS,
        lines=True,
        help_text=said("One “status = sent, delivered, deferred, bounced or rejected” a line"),
        default="",
    )
    receipt_code: str = setting("Error code", group=RECEIPTS, default="")
    receipt_time: str = setting("Time", group=RECEIPTS, default="")
    receipt_time_form: str = setting("Form of the time", group=RECEIPTS, choices=TIMES, default="none")
    receipt_event: str = setting(
        "Id of the report", group=RECEIPTS, help_text=said("Empty: id, status and time together"), default=""
    )
    receipt_sign: str = setting("Signature", group=RECEIPTS, choices=KINDS, default="none")
    receipt_sign_text: str = setting(
        "Signed text",
        group=RECEIPTS,
        help_text=said("Such as {url}{sorted_bare} or {header:X-Timestamp}.{body}"),
        default="",
    )
    receipt_secret: str = setting(
        "Key of the signature",
        group=RECEIPTS,
        secret=True,
        help_text=said("Empty: the password above"),
        default="",
    )
    receipt_sign_encoding: str = setting("Encoding", group=RECEIPTS, choices=ENCODINGS, default="hex")
    receipt_signature: str = setting(
        "Where the signature is",
        group=RECEIPTS,
        help_text=said("header X-Signature, field sign or query sign"),
        default="",
    )
    receipt_moment: str = setting(
        "Where its time is",
        group=RECEIPTS,
        help_text=said("header X-Timestamp: older than five minutes is refused; in seconds"),
        default="",
    )
    receipt_answer: str = setting(
        "Our answer",
        group=RECEIPTS,
        help_text=said('Such as {"code":0}; empty: nothing but the status 200'),
        default="",
    )

    reply_text: str = setting(
        "Text", group=REPLIES, help_text=said("A report that has this is a candidate's message"), default=""
    )
    reply_from: str = setting("Number", group=REPLIES, default="")
    reply_id: str = setting("Id", group=REPLIES, default="")

    callback_url: str = setting("Address of callbacks", secret=True, internal=True, default="")

    def __post_init__(self) -> None:
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise BadConfig(
                    "“%(word)s” is no choice for %(name)s; take one of %(known)s.",
                    word=getattr(self, name),
                    name=name,
                    known=", ".join(known),
                )
        if not 1 <= self.connections <= 100:
            raise BadConfig("Connections: choose a number from 1 to 100.")
        if not (0.05 <= self.timeout <= 120 and 0.05 <= self.connect_timeout <= 60):
            raise BadConfig("Patience must be between 0.05 and 120 seconds, for a connection up to 60.")
        if not self.country_code.isascii() or not self.country_code.isdigit():
            raise BadConfig("Country code: digits alone, such as 86.")


_CHOICES: Final = {
    "auth": ("none", "basic", "bearer"),
    "body": ("form", "json", "text"),
    "number": NUMBERS,
    "sign": KINDS,
    "sign_encoding": ENCODINGS,
    "otherwise": OUTCOMES,
    "dedup": tuple(Dedup),
    "receipt_format": ("none", "form", "json", "query"),
    "receipt_time_form": TIMES,
    "receipt_sign": KINDS,
    "receipt_sign_encoding": ENCODINGS,
}
