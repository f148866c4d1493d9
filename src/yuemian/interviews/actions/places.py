"""Write places. Whoever was told an old name or address hears the new one, or keeps what they know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from yuemian.accounts.models import User
from yuemian.domain.states import InterviewState
from yuemian.interviews.actions.change import CannotChange, Facts, change_interview
from yuemian.interviews.models import Interview, Place
from yuemian.interviews.models.places import new_code
from yuemian.trust import audit
from yuemian.trust.live import announce


class PlaceNameTaken(Exception):  # noqa: N818
    """Another place of the organization has this name."""


@dataclass(frozen=True)
class Told:
    """What saving a place did: how many interviews ahead changed, and how many candidates are being told."""

    changed: int = 0
    told: int = 0


def save_place(user: User, place: Place, *, tells: bool, now: datetime) -> Told:
    """Create or change a place. With `tells`, interviews ahead that say its old name, room or address say the new ones.

    That raises their revision, as any change of an interview does: candidates who heard the old facts are told, and
    answer again. Without, they keep what they were told. What the page alone shows (entrance, directions, map, photo)
    is new at once for all. Raises PlaceNameTaken, NoTemplate (nothing is changed then).
    """
    try:
        with transaction.atomic():
            old = (
                Place.objects.select_for_update(of=("self",))
                .select_related("branch")
                .filter(pk=place.pk)
                .first()
            )
            place.organization_id = user.organization_id
            place.updated_at = now
            place.save()
            told = _tell(user, old, place, now) if old is not None and tells else Told()
            action = "place.created" if old is None else "place.changed"
            audit.record(
                user.organization_id,
                user.actor,
                action,
                at=now,
                subject=("place", place.pk),
                changed=told.changed,
                told=told.told,
            )
            announce(user.organization_id, "interviews")
    except IntegrityError as error:
        if "place_name_unique" in str(error):
            raise PlaceNameTaken(PlaceNameTaken.__doc__) from error
        raise
    return told


def renew_code(user: User, place_id: UUID, *, now: datetime) -> None:
    """Another code for the poster: the printed ones lead nowhere from now on."""
    with transaction.atomic():
        Place.objects.visible_to(user).filter(pk=place_id).update(code=new_code())
        audit.record(
            user.organization_id, user.actor, "place.code_renewed", at=now, subject=("place", place_id)
        )


def ahead_at(user: User, place: Place, *, now: datetime) -> Sequence[Interview]:
    """The interviews ahead that are held there and still say what the place says."""
    found = Interview.objects.visible_to(user).filter(
        place=place.pk, state=str(InterviewState.SCHEDULED), starts_at__gt=now
    )
    return [each for each in found.order_by("starts_at", "id") if _says(each, place)]


def _says(interview: Interview, place: Place) -> bool:
    return place.room_in(interview.place_name) is not None or interview.place_address == place.told_address


def _tell(user: User, old: Place, place: Place, now: datetime) -> Told:
    changed = told = 0
    for interview in ahead_at(user, old, now=now):
        room = old.room_in(interview.place_name)
        name, address = interview.place_name, interview.place_address
        if room is not None:
            usual = old.text("room", old.branch.locale)
            name = place.told_name("" if room == usual else room)
        if address == old.told_address:
            address = place.told_address
        if (name, address) == (interview.place_name, interview.place_address):
            continue
        facts = Facts.of(interview, place_name=name, place_address=address)
        try:
            done = change_interview(user, interview.pk, facts, now=now)
        except CannotChange:  # begins this very moment
            continue
        changed += 1
        told += done.is_told
    return Told(changed, told)
