"""Whether people are free at a time: their calendars, their hours, and the interviews they hold already."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from yuemian.accounts.models import CalendarLink, User
from yuemian.channels.calendars import Unknown
from yuemian.domain.availability import (
    Busy,
    BusyKind,
    FreeBusyAnswer,
    Judgement,
    WorkingHours,
    judge,
)
from yuemian.domain.states import InterviewState
from yuemian.interviews.calendars.connecting import Way, ask, ways_of
from yuemian.interviews.models import Participant

#: No interview is longer (`FactsForm.minutes`).
_LONGEST: Final = timedelta(hours=12)


@dataclass(frozen=True)
class Question:
    """Everything that is needed to say who is free, read beforehand: no transaction is open while calendars are asked.

    `ours` is certain: interviews held already, and time outside of a person's hours.
    """

    people: Sequence[tuple[UUID, str]]
    ways: Mapping[UUID, Way | Unknown]
    ours: Mapping[UUID, Sequence[Busy]]
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Seat:
    """One person at one time."""

    user_id: UUID
    name: str
    judgement: Judgement


def prepare(
    organization_id: UUID,
    people: Collection[User],
    start: datetime,
    end: datetime,
    *,
    besides: UUID | None = None,
) -> Question:
    """Four queries, however many people. `besides` is the interview whose own time is being looked for."""
    ids = [person.pk for person in people]
    ours: dict[UUID, list[Busy]] = {id_: [] for id_ in ids}
    held = Participant.objects.filter(
        organization_id=organization_id,
        user__in=ids,
        interview__state=InterviewState.SCHEDULED,
        interview__starts_at__lt=end,
        interview__starts_at__gt=start - _LONGEST,
    ).exclude(interview=besides)
    rows = held.values_list("user_id", "interview__starts_at", "interview__duration")
    for user_id, starts_at, duration in rows:
        ours[user_id].append(Busy(starts_at, starts_at + duration, BusyKind.INTERVIEW))
    links = CalendarLink.objects.filter(
        organization_id=organization_id, user__in=ids, works_from__isnull=False
    )
    zones = {person.pk: zone_name(person) for person in people}
    for link in links:
        ours[link.user_id] += hours_of(link, zones[link.user_id]).outside(start, end)
    names = [(person.pk, person.name) for person in people]
    return Question(names, ways_of(organization_id, people), ours, start, end)


def answered(question: Question) -> list[Seat]:
    """Asks the calendars; a few seconds at most."""
    said = calendars_say(question)
    return [
        Seat(id_, name, judge(said.get(id_), question.ours[id_], question.start, question.end))
        for id_, name in question.people
    ]


def calendars_say(question: Question) -> dict[UUID, FreeBusyAnswer]:
    """The calendars alone, by person; who has none connected is missing."""
    return ask(question.ways, question.start, question.end)


def hours_of(link: CalendarLink, zone: str) -> WorkingHours:
    assert link.works_from is not None
    assert link.works_until is not None
    days = frozenset(day for day in range(7) if link.workdays >> day & 1)
    return WorkingHours(days, link.works_from, link.works_until, zone)


def zone_name(person: User) -> str:
    """By whose clock a person works: the branch's, else the company's."""
    return person.branch.time_zone if person.branch else person.organization.time_zone
