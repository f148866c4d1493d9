"""How far an application is: interviewed from the moment that somebody came, or that the wait for a decision begins."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import Cast, create_interview, create_interviews
from yuemian.domain.states import Answer, Attendance, InterviewState, Stage
from yuemian.hiring.models import Application
from yuemian.interviews.actions.attendance import record_attendance
from yuemian.interviews.actions.stages import catch_up_interviewed, note_interviewed, note_invited
from yuemian.interviews.models import Interview
from yuemian.results.actions.waits import note_waits

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def stage_of(interview: Interview) -> str:
    return str(Application.objects.get(pk=interview.application_id).stage)


def put(interview: Interview, stage: Stage) -> None:
    Application.objects.filter(pk=interview.application_id).update(stage=stage)


def next_round(cast: Cast, first: Interview, *, now: datetime, **fields: object) -> Interview:
    later = create_interview(cast, now=now, round="复试", starts_at=first.starts_at + 5 * DAY)
    Interview.objects.filter(pk=later.pk).update(application=first.application_id, **fields)
    later.refresh_from_db()
    return later


def test_whoever_came_is_interviewed_and_whoever_did_not_is_not(cast: Cast, now: datetime) -> None:
    came, missed = create_interviews(cast, 2, now=now, starts_at=now - HOUR)
    note_invited([came.application_id, missed.application_id])
    record_attendance(cast.recruiter, came.pk, Attendance.ATTENDED, now=now)
    record_attendance(cast.recruiter, missed.pk, Attendance.NO_SHOW, now=now)
    assert (stage_of(came), stage_of(missed)) == (Stage.INTERVIEWED, Stage.INVITED)


@pytest.mark.parametrize("stage", [Stage.DECIDED, Stage.ONBOARDING, Stage.ONBOARDED, Stage.CLOSED])
def test_nobody_is_moved_back(cast: Cast, now: datetime, stage: Stage) -> None:
    interview = create_interview(cast, now=now, starts_at=now - HOUR)
    put(interview, stage)
    record_attendance(cast.recruiter, interview.pk, Attendance.ATTENDED, now=now)
    note_waits(cast.organization.pk, now)
    assert stage_of(interview) == stage


def test_whoever_is_invited_to_the_next_round_stays_so_when_the_last_one_is_noted_late(
    cast: Cast, now: datetime
) -> None:
    first = create_interview(cast, now=now, starts_at=now - DAY)
    later = next_round(cast, first, now=now)
    note_invited([first.application_id])
    record_attendance(cast.recruiter, first.pk, Attendance.ATTENDED, now=now)
    assert stage_of(first) == Stage.INVITED
    Interview.objects.filter(pk=later.pk).update(state=InterviewState.CANCELLED)
    note_interviewed(cast.organization.pk, [first.pk])
    assert stage_of(first) == Stage.INTERVIEWED


def test_the_wait_for_a_decision_begins_for_many_in_one_statement(cast: Cast, now: datetime) -> None:
    over = create_interviews(cast, 12, now=now, starts_at=now - 2 * HOUR)
    declined, coming = over[10:]
    Interview.objects.filter(pk=declined.pk).update(answer=Answer.DECLINED)
    Interview.objects.filter(pk=coming.pk).update(starts_at=now + HOUR)
    with CaptureQueriesContext(connection) as captured:
        assert note_waits(cast.organization.pk, now) == 10
    assert sum("UPDATE hiring_application" in each["sql"] for each in captured) == 1
    assert {stage_of(each) for each in over[:10]} == {Stage.INTERVIEWED}
    assert {stage_of(declined), stage_of(coming)} == {Stage.SCREENED}


def test_whoever_came_before_stages_were_noted_is_caught_up_once(cast: Cast, now: datetime) -> None:
    came, unknown, running, ahead, decided = create_interviews(cast, 5, now=now, starts_at=now - DAY)
    Interview.objects.exclude(pk=unknown.pk).update(attendance=Attendance.ATTENDED, state="completed")
    Interview.objects.filter(pk=running.pk).update(starts_at=now - HOUR / 2)
    next_round(cast, ahead, now=now)
    put(decided, Stage.DECIDED)
    assert catch_up_interviewed(cast.organization.pk, now) == 1
    assert catch_up_interviewed(cast.organization.pk, now) == 0
    assert stage_of(came) == Stage.INTERVIEWED
    assert {stage_of(each) for each in (unknown, running, ahead)} == {Stage.SCREENED}
    assert stage_of(decided) == Stage.DECIDED
