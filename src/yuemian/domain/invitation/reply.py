"""Reads what a calendar client answers to an invitation: REPLY, or COUNTER with another time; a value or None."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from html import unescape
from typing import Any, Final

from icalendar import Calendar

#: A reply has a few hundred bytes; Outlook's, with its own time zone, a few thousand.
LONGEST: Final = 256 * 1024
_MOST_LINES: Final = 4000
_LONGEST_COMMENT: Final = 500
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ESCAPED: Final = re.compile(r"\\([;,nN\\])")
#: What the parser raises for files that are none; it promises no type of its own.
_BROKEN: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


class ReplyKind(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    COUNTER = "counter"  # proposes another time
    OTHER = "other"  # needs-action, delegated, or a word we do not know


_KINDS: Final = {
    "ACCEPTED": ReplyKind.ACCEPTED,
    "DECLINED": ReplyKind.DECLINED,
    "TENTATIVE": ReplyKind.TENTATIVE,
}


@dataclass(frozen=True, slots=True)
class CalendarReply:
    """What one client says about one event. Nothing in it is proved: whose it is, the reader must check.

    `attendee` is a mail address in lower case; `proposed_start` is set for a COUNTER that names a usable time.
    """

    kind: ReplyKind
    uid: str
    sequence: int
    attendee: str
    comment: str = ""
    stamp: datetime | None = None
    proposed_start: datetime | None = None
    proposed_end: datetime | None = None


def parse_reply(data: bytes) -> CalendarReply | None:
    """The reply in a `text/calendar` part; None for anything else, including files that are broken on purpose."""
    if len(data) > LONGEST or data.count(b"\n") > _MOST_LINES:
        return None
    try:
        return _read(Calendar.from_ical(data))
    except _BROKEN:
        return None


def _read(calendar: Any) -> CalendarReply | None:
    method = str(calendar.get("METHOD", "")).upper()
    events = list(calendar.walk("VEVENT"))
    # Ours never recur: more than one event is about something else.
    if method not in {"REPLY", "COUNTER"} or len(events) != 1:
        return None
    (event,) = events
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    uid = str(event.get("UID", "")).strip()
    if len(attendees) != 1 or not uid or len(uid) > 255:
        return None
    (attendee,) = attendees
    address = str(attendee).strip()
    if not address.lower().startswith("mailto:"):
        return None
    said = str(getattr(attendee, "params", {}).get("PARTSTAT", "")).upper()
    is_counter = method == "COUNTER"
    start, end = (_moment(event, "DTSTART"), _moment(event, "DTEND")) if is_counter else (None, None)
    return CalendarReply(
        kind=ReplyKind.COUNTER if is_counter else _KINDS.get(said, ReplyKind.OTHER),
        uid=uid,
        sequence=int(event.get("SEQUENCE", 0)),
        attendee=address[7:].strip().lower(),
        comment=_comment(event) or _comment_of(attendee),
        stamp=_moment(event, "DTSTAMP"),
        proposed_start=start,
        proposed_end=end if start and end and end > start else None,
    )


def _moment(event: Any, name: str) -> datetime | None:
    """Aware, in UTC. A floating or all-day time means nothing certain."""
    value = getattr(event.get(name), "dt", None)
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value.astimezone(UTC)


def _comment(event: Any) -> str:
    found = event.get("COMMENT", "")
    lines = found if isinstance(found, list) else [found]
    return _clean("\n".join(str(line) for line in lines))


def _comment_of(attendee: Any) -> str:
    """Google Calendar puts the note into a parameter, where neither `;` nor `'` may stand as themselves."""
    found = getattr(attendee, "params", {}).get("X-RESPONSE-COMMENT", "")
    lines = found if isinstance(found, list) else [found]
    return _clean(unescape(_ESCAPED.sub(_meant, ",".join(str(line) for line in lines))))


def _meant(match: re.Match[str]) -> str:
    return "\n" if match[1] in "nN" else match[1]


def _clean(text: str) -> str:
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n")).strip()[:_LONGEST_COMMENT]
