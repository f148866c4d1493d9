"""An interviewer cannot come, or a time is left to the candidate: they are told first, with times to choose from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from yuemian.accounts.models import Permission, User
from yuemian.domain.slots import Closure
from yuemian.domain.states import InterviewState
from yuemian.interviews.actions.change import By, CannotChange, Changed, unsettle_all
from yuemian.interviews.actions.replan import hold_facts
from yuemian.interviews.actions.series import record_shut, shut_days
from yuemian.interviews.board import zone_of
from yuemian.interviews.models import Interview, InterviewQuerySet, SlotSeries
from yuemian.trust import audit


class NotAllowed(Exception):  # noqa: N818
    """Interviewers say for themselves that they cannot come; for others, HR does."""


@dataclass(frozen=True)
class Absence:
    """What came of it: whose time is open again, how many of them are told, in how many series the day is closed."""

    asked: list[UUID] = field(default_factory=list)
    told: int = 0
    closed: int = 0


def clock_of(user: User, interviewer: User) -> ZoneInfo:
    """Whose days count: those of their bookable times, where all run on one clock; else those of where they are."""
    own = SlotSeries.objects.visible_to(user).filter(interviewer=interviewer, is_active=True)
    clocks = set(own.values_list("time_zone", flat=True))
    return ZoneInfo(clocks.pop()) if len(clocks) == 1 else zone_of(interviewer)


def held_on(user: User, interviewer: User, day: date, zone: ZoneInfo, *, now: datetime) -> InterviewQuerySet:
    """The interviews ahead that this person holds on a day of that clock."""
    midnight = datetime.combine(day, time(), zone)
    return (
        Interview.objects.visible_to(user)
        .filter(
            interviewers=interviewer,
            state=InterviewState.SCHEDULED,
            starts_at__gt=max(now, midnight),
            starts_at__lt=datetime.combine(day + timedelta(days=1), time(), zone),
        )
        .order_by("starts_at", "id")
    )


def cannot_come(
    user: User,
    interviewer: User,
    interview_ids: Collection[UUID],
    *,
    day: date,
    until: datetime,
    reason: str,
    now: datetime,
) -> Absence:
    """One press for a whole day: each of these candidates is asked to choose another time by `until`.

    The day is closed in the interviewer's series first, so that nobody chooses it again. Interviews that the person
    does not hold, or that have begun meanwhile, are left as they are. Raises NotAllowed, NoTemplate.
    """
    if interviewer.pk != user.pk and not user.may(Permission.EDIT_INTERVIEWS):
        raise NotAllowed(NotAllowed.__doc__)
    with transaction.atomic():
        hold_facts(user.organization_id)
        own = SlotSeries.objects.visible_to(user).filter(interviewer=interviewer).values_list("pk", flat=True)
        closed, series = shut_days(user, list(own), Closure(day, day))
        rows = Interview.objects.visible_to(user).select_for_update(of=("self",), no_key=True)
        locked = rows.filter(
            pk__in=list(interview_ids),
            participants__user=interviewer,
            state=InterviewState.SCHEDULED,
            starts_at__gt=now,
        ).order_by("pk")
        ids = list(locked.values_list("pk", flat=True))
        found = Interview.objects.with_people().filter(pk__in=ids).order_by("starts_at", "pk")
        changed = unsettle_all(By.of(user), list(found), until=until, now=now, reason=reason)
        record_shut(user, series, now=now)
        audit.record(
            user.organization_id,
            user.actor,
            "interviewer.absent",
            at=now,
            subject=("user", interviewer.pk),
            count=len(ids),
        )
        return Absence(ids, sum(each.is_told for each in changed), closed)


def ask_to_choose(user: User, interview_id: UUID, *, until: datetime, reason: str, now: datetime) -> Changed:
    """Leave the time of an interview to its candidate, told one or not. Raises CannotChange, NoTemplate."""
    with transaction.atomic():
        hold_facts(user.organization_id)
        rows = Interview.objects.visible_to(user).select_for_update(of=("self",), no_key=True)
        rows.get(pk=interview_id)
        interview = Interview.objects.with_people().get(pk=interview_id)
        if until <= now:
            raise CannotChange("The time to choose by has already passed.")
        (changed,) = unsettle_all(By.of(user), [interview], until=until, now=now, reason=reason)
        return changed
