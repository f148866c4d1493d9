"""Reads of interviews what routing asks about their candidates: addresses, own wishes, and who came before."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from yuemian.accounts.models import Organization
from yuemian.domain.routing import PointState
from yuemian.domain.states import Attendance, Channel, InterviewState
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.interviews.models import Interview
from yuemian.trust.bulk import any_of

#: An opt-out holds for the whole channel, whatever the state of a second address there.
_RANKS = {
    PointState.OPTED_OUT: 0, PointState.ACTIVE: 1, PointState.SUPPRESSED: 2, PointState.INVALID: 3,
}  # fmt: skip


class Invitee(NamedTuple):
    """One interview and what is known of its candidate."""

    id: UUID
    revision: int
    starts_at: datetime
    candidate_id: UUID
    zone: str
    region: str
    segment: str
    preferred: Channel | None
    points: dict[Channel, PointState]
    missed: int
    interviews: int
    #: Whether `starts_at` is when it begins: before a time is chosen it is how long one may choose.
    is_settled: bool


def read_invitees(organization: Organization, interview_ids: Iterable[UUID]) -> list[Invitee]:
    """In the order of their start, in three queries."""
    rows = list(
        Interview.objects.filter(organization_id=organization.pk, pk__in=any_of(interview_ids))
        .order_by("starts_at", "pk")
        .values_list(
            "pk", "revision", "starts_at", "application__candidate_id", "application__candidate__time_zone",
            "time_zone", "branch__region", "application__job__family_id", "application__source_id",
            "application__candidate__locale", "application__candidate__preferred_channel", "state", "is_untimed",
        )
    )  # fmt: skip
    candidates = {row[3] for row in rows}
    points, came = _points(candidates), _attendance(organization, candidates)
    return [_invitee(row, points.get(row[3], {}), came.get(row[3], (0, 0))) for row in rows]


def segment_of(family_id: UUID, source_id: UUID | None, locale: str) -> str:
    """The key of similar people; `interviews.apps` says the same in SQL."""
    return f"{family_id}|{source_id or ''}|{locale}"


def _invitee(row: tuple[Any, ...], points: dict[Channel, PointState], came: tuple[int, int]) -> Invitee:
    pk, revision, starts_at, candidate_id, own_zone, zone, region, family, source, locale, channel = row[:11]
    state, is_untimed = row[11:]
    return Invitee(
        pk,
        revision,
        starts_at,
        candidate_id,
        own_zone or zone,
        region,
        segment_of(family, source, locale),
        Channel(channel) if channel else None,
        points,
        *came,
        is_settled=state != InterviewState.DRAFT and not is_untimed,
    )


def _points(candidate_ids: Collection[UUID]) -> dict[UUID, dict[Channel, PointState]]:
    found: dict[UUID, dict[Channel, PointState]] = {}
    rows = ContactPoint.objects.filter(candidate_id__in=any_of(candidate_ids))
    rows = rows.exclude(state=ContactState.UNCONFIRMED)
    for candidate_id, name, state in rows.values_list("candidate_id", "channel", "state"):
        own, channel = found.setdefault(candidate_id, {}), Channel(name)
        own[channel] = min((PointState(state), own.get(channel, PointState.INVALID)), key=lambda s: _RANKS[s])
    return found


def _attendance(organization: Organization, candidate_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Candidate → interviews missed without a word, and all of which it is known who came."""
    rows = Interview.objects.filter(
        organization_id=organization.pk,
        application__candidate_id__in=any_of(candidate_ids),
        attendance__in=[str(Attendance.ATTENDED), str(Attendance.NO_SHOW)],
    ).values_list("application__candidate_id", "attendance")
    found: dict[UUID, tuple[int, int]] = {}
    for candidate_id, attendance in rows:
        missed, known = found.get(candidate_id, (0, 0))
        found[candidate_id] = (missed + (attendance == Attendance.NO_SHOW), known + 1)
    return found
