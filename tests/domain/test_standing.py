"""Since when the steps of a plan stand: an edit dates what it changes, another plan what it adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from yuemian.domain.cadence import (
    Anchor,
    Conditions,
    Pick,
    Step,
    Terms,
    reminds_anew,
    since_after,
    since_from_json,
    steps_from_json,
    steps_to_json,
)
from yuemian.domain.states import Channel, Purpose

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
LONG_AGO = NOW - 30 * DAY
INVITE = Step("invite", Purpose.INVITATION, Anchor.BEFORE_START, 3 * DAY)
REMIND = Step("remind", Purpose.REMINDER, Anchor.BEFORE_START, DAY)
NUDGE = Step("nudge", Purpose.NUDGE, Anchor.AFTER_SILENCE, DAY)
SURVEY = Step("survey", Purpose.SURVEY, Anchor.AFTER_END, DAY)
SAVED = Terms((INVITE, REMIND), steps_since={"invite": LONG_AGO, "remind": LONG_AGO})


@pytest.mark.parametrize(
    ("step", "since"),
    [
        (REMIND, LONG_AGO),
        (replace(REMIND, pick=Pick.LISTED, channels=(Channel.SMS,)), LONG_AGO),
        (replace(REMIND, offset=2 * DAY), NOW),
        (replace(REMIND, conditions=Conditions(weekdays=frozenset({5}))), NOW),
        (replace(REMIND, key="remind_2"), NOW),
    ],
)
def test_a_step_keeps_its_date_while_it_goes_to_the_same_people_at_the_same_time(
    step: Step, since: datetime
) -> None:
    assert since_after(SAVED, (INVITE, step), NOW) == {"invite": LONG_AGO, step.key: since}


def test_a_step_switched_on_stands_from_then_on() -> None:
    off = replace(REMIND, is_on=False)
    saved = replace(SAVED, steps=(off,))
    assert since_after(saved, (REMIND,), NOW) == {"remind": NOW}


@pytest.mark.parametrize(
    ("later", "former", "is_anew"),
    [
        ((INVITE, REMIND), (INVITE, REMIND), False),
        ((REMIND,), (INVITE, REMIND, NUDGE), False),
        ((INVITE, REMIND), (REMIND,), False),
        ((REMIND, NUDGE), (REMIND,), True),
        ((replace(REMIND, offset=2 * DAY),), (REMIND,), True),
        ((replace(NUDGE, is_on=False),), (), False),
        ((REMIND,), None, True),
        ((INVITE,), None, False),
        ((INVITE, SURVEY), (INVITE,), True),
    ],
)
def test_another_plan_reminds_anew_where_the_former_one_did_not(
    later: tuple[Step, ...], former: tuple[Step, ...] | None, is_anew: bool
) -> None:
    assert reminds_anew(Terms(later), None if former is None else Terms(former)) is is_anew


def test_the_stored_form_keeps_the_dates_beside_the_steps() -> None:
    stored = steps_to_json((INVITE, REMIND), {"remind": NOW})
    assert steps_from_json(stored) == (INVITE, REMIND)
    assert since_from_json(stored) == {"remind": NOW}


def test_of_both_dates_the_later_one_counts() -> None:
    terms = replace(SAVED, since=NOW)
    assert (terms.since_of(REMIND), SAVED.since_of(REMIND)) == (NOW, LONG_AGO)
    assert Terms((REMIND,)).since_of(REMIND) is None
