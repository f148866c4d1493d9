"""When other rounds stand around an interview, or another plan holds: it is looked at again, and hears no pile."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.factories import Cast, create_interview, create_interviews, create_template
from tests.interviews.test_steps import (
    DAY,
    HOUR,
    create_plan,
    facts_of,
    next_look,
    said,
    work,
)
from yuemian.domain.cadence import Anchor, Conditions, Step
from yuemian.domain.states import Answer, Attendance, Purpose
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.attendance import promise_result, record_attendance
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.models import Interview

NOTE = Step("note", Purpose.STILL_DECIDING, Anchor.AFTER_PROMISE, DAY)


@pytest.fixture(autouse=True)
def texts(cast: Cast, now: datetime) -> None:
    for purpose in (Purpose.NUDGE, Purpose.STILL_DECIDING):
        create_template(cast.organization, purpose, now=now, body="{{ candidate_name }} {{ interview_when }}")


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
