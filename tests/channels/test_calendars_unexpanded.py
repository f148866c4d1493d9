"""A CalDAV server that knows neither the free-busy report nor how to expand what recurs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.simulators.http_server import Request, ScriptedHTTP, answer, running
from yuemian.channels.calendars import Busy, CalDAV, Unknown, WhyUnknown
from yuemian.channels.calendars.caldav import CalDAVConfig
from yuemian.channels.http import Network

LOOPBACK = Network(["127.0.0.0/8"])
START, END = datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)
ONCE = "DTSTART:20261125T060000Z\r\nDTEND:20261125T070000Z"
SINCE_SEPTEMBER = "DTSTART:20260902T010000Z\r\nDTEND:20260902T020000Z"


def found(*events: str) -> Any:
    data = "".join(f"BEGIN:VEVENT\r\nUID:{n}\r\n{event}\r\nEND:VEVENT\r\n" for n, event in enumerate(events))
    body = (
        '<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response>'
        "<href>/c/1.ics</href><propstat><prop><C:calendar-data>"
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{data}END:VCALENDAR\r\n"
        "</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"
    )

    def script(request: Request) -> bytes:
        return answer(501) if b"free-busy-query" in request.body else answer(207, body)

    async def work() -> Any:
        async with running(ScriptedHTTP(script)) as server:
            url = f"http://127.0.0.1:{server.port}/c/"
            calendar = CalDAV(CalDAVConfig(url, "u", "p", calendars=url), network=LOOPBACK)
            try:
                return await calendar.query("", START, END)
            finally:
                await calendar.close()

    return asyncio.run(work())


@pytest.mark.parametrize("rule", ["RRULE:FREQ=WEEKLY", "RDATE:20261125T010000Z"])
def test_what_recurs_is_not_taken_for_free(rule: str) -> None:
    unknown = found(ONCE, f"{SINCE_SEPTEMBER}\r\n{rule}")
    assert isinstance(unknown, Unknown)
    assert unknown.reason is WhyUnknown.UNREADABLE


def test_what_recurs_and_makes_nobody_busy_hides_nothing() -> None:
    leisure = f"{SINCE_SEPTEMBER}\r\nRRULE:FREQ=WEEKLY\r\nTRANSP:TRANSPARENT"
    six = datetime(2026, 11, 25, 6, tzinfo=UTC)
    assert found(ONCE, leisure) == [Busy(six, six.replace(hour=7))]
