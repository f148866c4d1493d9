"""Advance people and schedule their next round in the same breath."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.results import Outcome
from yuemian.domain.states import InterviewState, Mode
from yuemian.interviews.actions.schedule import Appointment, Person, schedule_interviews
from yuemian.interviews.models import Interview
from yuemian.results.actions.decide import Choice, decide
from yuemian.results.models import Decision
from yuemian.trust.live import announce


@dataclass(frozen=True)
class NextRound:
    """What comes next, for everybody who advances. `starts_at` is by when where the candidates choose their time."""

    round: str
    #: A moment; or, without a zone, what the clock shows where each of them is interviewed.
    starts_at: datetime
    is_chosen: bool = False
    duration: timedelta = timedelta(hours=1)
    #: One after the other from `starts_at` on, instead of all at once.
    is_in_turn: bool = False
    interviewers: Sequence[User] = field(default_factory=tuple)
    #: None: held as the last one was.
    mode: Mode | None = None
    video_link: str = ""

    def starts_in(self, zone: ZoneInfo) -> datetime:
        if self.starts_at.tzinfo is not None:
            return self.starts_at
        return self.starts_at.replace(tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class Decided:
    """What came of a press."""

    decisions: list[Decision]
    #: The interviews of the next round that were made.
    next_ids: list[UUID]


def decide_and_schedule(
    user: User,
    choices: Iterable[Choice],
    next_round: NextRound | None,
    *,
    now: datetime,
    seen_at: datetime | None = None,
) -> Decided:
    """Both or nothing. Raises what `decide` raises."""
    with transaction.atomic():
        decisions = decide(user, choices, now=now, seen_at=seen_at)
        advancing = [each.interview_id for each in decisions if each.outcome == Outcome.ADVANCE]
        next_ids = schedule_next(user, advancing, next_round, now=now) if next_round else []
    return Decided(decisions, next_ids)


def schedule_next(
    user: User, interview_ids: Collection[UUID], plan: NextRound, *, now: datetime
) -> list[UUID]:
    """One new interview for each application that has none after these; nothing is sent by it. Returns their ids."""
    if not interview_ids:
        return []
    with transaction.atomic():
        rows = Interview.objects.visible_to(user).with_people().filter(pk__in=list(interview_ids))
        last = list(rows.order_by("starts_at", "id"))
        newest = _newest_starts([each.application_id for each in last])
        wanted = [each for each in last if newest.get(each.application_id) == each.starts_at]
        ids = schedule_interviews(user, _appointments(wanted, plan), now=now)
        if plan.is_chosen and ids:
            # Nobody was told of a time: from the beginning they are asked to choose one.
            Interview.objects.filter(pk__in=ids).update(state=InterviewState.DRAFT)
        announce(user.organization_id, "interviews")
    return ids


def _newest_starts(application_ids: Collection[UUID]) -> dict[UUID, datetime]:
    rows = Interview.objects.filter(application__in=list(application_ids))
    rows = rows.exclude(state=InterviewState.CANCELLED).order_by("application", "starts_at")
    return dict(rows.values_list("application", "starts_at"))


def _appointments(before: Iterable[Interview], plan: NextRound) -> list[Appointment]:
    """One after the other means on one clock: those of another one begin there at the same hour."""
    places: dict[str, Iterator[int]] = defaultdict(count)
    return [_appointment(each, plan, next(places[each.time_zone])) for each in before]


def _appointment(before: Interview, plan: NextRound, place: int) -> Appointment:
    candidate, mode = before.application.candidate, plan.mode or Mode(before.mode)
    is_onsite, starts_at = mode is Mode.ONSITE, plan.starts_in(before.zone)
    person = Person(
        name=candidate.name,
        name_key=candidate.name_key,
        locale=candidate.locale,
        time_zone=candidate.time_zone,
        candidate_id=candidate.pk,
    )
    return Appointment(
        person=person,
        job=before.application.job,
        branch=before.branch,
        round=plan.round,
        starts_at=starts_at + plan.duration * place if plan.is_in_turn else starts_at,
        time_zone=before.time_zone,
        recruiter=before.recruiter,
        duration=plan.duration,
        mode=mode,
        place_name=before.place_name if is_onsite else "",
        place_address=before.place_address if is_onsite else "",
        place_id=before.place_id if is_onsite else None,
        video_link=plan.video_link if mode is Mode.VIDEO else "",
        interviewers=tuple(plan.interviewers),
    )
