"""Write plans: save, copy to another place, put out of use. Every interview under them is looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yuemian.accounts.models import Branch, User
from yuemian.domain.cadence import Step, check_plannable, since_after, steps_from_json, steps_to_json
from yuemian.hiring.models import Job, JobFamily
from yuemian.interviews.actions.replan import touch
from yuemian.interviews.models import Plan
from yuemian.interviews.plans.reading import held_anew, interviews_under, plans_for, terms_of
from yuemian.trust import audit


class OutdatedPlan(Exception):  # noqa: N818
    """Somebody else has saved this plan meanwhile; look at theirs and save again."""


class PlaceTaken(Exception):  # noqa: N818
    """A plan is in use at this place already; change that one, or put it out of use first."""


class NameTaken(Exception):  # noqa: N818
    """Another plan has this name; choose another."""


def save_plan(
    user: User,
    plan: Plan,
    steps: Sequence[Step],
    *,
    number: int,
    now: datetime,
    name: str | None = None,
    is_automatic: bool | None = None,
) -> Plan:
    """Put new steps in place; `number` is the one the person saw. Saving what already stands changes nothing.

    Steps that stay as they were keep the date since when they stand: what is due under them and waits is not lost.
    Raises OutdatedPlan, NameTaken, and BadStep with the step's number and the remedy.
    """
    given = _checked(steps)
    with transaction.atomic():
        current = Plan.objects.visible_to(user).select_for_update().get(pk=plan.pk)
        saved = terms_of(current)
        name = current.name if name is None else name
        is_automatic = current.is_automatic if is_automatic is None else is_automatic
        if (saved.steps, saved.is_automatic, current.name) == (given, is_automatic, name):
            return current
        if current.number != number:
            raise OutdatedPlan(OutdatedPlan.__doc__)
        _check_name(user, name, current.pk)
        current.steps = steps_to_json(given, since_after(saved, given, now))
        current.name, current.is_automatic = name, is_automatic
        current.number, current.updated_by, current.updated_at = number + 1, user, now
        with _unless_taken():
            current.save(
                update_fields=["steps", "name", "is_automatic", "number", "updated_by", "updated_at"]
            )
        touched = _look_again(current, now)
        _record(user, "plan.saved", current, now, number=current.number, touched=touched)
    return current


def copy_plan(
    user: User,
    original: Plan,
    *,
    name: str,
    now: datetime,
    job: Job | None = None,
    family: JobFamily | None = None,
    branch: Branch | None = None,
) -> Plan:
    """The same steps for a nearer place, in use at once. Raises PlaceTaken, NameTaken."""
    place = {"job": job, "family": family, "branch": branch}
    with transaction.atomic():
        mine = Plan.objects.visible_to(user)
        if mine.filter(**place, is_active=True).exists():
            raise PlaceTaken(PlaceTaken.__doc__)
        _check_name(user, name, None)
        with _unless_taken():
            copy = Plan.objects.create(
                organization_id=user.organization_id,
                name=name,
                steps=_with_dates(original),
                is_automatic=original.is_automatic,
                updated_by=user,
                updated_at=now,
                **place,
            )
        touched = _come_under(copy, now)
        _record(user, "plan.copied", copy, now, original=original.pk, touched=touched)
    return copy


def archive_plan(user: User, plan: Plan, *, now: datetime) -> int:
    """Put a plan out of use; the next outer one holds. Returns how many interviews were under it."""
    with transaction.atomic():
        current = Plan.objects.visible_to(user).select_for_update().get(pk=plan.pk)
        if not current.is_active:
            return 0
        under = interviews_under(current, now)
        heirs = plans_for(user.organization_id, under, without=current)
        current.steps = _with_dates(current)
        current.is_active, current.updated_by, current.updated_at = False, user, now
        current.save(update_fields=["steps", "is_active", "updated_by", "updated_at"])
        _move(user.organization_id, dict.fromkeys(under, current), heirs, now)
        _record(user, "plan.archived", current, now, touched=len(under))
    return len(under)


def restore_plan(user: User, plan: Plan, *, now: datetime) -> Plan:
    """Put a plan into use again at its place. Raises PlaceTaken."""
    with transaction.atomic():
        current = Plan.objects.visible_to(user).select_for_update().get(pk=plan.pk)
        place = {"job_id": current.job_id, "family_id": current.family_id, "branch_id": current.branch_id}
        if Plan.objects.visible_to(user).filter(**place, is_active=True).exclude(pk=current.pk).exists():
            raise PlaceTaken(PlaceTaken.__doc__)
        current.steps = _with_dates(current)
        current.is_active, current.updated_by, current.updated_at = True, user, now
        with _unless_taken():
            current.save(update_fields=["steps", "is_active", "updated_by", "updated_at"])
        touched = _come_under(current, now)
        _record(user, "plan.restored", current, now, touched=touched)
    return current


def _checked(steps: Iterable[Step]) -> tuple[Step, ...]:
    """As they are read back once written."""
    given = tuple(steps)
    check_plannable(given)
    return steps_from_json(steps_to_json(given))  # keys, offsets and channels


def _with_dates(plan: Plan) -> list[dict[str, Any]]:
    """Its steps, each with the date since when it stands."""
    if not plan.steps:
        return []
    terms = terms_of(plan)
    return steps_to_json(terms.steps, terms.steps_since)


@contextmanager
def _unless_taken() -> Iterator[None]:
    """Of two who take a name or a place at the same moment, the constraints refuse the second."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        for constraint, taken in (("one_active_plan_per_place", PlaceTaken), ("plan_name_unique", NameTaken)):
            if constraint in str(error):
                raise taken(taken.__doc__) from error
        raise


def _check_name(user: User, name: str, own: UUID | None) -> None:
    if not name.strip():
        raise NameTaken(_("Give the plan a name."))
    others = Plan.objects.visible_to(user).filter(name=name)
    if (others.exclude(pk=own) if own else others).exists():
        raise NameTaken(NameTaken.__doc__)


def _come_under(plan: Plan, now: datetime) -> int:
    """This plan holds from now on where it is the nearest."""
    under = interviews_under(plan, now)
    former = plans_for(plan.organization_id, under, without=plan)
    return _move(plan.organization_id, former, dict.fromkeys(under, plan), now)


def _move(
    organization_id: UUID,
    former: Mapping[UUID, Plan | None],
    later: Mapping[UUID, Plan | None],
    now: datetime,
) -> int:
    return touch(organization_id, former, now=now, held_anew=held_anew(former, later))


def _look_again(plan: Plan, now: datetime) -> int:
    return touch(plan.organization_id, interviews_under(plan, now), now=now) if plan.is_active else 0


def _record(user: User, action: str, plan: Plan, now: datetime, **details: object) -> None:
    audit.record(user.organization_id, user.actor, action, at=now, subject=("plan", plan.pk), **details)
