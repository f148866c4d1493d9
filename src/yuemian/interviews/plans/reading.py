"""Which plan holds for an interview: the job's before the family's, before the branch's, before the organization's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.domain.cadence import Terms, reminds_anew, since_from_json, steps_from_json
from yuemian.interviews.models import Plan
from yuemian.trust.bulk import id_array

#: So long after its start an interview may still have something to say: a survey, a note that a result is late.
AFTERLIFE: Final = timedelta(days=90)

_PLAN_OF: Final = """(
    SELECT p.id FROM interviews_plan p
    WHERE p.organization_id = i.organization_id AND p.is_active{besides}
      AND (p.job_id = a.job_id OR p.family_id = {family} OR p.branch_id = i.branch_id
           OR (p.job_id IS NULL AND p.family_id IS NULL AND p.branch_id IS NULL))
    ORDER BY p.job_id IS NULL, p.family_id IS NULL, p.branch_id IS NULL
    LIMIT 1
)"""
#: The id of the plan that holds for `i` of the application `a` and the job `j`; inactive plans do not count.
PLAN_OF: Final = _PLAN_OF.format(besides="", family="j.family_id")
#: The same if there were no plan `without`, or if the job were of `family`.
_PLAN_IF: Final = _PLAN_OF.format(
    besides=" AND p.id IS DISTINCT FROM %(without)s::uuid",
    family="coalesce(%(family)s::uuid, j.family_id)",
)
_UNDER: Final = f"""
SELECT i.id FROM interviews_interview i
JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = i.organization_id
JOIN hiring_job j ON j.id = a.job_id AND j.organization_id = i.organization_id
WHERE i.organization_id = %(organization)s AND i.state <> 'cancelled' AND i.starts_at > %(since)s
  AND {PLAN_OF} = %(plan)s
ORDER BY i.starts_at, i.id
"""  # noqa: S608
_HOLDING: Final = f"""
SELECT i.id, {_PLAN_IF} FROM interviews_interview i
JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = i.organization_id
JOIN hiring_job j ON j.id = a.job_id AND j.organization_id = i.organization_id
WHERE i.organization_id = %(organization)s AND i.id = ANY(%(ids)s::uuid[])
"""  # noqa: S608


def terms_of(plan: Plan) -> Terms:
    """The plan as the agenda takes it. Raises BadStep when the stored steps cannot be read."""
    steps = steps_from_json(plan.steps)
    since = dict.fromkeys((step.key for step in steps), plan.updated_at) | since_from_json(plan.steps)
    return Terms(steps, plan.is_automatic, steps_since=since)


def plans_for(
    organization_id: UUID,
    interview_ids: Iterable[UUID],
    *,
    without: Plan | None = None,
    family: UUID | None = None,
) -> dict[UUID, Plan | None]:
    """The plan that holds for each interview, in two statements.

    Or the one that would: if there were no plan `without`, or if all their jobs were of `family`.
    """
    plans = {plan.pk: plan for plan in Plan.objects.filter(organization_id=organization_id, is_active=True)}
    values = {
        "organization": organization_id,
        "ids": id_array(interview_ids),
        "without": without.pk if without else None,
        "family": family,
    }
    return {interview_id: plans.get(plan_id) for interview_id, plan_id in _rows(_HOLDING, values)}


def held_anew(former: Mapping[UUID, Plan | None], later: Mapping[UUID, Plan | None]) -> set[UUID]:
    """The interviews whose later plan reminds where the former one did not: there it counts from now on alone."""
    answers: dict[tuple[UUID | None, UUID | None], bool] = {}
    found = set()
    for interview_id, plan in later.items():
        old = former.get(interview_id)
        pair = (_id(old), _id(plan))
        if pair not in answers:
            answers[pair] = plan is not None and reminds_anew(terms_of(plan), terms_of(old) if old else None)
        if answers[pair]:
            found.add(interview_id)
    return found


def interviews_under(plan: Plan, now: datetime) -> list[UUID]:
    """The interviews for which exactly this plan holds and may still have something to say, soonest first."""
    values = {"organization": plan.organization_id, "plan": plan.pk, "since": now - AFTERLIFE}
    return [row[0] for row in _rows(_UNDER, values)]


def upcoming_under(plan: Plan, now: datetime) -> list[UUID]:
    """Those of them that have not begun."""
    values = {"organization": plan.organization_id, "plan": plan.pk, "since": now}
    return [row[0] for row in _rows(_UNDER, values)]


def plan_at(
    plans: Collection[Plan], *, job: Any = None, family: Any = None, branch: Any = None
) -> Plan | None:
    """The plan attached to exactly this place, active ones first; None of the three means the organization."""
    wanted = (_id(job), _id(family), _id(branch))
    found = [plan for plan in plans if (plan.job_id, plan.family_id, plan.branch_id) == wanted]
    return min(found, key=lambda plan: not plan.is_active, default=None)


def _id(row: Any) -> UUID | None:
    return row.pk if row is not None else None


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
