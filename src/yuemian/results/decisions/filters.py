"""The list of results: the filter of the URL as a value, and the bounded reads that it leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from yuemian.accounts.models import User
from yuemian.domain.names import comparable_name
from yuemian.domain.results import Outcome, Recommendation, Verdicts
from yuemian.domain.results.agreement import YES
from yuemian.domain.states import InterviewState
from yuemian.hiring.models import Candidate
from yuemian.interviews.board import COUNTED, NAMESAKES, Figure, read_choice, read_id
from yuemian.results.models import Decision, Scorecard, Wait, WaitState
from yuemian.results.models.waits import WaitQuerySet
from yuemian.trust.bulk import any_of

#: Whoever was told longer ago is found by name or job, not by turning pages.
TOLD_BACK: Final = timedelta(days=92)
#: Of interviews that took place, as far as anybody knows.
HELD: Final = (str(InterviewState.SCHEDULED), str(InterviewState.COMPLETED))
#: Undecided, or decided and not told.
WAITING: Final = "waiting"
_ALL: Final = Q()
_FOR: Final = [str(each) for each in YES]
_AGAINST: Final = [str(each) for each in Recommendation if each not in YES]


class Age(StrEnum):
    """How long somebody has been waiting."""

    LATE = "late"  # word was due by now (`Wait.due_at`)
    THREE_DAYS = "3"
    WEEK = "7"
    MONTH = "30"


@dataclass(frozen=True)
class ResultFilters:
    """What the URL of the list asks for."""

    #: Of `WaitState`, or WAITING.
    state: str = WaitState.OPEN.value
    job: UUID | None = None
    branch: UUID | None = None
    recruiter: UUID | None = None
    round: str = ""
    age: Age | None = None
    verdicts: Verdicts | None = None
    outcome: Outcome | None = None
    search: str = ""
    is_newest_first: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str], user: User) -> ResultFilters:
        """Anything that is no filter is as good as nothing."""
        state = query.get("state", "")
        who = query.get("recruiter", "")
        return cls(
            state=state if state in {*WaitState.values, WAITING} else WaitState.OPEN.value,
            job=read_id(query.get("job")),
            branch=read_id(query.get("branch")),
            recruiter=user.pk if who == "me" else read_id(who),
            round=query.get("round", "")[:40],
            age=read_choice(Age, query.get("age")),
            verdicts=read_choice(Verdicts, query.get("verdicts")),
            outcome=read_choice(Outcome, query.get("outcome")),
            search=query.get("q", "").strip()[:120],
            is_newest_first=query.get("sort") == "-time",
        )

    @property
    def is_plain(self) -> bool:
        return replace(self, is_newest_first=False, state=WaitState.OPEN.value) == ResultFilters()

    @property
    def states(self) -> tuple[str, ...]:
        return (WaitState.OPEN.value, WaitState.DECIDED.value) if self.state == WAITING else (self.state,)

    @property
    def is_descending(self) -> bool:
        """Who waits longest comes first; of those who were told, the last one."""
        return self.is_newest_first or self.state in {WaitState.TOLD, WaitState.MOVED}


def matching(user: User, filters: ResultFilters, *, now: datetime) -> list[WaitQuerySet]:
    """The rows of the list, each state's in the list's order: an index is walked for each of them."""
    order = ("-ended_at", "-id") if filters.is_descending else ("ended_at", "id")
    rows = Wait.objects.visible_to(user)
    return [
        _narrowed(rows.filter(state=state), user, filters, now).order_by(*order) for state in filters.states
    ]


def first(
    user: User, filters: ResultFilters, most: int, *, now: datetime, among: Q = _ALL, is_back: bool = False
) -> list[Wait]:
    """The first of the list, or with `is_back` the last before a place, in the order they are met."""
    found = [rows.filter(among) for rows in matching(user, filters, now=now)]
    rows = [wait for each in found for wait in (each.reverse() if is_back else each)[:most]]
    rows.sort(key=lambda wait: (wait.ended_at, wait.pk), reverse=filters.is_descending is not is_back)
    return rows[:most]


def count_first(user: User, filters: ResultFilters, most: int, *, now: datetime, among: Q = _ALL) -> int:
    """How many the list has, up to so many: in no order, so that the walk ends with the last that counts."""
    begin, *others = [
        rows.filter(among).order_by().values_list(Value(1))[:most]
        for rows in matching(user, filters, now=now)
    ]
    return min(most, begin.union(*others, all=True).count())


def _narrowed(rows: WaitQuerySet, user: User, filters: ResultFilters, now: datetime) -> WaitQuerySet:
    fields = {
        "job": filters.job,
        "interview__branch": filters.branch,
        "interview__recruiter": filters.recruiter,
        "interview__round": filters.round or None,
    }
    rows = rows.filter(interview__state__in=HELD)
    rows = rows.filter(**{name: value for name, value in fields.items() if value is not None})
    if filters.age is not None:
        rows = rows.filter(_older(filters.age, now))
    if filters.verdicts is not None:
        rows = rows.filter(_said(filters.verdicts, user))
    if filters.outcome is not None:
        decided = Decision.objects.filter(interview=OuterRef("interview"), is_current=True)
        rows = rows.filter(Exists(decided.filter(outcome=filters.outcome)))
    if filters.search:
        key = comparable_name(filters.search)
        named = Candidate.objects.visible_to(user).named(key, NAMESAKES).values_list("pk", flat=True)
        rows = rows.filter(interview__application__candidate__in=any_of(named if key else []))
    elif filters.state in {WaitState.TOLD, WaitState.MOVED} and filters.job is None:
        rows = rows.filter(ended_at__gt=now - TOLD_BACK)
    return rows


def _older(age: Age, now: datetime) -> Q:
    if age is Age.LATE:
        return Q(due_at__lt=now)
    return Q(ended_at__lt=now - timedelta(days=int(age)))


def _said(verdicts: Verdicts, user: User) -> Q:
    """As far as this person reads it: whoever has to write first finds theirs among those without a scorecard."""
    cards = Scorecard.objects.visible_to(user).submitted().filter(interview=OuterRef("interview"))
    is_for = Q(Exists(cards.filter(recommendation__in=_FOR)))
    is_against = Q(Exists(cards.filter(recommendation__in=_AGAINST)))
    return {
        Verdicts.FOR: is_for & ~is_against,
        Verdicts.AGAINST: is_against & ~is_for,
        Verdicts.SPLIT: is_for & is_against,
        Verdicts.NONE: ~is_for & ~is_against,
    }[verdicts]


def count(user: User, filters: ResultFilters, *, now: datetime) -> dict[str, Figure]:
    """By state, and `late` among the undecided and untold: one statement of bounded walks."""
    kinds: dict[str, QuerySet[Wait]] = {
        state: matching(user, replace(filters, state=state), now=now)[0] for state in WaitState.values
    }
    waiting = replace(filters, age=Age.LATE, state=WAITING)
    for state, rows in zip(waiting.states, matching(user, waiting, now=now), strict=True):
        kinds[f"late_{state}"] = rows
    begin, *others = [kind.values_list(Value(name))[: COUNTED + 1] for name, kind in kinds.items()]
    figures = Counter(name for (name,) in begin.union(*others, all=True))
    figures["late"] = figures["late_open"] + figures["late_decided"]
    figures[WAITING] = figures["open"] + figures["decided"]
    return {
        name: Figure(min(figures[name], COUNTED), figures[name] > COUNTED)
        for name in [*WaitState.values, WAITING, "late"]
    }
