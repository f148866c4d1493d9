"""A mail as it arrived, read within bounds: headers decoded, one text, attachments named and left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from .address import addresses_in
from .plain import plain_text


class Unreadable(ValueError):  # noqa: N818
    """The mail is built to break readers, or broken beyond reading."""


#: Parts within parts cost more the deeper they lie; people's programs use five or six.
_MOST_BOUNDARIES: Final = 60
_MOST_PARTS: Final = 200
_MOST_NAMES: Final = 20
_LONGEST_TEXT: Final = 400_000
_LONGEST_CALENDAR: Final = 200_000
_HEADER_READ: Final = 2_000
_LISTS_READ: Final = 20_000
#: Chinese programs call their letters by the name of a smaller set than they use.
_CHARSETS: Final = {
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "cp936", "x-gbk", "gb18030", "hz-gb-2312x"), "gb18030"),
    **dict.fromkeys(("", "us-ascii", "ascii", "utf8", "unknown-8bit", "default", "8bit"), "utf-8"),
}
_RECIPIENTS: Final = (
    "to",
    "cc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-forwarded-to",
    "x-envelope-to",
)
_KEPT: Final = (
    *("auto-submitted", "x-autoreply", "x-autorespond", "precedence", "list-id"),
    *("authentication-results", "x-failed-recipients"),
)
_IDS: Final = re.compile(r"<[^<>\s]{3,900}>")
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Letter:
    """One mail. Addresses are lower case; `return_path` None: the server does not say."""

    message_id: str
    references: tuple[str, ...]
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    return_path: str | None
    subject: str
    text: str
    sent_at: datetime | None = None
    attachments: tuple[str, ...] = ()
    attachment_count: int = 0
    calendars: tuple[tuple[str, bytes], ...] = ()
    report_type: str = ""
    #: The blocks of a `message/delivery-status`, names in lower case.
    report: tuple[Mapping[str, str], ...] = ()
    #: The mail that a report is about: its own Message-ID.
    reported_ids: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


def read_letter(raw: bytes) -> Letter:
    """Raises Unreadable. A mail that was cut off is read as far as it goes."""
    if raw.lower().count(b"boundary") > _MOST_BOUNDARIES or raw.count(b"message/rfc822") > _MOST_BOUNDARIES:
        raise Unreadable(Unreadable.__doc__)
    try:
        return _letter(message_from_bytes(raw, policy=policy.compat32))
    except (RecursionError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise Unreadable(Unreadable.__doc__) from error


def _letter(mail: Message) -> Letter:
    parts = _Parts()
    parts.take(mail)
    senders = getaddresses([_header(mail, "from")])
    name, sender = senders[0] if senders else ("", "")
    found = list(addresses_in([sender])) or list(addresses_in([_header(mail, "from")]))
    path = _header(mail, "return-path")
    answered = [
        *_IDS.findall(_header(mail, "in-reply-to")),
        *reversed(_IDS.findall(_header(mail, "references", _LISTS_READ))),
    ]
    return Letter(
        message_id=next(iter(_IDS.findall(_header(mail, "message-id"))), ""),
        references=tuple(dict.fromkeys(answered)),
        sender=found[0] if found else "",
        sender_name=" ".join(name.split())[:120],
        recipients=tuple(addresses_in(_all(mail, _RECIPIENTS))),
        return_path=(next(addresses_in([path]), "") if path else None),
        subject=" ".join(_header(mail, "subject").split())[:500],
        text=parts.text(),
        sent_at=_date(_header(mail, "date")),
        attachments=tuple(parts.names[:_MOST_NAMES]),
        attachment_count=len(parts.names),
        calendars=tuple(parts.calendars),
        report_type=str(mail.get_param("report-type", "") or "").lower()
        if _kind(mail) == "multipart/report"
        else "",
        report=tuple(parts.report),
        reported_ids=tuple(parts.reported_ids),
        headers={each: _header(mail, each) for each in _KEPT if mail.get(each) is not None},
    )


class _Parts:
    """Walks through a mail once, without entering mails that are attached to it."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.calendars: list[tuple[str, bytes]] = []
        self.report: list[Mapping[str, str]] = []
        self.reported_ids: list[str] = []
        self._plain: list[str] = []
        self._html: list[str] = []
        self._seen = 0

    def text(self) -> str:
        """The plain text; the HTML one where there is no other, or only an empty one."""
        plain = "\n".join(self._plain).strip()
        return clean(plain if plain or not self._html else plain_text("\n".join(self._html)))

    def take(self, part: Message) -> None:
        self._seen += 1
        if self._seen > _MOST_PARTS:
            return
        kind = _kind(part)
        if kind == "message/delivery-status":
            self.report += _blocks(part)
        elif kind in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            self._take_enclosed(part)
        elif part.is_multipart():
            for each in part.get_payload():
                if isinstance(each, Message):
                    self.take(each)
        else:
            self._take_leaf(part, kind)

    def _take_leaf(self, part: Message, kind: str) -> None:
        name, is_attached = _file_name(part), part.get_content_disposition() == "attachment"
        if kind == "text/calendar" or (kind == "application/ics" and not self.calendars):
            method = str(part.get_param("method", "") or "").upper()
            content = _content(part)[:_LONGEST_CALENDAR]
            found = re.search(rb"^METHOD[^:\r\n]{0,40}:\s*([A-Za-z]{3,20})", content, re.MULTILINE)
            self.calendars.append((method or (found[1].decode().upper() if found else ""), content))
        elif kind in {"text/plain", "text/html"} and not is_attached and not name:
            (self._html if kind == "text/html" else self._plain).append(_decoded(part)[:_LONGEST_TEXT])
        elif is_attached or (name and not (part.get("content-id") and kind.startswith("image/"))):
            self.names.append(name or kind)

    def _take_enclosed(self, part: Message) -> None:
        """The mail that a report is about, or one that somebody attached."""
        payload = part.get_payload()
        enclosed = payload[0] if isinstance(payload, list) and payload else None
        head = enclosed if isinstance(enclosed, Message) else message_from_bytes(_content(part)[:64_000])
        self.reported_ids += _IDS.findall(_header(head, "message-id"))
        if part.get_content_disposition() == "attachment":
            self.names.append(_file_name(part) or _header(head, "subject")[:80] or "message/rfc822")


def _blocks(part: Message) -> Iterator[Mapping[str, str]]:
    payload = part.get_payload()
    for block in (payload if isinstance(payload, list) else [])[:50]:
        if isinstance(block, Message):
            yield {
                name.lower(): _decoded_header(value)[:_HEADER_READ]
                for name, value in list(block.items())[:40]
            }


def _kind(part: Message) -> str:
    return str(part.get_content_type()).lower()


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decoded(part: Message) -> str:
    return decode_text(_content(part), str(part.get_param("charset", "") or ""))


def decode_text(data: bytes, charset: str) -> str:
    """In the charset that is named, else in those that Chinese and other programs really use."""
    named = charset.strip().strip("'\"").lower()
    for each in dict.fromkeys((_CHARSETS.get(named, named), "utf-8", "gb18030")):
        try:
            return data.decode(each)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", "replace")


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename("") or ""
    except (LookupError, ValueError, TypeError):
        name = ""
    name = _decoded_header(name).replace("\\", "/").rpartition("/")[2]
    return " ".join(clean(name).split())[:120]


def _header(mail: Message, name: str, most: int = _HEADER_READ) -> str:
    value = mail.get(name)
    return _decoded_header(value)[:most] if value is not None else ""


def _all(mail: Message, names: tuple[str, ...]) -> list[str]:
    return [_decoded_header(value)[:_LISTS_READ] for name in names for value in mail.get_all(name, [])[:10]]


def _decoded_header(value: object) -> str:
    """RFC 2047, and what programs send that never heard of it: bare GBK or UTF-8."""
    text = str(value)
    raw = text.encode("utf-8", "surrogateescape") if isinstance(value, str) else None
    if raw is None:  # a Header of unknown 8-bit text
        raw = b"".join(
            piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogateescape")
            for piece, _ in decode_header(value)  # type: ignore[arg-type]
        )
    if any(byte > 127 for byte in raw):
        text = decode_text(raw, "")
    if "=?" not in text:
        return clean(text)
    try:
        pieces = decode_header(re.sub(r"\?=\s+=\?", "?==?", text[:_LISTS_READ]))
    except (ValueError, LookupError):
        return clean(text)
    return clean("".join(_piece(piece, charset) for piece, charset in _joined(pieces)))


def _joined(pieces: list[tuple[bytes | str, str | None]]) -> Iterator[tuple[bytes | str, str | None]]:
    """A letter may have been cut in two between encoded words of one charset."""
    held: tuple[bytes, str | None] | None = None
    for piece, charset in pieces:
        if isinstance(piece, bytes) and held is not None and held[1] == charset:
            held = held[0] + piece, charset
            continue
        if held is not None:
            yield held
        held = (piece, charset) if isinstance(piece, bytes) else None
        if held is None:
            yield piece, charset
    if held is not None:
        yield held


def _piece(piece: bytes | str, charset: str | None) -> str:
    return piece if isinstance(piece, str) else decode_text(piece, charset or "")


def clean(text: str) -> str:
    """Without control characters, and without those that turn the reading direction of what follows."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text[:80])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
