"""Reads what can be offered to one candidate: series, seats, and when everybody concerned is taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from yuemian.domain.slots import Engagement, Offer, SlotKey, Span, offered
from yuemian.interviews.models import Interview, Participant, Seat, SlotSeries
from yuemian.interviews.slots.calendars import NOBODY_ASKED, Asking, Outside, asking
from yuemian.trust.bulk import id_array

#: Nobody scrolls further on a phone; what comes later is offered when the earlier ones are gone.
MOST_OFFERS: Final = 60
#: No interview and no buffer is longer: so far around a span others matter.
AROUND: Final = timedelta(hours=12)

#: When people sit in interviews, and in seats that are held for requests. The slot stands beside those who sit in one.
_ENGAGED: Final[LiteralString] = """
SELECT p.user_id, i.starts_at, i.starts_at + i.duration, s.series_id, s.starts_at
FROM interviews_participant p
JOIN interviews_interview i ON i.id = p.interview_id AND i.organization_id = p.organization_id
LEFT JOIN interviews_seat t ON t.interview_id = i.id AND t.held_until IS NULL
LEFT JOIN interviews_slot s ON s.id = t.slot_id AND s.starts_at = i.starts_at
WHERE p.organization_id = %(organization)s AND p.user_id = ANY(%(people)s::uuid[]) AND i.id <> %(interview)s
  AND i.state = 'scheduled' AND i.starts_at < %(until)s AND i.starts_at > %(since)s::timestamptz - interval '12 hours'
UNION ALL
SELECT s.interviewer_id, s.starts_at, s.ends_at, s.series_id, s.starts_at
FROM interviews_slot s JOIN interviews_seat t ON t.slot_id = s.id
WHERE s.organization_id = %(organization)s AND s.interviewer_id = ANY(%(people)s::uuid[])
  AND t.interview_id <> %(interview)s AND (t.held_until IS NULL OR t.held_until > %(now)s)
  AND s.starts_at < %(until)s AND s.ends_at > %(since)s
UNION ALL
SELECT p.user_id, s.starts_at, s.ends_at, s.series_id, s.starts_at
FROM interviews_seat t JOIN interviews_slot s ON s.id = t.slot_id
JOIN interviews_participant p ON p.interview_id = t.interview_id
WHERE s.organization_id = %(organization)s AND p.user_id = ANY(%(people)s::uuid[])
  AND t.interview_id <> %(interview)s AND t.held_until > %(now)s
  AND s.starts_at < %(until)s AND s.ends_at > %(since)s
"""
#: The candidate's own other interviews, of whatever job.
_OWN: Final[LiteralString] = """
SELECT i.starts_at, i.starts_at + i.duration FROM interviews_interview i
JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = i.organization_id
WHERE i.organization_id = %(organization)s AND a.candidate_id = %(candidate)s AND i.id <> %(interview)s
  AND i.state = 'scheduled' AND i.starts_at < %(until)s AND i.starts_at > %(since)s::timestamptz - interval '12 hours'
"""


@dataclass(frozen=True)
class Offered:
    """One slot with the series it comes from."""

    series: SlotSeries
    offer: Offer

    @property
    def key(self) -> SlotKey:
        return self.offer.key

    @property
    def span(self) -> Span:
        return self.offer.span


@dataclass(frozen=True)
class Engagements:
    """When whom is taken."""

    of_person: Mapping[UUID, list[Engagement]] = field(default_factory=dict)
    of_candidate: list[Engagement] = field(default_factory=list)

    def among(self, people: Iterable[UUID]) -> list[Engagement]:
        return [*self.of_candidate, *(each for one in people for each in self.of_person.get(one, ()))]


def series_for(interview: Interview) -> list[SlotSeries]:
    """Whose slots the interview may take: its interviewers' own, and those of its job that come with none.

    An interview that nobody holds yet may also take those of its job's interviewers. Nobody meets a colleague who has
    left.
    """
    people, job_id = participants_of(interview), interview.application.job_id
    own = Q(interviewer__in=people) & (Q(job=None) | Q(job=job_id))
    jobs = Q(job=job_id) if not people else Q(job=job_id, interviewer=None)
    rows = SlotSeries.objects.filter(own | jobs, organization_id=interview.organization_id, is_active=True)
    rows = rows.filter(Q(interviewer=None) | Q(interviewer__is_active=True))
    return list(rows.with_people())


def participants_of(interview: Interview) -> list[UUID]:
    seated = Participant.objects.filter(interview=interview, user__is_active=True)
    return list(seated.values_list("user_id", flat=True))


def question_for(interview: Interview, *, now: datetime) -> Asking:
    """Whose calendars stand behind what can be offered to the candidate of this interview."""
    found = series_for(interview)
    everybody = _concerned(found, participants_of(interview)) if found else set()
    return asking(interview.organization_id, everybody, _ahead(found, now).padded(AROUND))


def offers_for(
    interview: Interview,
    *,
    now: datetime,
    within: Span | None = None,
    is_late: bool = False,
    outside: Outside = NOBODY_ASKED,
) -> list[Offered]:
    """What the candidate of this interview may take now, in order of time; the time they have is not among it.

    A constant number of statements. Two series that offer the same are shown once. `is_late`: without any notice.
    """
    found = series_for(interview)
    if not found:
        return []
    span = within or _ahead(found, now)
    people = participants_of(interview)
    engaged = engagements(
        interview, _concerned(found, people), span.padded(AROUND), now=now, outside=outside.busy
    )
    # A whole day before and after, as the maximum of a day must see all of it.
    taken = seats_of(
        [series.pk for series in found], span.padded(timedelta(days=2)), now=now, besides=interview
    )
    offers: dict[tuple[object, ...], Offered] = {}
    for series in found:
        concerned = {*people, *([series.interviewer_id] if series.interviewer_id else [])}
        for offer in offered(
            series.pk,
            replace(series.terms(), notice=timedelta()) if is_late else series.terms(),
            seats=taken.get(series.pk, {}),
            engagements=engaged.among(concerned),
            now=now,
            within=within,
        ):
            if offer.span.start != interview.starts_at or not interview.is_settled:
                alike = (*offer.span, series.mode, series.place_name, series.place_address)
                offers.setdefault(alike, Offered(series, offer))
    return sorted(offers.values(), key=lambda each: (each.span, each.series.pk))


def together_with(interview: Interview) -> list[Interview]:
    """Whoever has a seat in the same slot: the others of a group, for the company's eyes."""
    if not interview.is_settled:
        return []
    mine = Seat.objects.filter(interview=interview, held_until=None).values("slot")
    rows = Interview.objects.with_people().filter(seats__slot__in=mine, seats__held_until=None)
    return list(rows.exclude(pk=interview.pk).order_by("pk"))


def seats_of(
    series: Collection[UUID], span: Span, *, now: datetime, besides: Interview | None = None
) -> dict[UUID, dict[datetime, int]]:
    """By series and start: how many seats are booked or held."""
    seats = Seat.objects.filter(
        Q(held_until=None) | Q(held_until__gt=now),
        slot__series__in=series,
        slot__starts_at__gte=span.start,
        slot__starts_at__lt=span.end,
    )
    if besides is not None:
        seats = seats.exclude(interview=besides)
    found: dict[UUID, dict[datetime, int]] = {}
    counted = seats.order_by().values_list("slot__series_id", "slot__starts_at").annotate(count=Count("pk"))
    for series_id, starts_at, count in counted:
        found.setdefault(series_id, {})[starts_at] = count
    return found


def _concerned(found: Iterable[SlotSeries], people: Iterable[UUID]) -> set[UUID]:
    return {*people, *(series.interviewer_id for series in found if series.interviewer_id)}


def _ahead(found: Iterable[SlotSeries], now: datetime) -> Span:
    return Span(now, now + max((timedelta(days=series.ahead_days) for series in found), default=timedelta()))


def engagements(
    interview: Interview,
    people: Collection[UUID],
    span: Span,
    *,
    now: datetime,
    outside: Mapping[UUID, Iterable[Span]],
) -> Engagements:
    """When these people and the candidate are taken by other interviews, held seats and their own calendars.

    What stands in a calendar at the time of an interview of ours is that interview, written there too.
    """
    values: dict[str, Any] = {
        "organization": interview.organization_id,
        "people": id_array(people),
        "interview": interview.pk,
        "candidate": interview.application.candidate_id,
        "since": span.start,
        "until": span.end,
        "now": now,
    }
    of_person: dict[UUID, list[Engagement]] = {person: [] for person in people}
    for user_id, start, end, series_id, slot_start in _rows(_ENGAGED, values):
        slot = SlotKey(series_id, slot_start) if series_id else None
        of_person[user_id].append(Engagement(Span(start, end), slot))
    mine = Span(interview.starts_at, interview.ends_at)
    for user_id in of_person.keys() & outside.keys():
        ours = [mine, *(each.span for each in of_person[user_id])]
        of_person[user_id] += [Engagement(rest) for each in outside[user_id] for rest in each.without(ours)]
    own = [Engagement(Span(start, end)) for start, end in _rows(_OWN, values)]
    return Engagements(of_person, own)


def _rows(statement: LiteralString, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
