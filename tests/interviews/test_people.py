"""Naming who holds an interview and who of HR looks after it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, create_user, sign_in_client
from yuemian.accounts.models import Role
from yuemian.interviews.models import Change, Interview
from yuemian.messaging.models import Notification
from yuemian.trust.models import AuditEntry


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def holders(interview: Interview) -> set[str]:
    return set(interview.participants.values_list("user__name", flat=True))


def test_people_are_exchanged_and_nothing_is_sent(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    other = create_user(cast.organization, Role.INTERVIEWER, "王倩")
    answer = recruiter_client.post(
        f"/interviews/{interview.pk}/people", {"recruiter": cast.lead.pk, "interviewers": [other.pk]}
    )
    assert answer["Location"] == f"/interviews/{interview.pk}"
    interview.refresh_from_db()
    assert (holders(interview), interview.recruiter, interview.revision) == ({"王倩"}, cast.lead, 1)
    assert Notification.objects.count() == 0
    assert AuditEntry.objects.filter(action="interview.people_named").count() == 1


def test_nobody_can_be_named_too(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    recruiter_client.post(f"/interviews/{interview.pk}/people", {})
    interview.refresh_from_db()
    assert (holders(interview), interview.recruiter) == (set(), None)


def test_the_same_people_again_change_nothing(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    before = Change.objects.count()
    same = {"recruiter": cast.recruiter.pk, "interviewers": [cast.interviewer.pk]}
    recruiter_client.post(f"/interviews/{interview.pk}/people", same)
    assert Change.objects.count() == before


def test_an_auditor_holds_no_interview(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    answer = recruiter_client.post(f"/interviews/{interview.pk}/people", {"interviewers": [cast.auditor.pk]})
    assert answer.status_code == 422
    assert holders(interview) == {"陈默"}


def test_an_interviewer_names_nobody(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    assert sign_in_client(cast.interviewer).get(f"/interviews/{interview.pk}/people").status_code == 403
