"""What pressing send would do with a batch's choice: the same decision as sending takes, from plain rows.

Ten thousand rows are weighed on every change of a setting, so no model is built for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.domain.routing import Route
from yuemian.domain.selection import Choice, LeftOut
from yuemian.domain.states import Answer, Channel, InterviewState
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.interviews.actions.choose import Plan
from yuemian.interviews.actions.invite import router_for
from yuemian.interviews.actions.route import Target
from yuemian.interviews.again import cooling_until
from yuemian.interviews.chosen import already_told, said_before
from yuemian.interviews.models import Interview
from yuemian.interviews.weighing import on_route, weigh
from yuemian.messaging.actions.content import texts_of
from yuemian.messaging.models import Batch
from yuemian.messaging.route_wording import ShownRoute, shown


@dataclass(frozen=True)
class Staying:
    """Somebody who is left out."""

    interview_id: UUID
    name: str
    starts_at: datetime
    zone: str
    is_settled: bool
    is_untimed: bool
    reason: LeftOut
    #: When it may be said again, for those who were written to a moment ago.
    until: datetime | None = None


@dataclass
class Outlook:
    """How many hear, by which channel, and who does not."""

    going: int = 0
    by_channel: Counter[Channel] = field(default_factory=Counter)
    by_reason: Counter[LeftOut] = field(default_factory=Counter)
    staying: list[Staying] = field(default_factory=list)
    #: 2: so many hear it for the second time, and so on; first times are not counted.
    by_time: Counter[int] = field(default_factory=Counter)


def outlook(user: User, batch: Batch, plan: Plan, *, now: datetime) -> Outlook:
    """In a constant number of queries, whatever the number of interviews."""
    rows = list(
        Interview.objects.visible_to(user)
        .filter(pk__in=batch.selection.interview_ids)
        .order_by("starts_at", "id")
        .values_list(
            "pk", "revision", "state", "answer", "starts_at", "time_zone", "application__candidate_id",
            "application__candidate__name", "application__candidate__locale", "branch__locale", "is_untimed",
        )
    )  # fmt: skip
    revisions = {row[0]: row[1] for row in rows}
    told = set() if plan.is_again else already_told(revisions, plan.purpose)
    said = said_before(revisions, plan.purpose) if plan.is_again else {}
    cooling = cooling_until([row[6] for row in rows], plan.purpose, now=now) if plan.is_again else {}
    reach, texts = _reach([row[6] for row in rows]), texts_of(plan.version)
    routes: dict[UUID, Route] = {}
    if plan.is_routed:
        router = router_for(user.organization, plan.version, plan.purpose, now=now, due_at=plan.due_at)
        routes = router.routes([Target(row[0], row[1], (row[8], row[9])) for row in rows])
    found = Outlook()
    for pk, _, state, answer, starts_at, zone, candidate_id, name, locale, branch_locale, is_untimed in rows:
        choice = Choice(
            state=InterviewState(state),
            answer=Answer(answer),
            starts_at=starts_at,
            was_told=pk in told,
            channels=reach.get(candidate_id, ()),
            texts=(),
            cools_until=cooling.get(candidate_id),
        )
        locales = (locale, branch_locale)
        verdict = weigh(choice, locales, texts, plan.purpose, plan.channels, now=now, due_at=plan.due_at)
        _, channels, reason = on_route(verdict, routes.get(pk))
        if reason is None:
            found.going += 1
            found.by_channel.update(channels)
            if pk in said:
                found.by_time[said[pk].times + 1] += 1
        else:
            found.by_reason[reason] += 1
            until = cooling.get(candidate_id) if reason is LeftOut.COOLING_DOWN else None
            is_settled = state != InterviewState.DRAFT and not is_untimed
            found.staying.append(Staying(pk, name, starts_at, zone, is_settled, is_untimed, reason, until))
    return found


def route_shown(user: User, plan: Plan, interview: Interview, *, now: datetime) -> ShownRoute | None:
    """How one of the chosen would be written to, and why; None when the recruiter decides, or nobody is written to
    because the interview has begun by then."""
    if not plan.is_routed or interview.starts_at <= max(now, plan.due_at or now):
        return None
    locales = (interview.application.candidate.locale, interview.branch.locale)
    target = Target(interview.pk, interview.revision, locales)
    router = router_for(user.organization, plan.version, plan.purpose, now=now, due_at=plan.due_at)
    route = router.routes([target]).get(interview.pk)
    return shown(route) if route else None


def _reach(candidate_ids: Sequence[UUID]) -> dict[UUID, list[Channel]]:
    """Candidate → channels with an address in use."""
    found: dict[UUID, list[Channel]] = {}
    points = ContactPoint.objects.filter(candidate_id__in=candidate_ids, state=ContactState.ACTIVE)
    for candidate_id, channel in points.values_list("candidate_id", "channel"):
        found.setdefault(candidate_id, []).append(Channel(channel))
    return found
