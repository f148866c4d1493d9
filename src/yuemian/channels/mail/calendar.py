"""The calendar beside a mail's text (RFC 6047): among the alternatives, where clients look, and as a file."""

from __future__ import annotations

from typing import Final

from .form import encoded

_ALTERNATIVE: Final = b'\r\nContent-Type: multipart/alternative; boundary="'
_MIXED: Final = b"=_yuemian_mixed"
_FILE: Final = (
    b'Content-Type: application/ics; name="invite.ics"\r\n'
    b'Content-Disposition: attachment; filename="invite.ics"\r\n'
)
_BASE64: Final = b"Content-Transfer-Encoding: base64\r\n\r\n"


def with_calendar(mail: bytes, calendar: bytes, method: str) -> bytes:
    """A mail of `MailForm` with this calendar; `method` is the calendar's own METHOD."""
    return around(mail, encoded(calendar)[:-2], method)


def around(mail: bytes, calendar: bytes, method: str) -> bytes:
    """The same with a calendar that is encoded already.

    The finished bytes are opened and closed again, so that the form need not know of it. A header cannot be taken for
    the mark: no value of one holds a line break.
    """
    head, mark, rest = mail.partition(_ALTERNATIVE)
    boundary, _, body = rest.partition(b'"\r\n\r\n')
    inner, end, _ = body.rpartition(b"\r\n--" + boundary + b"--")
    if not mark or not end:
        raise ValueError("Only a mail with alternatives can carry a calendar.")
    part = b"Content-Type: text/calendar; method=%s; charset=utf-8\r\n%s%s" % (
        method.encode("ascii"), _BASE64, calendar,
    )  # fmt: skip
    return b"".join(
        (
            head, b'\r\nContent-Type: multipart/mixed; boundary="', _MIXED, b'"\r\n\r\n--', _MIXED,
            mark, boundary, b'"\r\n\r\n', inner,
            b"\r\n--", boundary, b"\r\n", part,
            b"\r\n--", boundary, b"--\r\n",
            b"\r\n--", _MIXED, b"\r\n", _FILE, _BASE64, calendar,
            b"\r\n--", _MIXED, b"--\r\n",
        )
    )  # fmt: skip
