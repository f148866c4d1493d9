"""The shipped plan, read from `library/*.toml`, and its installation into an organization."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from django.db import connection

from yuemian.accounts.models import Organization
from yuemian.domain.cadence import Step, check_plannable, steps_from_json, steps_to_json
from yuemian.domain.states import Purpose
from yuemian.interviews.actions.replan import wake_clock
from yuemian.interviews.models import Plan
from yuemian.interviews.plans.reading import AFTERLIFE
from yuemian.trust import audit

#: Interviews from before there were plans get a cadence; those long over need none.
_ADD_CADENCES: Final = """
INSERT INTO interviews_cadence (id, organization_id, interview_id, next_at, is_waiting)
SELECT gen_random_uuid(), i.organization_id, i.id, %(now)s, false FROM interviews_interview i
WHERE i.organization_id = %(organization)s AND i.state <> 'cancelled' AND i.starts_at > %(since)s
ON CONFLICT (interview_id) DO NOTHING
"""


#: The one every organization begins with; further ones may stand beside it.
STANDARD: Final = "standard_plan.toml"


@dataclass(frozen=True)
class ShippedPlan:
    """One file of the library."""

    file: str
    name: str
    steps: tuple[Step, ...]


@cache
def shipped_plans() -> tuple[ShippedPlan, ...]:
    folder = files("yuemian.interviews").joinpath("library")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    return tuple(_read(name, folder.joinpath(name).read_text("utf-8")) for name in names)


def standard_plan() -> ShippedPlan:
    return next(plan for plan in shipped_plans() if plan.file == STANDARD)


def missing_survey(steps: Sequence[Step]) -> Step | None:
    """The shipped step that asks how it was, for a plan of before there were surveys; None where one asks already."""
    if any(step.purpose == Purpose.SURVEY for step in steps):
        return None
    shipped = next(step for step in standard_plan().steps if step.purpose == Purpose.SURVEY)
    taken = {step.key for step in steps}
    keys = (shipped.key, *(f"{shipped.key}_{number}" for number in range(2, len(taken) + 3)))
    return replace(shipped, key=next(key for key in keys if key not in taken))


def install_plan(organization: Organization, now: datetime) -> Plan | None:
    """The standard plan for an organization that has none for all of it; None when it has, even one out of use."""
    everywhere = Plan.objects.filter(organization=organization, job=None, family=None, branch=None)
    if everywhere.exists():
        return None
    shipped = standard_plan()
    plan = Plan.objects.create(
        organization=organization, name=shipped.name, steps=steps_to_json(shipped.steps), updated_at=now
    )
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"organization": organization.pk, "now": now, "since": now - AFTERLIFE}
        cursor.execute(_ADD_CADENCES, values)
    wake_clock(organization.pk)
    audit.record(organization.pk, audit.SYSTEM, "plan.installed", at=now, subject=("plan", plan.pk))
    return plan


def _read(file: str, text: str) -> ShippedPlan:
    data = tomllib.loads(text)
    steps = steps_from_json([_step(each) for each in data["steps"]])
    check_plannable(steps)
    return ShippedPlan(file, data["name"], steps)


def _step(data: Mapping[str, Any]) -> dict[str, Any]:
    minutes = (data.get("days", 0) * 24 + data.get("hours", 0)) * 60 + data.get("minutes", 0)
    lengths = {"days", "hours", "minutes"}
    return {name: value for name, value in data.items() if name not in lengths} | {"offset": minutes}
