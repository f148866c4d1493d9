"""Which plan holds where: the plans by place, the places without one of their own, the open interviews under each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.translation import get_language, gettext

from yuemian.accounts.models import Branch, User
from yuemian.domain.states import InterviewState
from yuemian.hiring.models import Job, JobFamily
from yuemian.interviews.models import Interview, InterviewQuerySet, Plan

#: Kinds of places, the outermost first. The nearest one with a plan in use holds.
KINDS = ("organization", "branch", "family", "job")
EVERYWHERE = "organization"


@dataclass(frozen=True)
class Holding:
    """A job, a family, a branch, or the whole organization (`id` is None)."""

    kind: str
    id: UUID | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind

    def row(self, user: User) -> dict[str, Any]:
        """The place as the argument of an action: `{"job": <Job>}`; nothing for the whole organization."""
        if self.id is None:
            return {}
        if self.kind == "job":
            return {"job": Job.objects.visible_to(user).get(pk=self.id)}
        if self.kind == "branch":
            return {"branch": Branch.objects.visible_to(user).get(pk=self.id)}
        return {"family": JobFamily.objects.get(organization_id=user.organization_id, pk=self.id)}

    @classmethod
    def of_plan(cls, plan: Plan) -> Holding:
        found = ((kind, getattr(plan, f"{kind}_id")) for kind in reversed(KINDS[1:]))
        return next((cls(kind, pk) for kind, pk in found if pk), cls(EVERYWHERE))


@dataclass(frozen=True)
class Where:
    """The three ids that decide which plan an interview is under."""

    job: UUID
    family: UUID
    branch: UUID

    @property
    def places(self) -> tuple[Holding, ...]:
        """The nearest first."""
        return (
            Holding("job", self.job),
            Holding("family", self.family),
            Holding("branch", self.branch),
            Holding(EVERYWHERE),
        )


@dataclass
class Row:
    """A plan in the list."""

    plan: Plan
    place: Holding
    label: str
    open_interviews: int = 0


@dataclass
class Shelf:
    """Everything the list shows."""

    groups: list[tuple[str, list[Row]]] = field(default_factory=list)
    retired: list[Row] = field(default_factory=list)
    uncovered: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.groups and not self.retired


def shelf(user: User, *, now: datetime) -> Shelf:
    plans = list(Plan.objects.visible_to(user).select_related("job", "family", "branch", "updated_by"))
    held = in_use(plans)
    counts = open_counts(user, held, now=now)
    rows = [
        Row(
            plan,
            Holding.of_plan(plan),
            label_of(plan),
            counts[plan.pk] if plan.is_active else 0,
        )
        for plan in plans
    ]
    kinds = [(kind, [row for row in rows if row.place.kind == kind and row.plan.is_active]) for kind in KINDS]
    return Shelf(
        groups=[(kind, sorted(found, key=lambda row: row.label)) for kind, found in kinds if found],
        retired=[row for row in rows if not row.plan.is_active],
        uncovered=counts[None],
    )


def in_use(plans: Iterable[Plan]) -> dict[Holding, Plan]:
    return {Holding.of_plan(plan): plan for plan in plans if plan.is_active}


def holding(held: dict[Holding, Plan], places: Iterable[Holding]) -> Plan | None:
    """The plan of the first place that has one."""
    return next((held[place] for place in places if place in held), None)


def outer_places(user: User, place: Holding) -> Sequence[Holding]:
    """Where to look, the nearest first, for the plan that holds at a place without one of its own."""
    if place.kind != "job" or place.id is None:
        return (Holding(EVERYWHERE),) if place.kind != EVERYWHERE else ()
    job = Job.objects.visible_to(user).get(pk=place.id)
    return Where(job.pk, job.family_id, job.branch_id).places[1:]


def plan_held_at(user: User, place: Holding) -> Plan | None:
    """The plan in use at this place, its own or an outer one's."""
    held = in_use(Plan.objects.visible_to(user).filter(is_active=True))
    return holding(held, (place, *outer_places(user, place)))


def open_counts(user: User, held: dict[Holding, Plan], *, now: datetime) -> Counter[UUID | None]:
    """Plan → interviews under it that are still to come; None: those under no plan. One statement."""
    found: Counter[UUID | None] = Counter()
    for where, count in _open_by_place(user, now):
        plan = holding(held, where.places)
        found[plan.pk if plan else None] += count
    return found


def after_retiring(user: User, plan: Plan, *, now: datetime) -> list[tuple[Plan | None, int]]:
    """Which plans take over the open interviews of one that is put away, and how many each."""
    held = in_use(Plan.objects.visible_to(user).filter(is_active=True))
    without = {place: each for place, each in held.items() if each.pk != plan.pk}
    taken: Counter[UUID | None] = Counter()
    for where, count in _open_by_place(user, now):
        before, later = holding(held, where.places), holding(without, where.places)
        if before is not None and before.pk == plan.pk:
            taken[later.pk if later else None] += count
    plans = {each.pk: each for each in held.values()}
    return [(plans[pk] if pk else None, count) for pk, count in taken.most_common()]


def open_under(user: User, plan: Plan, *, now: datetime) -> InterviewQuerySet:
    """The interviews still to come for which this plan is the nearest, the soonest first."""
    place = Holding.of_plan(plan)
    rows = _open(user, now)
    columns = {"job": "application__job_id", "family": "application__job__family_id", "branch": "branch_id"}
    if place.id:
        rows = rows.filter(**{columns[place.kind]: place.id})
    for nearer in KINDS[KINDS.index(place.kind) + 1 :]:
        taken = Plan.objects.visible_to(user).filter(is_active=True).exclude(pk=plan.pk)
        taken = taken.filter(**{f"{nearer}__isnull": False})
        rows = rows.exclude(**{f"{columns[nearer]}__in": taken.values(f"{nearer}_id")})
    return rows.order_by("starts_at", "id")


def _open(user: User, now: datetime) -> InterviewQuerySet:
    return Interview.objects.filter(
        organization_id=user.organization_id, state=InterviewState.SCHEDULED, starts_at__gt=now
    )


def _open_by_place(user: User, now: datetime) -> Iterable[tuple[Where, int]]:
    rows = (
        _open(user, now)
        .order_by()
        .values_list("application__job_id", "application__job__family_id", "branch_id")
        .annotate(count=Count("pk"))
    )
    return ((Where(job, family, branch), count) for job, family, branch, count in rows)


def label_of(plan: Plan) -> str:
    """The place's name in the person's language."""
    if plan.job:
        return plan.job.title_in(get_language() or "zh-hans")
    if plan.branch:
        return plan.branch.name_in(get_language() or "zh-hans")
    return plan.family.name if plan.family else gettext("The whole organization")


def free_places(user: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """Places without a plan in use, for a new one: group, then key and name."""
    language = get_language() or "zh-hans"
    taken = set(in_use(Plan.objects.visible_to(user).filter(is_active=True)))
    jobs = Job.objects.visible_to(user).filter(is_open=True).select_related("branch")
    families = JobFamily.objects.filter(organization_id=user.organization_id)
    kinds = {
        EVERYWHERE: [(Holding(EVERYWHERE), gettext("The whole organization"))],
        "branch": [(Holding("branch", b.pk), b.name_in(language)) for b in Branch.objects.visible_to(user)],
        "family": [(Holding("family", f.pk), f.name) for f in families],
        "job": [
            (Holding("job", j.pk), f"{j.title_in(language)} · {j.branch.name_in(language)}") for j in jobs
        ],
    }
    groups = [
        (kind, [(place.key, name) for place, name in found if place not in taken])
        for kind, found in kinds.items()
    ]
    return [(kind, found) for kind, found in groups if found]


def place_of(user: User, key: str) -> Holding | None:
    """The place behind a key of `free_places`; None for anything else."""
    keys = {k for _, found in free_places(user) for k, _ in found}
    if key not in keys:
        return None
    kind, _, pk = key.partition(":")
    return Holding(kind, UUID(pk) if pk else None)
