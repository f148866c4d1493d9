"""The few WebDAV documents that are needed: what is asked, and what is read of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from yuemian.channels.http import HTTPFailure

_HEAD: Final = '<?xml version="1.0" encoding="utf-8"?>'
_SPACES: Final = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
START: Final = (
    f"{_HEAD}<D:propfind {_SPACES}><D:prop><D:resourcetype/><D:current-user-principal/><C:calendar-home-set/>"
    "</D:prop></D:propfind>"
)
LIST: Final = (
    f"{_HEAD}<D:propfind {_SPACES}><D:prop><D:resourcetype/><C:supported-calendar-component-set/>"
    "<C:schedule-calendar-transp/></D:prop></D:propfind>"
)
FREE_BUSY: Final = f"{_HEAD}<C:free-busy-query {_SPACES}><C:time-range {{span}}/></C:free-busy-query>"
#: Only what says when: no summary, no attendee, no place is asked for. Whoever expands events leaves their rules out.
EVENTS: Final = (
    f"{_HEAD}<C:calendar-query {_SPACES}><D:prop><C:calendar-data>"
    '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="DTSTART"/><C:prop name="DTEND"/>'
    '<C:prop name="DURATION"/><C:prop name="RRULE"/><C:prop name="RDATE"/>'
    '<C:prop name="TRANSP"/><C:prop name="STATUS"/></C:comp></C:comp>'
    "<C:expand {span}/></C:calendar-data></D:prop>"
    '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range {span}/>'
    "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
)
_DAV: Final = "{DAV:}"
_CAL: Final = "{urn:ietf:params:xml:ns:caldav}"


@dataclass(frozen=True)
class Resource:
    """What is known of one address."""

    href: str
    is_calendar: bool = False
    principal: str = ""
    home: str = ""
    has_events: bool = True
    is_transparent: bool = False

    @property
    def makes_busy(self) -> bool:
        """Calendars of tasks, and those whose owner said that they do not count, make nobody busy."""
        return self.is_calendar and self.has_events and not self.is_transparent


def resources(body: bytes) -> list[Resource]:
    """Of a multistatus answer. Raises HTTPFailure."""
    return [_resource(each) for each in _parsed(body).iter(f"{_DAV}response")]


def calendar_data(body: bytes) -> list[bytes]:
    """The calendars in a multistatus answer. Raises HTTPFailure."""
    return [(each.text or "").encode() for each in _parsed(body).iter(f"{_CAL}calendar-data")]


def _parsed(body: bytes) -> ET.Element:
    # No document of a calendar server declares entities; those that do are bombs. A NUL is another encoding to hide in.
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"\0" in body:
        raise HTTPFailure("not_http", "The calendar server's answer is no WebDAV document.")
    try:
        return ET.fromstring(body)  # noqa: S314 - without declarations nothing expands
    except ET.ParseError:
        raise HTTPFailure("not_http", "The calendar server's answer is no WebDAV document.") from None


def _resource(response: ET.Element) -> Resource:
    properties = {each.tag: each for each in _good(response)}
    kinds = {each.tag for each in properties.get(f"{_DAV}resourcetype", ())}
    components = properties.get(f"{_CAL}supported-calendar-component-set")
    names = {each.get("name", "").upper() for each in components} if components is not None else {"VEVENT"}
    transparency = {each.tag for each in properties.get(f"{_CAL}schedule-calendar-transp", ())}
    return Resource(
        href=(response.findtext(f"{_DAV}href") or "").strip(),
        is_calendar=f"{_CAL}calendar" in kinds,
        principal=_href(properties.get(f"{_DAV}current-user-principal")),
        home=_href(properties.get(f"{_CAL}calendar-home-set")),
        has_events="VEVENT" in names,
        is_transparent=f"{_CAL}transparent" in transparency,
    )


def _good(response: ET.Element) -> Iterator[ET.Element]:
    for part in response.iter(f"{_DAV}propstat"):
        if " 200" in (part.findtext(f"{_DAV}status") or ""):
            yield from part.findall(f"{_DAV}prop/*")


def _href(element: ET.Element | None) -> str:
    return (element.findtext(f"{_DAV}href") or "").strip() if element is not None else ""
