"""Keep series of slots, their exceptions, and the rules for moving."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import Permission, User
from yuemian.domain.slots import Closure, closures_from_json
from yuemian.interviews.models import ReschedulePolicy, Seat, Slot, SlotSeries
from yuemian.trust import audit
from yuemian.trust.live import announce


class NotYours(Exception):  # noqa: N818
    """Interviewers keep their own times; those of others and of jobs are HR's."""


class Overtaken(Exception):  # noqa: N818
    """Somebody else saved this meanwhile."""


def may_edit(user: User, series: SlotSeries) -> bool:
    is_own = series.interviewer_id == user.pk and user.may(Permission.SEE_INTERVIEWS)
    return is_own or user.may(Permission.EDIT_INTERVIEWS)


def save_series(user: User, series: SlotSeries, *, now: datetime) -> SlotSeries:
    """Add or change a series; `number` is the edit that was seen. Seats that are taken stay whatever it says now.

    Raises NotYours, Overtaken, BadSeries.
    """
    if not may_edit(user, series):
        raise NotYours(NotYours.__doc__)
    series.terms()
    is_new = series._state.adding
    with transaction.atomic():
        if not is_new:
            kept = SlotSeries.objects.visible_to(user).select_for_update(of=("self",)).get(pk=series.pk)
            if not may_edit(user, kept):
                raise NotYours(NotYours.__doc__)
            if kept.number != series.number:
                raise Overtaken(Overtaken.__doc__)
            series.number += 1
        series.updated_by, series.updated_at = user, now
        series.save(force_insert=is_new)
        _fit_slots(series, now)
        _record(user, "slots.created" if is_new else "slots.saved", series, now)
    return series


def close_days(user: User, series_ids: list[UUID], closure: Closure, *, now: datetime) -> int:
    """An exception in each of these series that the user may edit. Returns in how many."""
    with transaction.atomic():
        count, changed = shut_days(user, series_ids, closure)
        record_shut(user, changed, now=now)
    return count


def shut_days(user: User, series_ids: list[UUID], closure: Closure) -> tuple[int, list[SlotSeries]]:
    """In the caller's transaction, who records it when no more rows are to be locked. Also returns what changed."""
    rows = SlotSeries.objects.visible_to(user).select_for_update(of=("self",)).filter(pk__in=series_ids)
    mine = [series for series in rows.order_by("pk") if may_edit(user, series)]
    changed = [series for series in mine if closure not in closures_from_json(series.closures)]
    for series in changed:
        series.closures = [*series.closures, closure.to_json()]
        series.number += 1
        series.save(update_fields=["closures", "number"])
    return len(mine), changed


def record_shut(user: User, changed: Iterable[SlotSeries], *, now: datetime) -> None:
    for series in changed:
        _record(user, "slots.day_closed", series, now)


def open_day(user: User, series_id: UUID, day: date, *, now: datetime) -> None:
    """Take back the exceptions that begin and end on this day. Raises NotYours."""
    with transaction.atomic():
        series = SlotSeries.objects.visible_to(user).select_for_update(of=("self",)).get(pk=series_id)
        if not may_edit(user, series):
            raise NotYours(NotYours.__doc__)
        closures = closures_from_json(series.closures)
        left = [each for each in closures if not each.first == each.last == day]
        if len(left) < len(closures):
            series.closures = [each.to_json() for each in left]
            series.number += 1
            series.save(update_fields=["closures", "number"])
            _record(user, "slots.day_opened", series, now)


def save_policy(user: User, policy: ReschedulePolicy, *, now: datetime) -> ReschedulePolicy:
    """Rules of a place, in place of those it had."""
    with transaction.atomic():
        place: dict[str, Any] = {"job": policy.job, "branch": policy.branch}
        names = ("most", "latest", "is_automatic", "offers_slots", "proposals", "hold")
        values = {name: getattr(policy, name) for name in names}
        saved, _is_new = ReschedulePolicy.objects.update_or_create(
            organization_id=user.organization_id,
            **place,
            defaults={**values, "updated_by": user, "updated_at": now},
        )
        _record(user, "reschedule_policy.saved", saved, now)
    return saved


def drop_policy(user: User, policy_id: UUID, *, now: datetime) -> None:
    """The wider rules hold there again."""
    with transaction.atomic():
        policy = ReschedulePolicy.objects.visible_to(user).filter(pk=policy_id).first()
        if policy is not None:
            _record(user, "reschedule_policy.dropped", policy, now)
            policy.delete()


def _fit_slots(series: SlotSeries, now: datetime) -> None:
    """Slots in which somebody sits get the new capacity, as far as the seats that are taken allow."""
    for slot in Slot.objects.select_for_update().filter(series=series, starts_at__gt=now).order_by("pk"):
        numbers = Seat.objects.filter(slot=slot).values_list("number", flat=True)
        capacity = max(series.capacity, *numbers) if numbers else series.capacity
        if capacity != slot.capacity:
            Slot.objects.filter(pk=slot.pk).update(capacity=capacity)


def _record(user: User, action: str, row: SlotSeries | ReschedulePolicy, now: datetime) -> None:
    subject = ("slot_series" if isinstance(row, SlotSeries) else "reschedule_policy", row.pk)
    audit.record(user.organization_id, user.actor, action, at=now, subject=subject)
    announce(user.organization_id, "interviews")
