"""Who must be invited by the end of today, per the plan that holds for each: by a person, or by the plan itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from django.db import connection

from yuemian.accounts.models import User
from yuemian.domain.cadence import AgendaItem, Anchor, Step, Terms, Verdict
from yuemian.domain.states import CALLED_OFF, DeliveryState, Purpose
from yuemian.interviews.agenda.reading import Case, read_cases
from yuemian.interviews.board import NOT_NEWS
from yuemian.interviews.models import Plan
from yuemian.interviews.plans.reading import PLAN_OF, terms_of
from yuemian.interviews.today.parts import COUNTED, Pick
from yuemian.interviews.today.scope import Scope

#: Whom no plan invites is shown this long before the interview: nobody is forgotten.
NEAR: Final = timedelta(days=3)
#: Quiet days move what a plan sends by itself to before them: no run of free days is longer.
_MOVED: Final = timedelta(days=10)
#: A day's end differs between zones, and by an hour where clocks change.
_ANYWHERE: Final = timedelta(hours=27)
_OPEN: Final = frozenset({Verdict.DUE, Verdict.COMING, Verdict.WAITING})


@dataclass(frozen=True)
class Inviting:
    """`picks` wait for a person: `since` is when each falls due, None where no plan says so. `by_plan` do not."""

    picks: list[Pick]
    by_plan: int = 0


class _Asked(NamedTuple):
    """What the plans say about whom to look at: how long before the interview, and what counts from elsewhere."""

    plan_ids: list[UUID]
    leads: list[timedelta]
    #: Their invitations count from when the interview became known.
    from_known: list[UUID]
    automatic: list[UUID]

    @property
    def furthest(self) -> timedelta:
        return max([NEAR, *self.leads]) + _ANYWHERE


# Nobody has told the candidate of the present revision. A scalar is asked for row by row as the walk goes on; as a
# join it would be made for all that lies ahead first.
_UNTOLD: LiteralString = """
i.organization_id = %(organization)s AND i.state = 'scheduled' AND i.answer = 'needs_action' AND i.starts_at > %(now)s
AND (%(recruiter)s::uuid IS NULL OR i.recruiter_id = %(recruiter)s)
AND (%(branch)s::uuid IS NULL OR i.branch_id = %(branch)s)
AND (SELECT 1 FROM messaging_notification n
     JOIN messaging_delivery d ON d.notification_id = n.id AND d.organization_id = n.organization_id
     WHERE n.subject_id = i.id AND n.subject_kind = 'interview' AND n.subject_revision = i.revision
       AND n.candidate_id IS NOT NULL AND NOT n.purpose = ANY(%(not_news)s) AND d.state = ANY(%(heard)s)
     LIMIT 1) IS NULL
"""
_FROM_PLAN: Final = f"""
JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = i.organization_id
JOIN hiring_job j ON j.id = a.job_id AND j.organization_id = i.organization_id
CROSS JOIN LATERAL (SELECT {PLAN_OF} AS id OFFSET 0) holds
"""
_BY_NEARNESS: Final = f"""
SELECT i.id, NULL::timestamptz FROM interviews_interview i {_FROM_PLAN}
LEFT JOIN unnest(%(plans)s::uuid[], %(leads)s::interval[]) AS plan (id, lead) ON plan.id = holds.id
WHERE {_UNTOLD} AND i.starts_at < %(now)s + %(furthest)s
  AND coalesce(holds.id = ANY(%(automatic)s::uuid[]), false) = %(is_automatic)s
  AND i.starts_at < %(now)s + %(anywhere)s + coalesce(plan.lead, %(near)s)
ORDER BY i.starts_at, i.id LIMIT %(limit)s
"""  # noqa: S608
#: What counts from when an interview became known is not found by its start; the clock looks at it no later than that.
_BY_CLOCK: Final = f"""
SELECT i.id, NULL::timestamptz FROM interviews_cadence c
JOIN interviews_interview i ON i.id = c.interview_id AND i.organization_id = c.organization_id {_FROM_PLAN}
WHERE c.organization_id = %(organization)s AND c.next_at < %(now)s + %(anywhere)s AND {_UNTOLD}
  AND holds.id = ANY(%(from_known)s::uuid[])
ORDER BY c.next_at LIMIT %(limit)s
"""  # noqa: S608
_SUGGESTED: Final = f"""
SELECT i.id, r.due_at FROM interviews_steprecord r
JOIN interviews_interview i
    ON i.id = r.interview_id AND i.revision = r.revision AND i.organization_id = r.organization_id
WHERE r.organization_id = %(organization)s AND r.outcome = 'suggested' AND r.purpose = 'invitation' AND {_UNTOLD}
ORDER BY i.starts_at, i.id LIMIT %(limit)s
"""  # noqa: S608


@dataclass(frozen=True)
class Ahead:
    """The interviews that may be due today, and when a plan suggested them; `plans` are all that hold anywhere."""

    plans: Mapping[UUID, Terms]
    suggested: Mapping[UUID, datetime | None]

    def inviting(self, cases: Iterable[Case], now: datetime) -> Inviting:
        """Of these cases: everybody whose invitation is overdue or falls due today where the interview is.

        The plan that holds for each says when. What an automatic plan sends by itself is counted only, unless
        something keeps the plan from it. Where no plan will ever invite, so near an interview waits for a person.
        """
        terms = {pk: _inviting(each) for pk, each in self.plans.items()}
        picks: list[tuple[datetime, Pick]] = []
        by_plan = 0
        for case in cases:
            own = terms.get(case.plan.pk) if case.plan else None
            item = _invitation(case, own, now)
            due_at = item.due_at if item else self.suggested[case.interview_id]
            if not _is_today(due_at, case, now):
                continue
            if item and _goes_by_itself(item, own):
                by_plan += 1
            else:
                picks.append((case.situation.starts_at, Pick(case.interview_id, due_at)))
        picks.sort(key=lambda each: (each[0], each[1].id))
        return Inviting([pick for _, pick in picks[: COUNTED + 1]], min(by_plan, COUNTED + 1))


def to_invite(user: User, scope: Scope, now: datetime) -> Inviting:
    """Whom to invite by the end of today, soonest interview first."""
    ahead = look_ahead(user, scope, now)
    return ahead.inviting(read_cases(user.organization_id, list(ahead.suggested)), now)


def look_ahead(user: User, scope: Scope, now: datetime) -> Ahead:
    found = Plan.objects.filter(organization_id=user.organization_id, is_active=True)
    plans = {plan.pk: terms_of(plan) for plan in found}
    invitations = {pk: _inviting(each) for pk, each in plans.items()}
    return Ahead(plans, _looked_at(user, scope, invitations, now))


def _inviting(terms: Terms) -> Terms:
    """The plan's invitations alone: when one goes depends on no other step."""
    return replace(
        terms, steps=tuple(step for step in terms.steps if step.is_on and step.purpose == Purpose.INVITATION)
    )


def _invitation(case: Case, terms: Terms | None, now: datetime) -> AgendaItem | None:
    """The first invitation that is still to come, or None: the plan will not invite."""
    return next((item for item in case.agenda(terms, now) if item.verdict in _OPEN), None)


def _goes_by_itself(item: AgendaItem, terms: Terms | None) -> bool:
    is_automatic = terms is not None and terms.is_automatic
    return is_automatic and not item.is_suggestion and item.verdict != Verdict.WAITING


def _is_today(due_at: datetime | None, case: Case, now: datetime) -> bool:
    """Before the day ends where the interview is."""
    zone = case.situation.zone
    day = now.astimezone(zone).date() + timedelta(days=1)
    ends = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (due_at or case.situation.starts_at - NEAR) < ends


def _looked_at(
    user: User, scope: Scope, terms: Mapping[UUID, Terms], now: datetime
) -> dict[UUID, datetime | None]:
    """At most COUNTED of a kind and one."""
    asked = _asked(terms)
    values: dict[str, Any] = {
        "organization": user.organization_id,
        "recruiter": user.pk if scope.is_mine else None,
        "branch": scope.branch,
        "now": now,
        "plans": asked.plan_ids,
        "leads": asked.leads,
        "furthest": asked.furthest,
        "anywhere": _ANYWHERE,
        "near": NEAR,
        "automatic": asked.automatic,
        "from_known": asked.from_known,
        "heard": sorted(str(state) for state in frozenset(DeliveryState) - CALLED_OFF),
        "not_news": [str(purpose) for purpose in NOT_NEWS],
        "limit": COUNTED + 1,
    }
    found = dict(_rows(_BY_NEARNESS, values | {"is_automatic": False}))
    if asked.automatic:
        found |= _rows(_BY_NEARNESS, values | {"is_automatic": True})
    if asked.from_known:
        found |= _rows(_BY_CLOCK, values)
    return found | dict(_rows(_SUGGESTED, values))


def _asked(terms: Mapping[UUID, Terms]) -> _Asked:
    return _Asked(
        plan_ids=list(terms),
        leads=[
            _lead(each.steps) + (_MOVED if each.is_automatic else timedelta(0)) for each in terms.values()
        ],
        from_known=[pk for pk, each in terms.items() if any(s.anchor == Anchor.KNOWN for s in each.steps)],
        automatic=[pk for pk, each in terms.items() if each.is_automatic],
    )


def _lead(steps: Collection[Step]) -> timedelta:
    """How long before an interview the first of these may be due; with an hour of the day, up to a day longer."""
    leads = [
        step.offset + timedelta(days=step.at is not None)
        for step in steps
        if step.anchor == Anchor.BEFORE_START
    ]
    return max([NEAR, *leads])


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[UUID, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [(row[0], row[1]) for row in cursor.fetchall()]
