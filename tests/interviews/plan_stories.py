"""A plan with a step of every kind, and the form of a plan as a browser sends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.test import Client

from tests.factories import Cast
from yuemian.domain.cadence import Anchor, Conditions, Extra, Pick, Step, steps_to_json
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.models import Plan
from yuemian.interviews.plans.forms import PlanEdit

DAY = timedelta(days=1)
STEPS = (
    Step("invite", Purpose.INVITATION, Anchor.BEFORE_START, 3 * DAY),
    Step("nudge", Purpose.NUDGE, Anchor.AFTER_SILENCE, DAY, pick=Pick.NEXT),
    Step("remind_day", Purpose.REMINDER, Anchor.BEFORE_START, DAY),
    Step(
        "remind_friday",
        Purpose.REMINDER,
        Anchor.BEFORE_START,
        2 * DAY,
        at=time(18),
        conditions=Conditions(weekdays=frozenset({5})),
    ),
    Step(
        "missed_sms",
        Purpose.REMINDER,
        Anchor.BEFORE_START,
        timedelta(hours=20),
        conditions=Conditions(missed_at_least=1),
        pick=Pick.LISTED,
        channels=(Channel.SMS,),
    ),
    Step("remind_hours", Purpose.REMINDER, Anchor.BEFORE_START, timedelta(hours=2)),
    Step(
        "staff",
        Purpose.STAFF_REMINDER,
        Anchor.BEFORE_START,
        timedelta(hours=1),
        extras=frozenset({Extra.INTERVIEWER}),
    ),
    Step("deciding", Purpose.STILL_DECIDING, Anchor.AFTER_PROMISE, DAY, at=time(10)),
)


def create_plan(cast: Cast, *, now: datetime, steps: Sequence[Step] = STEPS, **fields: Any) -> Plan:
    """The plan of the whole organization unless `job`, `family` or `branch` says otherwise."""
    given: dict[str, Any] = {"name": "默认计划", "updated_by": cast.owner, **fields}
    return Plan.objects.create(
        organization=cast.organization, steps=steps_to_json(steps), updated_at=now - 30 * DAY, **given
    )


def fields_of(name: str, steps: Sequence[Step], **more: Any) -> dict[str, Any]:
    """Every field that the page shows with these steps; a list is sent once per value."""
    edit = PlanEdit.of_plan(name, is_automatic=False, number=more.pop("number", 1), steps=steps)
    data: dict[str, Any] = {"name": name, "number": str(edit.head["number"].value()), "step": []}
    for form in edit.steps:
        data["step"].append(form.key)
        for bound in form:
            value = bound.value()
            if isinstance(value, time):
                value = f"{value:%H:%M}"
            if value is True:
                value = "on"
            if value not in (None, False, ""):
                data[bound.html_name] = value if isinstance(value, list) else str(value)
    return data | more


def save(client: Client, plan: Plan, steps: Sequence[Step], **more: Any) -> Any:
    """Check and press save at once."""
    fields = fields_of(plan.name, steps, number=plan.number, confirmed="1", **more)
    return client.post(f"/plans/{plan.pk}/save", fields)
