"""The interview's page says what comes next and why, and takes down who came."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from tests.factories import Cast, create_interview, sign_in_client
from tests.interviews.test_steps import DAY, HOUR, INVITE, NUDGE, REMIND, create_plan, leave, work
from yuemian.domain.states import Attendance
from yuemian.interviews.actions.plans import copy_plan
from yuemian.interviews.models import Interview
from yuemian.interviews.timeline import story
from yuemian.trust.models import AuditEntry


@pytest.fixture
def now() -> datetime:
    """The pages look at the real clock."""
    return timezone.now()


def page(client: Client, interview: Interview, language: str = "en") -> str:
    client.cookies["language"] = language
    return client.get(reverse("interview", args=[interview.pk])).content.decode()


def test_the_page_says_what_comes_next_and_why(recruiter_client: Client, cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, REMIND, NUDGE, now=now, is_automatic=False)
    interview = create_interview(cast, now=now, starts_at=now + 5 * DAY)
    html = page(recruiter_client, interview)
    assert "What comes next" in html
    assert "3 days before the interview" in html
    assert "1 day before the interview, if the candidate has been invited by then" in html
    assert "after 1 day without an answer; waits for the invitation to leave" in html


def test_what_is_not_sent_stands_there_with_its_reason(
    recruiter_client: Client, cast: Cast, now: datetime
) -> None:
    create_plan(cast, INVITE, REMIND, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 5 * HOUR)
    Interview.objects.filter(pk=interview.pk).update(created_at=now)
    work(cast, now)
    leave(interview, now)
    html = page(recruiter_client, interview)
    assert "message is not sent" in html or "messages are not sent" in html


def test_the_page_leads_to_the_nearest_plan_that_holds(
    recruiter_client: Client, cast: Cast, now: datetime
) -> None:
    everywhere = create_plan(cast, INVITE, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 5 * DAY)
    assert f'href="/plans/{everywhere.pk}"' in page(recruiter_client, interview)
    own = copy_plan(cast.recruiter, everywhere, name="只此职位", now=now, job=interview.application.job)
    html = page(recruiter_client, interview)
    assert f'href="/plans/{own.pk}"' in html
    assert f'href="/plans/{everywhere.pk}"' not in html
    assert recruiter_client.get(f"/plans/{own.pk}").status_code == 200


def test_without_a_plan_the_page_says_so(recruiter_client: Client, cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now, starts_at=now + 5 * DAY)
    assert "No plan holds for this interview" in page(recruiter_client, interview)


def test_attendance_is_one_press_and_can_be_corrected(
    recruiter_client: Client, cast: Cast, now: datetime
) -> None:
    interview = create_interview(cast, now=now, starts_at=now - HOUR)
    address = reverse("interview-attendance", args=[interview.pk])
    recruiter_client.post(address, {"attendance": "no_show"})
    recruiter_client.post(address, {"attendance": "attended"})
    recruiter_client.post(address, {"attendance": "attended"})
    interview.refresh_from_db()
    assert (interview.attendance, interview.state) == (Attendance.ATTENDED, "completed")
    assert AuditEntry.objects.filter(action="interview.attendance_recorded").count() == 2
    with override("en"):
        told = [(entry.title, entry.detail) for entry in story(interview, cast.recruiter)]
    assert told[:2] == [("Noted: Attended", "by 林悦"), ("Noted: No-show", "by 林悦")]
    assert 'value="attended" aria-pressed="true"' in page(recruiter_client, interview)


def test_nobody_can_have_come_to_an_interview_of_next_week(
    recruiter_client: Client, cast: Cast, now: datetime
) -> None:
    interview = create_interview(cast, now=now, starts_at=now + 7 * DAY)
    recruiter_client.post(reverse("interview-attendance", args=[interview.pk]), {"attendance": "no_show"})
    interview.refresh_from_db()
    assert interview.attendance == Attendance.UNKNOWN
    assert reverse("interview-attendance", args=[interview.pk]) not in page(recruiter_client, interview)


def test_a_result_is_promised_for_a_day_and_the_promise_taken_back(
    recruiter_client: Client, cast: Cast, now: datetime
) -> None:
    interview = create_interview(cast, now=now, starts_at=now - HOUR)
    recruiter_client.post(reverse("interview-attendance", args=[interview.pk]), {"attendance": "attended"})
    address = reverse("interview-promise", args=[interview.pk])
    day = (now + timedelta(days=5)).date().isoformat()
    recruiter_client.post(address, {"by": day})
    assert f'value="{day}"' in page(recruiter_client, interview)
    recruiter_client.post(address, {"by": "tomorrow"})
    interview.refresh_from_db()
    assert interview.result_promised_at is not None
    recruiter_client.post(address, {"by": ""})
    interview.refresh_from_db()
    assert interview.result_promised_at is None


@pytest.mark.parametrize("name", ["interview-attendance", "interview-promise"])
def test_only_those_who_may_edit_this_company_s_interviews_write(
    cast: Cast, now: datetime, name: str
) -> None:
    interview = create_interview(cast, now=now, starts_at=now - HOUR)
    address = reverse(name, args=[interview.pk])
    assert sign_in_client(cast.lead).post(address, {"attendance": "attended"}).status_code == 403
    assert sign_in_client(cast.recruiter).get(address).status_code == 405
    interview.refresh_from_db()
    assert interview.attendance == Attendance.UNKNOWN
