"""Seats of slots: taken, held, given back. Two candidates never get one; the database's constraints say so last."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from yuemian.domain.slots import RequestState, SlotKey, Span
from yuemian.domain.states import InterviewState
from yuemian.interviews.models import Interview, RescheduleRequest, Seat, Slot, SlotSeries
from yuemian.interviews.slots.calendars import NOBODY_ASKED, Outside
from yuemian.interviews.slots.reading import Offered, offers_for, participants_of

#: Whoever takes a slot of somebody waits for whoever is just taking another one of theirs; always in the same order.
_LOCK: Final[LiteralString] = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))"
_SWEEP: Final[LiteralString] = """
DELETE FROM interviews_slot s WHERE s.id = ANY(%s) AND NOT EXISTS (
    SELECT FROM interviews_seat t WHERE t.slot_id = s.id)
"""


class JustTaken(Exception):  # noqa: N818
    """Somebody else has this slot now, or it can no longer be had; the others are still there."""


def take_seat(
    interview: Interview,
    key: SlotKey,
    *,
    now: datetime,
    held_until: datetime | None = None,
    is_late: bool = False,
    outside: Outside = NOBODY_ASKED,
) -> Offered:
    """Book a seat for the interview, or hold one; what it held before is given back. Raises JustTaken.

    The interview is locked by the caller. What is offered is read when nobody else can take anything of the people
    concerned, so that their other interviews, the day's maximum and the buffer hold as well. `is_late`: a person of the
    company decides, who needs no notice. `outside` is what the calendars have just said: they are not asked in here.
    """
    series = SlotSeries.objects.filter(pk=key.series, is_active=True).first()
    if series is None:
        raise JustTaken(JustTaken.__doc__)
    people = [*participants_of(interview), *([series.interviewer_id] if series.interviewer_id else [])]
    lock([*people, series.pk])
    _leave(Q(slot__series=series) | Q(slot__interviewer__in=people), held_until__lte=now)
    _sweep(Slot.objects.filter(Q(series=series) | Q(interviewer__in=people), seats=None))
    within = Span(key.start, key.start + timedelta(microseconds=1))
    offers = offers_for(interview, now=now, within=within, is_late=is_late, outside=outside)
    found = next((each for each in offers if each.key == key), None)
    if found is None:
        raise JustTaken(JustTaken.__doc__)
    try:
        with transaction.atomic():
            give_back(interview, only_held=held_until is not None)
            sit_down(interview, found, now=now, held_until=held_until)
    except IntegrityError as error:
        raise JustTaken(JustTaken.__doc__) from error
    return found


def sit_down(interview: Interview, found: Offered, *, now: datetime, held_until: datetime | None) -> Seat:
    """The seat itself, whether or not it is still free: the constraints refuse it when it is not (IntegrityError)."""
    slot = _slot(found) or _slot(found)  # once more where the last one in it has just left
    if slot is None:
        raise IntegrityError("Another slot of the same person is in the way.")
    taken = set(Seat.objects.filter(slot=slot).values_list("number", flat=True))
    free = next((number for number in range(1, slot.capacity + 1) if number not in taken), slot.capacity)
    return Seat.objects.create(
        organization_id=interview.organization_id,
        slot=slot,
        number=free,
        capacity=slot.capacity,
        interview=interview,
        held_until=held_until,
        taken_at=now,
    )


def _slot(found: Offered) -> Slot | None:
    """The slot's row, locked; made where it is not there yet. None when it cannot be, or was just swept away."""
    series, span = found.series, found.span
    made = Slot(
        organization_id=series.organization_id,
        series=series,
        interviewer_id=series.interviewer_id,
        starts_at=span.start,
        ends_at=span.end,
        capacity=series.capacity,
    )
    Slot.objects.bulk_create([made], ignore_conflicts=True)
    return Slot.objects.select_for_update().filter(series=series, starts_at=span.start).first()


def give_back(interview: Interview, *, only_held: bool = False) -> None:
    """The seats that the interview has, or only those that are held for a request, are free again."""
    _leave(Q(interview=interview), **({"held_until__isnull": False} if only_held else {}))


def give_back_overdue(organization_id: UUID, now: datetime) -> int:
    """What was held until now. Returns how many seats."""
    return _leave(Q(organization_id=organization_id), held_until__lte=now)


def give_back_all(candidate_ids: Collection[UUID], now: datetime) -> int:
    """Whatever these people have still before them, as they are erased. Returns how many seats."""
    return _leave(Q(interview__application__candidate__in=candidate_ids), slot__starts_at__gt=now)


def settle(interview: Interview, *, now: datetime) -> None:
    """The interview's facts are others now: only a seat at its time stays, and nothing that was asked for is open."""
    gone = Q(interview=interview)
    if interview.state == InterviewState.SCHEDULED:
        gone &= ~Q(slot__starts_at=interview.starts_at) | Q(held_until__isnull=False)
    _leave(gone)
    RescheduleRequest.objects.filter(interview=interview, state=RequestState.OPEN).update(
        state=RequestState.EXPIRED, decided_at=now, held_until=None, is_counted=False
    )


def lock(people: Iterable[UUID]) -> None:
    with connection.cursor() as cursor:
        for each in sorted({str(one) for one in people}):
            cursor.execute(_LOCK, [each])


def _leave(which: Q, **fields: Any) -> int:
    gone = list(Seat.objects.filter(which, **fields).values_list("pk", "slot_id"))
    if gone:
        Seat.objects.filter(pk__in=[pk for pk, _ in gone]).delete()
        _sweep(Slot.objects.filter(pk__in={slot for _, slot in gone}))
    return len(gone)


def _sweep(slots: QuerySet[Slot]) -> None:
    """Slots in which nobody sits any more go; whoever is just sitting down in one is waited for, and then seen."""
    locked = list(slots.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if locked:
        with connection.cursor() as cursor:
            cursor.execute(_SWEEP, [locked])
