"""From a plan to the phone: what the executor plans, the engine delivers, and staff are led to their own page."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from tests.factories import create_interview, create_template
from tests.interviews.test_steps import DAY, HOUR, INVITE, REMIND, create_plan
from tests.messaging.engine.conftest import Story, deliver
from yuemian.accounts.models import Branch
from yuemian.domain.cadence import Anchor, Extra, Step
from yuemian.domain.states import Answer, Attendance, Purpose
from yuemian.interviews.actions.attendance import promise_result, record_attendance
from yuemian.interviews.models import Interview
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
