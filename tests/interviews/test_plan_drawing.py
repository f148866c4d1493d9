"""Where steps stand on the drawing: by the rule that plans them, in order, never on top of one another unseen."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.interviews.plan_stories import DAY, STEPS
from yuemian.domain.cadence import Anchor, Step
from yuemian.domain.states import Purpose
from yuemian.interviews.plans.drawing import WIDTH, draw, ordered

QUIET = (time(21), time(8))
HOUR = timedelta(hours=1)
CLOCK = st.none() | st.times().map(lambda each: time(each.hour, each.minute))
ANY = st.builds(
    Step,
    key=st.integers(0, 10**6).map(lambda number: f"s{number}"),
    purpose=st.sampled_from([Purpose.INVITATION, Purpose.REMINDER, Purpose.NUDGE, Purpose.STILL_DECIDING]),
    anchor=st.sampled_from(Anchor),
    offset=st.integers(0, 90 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    at=CLOCK,
)


def remind(key: str, offset: timedelta, at: time | None = None) -> Step:
    return Step(key, Purpose.REMINDER, Anchor.BEFORE_START, offset, at=at)


@pytest.mark.parametrize(
    ("step", "day", "minute"),
    [
        (remind("a", DAY), -1, 600),
        (remind("a", 2 * HOUR), 0, 480),
        (remind("a", 11 * HOUR), -1, 1380),
        (remind("a", DAY, time(18)), -1, 1080),
        (remind("a", timedelta(0), time(8)), 0, 480),
        (remind("a", timedelta(0), time(18)), -1, 1080),  # never after the interview has begun
        (Step("a", Purpose.STILL_DECIDING, Anchor.AFTER_END, DAY), 1, 660),
    ],
)
def test_a_step_stands_where_it_would_be_planned(step: Step, day: int, minute: int) -> None:
    (moment,) = ordered([step])
    assert (moment.day, moment.minutes % 1440) == (day, minute)


def test_what_follows_the_invitation_is_counted_from_it() -> None:
    moments = {moment.step.key: moment for moment in ordered(STEPS)}
    assert moments["nudge"].minutes - moments["invite"].minutes == 24 * 60
    assert moments["deciding"].is_floating


def test_days_without_a_step_shrink_to_a_break_that_counts_them() -> None:
    drawing = draw(ordered([remind("far", 10 * DAY), remind("near", HOUR)]), QUIET)
    assert [(column.day, column.is_break) for column in drawing.columns] == [
        (-10, False),
        (9, True),
        (0, False),
    ]


def test_quiet_hours_are_shaded_through_midnight_and_what_falls_into_them_is_marked() -> None:
    drawing = draw(ordered([remind("early", 4 * HOUR), remind("late", 2 * HOUR)]), QUIET)
    assert len(drawing.shades) == 2
    assert {marker.step.key: marker.is_quiet for marker in drawing.markers} == {"early": True, "late": False}
    assert not draw(ordered(STEPS), (time(9), time(9))).shades
    assert len(draw(ordered([remind("a", HOUR)]), (time(12), time(14))).shades) == 1


def test_steps_at_nearly_the_same_moment_stand_above_one_another() -> None:
    same = [remind("a", DAY), remind("b", DAY), remind("c", DAY + timedelta(minutes=5))]
    heights = [marker.y for marker in draw(ordered(same)).markers]
    assert len(set(heights)) == 3


@given(st.lists(ANY, min_size=1, max_size=20, unique_by=lambda step: step.key))
def test_every_step_has_a_number_and_a_place_inside_the_drawing(steps: list[Step]) -> None:
    moments = ordered(steps)
    drawing = draw(moments, QUIET)
    markers = [*drawing.markers, *drawing.floating]
    assert sorted(marker.number for marker in markers) == list(range(1, len(steps) + 1))
    assert all(0 <= marker.x <= WIDTH for marker in markers)
    assert drawing.columns[-1].end <= WIDTH
    fixed = sorted(drawing.markers, key=lambda marker: marker.number)
    assert [marker.x for marker in fixed] == sorted(marker.x for marker in fixed)
