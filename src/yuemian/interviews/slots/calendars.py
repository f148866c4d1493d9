"""What interviewers' own calendars say about slots. Asked before anything is read, while no transaction is open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.channels.calendars import Unknown, WhyUnknown
from yuemian.domain.slots import Span
from yuemian.interviews.calendars.connecting import Way, ask, ways_of


@dataclass(frozen=True)
class Outside:
    """Busy times of people, by the person, whatever their kind: what may be in the way is not offered.

    `unknown` are those whose calendar says nothing, and why: they are offered still, and never called free.
    """

    busy: Mapping[UUID, list[Span]] = field(default_factory=dict)
    unknown: Mapping[UUID, Unknown] = field(default_factory=dict)


#: Where nobody was asked.
NOBODY_ASKED = Outside()


@dataclass(frozen=True)
class Asking:
    """Whom to ask, how, and about which time: plain values, read in a transaction that is over when they are asked."""

    people: Collection[UUID]
    ways: Mapping[UUID, Way | Unknown]
    span: Span


def asking(organization_id: UUID, people: Collection[UUID], span: Span) -> Asking:
    """Three queries, however many people; none for nobody."""
    if not people:
        return Asking(people, {}, span)
    users = User.objects.filter(organization_id=organization_id, pk__in=people)
    return Asking(people, ways_of(organization_id, list(users)), span)


def asked(question: Asking) -> Outside:
    """What the calendars say; a few seconds at most, nothing for what was asked a minute ago."""
    said = ask(question.ways, *question.span)
    busy, unknown = {}, {}
    for person in question.people:
        answer = said.get(person, Unknown(WhyUnknown.NOT_CONNECTED))
        if isinstance(answer, Unknown):
            unknown[person] = answer
        else:
            busy[person] = [Span(each.start, each.end) for each in answer]
    return Outside(busy, unknown)
