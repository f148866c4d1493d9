"""One person's calendars over CalDAV (RFC 4791): found once, then asked for busy times; nothing else is read."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import urljoin, urlsplit

from yuemian.channels.base import BadConfig, said, setting
from yuemian.channels.http import PUBLIC, HTTPClient, Reply, Target
from yuemian.domain.availability import Busy, FreeBusyAnswer, Unknown, WhyUnknown, busy_between

from . import dav_xml
from .base import FreeBusy, unknown_status
from .ical_times import busy_in_events, busy_in_free_busy

if TYPE_CHECKING:
    from yuemian.channels.http import Network

_REDIRECTS: Final = (301, 302, 307, 308)
#: How a server says that it knows no free-busy report: then its events are asked for, expanded.
_NO_REPORT: Final = (400, 403, 405, 409, 415, 501)
_MOST_CALENDARS: Final = 20


@dataclass(frozen=True)
class CalDAVConfig:
    """`calendars` are the addresses that were found, one a line; `time_zone` is where all-day events are meant."""

    url: str = setting(
        "Address", help_text=said("Of the server or of one calendar, such as https://dav.example.com/.")
    )
    user: str = setting("User name")
    password: str = setting(
        "App password",
        help_text=said(
            "Make one for Yuemian alone in your calendar's settings; your own password may not work here."
        ),
        secret=True,
    )
    calendars: str = setting("Calendars", default="", internal=True)
    time_zone: str = setting("Time zone", default="UTC", internal=True)


class Refused(Exception):  # noqa: N818
    """The server's answer leaves the busy times unknown."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.detail)
        self.unknown = unknown


class CalDAV(FreeBusy):
    """`person` plays no part: the credentials are one person's own."""

    name: ClassVar[str] = "caldav"
    Config: ClassVar[type[CalDAVConfig]] = CalDAVConfig

    def __init__(self, config: CalDAVConfig, *, network: Network | None = None) -> None:
        super().__init__(config, network=network)
        self._start = Target.parse(config.url.strip()).url
        if not config.user or not config.password:
            raise BadConfig("Enter the user name and the app password of the calendar.")
        self._http = HTTPClient(
            timeout=10.0, connect_timeout=3.0, body_cap=2 * 1024 * 1024, network=network or PUBLIC
        )
        token = b64encode(f"{config.user}:{config.password}".encode()).decode()
        self._authorization = ("Authorization", f"Basic {token}")

    async def find(self) -> list[str] | Unknown:
        """The addresses of the person's calendars: those that make them busy. Raises HTTPFailure, BadConfig."""
        try:
            return await self._find()
        except Refused as refused:
            return refused.unknown

    async def close(self) -> None:
        await self._http.close()

    async def _ask(self, people: Sequence[str], start: datetime, end: datetime) -> list[FreeBusyAnswer]:
        try:
            calendars = self.config.calendars.split() or await self._find()
            found = await asyncio.gather(*(self._busy(each, start, end) for each in calendars))
        except Refused as refused:
            return [refused.unknown for _ in people]
        busy = busy_between((each for times in found for each in times), start, end)
        return [list(busy) for _ in people]

    async def _busy(self, calendar: str, start: datetime, end: datetime) -> list[Busy]:
        span = f'start="{_utc(start)}" end="{_utc(end)}"'
        reply = await self._send("REPORT", calendar, dav_xml.FREE_BUSY.format(span=span), depth=1)
        if reply.status in _NO_REPORT:
            query = dav_xml.EVENTS.format(span=span)
            reply = await self._send("REPORT", calendar, query, depth=1)
            if reply.status != 207:
                raise Refused(unknown_status(reply.status))
            return busy_in_events(dav_xml.calendar_data(reply.body), self.config.time_zone)
        if reply.status != 200:
            raise Refused(unknown_status(reply.status))
        return busy_in_free_busy(reply.body)

    async def _find(self) -> list[str]:
        """From whatever address a person has: a calendar, a home, a principal, or the server's front door."""
        url, first = await self._properties(self._start, dav_xml.START, depth=0)
        own = first[0] if first else dav_xml.Resource("")
        if own.is_calendar:
            return [url]
        home = own.home
        if not home and own.principal:
            url, found = await self._properties(self._near(url, own.principal), dav_xml.START, depth=0)
            home = found[0].home if found else ""
        if not home:
            raise Refused(Unknown(WhyUnknown.NOT_FOUND, "There is no calendar at this address."))
        url, inside = await self._properties(self._near(url, home), dav_xml.LIST, depth=1)
        calendars = [self._near(url, each.href) for each in inside if each.makes_busy]
        if not calendars:
            raise Refused(Unknown(WhyUnknown.NOT_FOUND, "There is no calendar at this address."))
        return calendars[:_MOST_CALENDARS]

    async def _properties(self, url: str, query: str, *, depth: int) -> tuple[str, list[dav_xml.Resource]]:
        """Where the answer came from, and what it says."""
        for _ in range(4):
            reply = await self._send("PROPFIND", url, query, depth=depth)
            where = reply.headers.get("location", "")
            if reply.status in _REDIRECTS and where:
                url = self._near(url, where)
            elif reply.status in (404, 405) and urlsplit(url).path in ("", "/"):
                url = urljoin(url, "/.well-known/caldav")
            elif reply.status == 207:
                return url, dav_xml.resources(reply.body)
            else:
                raise Refused(unknown_status(reply.status))
        raise Refused(Unknown(WhyUnknown.NOT_FOUND, "The calendar server sends us in a circle."))

    async def _send(self, method: str, url: str, body: str, *, depth: int) -> Reply:
        headers = [
            self._authorization,
            ("Depth", str(depth)),
            ("Content-Type", "application/xml; charset=utf-8"),
        ]
        return await self._http.exchange(method, Target.parse(url), headers, body.encode())

    def _near(self, base: str, link: str) -> str:
        """An address that the server names; the password goes to its own house alone (`p12-caldav.icloud.com` for
        `caldav.icloud.com`), and never without encryption where it began with it."""
        url = urljoin(base, link)
        ours, theirs = urlsplit(self._start), urlsplit(url)
        house = (ours.hostname or "").partition(".")[2]
        is_ours = (theirs.scheme, theirs.hostname, theirs.port) == (ours.scheme, ours.hostname, ours.port)
        is_sibling = (
            "." in house and (theirs.hostname or "").endswith(f".{house}") and theirs.scheme == "https"
        )
        if not is_ours and not is_sibling:
            raise Refused(
                Unknown(WhyUnknown.REFUSED, "The server sends us to another house; enter its address.")
            )
        return url


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
