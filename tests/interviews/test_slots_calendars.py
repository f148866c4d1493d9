"""What stands in interviewers' own calendars is not offered; what is not known is offered, and never called free."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.factories import Cast
from tests.interviews.slots import create_policy, create_series
from tests.interviews.test_free_busy import connect, server_down
from tests.portal.stories import TAP, Invited, invite, phone
from tests.portal.test_times import VALUES
from tests.simulators import radicale_server
from tests.simulators.radicale_server import PASSWORD, USER, RadicaleServer
from yuemian.channels.calendars import PATIENCE, WhyUnknown
from yuemian.channels.calendars.caldav import CalDAVConfig
from yuemian.domain.slots import Span
from yuemian.interviews.actions.calendars import Connection, save_connection
from yuemian.interviews.calendars import connecting
from yuemian.interviews.calendars.connecting import forget_answers
from yuemian.interviews.models import Interview, Seat, SlotSeries
from yuemian.interviews.slots.calendars import Asking, asked, asking
from yuemian.portal.times import read_value

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def nothing_remembered(settings: Settings) -> None:
    forget_answers()
    settings.PRIVATE_NETWORKS = ("127.0.0.0/8",)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    with radicale_server.running(tmp_path_factory.mktemp("radicale")) as found:
        found.calendar("work")
        yield found


@pytest.fixture
def silent() -> Iterator[int]:
    """A server that takes every connection and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]


@pytest.fixture
def story(cast: Cast, now: datetime) -> Invited:
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now, ahead_days=14)  # fewer than a page shows
    return invite(cast, now=now, starts_at=now + 20 * DAY)


def connect_to(cast: Cast, port: int) -> None:
    config = CalDAVConfig(f"http://127.0.0.1:{port}/", USER, PASSWORD, time_zone="Asia/Shanghai")
    given: dict[str, Any] = {"service": "caldav", "address": "", "workdays": 31}
    save_connection(
        cast.interviewer,
        Connection(**given, config=config, works_from=None, works_until=None),
        now=timezone.now(),
    )


def values(who: Invited) -> list[str]:
    answer = phone().get(f"{who.address}/times")
    assert answer.status_code == 200
    return VALUES.findall(answer.content.decode())


def starts(found: list[str]) -> list[datetime]:
    keys = [read_value(each) for each in found]
    return [key.start for key in keys if key]


def write(server: RadicaleServer, start: datetime, end: datetime) -> None:
    at, until = (f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in (start, end))
    server.event(f"/{USER}/work/", f"e{at}", f"DTSTART:{at}", f"DTEND:{until}")


def take(who: Invited, value: str, now: datetime) -> Any:
    content = {"token": who.token, "nonce": who.page_nonce(now=now), "report": TAP, "slot": value}
    return phone().post("/c/slot", content)


def test_what_stands_in_the_interviewers_calendar_is_not_offered(
    cast: Cast, server: RadicaleServer, story: Invited
) -> None:
    before = starts(values(story))
    connect(cast.interviewer, server)
    write(server, before[1], before[1] + HOUR / 2)
    assert starts(values(story)) == [before[0], *before[2:]]


def test_a_time_that_is_busy_since_the_page_was_opened_is_refused(
    cast: Cast, server: RadicaleServer, story: Invited, now: datetime
) -> None:
    connect(cast.interviewer, server)
    chosen = values(story)[4]
    (start,) = starts([chosen])
    write(server, start, start + HOUR)
    forget_answers()  # a minute later
    assert take(story, chosen, now)["Location"].endswith("/times?said=taken")
    assert not Seat.objects.exists()
    assert take(story, values(story)[4], now)["Location"].endswith("#answer")
    assert Seat.objects.count() == 1


def test_the_interview_itself_in_the_calendar_is_in_nobodys_way(
    cast: Cast, server: RadicaleServer, story: Invited, now: datetime
) -> None:
    """A group fills up although its first interview stands in the interviewer's calendar."""
    series = create_series(
        cast,
        now=now,
        name="群面",
        capacity=3,
        ahead_days=14,
        windows=[{"weekday": day, "from": "14:00", "until": "15:00"} for day in range(1, 8)],
    )
    connect(cast.interviewer, server)
    mine = [each for each in values(story) if each.startswith(series.pk.hex)]
    take(story, mine[3], now)
    (start,) = starts([mine[3]])
    write(server, start, start + HOUR)
    forget_answers()
    other = invite(cast, now=now, starts_at=now + 20 * DAY)
    assert start in starts(values(other))


def test_no_transaction_is_open_while_calendars_are_asked(
    cast: Cast, story: Invited, recruiter_client: Client, monkeypatch: pytest.MonkeyPatch, silent: int
) -> None:
    connect_to(cast, silent)
    tests_own, seen = len(connection.savepoint_ids), []

    async def look(*_: object) -> list[object]:
        seen.append(len(connection.savepoint_ids) - tests_own)
        return []

    monkeypatch.setattr(connecting, "_ask_all", look)
    value = values(story)[0]
    take(story, value, timezone.now())
    series = SlotSeries.objects.get()
    recruiter_client.get("/slots")
    recruiter_client.get(f"/slots/{series.pk}")
    assert seen == [0, 0, 0, 0]


def test_a_calendar_that_never_answers_costs_seconds_once_and_hides_nothing(
    cast: Cast, story: Invited, silent: int, now: datetime
) -> None:
    before = values(story)
    connect_to(cast, silent)
    began = time.monotonic()
    assert values(story) == before
    first = time.monotonic() - began
    began = time.monotonic()
    assert values(story) == before
    assert take(story, before[0], now)["Location"].endswith("#answer")
    again = time.monotonic() - began
    # Whoever asks the calendar waits so long, on any machine; twice, had the second look asked it again.
    assert first > PATIENCE - 0.5
    assert again < 2 * (PATIENCE - 0.5)
    assert Interview.objects.get(pk=story.interview.pk).starts_at == starts(before)[0]


def test_who_opens_the_page_meanwhile_waits_no_longer(cast: Cast, silent: int, now: datetime) -> None:
    """Ten at once: the calendar is asked once, and all are answered when it is given up."""
    connect_to(cast, silent)
    question = asking(cast.organization.pk, [cast.interviewer.pk], Span(now, now + DAY))
    found: list[WhyUnknown] = []

    def ask(each: Asking) -> None:
        found.append(asked(each).unknown[cast.interviewer.pk].reason)

    threads = [threading.Thread(target=ask, args=[question]) for _ in range(10)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert time.monotonic() - began < PATIENCE + 2
    assert found == [WhyUnknown.TIMEOUT] * 10


def test_hr_reads_that_a_calendar_is_not_known(
    cast: Cast, server: RadicaleServer, now: datetime, recruiter_client: Client
) -> None:
    series = create_series(cast, now=now)
    listed, week = recruiter_client.get("/slots"), recruiter_client.get(f"/slots/{series.pk}")
    for page in (listed, week):
        assert 'data-state="unknown"' in page.content.decode()
    assert ">free<" not in week.content.decode()
    connect(cast.interviewer, server)
    with server_down(cast):
        assert 'data-state="unknown"' in recruiter_client.get("/slots").content.decode()
    forget_answers()
    for address in ("/slots", f"/slots/{series.pk}"):
        assert 'data-state="unknown"' not in recruiter_client.get(address).content.decode()


def test_hr_sees_what_is_busy_outside_in_the_week(
    cast: Cast, server: RadicaleServer, now: datetime, recruiter_client: Client
) -> None:
    series = create_series(cast, now=now)
    connect(cast.interviewer, server)
    ahead = (now + 28 * DAY).astimezone(series.zone).replace(hour=9, minute=30, second=0, microsecond=0)
    monday = (ahead - ahead.weekday() * DAY).date()
    address = f"/slots/{series.pk}?week={monday}"
    before = recruiter_client.get(address).content.decode()
    write(server, ahead, ahead + 26 * HOUR)
    forget_answers()
    after = recruiter_client.get(address).content.decode()
    assert before.count("cell-outside") == 0
    assert after.count("cell-outside") == 2 - (ahead.weekday() == 6)
    assert after.count("cell-busy") >= 3
    assert after.count("cell-free") < before.count("cell-free")
