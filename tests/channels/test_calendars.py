"""Calendars asked for busy times: a real Radicale, and services as strict as their documents. Unknown is never free."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.simulators import radicale_server
from tests.simulators.calendars import CalendarService, GoogleCalendar, MicrosoftGraph
from tests.simulators.http_server import DROP, HANG, Request, ScriptedHTTP, answer, running
from tests.simulators.radicale_server import PASSWORD, USER, RadicaleServer
from yuemian.channels.base import BadConfig
from yuemian.channels.calendars import Busy, BusyKind, CalDAV, FreeBusy, Google, Graph, Unknown, WhyUnknown
from yuemian.channels.calendars.caldav import CalDAVConfig, Refused
from yuemian.channels.calendars.google import GoogleConfig
from yuemian.channels.calendars.graph import GraphConfig
from yuemian.channels.http import Network

LOOPBACK = Network(["127.0.0.0/8"])
START, END = datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 28, tzinfo=UTC)
PERSON = "mo.chen@galaxy.example"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def ask(calendar: FreeBusy, *people: str, start: datetime = START, end: datetime = END) -> list[Any]:
    async def work() -> list[Any]:
        try:
            return list(await calendar.query_all(people or (PERSON,), start, end))
        finally:
            await calendar.close()

    return asyncio.run(work())


# --- CalDAV, against a server that is not ours


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    with radicale_server.running(tmp_path_factory.mktemp("radicale")) as found:
        work = found.calendar("work")
        found.event(work, "once", "DTSTART:20261125T060000Z", "DTEND:20261125T070000Z")
        found.event(
            work, "weekly", "DTSTART;TZID=Asia/Shanghai:20261105T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"
        )
        found.event(work, "maybe", "DTSTART:20261126T100000Z", "DTEND:20261126T110000Z", "STATUS:TENTATIVE")
        found.event(work, "gone", "DTSTART:20261126T120000Z", "DTEND:20261126T130000Z", "STATUS:CANCELLED")
        found.event(
            work, "birthday", "DTSTART:20261126T140000Z", "DTEND:20261126T150000Z", "TRANSP:TRANSPARENT"
        )
        found.event(work, "next-week", "DTSTART:20261202T140000Z", "DTEND:20261202T150000Z")
        private = found.calendar("private")
        found.event(private, "doctor", "DTSTART:20261127T013000Z", "DTEND:20261127T023000Z")
        found.calendar("tasks", "VTODO")
        yield found


def caldav(server: RadicaleServer, **changes: Any) -> CalDAV:
    config = CalDAVConfig(url=server.address, user=USER, password=PASSWORD)
    return CalDAV(replace(config, **changes), network=LOOPBACK)


def test_a_real_server_says_when_somebody_is_busy(server: RadicaleServer) -> None:
    (busy,) = ask(caldav(server))
    assert busy == [
        Busy(at(25, 6), at(25, 7)),
        Busy(at(26, 1), at(26, 2)),  # of a weekly series, in Shanghai
        Busy(at(26, 10), at(26, 11), BusyKind.TENTATIVE),
        Busy(at(27, 1, 30), at(27, 2, 30)),
    ]


@pytest.mark.parametrize("path", ["", f"{USER}/", f"{USER}/work/"])
def test_any_address_that_a_person_has_leads_to_the_calendars(server: RadicaleServer, path: str) -> None:
    found = asyncio.run(caldav(server, url=server.address + path).find())
    assert isinstance(found, list)
    names = {each.rstrip("/").rpartition("/")[2] for each in found}
    assert names == ({"work"} if path.endswith("work/") else {"work", "private"})


def test_calendars_that_were_found_are_not_looked_for_again(server: RadicaleServer) -> None:
    (busy,) = ask(caldav(server, calendars=f"{server.address}{USER}/private/"))
    assert busy == [Busy(at(27, 1, 30), at(27, 2, 30))]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"password": "wrong"}, WhyUnknown.REFUSED),
        ({"user": "nobody"}, WhyUnknown.REFUSED),
        ({"calendars": "http://127.0.0.1:1/x/"}, WhyUnknown.UNREACHABLE),
    ],
)
def test_what_is_refused_is_unknown(server: RadicaleServer, changes: dict[str, str], why: WhyUnknown) -> None:
    (found,) = ask(caldav(server, **changes))
    assert isinstance(found, Unknown)
    assert found.reason is why
    assert PASSWORD not in found.detail


def test_a_calendar_that_is_gone_is_unknown(server: RadicaleServer) -> None:
    (found,) = ask(caldav(server, calendars=f"{server.address}{USER}/never/"))
    assert isinstance(found, Unknown)
    assert found.reason is WhyUnknown.NOT_FOUND


def test_a_server_without_the_report_is_asked_for_its_events(server: RadicaleServer) -> None:
    """As some clouds are: the report is refused, the events come expanded by the server."""

    async def work() -> Any:
        def script(request: Request) -> bytes:
            if b"free-busy-query" in request.body:
                return answer(403)
            assert b"SUMMARY" not in request.body
            link = HTTPConnection("127.0.0.1", server.port)
            names = ("authorization", "depth", "content-type")
            link.request(request.method, request.path, request.body, {n: request.headers[n] for n in names})
            reply = link.getresponse()
            return answer(reply.status, reply.read())

        async with running(ScriptedHTTP(script)) as proxy:
            url = f"http://127.0.0.1:{proxy.port}/{USER}/work/"
            calendar = caldav(server, calendars=url, url=url)
            try:
                return await calendar.query(PERSON, START, END)
            finally:
                await calendar.close()

    assert asyncio.run(work()) == [
        Busy(at(25, 6), at(25, 7)),
        Busy(at(26, 1), at(26, 2)),
        Busy(at(26, 10), at(26, 11), BusyKind.TENTATIVE),
    ]


def scripted(script: Callable[[Request], bytes | str], **changes: Any) -> tuple[Any, list[Request]]:
    async def work() -> tuple[Any, list[Request]]:
        async with running(ScriptedHTTP(script)) as server:
            url = f"http://127.0.0.1:{server.port}/"
            config = replace(CalDAVConfig(url=url, user=USER, password=PASSWORD), **changes)
            calendar = CalDAV(config, network=LOOPBACK)
            try:
                return await calendar.query(PERSON, START, END), server.requests
            finally:
                await calendar.close()

    return asyncio.run(work())


@pytest.mark.parametrize(
    "script",
    [
        lambda _: DROP,
        lambda _: answer(500),
        lambda _: answer(200, "<html>"),
        lambda _: answer(207, "not xml"),
        lambda _: answer(207, '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        lambda _: answer(207, '<multistatus xmlns="DAV:"/>'),
        lambda _: answer(302, "", "Location: /again"),
        lambda _: answer(302, "", "Location: https://evil.example/"),
        lambda _: answer(302, "", "Location: http://127.0.0.1:1/"),
    ],
)
def test_whatever_a_server_does_the_answer_is_unknown(script: Any) -> None:
    found, requests = scripted(script)
    assert isinstance(found, Unknown)
    assert len(requests) <= 5


@pytest.mark.parametrize("body", ["", "hello", "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY:x/y\r\n"])
def test_a_free_busy_list_that_cannot_be_read_is_not_free(body: str) -> None:
    def script(request: Request) -> bytes:
        return answer(200, body)

    async def work() -> Any:
        async with running(ScriptedHTTP(script)) as server:
            url = f"http://127.0.0.1:{server.port}/c/"
            calendar = CalDAV(CalDAVConfig(url, USER, PASSWORD, calendars=url), network=LOOPBACK)
            return await calendar.query(PERSON, START, END)

    found = asyncio.run(work())
    assert isinstance(found, Unknown)


def test_a_silent_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yuemian.channels.calendars.base.PATIENCE", 0.2)
    found, _ = scripted(lambda _: HANG)
    assert isinstance(found, Unknown)
    assert found.reason is WhyUnknown.TIMEOUT


def test_a_calendar_in_a_private_network_is_not_reached_unless_it_is_named(server: RadicaleServer) -> None:
    calendar = CalDAV(CalDAVConfig(server.address, USER, PASSWORD), network=Network())
    (found,) = ask(calendar)
    assert isinstance(found, Unknown)
    assert found.reason is WhyUnknown.UNREACHABLE


@pytest.mark.parametrize(
    ("url", "link", "is_ours"),
    [
        ("https://caldav.icloud.com/", "https://p12-caldav.icloud.com/1/", True),
        ("https://caldav.icloud.com/", "http://p12-caldav.icloud.com/1/", False),
        ("https://caldav.icloud.com/", "https://icloud.com.evil.example/1/", False),
        ("https://dav.example.com/", "https://dav.example.com:8443/1/", True),
        ("https://example.com/", "https://evil.com/1/", False),
        ("https://dav.example.com/", "/dav/1/", True),
    ],
)
def test_the_password_goes_to_its_own_house_alone(url: str, link: str, is_ours: bool) -> None:
    calendar = CalDAV(CalDAVConfig(url, USER, PASSWORD))
    if is_ours:
        assert calendar._near(url, link)
    else:
        with pytest.raises(Refused):
            calendar._near(url, link)


# --- Google and Microsoft, against their documents


def google(service: GoogleCalendar, **changes: Any) -> Google:
    config = GoogleConfig(service.credentials(), service.subject, service.address)
    return Google(replace(config, **changes), network=LOOPBACK)


def graph(service: MicrosoftGraph, **changes: Any) -> Graph:
    config = GraphConfig(
        "contoso.example", "app-1", "s3cret+/=&", sign_in=service.address, api=service.address
    )
    return Graph(replace(config, **changes), network=LOOPBACK)


def served(service: Any, *people: str, times: int = 1, **changes: Any) -> list[Any]:
    """Ask a service as often as wanted; the last answers."""

    async def work() -> list[Any]:
        found: list[Any] = []
        async with running(ScriptedHTTP(service)) as server:
            service.port = server.port
            make: Any = google if isinstance(service, GoogleCalendar) else graph
            for _ in range(times):
                calendar = make(service, **changes)
                try:
                    found = list(await calendar.query_all(people or (PERSON,), START, END))
                finally:
                    await calendar.close()
        return found

    return asyncio.run(work())


@pytest.fixture(params=["google", "graph"])
def service(request: pytest.FixtureRequest) -> CalendarService:
    if request.param == "google":
        times: Any = [("2026-11-25T06:00:00Z", "2026-11-25T07:00:00Z")]
        return GoogleCalendar(calendars={PERSON: times, "free@galaxy.example": []})
    items: Any = [("busy", "2026-11-25T06:00:00", "2026-11-25T07:00:00")]
    return MicrosoftGraph(mailboxes={PERSON: items, "free@galaxy.example": "000000"})


def test_a_service_says_who_is_busy_who_is_free_and_whom_it_does_not_know(service: CalendarService) -> None:
    busy, free, stranger = served(service, PERSON, "free@galaxy.example", "stranger@galaxy.example")
    assert busy == [Busy(at(25, 6), at(25, 7))]
    assert free == []
    assert isinstance(stranger, Unknown)
    assert stranger.reason is WhyUnknown.NOT_SHARED
    assert service.wrong == []


def test_many_people_are_asked_for_in_several_requests(service: CalendarService) -> None:
    crowd = [PERSON, *(f"p{n}@galaxy.example" for n in range(60))]
    found = served(service, *crowd)
    assert len(found) == 61
    assert found[0] == [Busy(at(25, 6), at(25, 7))]
    assert all(isinstance(each, Unknown) for each in found[1:])
    assert service.wrong == []


def test_a_token_is_kept_and_renewed_once_when_it_no_longer_works(service: CalendarService) -> None:
    served(service, times=3)
    assert len(service.tokens) == 1
    service.tokens.append("revoked-meanwhile")
    # Another port is another key: ask within one run.
    service.tokens.clear()

    async def work() -> Any:
        async with running(ScriptedHTTP(service)) as server:  # type: ignore[arg-type]
            service.port = server.port
            make: Any = google if isinstance(service, GoogleCalendar) else graph
            first = make(service)
            await first.query(PERSON, START, END)
            service.tokens.append("another")
            found = await first.query(PERSON, START, END)
            await first.close()
            return found

    assert asyncio.run(work()) == [Busy(at(25, 6), at(25, 7))]
    assert len(service.tokens) == 3


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (403, WhyUnknown.REFUSED),
        (429, WhyUnknown.THROTTLED),
        (503, WhyUnknown.THROTTLED),
        (500, WhyUnknown.UNREADABLE),
        (DROP, WhyUnknown.UNREACHABLE),
    ],
)
def test_a_fault_is_unknown_and_passes(service: CalendarService, fault: Any, why: WhyUnknown) -> None:
    service.faults = [fault]
    (found,) = served(service)
    assert isinstance(found, Unknown)
    assert found.reason is why
    assert served(service) == [[Busy(at(25, 6), at(25, 7))]]


def test_a_service_that_hangs_is_not_waited_for(
    service: CalendarService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yuemian.channels.calendars.base.PATIENCE", 0.5)
    service.faults = [HANG]
    (found,) = served(service)
    assert isinstance(found, Unknown)
    assert found.reason is WhyUnknown.TIMEOUT


def test_credentials_that_are_refused_are_said_so(service: CalendarService) -> None:
    service.sign_in_status = 401
    (found,) = served(service)
    assert isinstance(found, Unknown)
    assert found.reason is WhyUnknown.REFUSED
    assert "s3cret" not in found.detail


def test_google_acts_for_a_member_where_the_domain_allows_it() -> None:
    service = GoogleCalendar(calendars={PERSON: []}, subject="admin@galaxy.example")
    assert served(service) == [[]]
    assert service.wrong == []


def test_google_has_other_reasons_to_be_silent() -> None:
    service = GoogleCalendar(calendars={PERSON: "internalError"})
    (found,) = served(service)
    assert isinstance(found, Unknown)
    assert found.reason is WhyUnknown.UNREADABLE


@pytest.mark.parametrize(
    "credentials",
    ["", "{}", "[]", '{"client_email":"a","private_key":"b"}', '{"client_email":1,"private_key":"b"}'],
)
def test_a_key_that_is_none_is_refused_with_a_remedy(credentials: str) -> None:
    with pytest.raises(BadConfig):
        Google(GoogleConfig(credentials))


def test_a_key_that_sends_the_signature_elsewhere_is_refused() -> None:
    service = GoogleCalendar(port=1)
    with pytest.raises(BadConfig, match="sign-in"):
        Google(GoogleConfig(service.credentials()))


def test_microsofts_states_and_its_view() -> None:
    items = [
        ("oof", "2026-11-25T01:00:00", "2026-11-25T02:00:00"),
        ("tentative", "2026-11-25T03:00:00", "2026-11-25T04:00:00"),
        ("workingElsewhere", "2026-11-25T05:00:00", "2026-11-25T06:00:00"),
        ("free", "2026-11-25T07:00:00", "2026-11-25T08:00:00"),
        ("newWord", "2026-11-25T09:00:00", "2026-11-25T10:00:00"),
    ]
    service = MicrosoftGraph(mailboxes={PERSON: items, "view@galaxy.example": "0120304"})
    by_items, by_view = served(service, PERSON, "view@galaxy.example")
    assert by_items == [
        Busy(at(25, 1), at(25, 2), BusyKind.AWAY),
        Busy(at(25, 3), at(25, 4), BusyKind.TENTATIVE),
        Busy(at(25, 9), at(25, 10)),
    ]
    half = timedelta(minutes=30)
    assert by_view == [
        Busy(START + half, START + 2 * half, BusyKind.TENTATIVE),
        Busy(START + 2 * half, START + 3 * half),
        Busy(START + 4 * half, START + 5 * half, BusyKind.AWAY),
    ]
    assert "lawyer" not in repr(by_items)


@pytest.mark.parametrize(
    "changes",
    [{"tenant": "a/b"}, {"tenant": ""}, {"client_id": ""}, {"client_secret": ""}, {"cloud": "mars"}],
)
def test_microsofts_settings_are_checked(changes: dict[str, str]) -> None:
    with pytest.raises(BadConfig):
        Graph(replace(GraphConfig("contoso.example", "app-1", "secret"), **changes))
