"""Whether interviewers are free: connected, tested and shown as it is; what is not known is never shown as free."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.factories import Cast, create_interview, sign_in_client
from tests.simulators import radicale_server
from tests.simulators.calendars import GoogleCalendar
from tests.simulators.http_server import ScriptedHTTP, running
from tests.simulators.radicale_server import PASSWORD, USER, RadicaleServer
from yuemian.accounts.models import CalendarAccount, CalendarLink, User
from yuemian.channels.calendars import Unknown, WhyUnknown
from yuemian.channels.calendars.caldav import CalDAVConfig
from yuemian.channels.calendars.google import GoogleConfig
from yuemian.domain.availability import Availability
from yuemian.interviews.actions.calendars import Connection, save_account, save_connection
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.calendars.connecting import Probe, Way, forget_answers, open_config, probe, ways_of
from yuemian.interviews.calendars.free_busy import Seat, answered, prepare
from yuemian.interviews.calendars.wording import WHY
from yuemian.interviews.models import Interview
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault

HOUR = timedelta(hours=1)
#: A Wednesday, 14:00 in Shanghai, far ahead of any clock this runs by.
START = datetime(2027, 11, 24, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_remembered(settings: Settings) -> None:
    forget_answers()
    settings.PRIVATE_NETWORKS = ("127.0.0.0/8",)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    with radicale_server.running(tmp_path_factory.mktemp("radicale")) as found:
        work = found.calendar("work")
        found.event(work, "meeting", "DTSTART:20271124T060000Z", "DTEND:20271124T070000Z")
        yield found


def connect(user: User, server: RadicaleServer, **changes: Any) -> CalendarLink:
    config = CalDAVConfig(server.address, USER, changes.pop("password", PASSWORD), time_zone="Asia/Shanghai")
    given: dict[str, Any] = {
        "service": "caldav",
        "address": "",
        "config": config,
        "workdays": 0b0011111,
        "works_from": None,
        "works_until": None,
    }
    return save_connection(user, Connection(**given | changes), now=timezone.now())


def seat(user: User, start: datetime = START, end: datetime | None = None, **fields: Any) -> Seat:
    (found,) = answered(prepare(user.organization_id, [user], start, end or start + HOUR, **fields))
    return found


def of(user: User) -> User:
    return User.objects.select_related("organization", "branch").get(pk=user.pk)


@contextmanager
def served(service: GoogleCalendar) -> Iterator[GoogleCalendar]:
    """In a thread of its own, as the pages wait for it without a loop."""
    ready, stop = threading.Event(), threading.Event()

    async def work() -> None:
        async with running(ScriptedHTTP(service)) as server:
            service.port = server.port
            ready.set()
            while not stop.is_set():  # noqa: ASYNC110 - the stop comes from another thread
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    ready.wait(10)
    try:
        yield service
    finally:
        stop.set()
        thread.join(10)


def test_a_connected_calendar_says_busy_and_free(cast: Cast, server: RadicaleServer) -> None:
    connect(cast.interviewer, server)
    busy, free = seat(cast.interviewer), seat(cast.interviewer, START + HOUR)
    assert busy.judgement.availability is Availability.BUSY
    assert free.judgement.availability is Availability.FREE


def test_without_a_calendar_nothing_is_known_but_our_own_interviews(cast: Cast, now: datetime) -> None:
    person = cast.interviewer
    assert seat(person).judgement.availability is Availability.UNKNOWN
    interview = create_interview(cast, now=now, starts_at=START + HOUR / 2)
    assert seat(person).judgement.availability is Availability.BUSY
    assert seat(person, START - HOUR / 2).judgement.availability is Availability.UNKNOWN
    assert seat(person, besides=interview.pk).judgement.availability is Availability.UNKNOWN
    cancel_interview(cast.recruiter, interview.pk, now=now)
    assert seat(person).judgement.availability is Availability.UNKNOWN


def test_hours_are_a_persons_own_word(cast: Cast, server: RadicaleServer) -> None:
    connect(cast.recruiter, server, works_from=time(9), works_until=time(18))
    person = of(cast.recruiter)
    assert seat(person, START + 4 * HOUR).judgement.availability is Availability.OUTSIDE
    assert seat(person, START + HOUR).judgement.availability is Availability.FREE


def test_a_wrong_password_is_unknown_and_says_why(cast: Cast, server: RadicaleServer) -> None:
    connect(cast.interviewer, server, password="wrong")
    found = seat(cast.interviewer, START + HOUR).judgement
    assert (found.availability, found.why and found.why.reason) == (Availability.UNKNOWN, WhyUnknown.REFUSED)


def test_an_answer_is_believed_for_a_minute_and_forgotten_with_the_settings(
    cast: Cast, server: RadicaleServer
) -> None:
    connect(cast.interviewer, server)
    seat(cast.interviewer)
    with server_down(cast):
        assert seat(cast.interviewer, START + 2 * HOUR).judgement.availability is Availability.FREE
        forget_answers()
        assert seat(cast.interviewer).judgement.availability is Availability.UNKNOWN
    connect(cast.interviewer, server)
    assert seat(cast.interviewer).judgement.availability is Availability.BUSY


@contextmanager
def server_down(cast: Cast) -> Iterator[None]:
    """As if the network were gone: the very same settings, but no address is admitted."""
    with override_settings(PRIVATE_NETWORKS=()):
        yield


def test_the_password_is_sealed_and_the_calendars_found_are_kept(cast: Cast, server: RadicaleServer) -> None:
    link = connect(cast.interviewer, server)
    assert link.config_sealed is not None
    assert PASSWORD.encode() not in bytes(link.config_sealed)
    way = ways_of(cast.organization.pk, [cast.interviewer])[cast.interviewer.pk]
    assert isinstance(way, Way)
    found = probe(way, START, START + HOUR)
    assert isinstance(found, Probe)
    assert [each.rstrip("/").rpartition("/")[2] for each in found.calendars] == ["work"]


def test_the_company_asks_for_everybody_by_address(cast: Cast) -> None:
    start, end = "2027-11-24T06:00:00Z", "2027-11-24T07:00:00Z"
    with served(GoogleCalendar()) as service:
        service.calendars = {cast.interviewer.email: [(start, end)], cast.lead.email: []}
        config = GoogleConfig(service.credentials(), api=service.address)
        save_account(cast.owner, "google", config, is_active=True, now=timezone.now())
        people = [cast.interviewer, cast.lead, cast.recruiter]
        seats = answered(prepare(cast.organization.pk, people, START, START + HOUR))
        assert [each.judgement.availability.value for each in seats] == ["busy", "free", "unknown"]
        assert len(service.tokens) == 1
        save_account(cast.owner, "google", config, is_active=False, now=timezone.now())
        found = answered(prepare(cast.organization.pk, [cast.lead], START, START + HOUR))
        assert found[0].judgement.why == Unknown(WhyUnknown.NOT_CONNECTED)


def test_many_people_cost_no_more_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = list(User.objects.select_related("organization", "branch"))
    assert len(people) >= 5
    with django_assert_num_queries(4):
        prepare(cast.organization.pk, people, START, START + HOUR)


# --- pages


@pytest.fixture
def interview(cast: Cast, now: datetime) -> Interview:
    return create_interview(cast, now=now, starts_at=START)


def states(html: bytes) -> list[str]:
    return re.findall(r'data-state="(\w+)"', html.decode())


def test_the_interview_page_fetches_who_is_free(
    cast: Cast, server: RadicaleServer, interview: Interview, recruiter_client: Client
) -> None:
    url = f"/interviews/{interview.pk}/free-busy"
    assert url in recruiter_client.get(f"/interviews/{interview.pk}").content.decode()
    assert states(recruiter_client.get(url).content) == ["unknown"]
    connect(cast.interviewer, server)
    answer = recruiter_client.get(url)
    assert states(answer.content) == ["busy"]
    assert "14:00–15:00" in answer.content.decode()
    four: dict[str, Any] = {
        "date": "2027-11-24",
        "time": "16:00",
        "minutes": 60,
        "time_zone": "Asia/Shanghai",
    }
    later = recruiter_client.get(url, four)
    assert states(later.content) == ["free"]


def test_the_form_of_a_new_interview_asks_for_the_people_and_time_chosen(
    cast: Cast, server: RadicaleServer, recruiter_client: Client
) -> None:
    connect(cast.interviewer, server)
    page = recruiter_client.get("/interviews/new").content.decode()
    (include,) = re.findall(r'hx-include="([^"]+)"', page)
    assert not {"name", "phone", "email"} & set(re.findall(r"name=&#x27;(\w+)|name='(\w+)", include)[0])
    chosen: dict[str, Any] = {
        "date": "2027-11-24",
        "time": "14:00",
        "minutes": 60,
        "time_zone": "Asia/Shanghai",
    }
    chosen["interviewers"] = [str(cast.interviewer.pk), str(cast.lead.pk)]
    found = recruiter_client.get("/interviews/free-busy", chosen)
    assert sorted(states(found.content)) == ["busy", "unknown"]
    assert states(recruiter_client.get("/interviews/free-busy", chosen | {"date": "x"}).content) == []
    assert states(recruiter_client.get("/interviews/free-busy").content) == []


def test_an_interviewer_sees_it_for_their_interview_and_chooses_nobody(
    cast: Cast, interview: Interview, now: datetime
) -> None:
    client = sign_in_client(cast.interviewer)
    url = f"/interviews/{interview.pk}/free-busy"
    found = client.get(url, {"chosen": "1", "interviewers": [str(cast.lead.pk)]}).content.decode()
    assert cast.lead.name not in found
    assert cast.interviewer.name in found
    assert client.get("/interviews/free-busy").status_code == 403
    other = create_interview(cast, now=now, starts_at=START)
    other.participants.all().delete()
    assert client.get(f"/interviews/{other.pk}/free-busy").status_code == 404


def test_a_person_connects_tests_and_keeps_a_calendar(cast: Cast, server: RadicaleServer) -> None:
    client = sign_in_client(cast.interviewer)
    page = "/settings/account/calendar"
    form: dict[str, Any] = {"service": "caldav", "url": server.address, "user": USER, "password": "wrong"}
    form |= {"workdays": [0, 1, 2], "works_from": "09:00", "works_until": "17:30"}
    assert client.post(page, form).status_code == 302
    client.post(f"{page}/test")
    assert str(WHY["refused"]) in client.get(page).content.decode()
    link = CalendarLink.objects.get()
    assert link.trouble == "refused"
    assert client.post(page, form | {"password": PASSWORD}).status_code == 302
    client.post(f"{page}/test")
    link = CalendarLink.objects.select_related("key").get()
    assert (link.trouble, link.workdays) == ("", 0b111)
    assert link.checked_at is not None
    config = open_config(link, Vault(cast.organization.pk))
    assert config.calendars.rstrip("/").endswith("work")
    assert config.time_zone == "Asia/Shanghai"
    shown = client.get(page).content.decode()
    assert PASSWORD not in shown
    # Saved again without the password: kept, for the same server and name alone.
    assert client.post(page, form | {"password": ""}).status_code == 302
    assert (
        open_config(CalendarLink.objects.select_related("key").get(), Vault(cast.organization.pk)).password
        == PASSWORD
    )
    moved = client.post(page, form | {"password": "", "url": "https://evil.example/"})
    assert moved.status_code == 422
    for entry in AuditEntry.objects.filter(action__startswith="calendar."):
        assert PASSWORD not in str(entry.details)
        assert USER not in str(entry.details)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://x"},
        {"url": ""},
        {"user": ""},
        {"password": ""},
        {"works_from": "09:00", "works_until": ""},
        {"service": "other"},
    ],
)
def test_settings_that_cannot_work_are_refused_with_a_remedy(cast: Cast, wrong: dict[str, str]) -> None:
    client = sign_in_client(cast.interviewer)
    form = {"service": "caldav", "url": "https://dav.example.com/", "user": "u", "password": "p"}
    answer = client.post("/settings/account/calendar", form | wrong)
    assert answer.status_code == 422
    assert not CalendarLink.objects.exists()


def test_the_administrator_connects_the_companys_google(cast: Cast) -> None:
    client = sign_in_client(cast.owner)
    assert client.get("/settings/calendars").status_code == 200
    refused = client.post(
        "/settings/calendars/google", {"google-credentials": "{}", "google-is_active": "on"}
    )
    assert refused.status_code == 422
    key = (
        GoogleCalendar(port=1)
        .credentials()
        .replace("http://127.0.0.1:1/token", "https://oauth2.googleapis.com/token")
    )
    assert (
        client.post(
            "/settings/calendars/google", {"google-credentials": key, "google-is_active": "on"}
        ).status_code
        == 302
    )
    account = CalendarAccount.objects.get()
    assert b"private_key" not in bytes(account.config_sealed)
    assert "PRIVATE KEY" not in client.get("/settings/calendars").content.decode()
    assert client.post("/settings/calendars/caldav", {}).status_code == 404
    assert sign_in_client(cast.recruiter).get("/settings/calendars").status_code == 403
    # Kept where nothing is typed.
    client.post("/settings/calendars/google", {"google-credentials": ""})
    account = CalendarAccount.objects.select_related("key").get()
    assert not account.is_active
    assert open_config(account, Vault(cast.organization.pk)).credentials == key
