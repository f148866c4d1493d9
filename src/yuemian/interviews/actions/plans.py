"""Write plans: save, copy to another place, put out of use. Every interview under them is looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yuemian.accounts.models import Branch, User
from yuemian.domain.cadence import Step, check_plannable, steps_from_json, steps_to_json
from yuemian.hiring.models import Job, JobFamily
from yuemian.interviews.actions.replan import touch
from yuemian.interviews.models import Plan
from yuemian.interviews.plans.reading import interviews_under
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

    Raises OutdatedPlan, NameTaken, and BadStep with the step's number and the remedy.
    """
    written = _checked(steps)
    with transaction.atomic():
        current = Plan.objects.visible_to(user).select_for_update().get(pk=plan.pk)
        wanted: dict[str, Any] = {
            "steps": written,
            "name": current.name if name is None else name,
            "is_automatic": current.is_automatic if is_automatic is None else is_automatic,
        }
        if all(getattr(current, field) == value for field, value in wanted.items()):
            return current
        if current.number != number:
            raise OutdatedPlan(OutdatedPlan.__doc__)
        _check_name(user, wanted["name"], current.pk)
        for field, value in wanted.items():
            setattr(current, field, value)
        current.number, current.updated_by, current.updated_at = number + 1, user, now
        current.save(update_fields=[*wanted, "number", "updated_by", "updated_at"])
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
        copy = Plan.objects.create(
            organization_id=user.organization_id,
            name=name,
            steps=original.steps,
            is_automatic=original.is_automatic,
            updated_by=user,
            updated_at=now,
            **place,
        )
        touched = _look_again(copy, now)
        _record(user, "plan.copied", copy, now, original=original.pk, touched=touched)
    return copy


def archive_plan(user: User, plan: Plan, *, now: datetime) -> int:
    """Put a plan out of use; the next outer one holds. Returns how many interviews were under it."""
    with transaction.atomic():
        current = Plan.objects.visible_to(user).select_for_update().get(pk=plan.pk)
        if not current.is_active:
            return 0
        under = interviews_under(current, now)
        Plan.objects.filter(pk=current.pk).update(is_active=False, updated_by=user, updated_at=now)
        touch(user.organization_id, under, now=now)
        _record(user, "plan.archived", current, now, touched=len(under))
    return len(under)


def restore_plan(user: User, plan: Plan, *, now: datetime) -> Plan:
    """Put a plan into use again at its place. Raises PlaceTaken."""
    with transaction.atomic():
        current = Plan.objects.visible_to(user).select_for_update().get(pk=plan.pk)
        place = {"job_id": current.job_id, "family_id": current.family_id, "branch_id": current.branch_id}
        if Plan.objects.visible_to(user).filter(**place, is_active=True).exclude(pk=current.pk).exists():
            raise PlaceTaken(PlaceTaken.__doc__)
        current.is_active, current.updated_by, current.updated_at = True, user, now
        current.save(update_fields=["is_active", "updated_by", "updated_at"])
        touched = _look_again(current, now)
        _record(user, "plan.restored", current, now, touched=touched)
    return current


def _checked(steps: Iterable[Step]) -> list[dict[str, Any]]:
    given = tuple(steps)
    check_plannable(given)
    written = steps_to_json(given)
    steps_from_json(written)  # keys, offsets and channels
    return written


def _check_name(user: User, name: str, own: UUID | None) -> None:
    if not name.strip():
        raise NameTaken(_("Give the plan a name."))
    others = Plan.objects.visible_to(user).filter(name=name)
    if (others.exclude(pk=own) if own else others).exists():
        raise NameTaken(NameTaken.__doc__)


def _look_again(plan: Plan, now: datetime) -> int:
    return touch(plan.organization_id, interviews_under(plan, now), now=now) if plan.is_active else 0


def _record(user: User, action: str, plan: Plan, now: datetime, **details: object) -> None:
    audit.record(user.organization_id, user.actor, action, at=now, subject=("plan", plan.pk), **details)
