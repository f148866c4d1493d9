"""The subscription of an interviewer: only what they hold, nothing of how to reach a candidate, gone when revoked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import vobject
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from tests.factories import Cast, create_interview, create_user, sign_in_client
from yuemian.accounts.models import CalendarFeed, Role, User
from yuemian.domain.invitation import interview_uid
from yuemian.interviews.actions.calendars import renew_feed, revoke_feed
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.actions.people import name_people
from yuemian.trust.models import AuditEntry

from .test_invite import facts_of


@pytest.fixture
def real_now(cast: Cast) -> datetime:
    return timezone.now()


def address(user: User) -> str:
    return f"/feeds/{renew_feed(user, now=timezone.now())}.ics"


def events(url: str, **headers: str) -> dict[str, Any]:
    answer = Client(headers=headers).get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar: Any = Calendar.from_ical(answer.content)
    again = vobject.readOne(answer.content.decode()).contents.get("vevent", [])
    assert [each.uid.value for each in again] == [str(each["UID"]) for each in calendar.walk("VEVENT")]
    assert calendar["METHOD"] == "PUBLISH"
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def test_it_shows_what_the_person_holds_and_nothing_else(cast: Cast, real_now: datetime) -> None:
    mine = create_interview(
        cast, now=real_now, name="王小雨", email="xiaoyu@example.com", phone="+8613912345678"
    )
    other = create_interview(cast, now=real_now, name="李雷")
    name_people(cast.recruiter, other.pk, recruiter=cast.recruiter, interviewers=[cast.lead], now=real_now)
    found = events(address(cast.interviewer))
    assert found.keys() == {interview_uid(mine.pk, cast.interviewer.pk)}
    (event,) = found.values()
    assert event["SUMMARY"] == "面试：王小雨，后端工程师，初试"
    assert event["DTSTART"].dt == mine.starts_at.replace(microsecond=0)
    assert event["URL"] == f"http://localhost:8000/interviews/{mine.pk}"
    assert "ATTENDEE" not in event
    assert "VALARM" not in [part.name for part in event.subcomponents]
    raw = Client().get(address(cast.interviewer)).content.decode()
    unfolded = raw.replace("\r\n ", "")
    for secret in (
        "xiaoyu@example.com",
        "13912345678",
        "/c/",
        "李雷",
        cast.recruiter.email,
        cast.recruiter.phone,
    ):
        assert secret not in unfolded
    assert events(address(cast.lead)).keys() == {interview_uid(other.pk, cast.lead.pk)}
    assert events(address(cast.owner)) == {}


def test_a_change_and_a_cancellation_raise_the_sequence(cast: Cast, real_now: datetime) -> None:
    interview = create_interview(cast, now=real_now)
    url = address(cast.interviewer)
    later = interview.starts_at + timedelta(days=1)
    change_interview(cast.recruiter, interview.pk, facts_of(interview, starts_at=later), now=real_now)
    (event,) = events(url).values()
    assert (event["SEQUENCE"], event["DTSTART"].dt) == (1, later.replace(microsecond=0))
    cancel_interview(cast.recruiter, interview.pk, now=real_now)
    (event,) = events(url).values()
    assert (event["SEQUENCE"], event["STATUS"]) == (2, "CANCELLED")
    assert event["SUMMARY"].startswith("已取消：")


def test_an_unchanged_calendar_is_not_sent_again(cast: Cast, real_now: datetime) -> None:
    interview = create_interview(cast, now=real_now)
    url = address(cast.interviewer)
    mark = Client().get(url)["ETag"]
    again = Client(headers={"if-none-match": mark}).get(url)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", mark)
    cancel_interview(cast.recruiter, interview.pk, now=real_now)
    assert Client(headers={"if-none-match": mark}).get(url).status_code == 200


def test_reading_changes_nothing(cast: Cast, real_now: datetime, django_assert_max_num_queries: Any) -> None:
    create_interview(cast, now=real_now)
    url = address(cast.interviewer)
    before = AuditEntry.objects.count()
    with django_assert_max_num_queries(6) as seen:
        Client().get(url)
    assert not [
        q
        for q in seen.captured_queries
        if q["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    ]
    assert AuditEntry.objects.count() == before
    assert Client().head(url).status_code == 200
    assert Client().post(url).status_code == 405


def test_the_address_is_stored_hashed_renewed_and_revoked(cast: Cast, real_now: datetime) -> None:
    first = renew_feed(cast.interviewer, now=real_now)
    feed = CalendarFeed.objects.get()
    assert first.encode() not in bytes(feed.token_hash)
    assert len(first) >= 43
    second = renew_feed(cast.interviewer, now=real_now)
    assert Client().get(f"/feeds/{first}.ics").status_code == 404
    assert Client().get(f"/feeds/{second}.ics").status_code == 200
    revoke_feed(cast.interviewer, now=real_now)
    assert Client().get(f"/feeds/{second}.ics").status_code == 404
    assert not CalendarFeed.objects.exists()
    actions = list(AuditEntry.objects.filter(action__startswith="calendar.").values_list("action", flat=True))
    assert actions == ["calendar.feed_renewed", "calendar.feed_renewed", "calendar.feed_revoked"]
    assert first not in str(list(AuditEntry.objects.values_list("details", flat=True)))


def test_somebody_who_left_feeds_nobody(cast: Cast, real_now: datetime) -> None:
    url = address(cast.interviewer)
    User.objects.filter(pk=cast.interviewer.pk).update(is_active=False)
    assert Client().get(url).status_code == 404


def test_the_page_makes_an_address_shows_it_once_and_switches_it_off(cast: Cast) -> None:
    client = sign_in_client(cast.interviewer)
    page = client.get("/settings/account/calendar")
    assert page.status_code == 200
    assert not CalendarFeed.objects.exists()
    made = client.post("/settings/account/calendar/feed").content.decode()
    url = made.partition("readonly>")[2].partition("<")[0]
    assert url.startswith("http://localhost:8000/feeds/")
    assert f'href="webcal{url.removeprefix("http")}"' in made
    assert Client().get(url.removeprefix("http://localhost:8000")).status_code == 200
    assert url.rpartition("/")[2] not in client.get("/settings/account/calendar").content.decode()
    client.post("/settings/account/calendar/feed/off")
    assert Client().get(url.removeprefix("http://localhost:8000")).status_code == 404


def test_an_auditor_has_no_calendar_here(cast: Cast) -> None:
    client = sign_in_client(create_user(cast.organization, Role.AUDITOR, "审计"))
    assert client.get("/settings/account/calendar").status_code == 403
    assert client.post("/settings/account/calendar/feed").status_code == 403
