"""Steps of a plan survive their JSON form, and bad ones are refused with a remedy."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.cadence import (
    Anchor,
    BadStep,
    Conditions,
    Extra,
    Pick,
    Step,
    steps_from_json,
    steps_to_json,
)
from yuemian.domain.states import Answer, Channel, Mode, Purpose

MINUTES = st.times().map(lambda each: each.replace(second=0, microsecond=0, tzinfo=None, fold=0))
CONDITIONS = st.builds(
    Conditions,
    answers=st.frozensets(st.sampled_from(Answer)),
    missed_at_least=st.integers(0, 5),
    weekdays=st.frozensets(st.integers(1, 7)),
    starts_from=st.none() | MINUTES,
    starts_until=st.none() | MINUTES,
    is_first=st.none() | st.booleans(),
    modes=st.frozensets(st.sampled_from(Mode)),
)
STEPS = st.builds(
    Step,
    key=st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True),
    purpose=st.sampled_from(Purpose),
    anchor=st.sampled_from(Anchor),
    offset=st.integers(0, 90 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    at=st.none() | MINUTES,
    conditions=CONDITIONS,
    pick=st.sampled_from([Pick.BEST, Pick.NEXT]),
    channels=st.lists(st.sampled_from(Channel), unique=True).map(tuple),
    extras=st.frozensets(st.sampled_from(Extra)),
    is_on=st.booleans(),
)
GOOD = {"key": "remind", "purpose": "reminder", "anchor": "before_start", "offset": 60}


@given(st.lists(STEPS, max_size=8, unique_by=lambda step: step.key))
def test_what_was_written_is_read_back(steps: list[Step]) -> None:
    assert steps_from_json(steps_to_json(steps)) == tuple(steps)


def test_a_short_form_is_enough() -> None:
    (step,) = steps_from_json([GOOD | {"at": "18:00"}])
    assert (step.offset, step.at, step.pick) == (timedelta(hours=1), time(18), Pick.BEST)


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"key": "1 day"}, "small letters"),
        ({"purpose": "gossip"}, "Step 1 cannot be read"),
        ({"offset": -5}, "choose an offset"),
        ({"offset": 91 * 24 * 60}, "choose an offset"),
        ({"pick": "listed"}, "name the channels"),
        ({"at": "25:00"}, "Step 1 cannot be read"),
        ({"conditions": {"weekdays": [8]}}, "weekdays are numbers"),
        ({"conditions": {"missed_at_least": -1}}, "fewer than 0"),
    ],
)
def test_a_bad_step_is_refused_with_what_to_do(change: dict[str, object], remedy: str) -> None:
    with pytest.raises(BadStep, match=remedy):
        steps_from_json([GOOD | change])


def test_a_plan_is_a_list_of_few_different_steps() -> None:
    for bad in ("steps", {"key": "x"}, [GOOD, GOOD], [GOOD | {"key": f"k{n}"} for n in range(21)], [7]):
        with pytest.raises(BadStep):
            steps_from_json(bad)
    with pytest.raises(BadStep, match="lacks 'anchor'"):
        steps_from_json([{"key": "a", "purpose": "reminder"}])
