"""A plan goes through its form and comes back the same; what makes no sense is refused at its field."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.cadence import PLANNABLE, Anchor, Conditions, Extra, Pick, Step, check_plannable
from yuemian.domain.cadence.step import MOST_STEPS
from yuemian.domain.states import Answer, Channel, Mode, Purpose
from yuemian.interviews.plans import wording as words
from yuemian.interviews.plans.forms import PlanEdit, StepForm

MINUTES = st.times().map(lambda each: each.replace(second=0, microsecond=0, tzinfo=None, fold=0))
HOURS = st.integers(0, 22)
REMIND = Step("remind", Purpose.REMINDER, Anchor.BEFORE_START, timedelta(days=1))


@st.composite
def sensible_steps(draw: st.DrawFn) -> Step:
    """Steps that the form accepts, every field in play."""
    purpose = draw(st.sampled_from(words.SAID))
    anchor = draw(st.sampled_from(sorted(PLANNABLE[purpose] - {Anchor.AFTER_SILENCE, Anchor.AFTER_ANSWER})))
    at = draw(st.none() | MINUTES)
    days = draw(st.integers(0, 90))
    offset = timedelta(days=days) if at else timedelta(minutes=draw(st.integers(1, 90 * 24 * 60)))
    pick = draw(st.sampled_from(Pick))
    channels = draw(st.lists(st.sampled_from(Channel), unique=True, min_size=1, max_size=3))
    since = draw(st.none() | HOURS)
    may_answer = purpose not in {Purpose.INVITATION, Purpose.NUDGE}
    return Step(
        key=f"step_{draw(st.integers(0, 10**6))}",
        purpose=purpose,
        anchor=anchor,
        offset=offset,
        at=at,
        conditions=Conditions(
            answers=draw(
                st.frozensets(st.sampled_from(Answer) if may_answer else st.just(Answer.NEEDS_ACTION))
            ),
            missed_at_least=draw(st.integers(0, 20)),
            weekdays=draw(st.frozensets(st.integers(1, 7))),
            starts_from=None if since is None else time(since),
            starts_until=draw(st.sampled_from([None, time(23)])),
            is_first=draw(st.none() | st.booleans()),
            modes=draw(st.frozensets(st.sampled_from(Mode))),
        ),
        pick=pick,
        channels=tuple(channels) if pick in {Pick.LISTED, Pick.ALL} else (),
        extras=draw(st.frozensets(st.sampled_from(Extra), min_size=int(purpose == Purpose.STAFF_REMINDER))),
        is_on=draw(st.booleans()),
    )


def posted(steps: list[Step], **more: str) -> QueryDict:
    """What a browser sends for these steps: the values that the page shows."""
    edit = PlanEdit.of_plan("计划", is_automatic=False, number=3, steps=steps)
    data = QueryDict(mutable=True)
    data.update({"name": "计划", "number": "3", **more})
    for form in edit.steps:
        data.appendlist("step", form.key)
        for bound in form:
            value = bound.value()
            if isinstance(value, list):
                data.setlist(bound.html_name, value)
            elif value is True:
                data[bound.html_name] = "on"
            elif value is not None and value is not False and value != "":
                data[bound.html_name] = f"{value:%H:%M}" if isinstance(value, time) else str(value)
    return data


@given(st.lists(sensible_steps(), max_size=4, unique_by=lambda step: step.key))
def test_what_the_page_shows_is_what_it_sends_back(steps: list[Step]) -> None:
    edit = PlanEdit.of_post(posted(steps), known=steps)
    assert edit.is_valid, [form.errors for form in edit.steps]
    assert edit.values == tuple(steps)
    check_plannable(edit.values)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"amount": "91", "unit": "days"}, "amount", "at most 90 days"),
    ({"amount": "-1"}, "amount", "greater than or equal to 0"),
    ({"amount": ""}, "amount", "required"),
    ({"at": "18:00", "unit": "hours"}, "at", "goes with days"),
    ({"anchor": "after_end"}, "anchor", "before an interview"),
    ({"purpose": "still_deciding"}, "anchor", "after an interview"),
    ({"purpose": "invitation", "anchor": "after_sent"}, "anchor", "comes first"),
    ({"amount": "0"}, "amount", "how long before"),
    ({"purpose": "staff_reminder"}, "extras", "who is reminded"),
    ({"anchor": "known"}, "anchor", "another moment"),
    ({"purpose": "result"}, "purpose", "not one of the available"),
    ({"pick": "listed"}, "channel_1", "at least one channel"),
    ({"pick": "all", "channel_1": "sms", "channel_2": "sms"}, "channel_2", "above already"),
    ({"anchor": "after_silence", "answers": "accepted"}, "answers", "never gets this step"),
    ({"purpose": "nudge", "answers": "declined"}, "answers", "never gets this step"),
    ({"anchor": "after_answer", "answers": "needs_action"}, "answers", "nobody would ever get it"),
    ({"starts_from": "14:00", "starts_until": "09:00"}, "starts_until", "after the first"),
    ({"missed_at_least": "-2"}, "missed_at_least", "greater than or equal to 0"),
]


@pytest.mark.parametrize(("changes", "name", "said"), WRONG)
def test_a_step_that_makes_no_sense_is_refused_at_its_field(
    changes: dict[str, str], name: str, said: str
) -> None:
    data = posted([REMIND])
    for key, value in changes.items():
        data[f"s-remind-{key}"] = value
    with translation.override("en"):
        edit = PlanEdit.of_post(data, known=[REMIND])
        (form,) = edit.steps
        assert not edit.is_valid
        assert said in " ".join(str(each) for each in form.errors[name])
    assert edit.opened == {"remind"}
    assert edit.values == (REMIND,), "the drawing keeps what last made sense"


def test_a_step_is_added_opened_under_a_key_of_its_own_and_removed_again() -> None:
    added = PlanEdit.of_post(posted([REMIND], add="1", add_purpose="nudge"), known=[REMIND])
    assert [step.purpose for step in added.values] == [Purpose.REMINDER, Purpose.NUDGE]
    (key,) = added.opened
    again = PlanEdit.of_post(posted([REMIND], add="1", add_purpose="nudge"), known=[REMIND])
    assert again.opened != {key}
    removed = PlanEdit.of_post(posted(list(added.values), remove=key), known=[REMIND])
    assert removed.values == (REMIND,)


def test_a_plan_does_not_grow_without_end() -> None:
    many = [
        Step(f"r{n}", Purpose.REMINDER, Anchor.BEFORE_START, timedelta(hours=n)) for n in range(MOST_STEPS)
    ]
    edit = PlanEdit.of_post(posted(many, add="1", add_purpose="reminder"), known=many)
    assert not edit.is_valid
    assert str(MOST_STEPS) in edit.problem
    assert len(edit.values) == MOST_STEPS


def test_a_posted_key_that_no_step_can_have_is_ignored() -> None:
    data = posted([REMIND])
    data.appendlist("step", "<script>")
    assert PlanEdit.of_post(data, known=[REMIND]).values == (REMIND,)


def test_a_step_that_an_integration_wrote_keeps_its_purpose() -> None:
    step = Step("ask", Purpose.SURVEY, Anchor.AFTER_END, timedelta(hours=1))
    assert PlanEdit.of_post(posted([step]), known=[step]).values == (step,)


def test_reading_a_form_needs_no_database() -> None:
    assert StepForm("remind", step=REMIND).shown == REMIND
