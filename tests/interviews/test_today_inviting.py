"""Whom Today and the digest name as to be invited: per the plan that holds, by the end of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from tests.factories import Cast, create_interview, create_interviews
from tests.interviews.plan_stories import create_plan
from tests.interviews.today import day_of, invite, names
from yuemian.domain.cadence import Anchor, Conditions, Step
from yuemian.domain.states import DeliveryState, Purpose
from yuemian.interviews.actions.steps import do_due_steps
from yuemian.interviews.digest import make_digest
from yuemian.interviews.models import Plan
from yuemian.interviews.today import Part, Scope, Section

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def inviting(days: int = 0, **more: Any) -> Step:
    """An invitation so many days before."""
    return Step("invite", Purpose.INVITATION, more.pop("anchor", Anchor.BEFORE_START), days * DAY, **more)


AT_ONCE = inviting(anchor=Anchor.KNOWN)


def section(cast: Cast, now: datetime) -> Section:
    return day_of(cast.recruiter, now=now)[Part.INVITE]


def named(cast: Cast, now: datetime) -> list[str]:
    return names(day_of(cast.recruiter, now=now), Part.INVITE)


#: It is Wednesday, nine in the morning in Shanghai (tests.conftest.NOW): 15 hours are left of the day.
@pytest.mark.parametrize(
    ("steps", "starts_in", "is_named"),
    [
        ([inviting(3)], 3 * DAY - HOUR, True),
        ([inviting(3)], 3 * DAY + 5 * HOUR, True),  # due at 14:00
        ([inviting(3)], 3 * DAY + 14 * HOUR, True),
        ([inviting(3)], 3 * DAY + 15 * HOUR, False),  # at midnight
        ([inviting(5)], 5 * DAY + 5 * HOUR, True),
        ([inviting(5)], 6 * DAY, False),
        ([inviting(1)], 2 * DAY, False),
        ([inviting(30)], 30 * DAY, True),
        ([inviting(4, at=time(18))], 4 * DAY + 20 * HOUR, False),  # a day that is tomorrow's
        ([inviting(4, at=time(18))], 4 * DAY + 10 * HOUR, True),
        ([inviting(4, at=time(18))], 5 * DAY + HOUR, False),
        ([inviting(4, at=time(18))], 5 * DAY - 2 * HOUR, False),
        ([AT_ONCE], 40 * DAY, True),
        ([inviting(anchor=Anchor.KNOWN, at=time(18))], 40 * DAY, True),
        ([Step("later", Purpose.INVITATION, Anchor.KNOWN, 2 * DAY)], 40 * DAY, False),
        ([Step("remind", Purpose.REMINDER, Anchor.BEFORE_START, DAY)], 3 * DAY + 5 * HOUR, True),
        ([Step("remind", Purpose.REMINDER, Anchor.BEFORE_START, DAY)], 4 * DAY, False),
        (
            [inviting(9, is_on=False), Step("late", Purpose.INVITATION, Anchor.BEFORE_START, 2 * DAY)],
            5 * DAY,
            False,
        ),
        # For a Friday the plan says earlier; for others it says nothing, and nobody is forgotten.
        ([inviting(9, conditions=Conditions(weekdays=frozenset({5})))], 9 * DAY, True),
        ([inviting(9, conditions=Conditions(weekdays=frozenset({1})))], 9 * DAY, False),
        ([inviting(9, conditions=Conditions(weekdays=frozenset({1})))], 2 * DAY, True),
    ],
)
def test_whoever_the_plan_invites_by_tonight_is_named(
    cast: Cast, now: datetime, steps: Sequence[Step], starts_in: timedelta, is_named: bool
) -> None:
    create_plan(cast, now=now, steps=steps)
    create_interview(cast, now=now, name="甲", starts_at=now + starts_in)
    assert named(cast, now) == (["甲"] if is_named else [])


@pytest.mark.parametrize(
    ("starts_in", "is_named"), [(3 * DAY + 14 * HOUR, True), (3 * DAY + 15 * HOUR, False)]
)
def test_where_no_plan_holds_three_days_are_near(
    cast: Cast, now: datetime, starts_in: timedelta, is_named: bool
) -> None:
    create_interview(cast, now=now, name="甲", starts_at=now + starts_in)
    assert named(cast, now) == (["甲"] if is_named else [])


def test_the_nearest_plan_holds(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[inviting(3)])
    create_plan(cast, now=now, name="销售", job=cast.sales, steps=[inviting(10)])
    for job, name in ((cast.sales, "早"), (cast.backend, "晚")):
        create_interview(cast, now=now, name=name, job=job, starts_at=now + 9 * DAY)
    assert named(cast, now) == ["早"]


def test_the_day_ends_where_the_interview_is(cast: Cast, now: datetime) -> None:
    """In Los Angeles it is still Tuesday, five in the afternoon: 7 hours are left of the day."""
    create_plan(cast, now=now, steps=[inviting(3)])
    there = "America/Los_Angeles"
    create_interview(cast, now=now, name="今", starts_at=now + 3 * DAY + 6 * HOUR, time_zone=there)
    create_interview(cast, now=now, name="明", starts_at=now + 3 * DAY + 8 * HOUR, time_zone=there)
    assert named(cast, now) == ["今"]


def test_what_the_clock_has_suggested_stays_until_somebody_acts(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[inviting(3)])
    create_interview(cast, now=now, name="甲", starts_at=now + 3 * DAY - HOUR)
    before = named(cast, now)
    assert do_due_steps(cast.organization.pk, now=now)
    assert before == named(cast, now) == named(cast, now + DAY) == ["甲"]


@pytest.mark.parametrize(
    ("starts_in", "words"),
    [
        (3 * DAY + 5 * HOUR, "due today at 14:00"),
        (3 * DAY - HOUR, "due since 09:00 today"),  # when it became known
        (2 * DAY, "due since 09:00 today"),
    ],
)
def test_each_line_says_when_it_falls_due(
    cast: Cast, now: datetime, starts_in: timedelta, words: str
) -> None:
    create_plan(cast, now=now, steps=[inviting(3)])
    create_interview(cast, now=now, starts_at=now + starts_in)
    with override("en"):
        (line,) = section(cast, now).lines
        assert line.due == words
        (entry,) = make_digest(day_of(cast.recruiter, now=now)).sections[0].entries
    assert entry[2] == words


def test_an_overdue_one_says_since_which_day_and_one_without_a_plan_that_none_invites(
    cast: Cast, now: datetime
) -> None:
    create_interview(cast, now=now, name="甲", starts_at=now + 3 * DAY)
    with override("en"):
        assert [line.due for line in section(cast, now).lines] == ["No plan invites this person."]
        create_plan(cast, now=now, steps=[inviting(3)])
        assert [line.due for line in section(cast, now + DAY).lines] == ["due since Wed, 25 Nov, 09:00"]


# --- What a plan does by itself


def test_whom_an_automatic_plan_invites_today_is_counted_and_not_named(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[inviting(3)], is_automatic=True)
    create_plan(cast, now=now, name="销售", job=cast.sales, steps=[inviting(3)])
    create_interviews(cast, 3, now=now, starts_at=now + 3 * DAY + 5 * HOUR)
    create_interview(cast, now=now, starts_at=now + 4 * DAY)
    create_interview(cast, now=now, name="要人", job=cast.sales, starts_at=now + 3 * DAY + 8 * HOUR)
    found = section(cast, now)
    assert (named(cast, now), found.by_plan, found.by_plan_text) == (["要人"], 3, "3")
    with override("en"):
        content = make_digest(day_of(cast.recruiter, now=now))
    assert [each.count for each in content.sections] == ["1", "3"]
    assert content.sections[1].title == "Invited by the plan today"


def test_what_a_plan_does_by_itself_is_no_reason_for_a_mail(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[inviting(3)], is_automatic=True)
    create_interview(cast, now=now, starts_at=now + 3 * DAY + 5 * HOUR)
    today = day_of(cast.recruiter, now=now)
    assert (today.filled, today.is_empty, today.invite_ids) == ([], False, [])


def test_an_automatic_plan_at_once_is_counted_until_it_has_done_so(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[AT_ONCE], is_automatic=True)
    create_interview(cast, now=now, starts_at=now + 40 * DAY)
    assert section(cast, now).by_plan == 1
    assert do_due_steps(cast.organization.pk, now=now)
    assert section(cast, now).by_plan == 0


def test_what_quiet_hours_move_to_tomorrow_is_not_counted_today(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[inviting(3)], is_automatic=True)
    create_interview(cast, now=now, starts_at=now + 3 * DAY + 13 * HOUR)  # due at 22:00
    assert section(cast, now).by_plan == 0
    assert section(cast, now + DAY).by_plan == 1


def test_what_keeps_an_automatic_plan_from_inviting_waits_for_a_person(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[inviting(3)], is_automatic=True)
    create_interview(cast, now=now, name="无址", email="", phone="", starts_at=now + 3 * DAY + 5 * HOUR)
    assert (named(cast, now), section(cast, now).by_plan) == (["无址"], 0)


def test_a_suggestion_stays_with_a_person_when_its_plan_becomes_automatic(cast: Cast, now: datetime) -> None:
    plan = create_plan(cast, now=now, steps=[inviting(3)])
    create_interview(cast, now=now, name="甲", starts_at=now + 3 * DAY - HOUR)
    do_due_steps(cast.organization.pk, now=now)
    Plan.objects.filter(pk=plan.pk).update(is_automatic=True)
    assert (named(cast, now), section(cast, now).by_plan) == (["甲"], 0)


def test_what_was_stopped_before_it_left_is_to_be_invited_again(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[inviting(3)], is_automatic=True)
    interview = create_interview(cast, now=now, name="甲", starts_at=now + 2 * DAY)
    invite(cast, [interview], now=now, state=DeliveryState.CANCELLED)
    assert (named(cast, now), section(cast, now).by_plan) == (["甲"], 0)


# --- What it costs


def test_more_people_need_no_more_statements(cast: Cast, now: datetime) -> None:
    create_plan(
        cast, now=now, steps=[inviting(3), Step("now", Purpose.INVITATION, Anchor.KNOWN)], is_automatic=True
    )
    create_plan(cast, now=now, name="销售", job=cast.sales, steps=[inviting(3)])

    def fill(count: int) -> None:
        for job in (cast.sales, cast.backend):
            create_interviews(cast, count, now=now, job=job, starts_at=now + 2 * DAY)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            day_of(cast.recruiter, Scope(), now=now)
        return len(queries)

    fill(1)
    few = cost()
    fill(5)
    assert cost() == few


def test_one_page_looks_at_five_hundred_and_says_that_there_are_more(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[inviting(3)])
    create_interviews(cast, 502, now=now, starts_at=now + 2 * DAY)
    found = section(cast, now)
    assert (found.count_text, found.is_capped) == ("500+", True)
