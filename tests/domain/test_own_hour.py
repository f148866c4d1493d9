"""Where the plan names the day alone, a message comes at the hour that the candidate chose."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.domain.test_agenda import (
    DAY,
    DAY_BEFORE,
    HOUR,
    INVITE,
    NUDGE,
    SHANGHAI,
    START,
    STILL,
    SURVEY,
    TWO_HOURS,
    at,
    by_key,
    invited,
    only,
)
from yuemian.domain.cadence import Anchor, Extra, Step, Verdict, WhyCode
from yuemian.domain.quiet import QuietRule
from yuemian.domain.states import Answer, Attendance, InterviewState, Purpose

#: The interview is on Wednesday the 9th at 15:00; now it is a week before.
NOW = at("12-02 10:00")
AFTER: dict[str, Any] = {"state": InterviewState.COMPLETED, "attendance": Attendance.ATTENDED}
STAFF = Step("staff", Purpose.STAFF_REMINDER, Anchor.BEFORE_START, DAY, extras=frozenset({Extra.RECRUITER}))


@pytest.mark.parametrize(
    ("step", "hour", "expected"),
    [
        (DAY_BEFORE, 18, "12-08 18:00"),
        (DAY_BEFORE, 9, "12-08 09:00"),
        (replace(DAY_BEFORE, offset=DAY + 5 * HOUR), 18, "12-08 18:00"),
        (INVITE, 18, "12-06 18:00"),
    ],
)
def test_a_step_of_days_comes_at_the_hour_that_was_chosen(step: Step, hour: int, expected: str) -> None:
    item = only(step, NOW, preferred_hour=hour)
    assert (item.due_at, item.why.code) == (at(expected), WhyCode.MOVED_TO_OWN_HOUR)
    assert item.why.planned_at == START - step.offset


def test_a_note_after_a_promise_and_a_survey_a_day_later_keep_to_it_too() -> None:
    note = only(STILL, START + 2 * DAY, preferred_hour=18, result_promised_at=START + 2 * DAY, **AFTER)
    assert note.due_at == START + 3 * DAY + 3 * HOUR
    survey = only(replace(SURVEY, offset=DAY), START + 2 * HOUR, preferred_hour=18, **AFTER)
    assert survey.due_at == at("12-10 18:00")


@pytest.mark.parametrize(
    "step",
    [
        replace(DAY_BEFORE, at=time(11)),  # the plan names an hour
        TWO_HOURS,  # two hours before is two hours before
        STAFF,  # not to the candidate
        replace(SURVEY, offset=2 * HOUR),
    ],
    ids=lambda step: step.key,
)
def test_what_the_plan_means_to_the_hour_stays_there(step: Step) -> None:
    fields = AFTER if step.anchor == Anchor.AFTER_END else {}
    moved, plain = (only(step, NOW, preferred_hour=hour, **fields) for hour in (18, None))
    assert (moved.due_at, moved.why) == (plain.due_at, plain.why)


def test_after_an_event_people_wait_for_a_length_of_time() -> None:
    left = START - 4 * DAY
    assert only(NUDGE, left, preferred_hour=18, **invited(left)).due_at == left + DAY


def test_the_hour_is_on_the_candidates_own_clock() -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")
    item = only(DAY_BEFORE, NOW, preferred_hour=18, own_zone=kathmandu)
    assert item.due_at == at("12-08 18:00", kathmandu) == at("12-08 20:15", SHANGHAI)


def test_an_hour_that_is_quiet_or_too_late_to_be_of_use_leaves_the_plans_own() -> None:
    assert only(DAY_BEFORE, NOW, preferred_hour=22).due_at == START - DAY
    free = QuietRule(time(21), time(8), waits_for_workday=True, region="CN")
    monday = at("12-14 10:00")
    sunday = only(DAY_BEFORE, NOW, preferred_hour=18, starts_at=monday, quiet=free)
    assert sunday.due_at == at("12-11 20:30")
    # On the other side of the world the planned day ends after the interview.
    west = ZoneInfo("Pacific/Honolulu")
    item = only(DAY_BEFORE, NOW, preferred_hour=20, own_zone=west, starts_at=at("12-09 15:00"))
    assert item.due_at is not None
    assert item.due_at < START


def test_a_choice_that_comes_too_late_for_the_day_leaves_the_plans_time() -> None:
    """At noon somebody chooses nine o'clock: the reminder of three o'clock is not sent at noon."""
    noon, planned = at("12-08 12:00"), START - DAY
    assert only(DAY_BEFORE, noon, preferred_hour=9).due_at == planned
    item = only(DAY_BEFORE, planned, preferred_hour=9)
    assert (item.verdict, item.why.code) == (Verdict.DUE, WhyCode.AS_PLANNED)
    assert only(DAY_BEFORE, at("12-08 09:01"), preferred_hour=9).verdict == Verdict.DUE


def test_what_is_late_already_is_not_put_off_to_the_evening() -> None:
    item = only(DAY_BEFORE, at("12-08 16:00"), preferred_hour=18, known_at=at("12-08 16:00"))
    assert (item.verdict, item.why.code) == (Verdict.DUE, WhyCode.AT_ONCE)


def test_a_suggestion_waits_for_a_person_and_not_for_the_hour() -> None:
    assert only(INVITE, NOW, automatic=False, preferred_hour=18).due_at == START - 3 * DAY


def test_two_reminders_of_one_day_come_as_one_and_the_plans_extra_one_still_comes() -> None:
    twin = replace(DAY_BEFORE, key="twin", offset=DAY + HOUR)
    extra = replace(DAY_BEFORE, key="extra", at=time(19))
    items = by_key(
        (DAY_BEFORE, twin, extra),
        NOW,
        answer=Answer.ACCEPTED,
        answered_at=NOW,
        preferred_hour=18,
        **invited(NOW),
    )
    assert {key: item.verdict for key, item in items.items()} == {
        "day": Verdict.COMING,
        "twin": Verdict.SKIPPED,
        "extra": Verdict.COMING,
    }
    assert items["twin"].why.by == Purpose.REMINDER
