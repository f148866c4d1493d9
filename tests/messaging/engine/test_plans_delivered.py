"""From a plan to the phone: what the executor plans, the engine delivers, and staff are led to their own page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest

from tests.factories import create_interview, create_template
from tests.interviews.test_steps import DAY, HOUR, INVITE, REMIND, create_plan
from tests.messaging.engine.conftest import Story, deliver
from yuemian.accounts.models import Branch
from yuemian.domain.cadence import Anchor, Extra, Step, WhyCode
from yuemian.domain.states import Answer, Attendance, Purpose
from yuemian.interviews.actions.attendance import promise_result, record_attendance
from yuemian.interviews.agenda.reading import read_agendas
from yuemian.interviews.models import Interview, StepRecord
from yuemian.interviews.tasks import run_due_steps
from yuemian.messaging.models import Delivery
from yuemian.trust.tenancy import acting_in


@pytest.fixture
def day_and_night(story: Story) -> Story:
    """The engine looks at the real clock; here no hour of it is quiet."""
    with acting_in(story.cast.organization.pk):
        Branch.objects.update(quiet_from=time(0), quiet_until=time(0))
        for purpose in (Purpose.STILL_DECIDING, Purpose.STAFF_REMINDER):
            body = "{{ candidate_name }} {{ interview_when }}"
            create_template(story.cast.organization, purpose, now=story.now, body=body)
    return story


def prepare(story: Story, *steps: Step, **fields: object) -> Interview:
    with acting_in(story.cast.organization.pk):
        create_plan(story.cast, *steps, now=story.now)
        return create_interview(story.cast, now=story.now, **fields)


def execute(story: Story) -> None:
    with acting_in(story.cast.organization.pk):
        run_due_steps(story.cast.organization.pk, story.now)


def why_of(interview: Interview, story: Story) -> WhyCode:
    """Why the only step of the plan stands as it does."""
    organization = story.cast.organization.pk
    with acting_in(organization):
        (item,) = read_agendas(organization, [interview.pk], story.now)[interview.pk]
    return item.why.code


def test_an_automatic_invitation_is_delivered(day_and_night: Story) -> None:
    prepare(day_and_night, INVITE, starts_at=day_and_night.now + 2 * DAY)
    execute(day_and_night)
    deliver()
    rows = day_and_night.deliveries("state", "notification__step_key", "position")
    assert ("sent", "invite", 0) in rows


def test_a_plans_reminder_reaches_whoever_has_said_that_they_come(day_and_night: Story) -> None:
    interview = prepare(day_and_night, REMIND, starts_at=day_and_night.now + DAY)
    with acting_in(day_and_night.cast.organization.pk):
        Interview.objects.filter(pk=interview.pk).update(
            answer=Answer.ACCEPTED, answered_at=day_and_night.now
        )
    execute(day_and_night)
    deliver()
    assert "sent" in [state for state, _ in day_and_night.deliveries()]


def test_the_note_that_a_result_takes_longer_is_delivered_after_the_interview(day_and_night: Story) -> None:
    note = Step("note", Purpose.STILL_DECIDING, Anchor.AFTER_PROMISE, HOUR)
    cast, now = day_and_night.cast, day_and_night.now
    interview = prepare(day_and_night, note, starts_at=now - DAY)
    with acting_in(cast.organization.pk):
        record_attendance(cast.recruiter, interview.pk, Attendance.ATTENDED, now=now)
        promise_result(cast.recruiter, interview.pk, now - 2 * HOUR, now=now)
    execute(day_and_night)
    deliver()
    assert ("sent", "") in day_and_night.deliveries()


def test_staff_get_their_own_mail(day_and_night: Story) -> None:
    both = replace(REMIND, extras=frozenset({Extra.INTERVIEWER}))
    prepare(day_and_night, both, starts_at=day_and_night.now + DAY)
    execute(day_and_night)
    deliver()
    own = Delivery.objects.filter(notification__user=day_and_night.cast.interviewer)
    assert [row.state for row in day_and_night.rows(own)] == ["sent"]


@pytest.mark.parametrize("is_noted", [True, False])
def test_what_staff_are_to_hear_after_the_interview_leaves_and_the_agenda_says_so(
    day_and_night: Story, is_noted: bool
) -> None:
    cast, now = day_and_night.cast, day_and_night.now
    after = Step(
        "after", Purpose.STAFF_REMINDER, Anchor.AFTER_END, HOUR, extras=frozenset({Extra.INTERVIEWER})
    )
    interview = prepare(day_and_night, after, starts_at=now - 3 * HOUR)
    with acting_in(cast.organization.pk):
        if is_noted:
            record_attendance(cast.recruiter, interview.pk, Attendance.ATTENDED, now=now)
    execute(day_and_night)
    assert why_of(interview, day_and_night) == WhyCode.ON_ITS_WAY
    deliver()
    assert day_and_night.deliveries("state", "notification__step_key") == [("sent", "after")]
    assert why_of(interview, day_and_night) == WhyCode.SENT


def test_who_is_told_beside_a_survey_hears_of_it_too(day_and_night: Story) -> None:
    cast, now = day_and_night.cast, day_and_night.now
    survey = Step("survey", Purpose.SURVEY, Anchor.AFTER_END, HOUR, extras=frozenset({Extra.RECRUITER}))
    with acting_in(cast.organization.pk):
        create_template(cast.organization, Purpose.SURVEY, now=now, body="{{ candidate_name }} {{ link }}")
    interview = prepare(day_and_night, survey, starts_at=now - 3 * HOUR)
    with acting_in(cast.organization.pk):
        record_attendance(cast.recruiter, interview.pk, Attendance.ATTENDED, now=now)
    execute(day_and_night)
    deliver()
    own = Delivery.objects.filter(notification__user=cast.recruiter)
    assert [row.state for row in day_and_night.rows(own)] == ["sent"]


def test_what_staff_are_to_hear_before_the_interview_expires_with_its_start(
    day_and_night: Story, as_owner: Callable[[str], None]
) -> None:
    both = replace(REMIND, extras=frozenset({Extra.INTERVIEWER}))
    interview = prepare(day_and_night, both, starts_at=day_and_night.now + DAY)
    execute(day_and_night)
    own = Delivery.objects.filter(notification__user=day_and_night.cast.interviewer)
    assert [row.deadline_at for row in day_and_night.rows(own)] == [interview.starts_at]
    as_owner("UPDATE messaging_delivery SET deadline_at = now()")
    deliver()
    assert [row.state for row in day_and_night.rows(own.all())] == ["expired"]


def test_a_word_to_staff_that_was_stopped_is_not_called_sent(
    day_and_night: Story, as_owner: Callable[[str], None]
) -> None:
    word = Step("word", Purpose.STAFF_REMINDER, Anchor.BEFORE_START, DAY, extras=frozenset({Extra.RECRUITER}))
    interview = prepare(day_and_night, word, starts_at=day_and_night.now + DAY)
    execute(day_and_night)
    as_owner("UPDATE messaging_delivery SET state = 'permanent_failure'")
    assert why_of(interview, day_and_night) == WhyCode.LOST


def test_where_nobody_is_to_be_told_the_step_is_left_out(day_and_night: Story) -> None:
    word = Step("word", Purpose.STAFF_REMINDER, Anchor.BEFORE_START, DAY, extras=frozenset({Extra.RECRUITER}))
    interview = prepare(day_and_night, word, starts_at=day_and_night.now + DAY)
    with acting_in(day_and_night.cast.organization.pk):
        Interview.objects.update(recruiter=None)
    execute(day_and_night)
    records = day_and_night.rows(StepRecord.objects.filter(interview=interview))
    assert [(row.outcome, row.reason) for row in records] == [("skipped", "missing_contact")]
