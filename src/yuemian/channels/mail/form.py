"""The prepared form of a mail: everything that is equal for one template version is built once.

HTML is sent as base64. Each long fixed piece is padded with spaces to whole lines of 57 bytes and encoded once; what
differs between people, with the short pieces between, is encoded per message in as few runs as may be. Padding stands
where HTML ignores spaces.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from struct import Struct
from typing import Final

from yuemian.channels.base import Message
from yuemian.domain.richtext import to_text

from .header import HeaderProblem, check_value, encode_text, mailbox
from .shell import Shell

_BOUNDARY: Final = "=_yuemian_alternative"  # base64 never contains "=_"
_LINE: Final = 57
#: A fixed piece shorter than this costs less encoded again with its neighbours than as a run of its own.
_SHORT: Final = 700
_PLAIN: Final = re.compile(r"[!-;=?-~]+")  # printable ASCII but space and angle brackets
_HEADER_NAME: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")
_OURS: Final = frozenset(
    {
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "sender",
        "return-path",
        "received",
    }
    | {"mime-version", "content-type", "content-transfer-encoding", "auto-submitted", "dkim-signature"}
    | {"x-auto-response-suppress"}
)


def _part(kind: str) -> bytes:
    lines = (
        f"--{_BOUNDARY}",
        f"Content-Type: {kind}; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


_PART_TEXT: Final = _part("text/plain")
_PART_HTML: Final = b"\r\n" + _part("text/html")
END: Final = f"\r\n--{_BOUNDARY}--\r\n".encode()


def message_id(notification_id: str, attempt: int, domain: str) -> str:
    """`<n-{id}.{attempt}@{domain}>`: the join key for bounces and replies."""
    return f"<n-{notification_id}.{attempt}{_at(domain)}"


@lru_cache(maxsize=512)
def _at(domain: str) -> str:
    if not _PLAIN.fullmatch(domain):
        raise HeaderProblem("A Message-ID may only hold plain letters; check the domain of the mail account.")
    return f"@{domain}>"


@lru_cache(maxsize=512)
def _lines_of_76(count: int) -> Struct:
    return Struct("76s" * count)


def encoded(data: bytes) -> bytes:
    """Base64 in lines of 76; cutting with a Struct is many times as fast as `base64.encodebytes`."""
    text = b2a_base64(data, newline=False)
    count, rest = divmod(len(text), 76)
    lines = b"\r\n".join(_lines_of_76(count).unpack_from(text)) + b"\r\n" if count else b""
    return lines + text[-rest:] + b"\r\n" if rest else lines


def whole_lines(data: bytes) -> bytes:
    rest = len(data) % _LINE
    return data.ljust(len(data) + _LINE - rest) if rest else data


@lru_cache(maxsize=4)
def _date(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC))


def _runs(page: Shell) -> list[tuple[bytes, str, list[str]]]:
    """A long fixed piece encoded, then a text with a gap for each of the names, from page start to end."""
    runs: list[tuple[bytes, str, list[str]]] = []
    for number, (fixed, slot) in enumerate(page.pieces):
        if number and slot and len(fixed) < _SHORT:
            before, run, names = runs[-1]
            runs[-1] = (before, run + _gap(fixed, slot), [*names, slot])
        else:
            before = encoded(whole_lines(fixed.encode()))
            runs.append((before, _gap("", slot), [slot] if slot else []))
    return runs


def _gap(fixed: str, slot: str) -> str:
    return fixed.replace("%", "%%") + ("%s" if slot else "")


class MailForm:
    """Builds the complete mail of one template version in one locale; safe to share and to keep."""

    is_wire_ready = True  # base64 has no dots, header lines begin with a name or a space

    def __init__(self, page: Shell, headers: Mapping[str, str] | None = None) -> None:
        self._page = page
        self._runs = _runs(page)
        first, run, names = self._runs[0]
        self._runs[0] = (_PART_HTML + first, run, names)
        extra = "".join(_extra(name, value) for name, value in (headers or {}).items())
        self._fixed = (
            f"{extra}MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
            # Exchange heeds this alone; its reports are still wanted.
            "X-Auto-Response-Suppress: OOF, AutoReply\r\n"
            f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
        ).encode() + _PART_TEXT

    def html(self, message: Message) -> str:
        """The same page as in the mail, for previews and the phone lab."""
        return self._page.fill(message.slots)

    def mail(self, message: Message, now: datetime) -> bytes:
        """The bytes to put on the wire, lines ended by CRLF, without the final dot."""
        parts = [self.headers(message, now)]
        for before, text, is_padded in self.body(message):
            data = text.encode()
            parts += before, encoded(whole_lines(data) if is_padded else data)
        parts.append(END)
        return b"".join(parts)

    def body(self, message: Message) -> Iterator[tuple[bytes, str, bool]]:
        """What follows the headers: bytes as they are, then a text to encode, and whether blanks may fill its lines."""
        yield self._fixed, to_text(message.text), False
        slots = message.slots
        for fixed, run, names in self._runs:
            yield fixed, run % tuple([slots[name] for name in names]), True

    @staticmethod
    def headers(message: Message, now: datetime) -> bytes:
        origin, answers = _origin(
            message.sender, message.sender_name, message.reply_to, message.reply_to_name
        )
        head = (
            f"{origin}"
            f"To: {mailbox(message.to, message.to_name)}\r\n"
            f"Subject: {encode_text(message.subject)}\r\n"
            f"Date: {_date(int(now.timestamp()))}\r\n"
            f"Message-ID: {check_value(message.message_id)}\r\n"
            f"{answers}"
        )
        for name, value in message.headers.items():
            head += _extra(name, value)
        return head.encode("ascii")


@lru_cache(maxsize=512)
def _origin(sender: str, name: str, reply_to: str, reply_to_name: str) -> tuple[str, str]:
    """From and Reply-To: equal for all mails of one recruiter."""
    answers = f"Reply-To: {mailbox(reply_to, reply_to_name)}\r\n" if reply_to else ""
    return f"From: {mailbox(sender, name)}\r\n", answers


def _extra(name: str, value: str) -> str:
    """An additional header such as List-Unsubscribe, In-Reply-To or References; ours cannot be overridden."""
    if not _may_be_set(name):
        raise HeaderProblem(f"The header '{name[:40]}' cannot be set here; remove it.")
    check_value(value)
    if not value.isascii():
        return f"{name}: {encode_text(value)}\r\n"
    if len(value) > 900:
        raise HeaderProblem(f"The header '{name}' is longer than a line may be; shorten it.")
    return f"{name}:{_folded(value, len(name) + 1)}\r\n"


@lru_cache(maxsize=64)
def _may_be_set(name: str) -> bool:
    return bool(name) and set(name) <= _HEADER_NAME and name.lower() not in _OURS


def _folded(value: str, used: int) -> str:
    """Break at spaces where a line would pass 78; signers dislike any other folding of addresses."""
    if used + 1 + len(value) <= 78:
        return f" {value}"
    lines, length = [], used
    for word in value.split(" "):
        fits = length + len(word) + 1 <= 78 or length == used
        lines.append((" " if fits else "\r\n ") + word)
        length = length + len(word) + 1 if fits else len(word) + 1
    return "".join(lines)
