"""“Add to calendar” on the candidate's page: what holds now, in their language, for nobody's answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import vobject
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from tests.factories import Cast
from tests.interviews.test_invite import facts_of
from tests.portal.stories import Invited, invite, phone
from yuemian.domain.invitation import interview_uid
from yuemian.domain.states import Answer
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.models import Interview, Response
from yuemian.messaging.models import AccessLink, Visit


@pytest.fixture
def invited(cast: Cast) -> Invited:
    return invite(cast, now=timezone.now(), name="王小雨", email="xiaoyu@example.com")


def fetched(invited: Invited, **cookies: str) -> tuple[HttpResponse, Any]:
    client = phone()
    client.cookies.load(cookies)
    answer = client.get(f"{invited.address}/invite.ics")
    assert answer.status_code == 200
    calendar: Any = Calendar.from_ical(answer.content)
    assert calendar["METHOD"] == "PUBLISH"
    (event,) = calendar.walk("VEVENT")
    assert vobject.readOne(answer.content.decode()).vevent.uid.value == str(event["UID"])
    return answer, event  # type: ignore[return-value]


def test_the_file_says_what_holds_and_asks_nobody(cast: Cast, invited: Invited) -> None:
    answer, event = fetched(invited)
    interview = invited.interview
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "ATTENDEE" not in event
    assert event["UID"] == interview_uid(interview.pk, interview.application.candidate_id)
    assert event["SUMMARY"] == "面试：后端工程师，初试（星河科技）"
    assert event["DTSTART"].dt == interview.starts_at.replace(microsecond=0)
    assert event["URL"] == f"http://localhost:8000{invited.address}"
    assert event["ORGANIZER"] == f"mailto:{cast.recruiter.email}"
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 0)
    assert b"xiaoyu@example.com" not in answer.content


def test_its_headers_are_those_of_the_page(invited: Invited) -> None:
    page, file = phone().get(invited.address), phone().get(f"{invited.address}/invite.ics")
    for name in ("Content-Security-Policy", "Referrer-Policy", "X-Robots-Tag", "Cache-Control"):
        assert file[name] == page[name]


def test_fetching_it_changes_nothing(invited: Invited) -> None:
    for agent in ("curl/8", "Mozilla/5.0 (compatible; Googlebot/2.1)", "Barracuda Sentinel"):
        client = Client(headers={"user-agent": agent})
        assert client.get(f"{invited.address}/invite.ics").status_code == 200
        assert client.head(f"{invited.address}/invite.ics").status_code == 200
        assert client.post(f"{invited.address}/invite.ics").status_code == 405
    assert not Visit.objects.exists()
    assert not Response.objects.exists()
    assert Interview.objects.get().answer == Answer.NEEDS_ACTION


def test_an_old_link_gives_the_new_time(cast: Cast, invited: Invited) -> None:
    later = invited.interview.starts_at + timedelta(days=1)
    change_interview(
        cast.recruiter, invited.interview.pk, facts_of(invited.interview, starts_at=later), now=timezone.now()
    )
    _, event = fetched(invited)
    assert (event["DTSTART"].dt, event["SEQUENCE"]) == (later.replace(microsecond=0), 1)


def test_a_cancelled_interview_is_a_cancelled_event(cast: Cast, invited: Invited) -> None:
    cancel_interview(cast.recruiter, invited.interview.pk, now=timezone.now())
    _, event = fetched(invited)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    assert event.walk("VALARM") == []
    assert "invite.ics" not in phone().get(invited.address).content.decode()


def test_a_link_that_opens_nothing_gives_no_file(invited: Invited) -> None:
    nowhere = phone().get(f"/c/{'x' * 43}/invite.ics")
    AccessLink.objects.update(revoked_at=timezone.now())
    revoked = phone().get(f"{invited.address}/invite.ics")
    for answer in (nowhere, revoked):
        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("text/html")
    assert nowhere.content == revoked.content


def test_the_page_offers_it_until_the_interview(cast: Cast, invited: Invited, now: datetime) -> None:
    assert f'href="{invited.address}/invite.ics"' in phone().get(invited.address).content.decode()
    Interview.objects.update(starts_at=timezone.now() - timedelta(minutes=1))
    assert "invite.ics" not in phone().get(invited.address).content.decode()


def test_it_speaks_the_language_of_the_notice(cast: Cast) -> None:
    _, event = fetched(invite(cast, now=timezone.now(), locale="en"))
    assert event["SUMMARY"] == "Interview: Backend Engineer, First interview (Galaxy Tech)"


def test_an_app_that_refuses_files_is_told_how_it_arrives_all_the_same(invited: Invited) -> None:
    said = "这个应用可能无法下载文件"
    assert said in phone().get(invited.address).content.decode()
    browser = Client(headers={"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari"})
    assert said not in browser.get(invited.address).content.decode()
