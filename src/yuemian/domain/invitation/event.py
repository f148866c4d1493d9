"""One interview as a calendar event: prepared once for people who are alike, filled in for each of them.

Times are UTC without a VTIMEZONE, which every client reads alike; the wall clock with its zone stands in the text. Each
recipient has a UID of their own, so that two people's copies never meet in one calendar, and exactly one ATTENDEE.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha1
from typing import Final
from uuid import UUID

from .content_line import FOLD, address_value, filling, folded, link_value, safe_phrase, text_value

FILE_NAME: Final = "invite.ics"
PRODUCT: Final = "-//Yuemian//Interviews//EN"
_ALARM: Final = "-PT2H"
#: What is filled in, in the order in which it stands; the link only where there is one.
_GAPS: Final = ("uid", "stamp", "link", "people", "url")


class Method(StrEnum):
    """What the calendar is asked to do; the MIME part repeats it."""

    REQUEST = "REQUEST"  # an invitation, or its update
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"  # a copy nobody is asked to answer


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`address` is normalised: ASCII, checked where it came in."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What is equal for people who are alike; texts are in the recipients' language.

    `sequence` begins with 0 and rises with every change of time, place or status. `description` ends with the link of
    the recipient where there is one.
    """

    method: Method
    starts_at: datetime
    ends_at: datetime
    sequence: int
    summary: str
    description: str = ""
    location: str = ""
    has_alarm: bool = True
    is_cancelled: bool = False

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError(
                "An event in a calendar needs aware times: floating ones mean another hour elsewhere."
            )


def interview_uid(interview_id: UUID, recipient_id: UUID) -> str:
    """The same for the life of an interview, and another for each recipient. A plain UUID (RFC 7986 §5.3): with a host
    in it, a company that moves to another address would leave a second copy in every calendar."""
    # As `uuid.uuid5`, without making an object of it: thousands leave in a second.
    hashed = bytearray(
        sha1(interview_id.bytes + str(recipient_id).encode(), usedforsecurity=False).digest()[:16]
    )
    hashed[6], hashed[8] = hashed[6] & 0x0F | 0x50, hashed[8] & 0x3F | 0x80
    digits = hashed.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class CalendarForm:
    """The whole calendar of one event with gaps for a person; safe to share and to keep."""

    def __init__(self, event: Event, *, has_link: bool = True) -> None:
        self.method = event.method
        self._has_link = has_link
        head = "BEGIN:VCALENDAR\r\n" + folded(f"PRODID:{PRODUCT}") + "VERSION:2.0\r\n"
        head += "CALSCALE:GREGORIAN\r\n" + folded(f"METHOD:{event.method}")
        text = (head + _event_lines(event, has_link=has_link) + "END:VCALENDAR\r\n").replace("%", "%%")
        for name in _GAPS:
            text = text.replace(_gap(name), "%s")
        self._text = text

    def fill(
        self,
        *,
        uid: str,
        stamp: datetime,
        organizer: Mailbox | None = None,
        attendee: Mailbox | None = None,
        link: str = "",
    ) -> bytes:
        """The bytes for one person. Raises ValueError for an address or link that could say more than itself."""
        name = folded(f"UID:{text_value(uid)}")
        people = _organizer(organizer) + _attendee(attendee, self.method)
        if not self._has_link:
            return (self._text % (name, utc(stamp), people, "")).encode()
        safe = link_value(link)
        return (
            self._text % (name, utc(stamp), filling(text_value(safe)), people, folded(f"URL:{safe}"))
        ).encode()


def calendar_of(events: list[bytes], *, name: str, refresh: str = "PT1H") -> bytes:
    """Several events (as `CalendarForm` writes them, PUBLISH) in one calendar that clients subscribe to."""
    head = "BEGIN:VCALENDAR\r\n" + folded(f"PRODID:{PRODUCT}") + "VERSION:2.0\r\n"
    head += "CALSCALE:GREGORIAN\r\n" + folded(f"METHOD:{Method.PUBLISH}")
    head += folded(f"X-WR-CALNAME:{text_value(name)}") + folded(f"NAME:{text_value(name)}")
    head += folded(f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}") + folded(f"X-PUBLISHED-TTL:{refresh}")
    inner = b"".join(each[each.index(b"BEGIN:VEVENT") : each.rindex(b"END:VCALENDAR")] for each in events)
    return head.encode() + inner + b"END:VCALENDAR\r\n"


@lru_cache(maxsize=256)
def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _event_lines(event: Event, *, has_link: bool) -> str:
    is_off = event.is_cancelled or event.method is Method.CANCEL
    lines = [
        "BEGIN:VEVENT\r\n",
        _gap("uid"),
        f"DTSTAMP:{_gap('stamp')}\r\n",
        folded(f"SEQUENCE:{event.sequence:d}"),
        folded(f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}"),
        folded(f"DTSTART:{utc(event.starts_at)}"),
        folded(f"DTEND:{utc(event.ends_at)}"),
        folded(f"SUMMARY:{text_value(_plain(event.summary))}"),
        folded(f"LOCATION:{text_value(_plain(event.location))}") if event.location else "",
        _description(event, has_link=has_link),
        _gap("people"),
        _gap("url"),
        "CLASS:PRIVATE\r\n",
        folded("TRANSP:TRANSPARENT" if is_off else "TRANSP:OPAQUE"),
    ]
    if event.has_alarm and not is_off:
        lines += [
            "BEGIN:VALARM\r\n",
            "ACTION:DISPLAY\r\n",
            folded(f"TRIGGER:{_ALARM}"),
            folded(f"DESCRIPTION:{text_value(_plain(event.summary))}"),
            "END:VALARM\r\n",
        ]
    return "".join([*lines, "END:VEVENT\r\n"])


def _description(event: Event, *, has_link: bool) -> str:
    text = _plain(event.description)
    if not has_link:
        return folded(f"DESCRIPTION:{text_value(text)}") if text else ""
    line = folded(f"DESCRIPTION:{text_value(f'{text}{chr(10)}' if text else '')}")
    return f"{line[:-2]}{FOLD}{_gap('link')}\r\n"


def _gap(name: str) -> str:
    return f"\0{name}\0"


def _plain(text: str) -> str:
    """Without the character that marks our gaps."""
    return text.replace("\0", "")


@lru_cache(maxsize=1024)
def _organizer(person: Mailbox | None) -> str:
    return folded(f"ORGANIZER{_name(person)}:{address_value(person.address)}") if person else ""


def _attendee(person: Mailbox | None, method: Method) -> str:
    if person is None:
        return ""
    # The answer is wanted once: a cancellation asks for none.
    asks = ";PARTSTAT=NEEDS-ACTION;RSVP=TRUE" if method is Method.REQUEST else ""
    return folded(f"ATTENDEE;ROLE=REQ-PARTICIPANT{asks}{_name(person)}:{address_value(person.address)}")


def _name(person: Mailbox) -> str:
    return f";CN={safe_phrase(person.name)}" if person.name.strip() else ""
