"""When other rounds stand around an interview, or another plan holds: it is looked at again, and hears no pile."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.factories import Cast, create_interview, create_interviews, create_template
from tests.interviews.test_steps import (
    DAY,
    HOUR,
    INVITE,
    NUDGE,
    REMIND,
    create_plan,
    facts_of,
    leave,
    next_look,
    outcomes,
    said,
    work,
)
from yuemian.domain.cadence import Anchor, Conditions, Step
from yuemian.domain.states import Answer, Attendance, Purpose, ReasonCode
from yuemian.hiring.actions import save_job, set_contact_use
from yuemian.hiring.models import Job, JobFamily
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.attendance import promise_result, record_attendance
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.actions.plans import archive_plan, copy_plan, restore_plan, save_plan
from yuemian.interviews.models import Cadence, Interview, Plan

EARLY = Step("early", Purpose.REMINDER, Anchor.BEFORE_START, 3 * DAY)
NOTE = Step("note", Purpose.STILL_DECIDING, Anchor.AFTER_PROMISE, DAY)
OVERTAKEN = ("skipped", ReasonCode.OVERTAKEN)


@pytest.fixture(autouse=True)
def texts(cast: Cast, now: datetime) -> None:
    for purpose in (Purpose.NUDGE, Purpose.STILL_DECIDING):
        create_template(cast.organization, purpose, now=now, body="{{ candidate_name }} {{ interview_when }}")


def invited(cast: Cast, now: datetime) -> list[Interview]:
    """Two people of the backend job, invited five days before `now`, whose interviews are in two days."""
    then = now - 5 * DAY
    found = create_interviews(cast, 2, now=then, starts_at=now + 2 * DAY)
    work(cast, then)
    for interview in found:
        leave(interview, then)
    return found


def keys(interview: Interview) -> list[str]:
    return [key for _, key, _ in said(interview)]


def waiting_without_address(cast: Cast, now: datetime) -> Interview:
    """Their reminder was due an hour ago and waits for an address."""
    interview = create_interview(cast, now=now - 5 * DAY, starts_at=now - HOUR + DAY)
    interview.application.candidate.contact_points.update(state="suppressed")
    work(cast, now)
    assert (said(interview), outcomes(interview)) == ([], {})
    return interview


def give_address(cast: Cast, interview: Interview, now: datetime) -> None:
    point = interview.application.candidate.contact_points.all()[0]
    set_contact_use(cast.recruiter, point.pk, is_in_use=True, now=now)
    work(cast, now)


class TestAPlanPutAway:
    def test_leaves_nobody_the_old_reminders_of_the_next_outer_one(self, cast: Cast, now: datetime) -> None:
        create_plan(cast, EARLY, NUDGE, REMIND, now=now - 9 * DAY)
        inner = create_plan(cast, Step("hello", Purpose.INVITATION, Anchor.KNOWN), now=now - 9 * DAY,
                            name="后端", job=cast.backend)  # fmt: skip
        people = invited(cast, now)
        archive_plan(cast.owner, inner, now=now)
        work(cast, now)
        for interview in people:
            assert keys(interview) == ["hello"]
            assert (outcomes(interview)["early"], outcomes(interview)["nudge"]) == (OVERTAKEN, OVERTAKEN)
        work(cast, now + DAY)
        assert [keys(each) for each in people] == [["hello", "remind"]] * 2, "what is still to come comes"

    def test_that_said_the_same_takes_nothing_away_that_waits(self, cast: Cast, now: datetime) -> None:
        create_plan(cast, REMIND, now=now - 9 * DAY)
        inner = create_plan(cast, REMIND, NUDGE, now=now - 9 * DAY, name="后端", job=cast.backend)
        interview = waiting_without_address(cast, now)
        archive_plan(cast.owner, inner, now=now)
        work(cast, now)
        give_address(cast, interview, now + HOUR)
        assert keys(interview) == ["remind"]

    def test_and_taken_back_makes_up_for_nothing_either(self, cast: Cast, now: datetime) -> None:
        create_plan(cast, INVITE, now=now - 9 * DAY)
        inner = create_plan(
            cast, INVITE, EARLY, now=now - 9 * DAY, name="后端", job=cast.backend, is_active=False
        )
        people = invited(cast, now)
        work(cast, now - DAY)
        restore_plan(cast.owner, inner, now=now)
        work(cast, now)
        assert [outcomes(each)["early"] for each in people] == [OVERTAKEN] * 2


class TestAReminderThatWaitsForAnAddress:
    @pytest.mark.parametrize(
        "change", ["name", "another step", "a copy", "a copy of before there were dates"]
    )
    def test_outlives_what_does_not_touch_it(self, cast: Cast, now: datetime, change: str) -> None:
        plan = create_plan(cast, REMIND, now=now - 9 * DAY)
        interview = waiting_without_address(cast, now)
        if change == "name":
            save_plan(cast.owner, plan, [REMIND], number=1, now=now, name="新名称")
        elif change == "another step":
            save_plan(cast.owner, plan, [REMIND, NUDGE], number=1, now=now)
        else:
            if change == "a copy":
                save_plan(cast.owner, plan, [REMIND, NUDGE], number=1, now=now)
            copy_plan(cast.owner, Plan.objects.get(), name="后端", job=cast.backend, now=now)
        work(cast, now)
        give_address(cast, interview, now + HOUR)
        assert keys(interview) == ["remind"]


class TestAnotherFamilyOfAJob:
    def test_makes_its_interviews_due_under_the_plan_of_that_family(self, cast: Cast, now: datetime) -> None:
        other = JobFamily.objects.create(organization=cast.organization, name="数据")
        create_plan(cast, INVITE, now=now - 9 * DAY, name="技术", family=cast.backend.family)
        create_plan(cast, INVITE, EARLY, REMIND, now=now - 9 * DAY, name="数据", family=other)
        mine, beside = (
            create_interview(cast, now=now - 5 * DAY, starts_at=now + 2 * DAY, job=job)
            for job in (cast.backend, cast.sales)
        )
        work(cast, now - HOUR)
        look = next_look(beside)
        save_job(cast.owner, Job.objects.get(pk=cast.backend.pk), "数据", now=now)
        assert (next_look(mine), next_look(beside)) == (now, look)
        work(cast, now)
        assert (keys(mine), outcomes(mine)["early"]) == (["invite"], OVERTAKEN)
        assert next_look(mine) == now + DAY

    def test_moves_nothing_where_the_same_plan_holds(self, cast: Cast, now: datetime) -> None:
        create_plan(cast, INVITE, now=now - 9 * DAY)
        interview = create_interview(cast, now=now, starts_at=now + 9 * DAY)
        work(cast, now)
        look = next_look(interview)
        save_job(cast.owner, Job.objects.get(pk=cast.backend.pk), "数据", now=now + HOUR)
        assert next_look(interview) == look
        assert Cadence.objects.get(interview=interview).plan_since is None


class TestAnotherRound:
    @pytest.fixture
    def rounds(self, cast: Cast, now: datetime) -> tuple[Interview, Interview]:
        """The first was held, its result is promised in two days; the second is in five."""
        create_plan(cast, NOTE, now=now)
        first = create_interview(cast, now=now - DAY, starts_at=now - 2 * HOUR)
        record_attendance(cast.recruiter, first.pk, Attendance.ATTENDED, now=now)
        promise_result(cast.recruiter, first.pk, now + 2 * DAY, now=now)
        second = create_interview(cast, now=now, starts_at=now + 5 * DAY, round="复试")
        Interview.objects.filter(pk=second.pk).update(application=first.application)
        work(cast, now)
        assert next_look(first) is None, "whoever has a next round has their word"
        return first, second

    def test_called_off_leaves_the_first_waiting_for_its_result(
        self, cast: Cast, now: datetime, rounds: tuple[Interview, Interview]
    ) -> None:
        first, second = rounds
        cancel_interview(cast.recruiter, second.pk, now=now + HOUR)
        work(cast, now + HOUR)
        work(cast, now + 3 * DAY)
        assert [purpose for purpose, _, _ in said(first)] == ["still_deciding"]

    @pytest.mark.parametrize("how", ["moved", "left to the candidate"])
    def test_that_takes_another_place_is_seen_by_the_others(
        self, cast: Cast, now: datetime, how: str
    ) -> None:
        hello = Step(
            "hello", Purpose.REMINDER, Anchor.BEFORE_START, DAY, conditions=Conditions(is_first=True)
        )
        create_plan(cast, hello, now=now)
        first, second = create_interviews(cast, 2, now=now, starts_at=now + 3 * DAY)
        Interview.objects.filter(pk=second.pk).update(application=first.application, starts_at=now + 5 * DAY)
        Interview.objects.update(answer=Answer.ACCEPTED, answered_at=now)
        work(cast, now)
        assert next_look(second) is None
        later = now + 9 * DAY
        if how == "moved":
            change_interview(cast.recruiter, first.pk, facts_of(first, starts_at=later), now=now + HOUR)
        else:
            ask_to_choose(cast.recruiter, first.pk, until=later, reason="", now=now + HOUR)
        assert next_look(second) == now + HOUR
        work(cast, now + HOUR)
        assert next_look(second) == now + 4 * DAY
