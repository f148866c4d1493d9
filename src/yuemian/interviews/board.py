"""The recruiter's board: the filter of the URL as a value, and the reads that it leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import QueryDict

from yuemian.accounts.models import Branch, User
from yuemian.domain.addresses import email_index_form, phone_index_form, read_phone
from yuemian.domain.names import comparable_name
from yuemian.domain.states import (
    CALLED_OFF,
    FAILED,
    IN_FLIGHT,
    WAITING,
    Answer,
    Channel,
    DeliveryState,
    InterviewState,
    Purpose,
)
from yuemian.domain.workdays import is_workday
from yuemian.hiring.models import Application, Candidate, ContactPoint
from yuemian.interviews.models import SUBJECT_KIND, Interview, InterviewQuerySet
from yuemian.messaging.models import Conversation, Delivery
from yuemian.trust.bulk import any_of
from yuemian.trust.keyring import keyring

E = TypeVar("E", bound=StrEnum)

PAGE_SIZE = 50
#: No send is larger: a company's open interviews stay far below.
CAP = 20_000
#: No counter goes beyond; the page then says `500+`.
COUNTED = 500
#: What became of the news is looked up for so many interviews, soonest first; that there are more is said.
LOOKED = 2_000
#: A name that more people share is looked for along the interviews, where it is met soon.
NAMESAKES = 1_000
_COMMON_NAME = "common_name"

D = DeliveryState
#: The best that happened counts: a mail that failed beside a text that arrived has reached the person.
RANKS: dict[DeliveryState, int] = {
    D.DELIVERED: 0, D.SENT: 1, D.UNKNOWN: 2, D.SENDING: 3, D.QUEUED: 4, D.HELD: 4, D.CREATED: 4,
    D.TEMPORARY_FAILURE: 5, D.PERMANENT_FAILURE: 6, D.TECHNICAL_FAILURE: 7,
    D.EXPIRED: 8, D.SKIPPED: 8, D.CANCELLED: 9,
}  # fmt: skip
#: What is not news about the interview itself.
NOT_NEWS = (Purpose.ANSWER, Purpose.LINK, Purpose.TEST)
#: A later channel of a route as long as the first one does its work: no message, and no news.
RESERVE = Q(
    position__gt=0,
    sent_at=None,
    state__in=[str(D.CREATED), str(D.CANCELLED), str(D.SKIPPED)],
)


class Day(StrEnum):
    """Which interviews by time."""

    UPCOMING = "upcoming"
    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEK = "week"
    NEXT_WEEK = "next_week"
    PAST = "past"
    ANY = "any"
    RANGE = "range"


class Status(StrEnum):
    """The counters. The first five and `failed` share out all interviews; `question` lies across them."""

    NOT_INVITED = "not_invited"
    WAITING = "waiting"
    COMING = "coming"
    NOT_COMING = "not_coming"
    RESCHEDULE = "reschedule"
    QUESTION = "question"
    FAILED = "failed"


class NoticeState(StrEnum):
    """How far the latest word to the candidate has come."""

    NONE = "none"
    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    FAILED = "failed"


def _among(states: Iterable[DeliveryState]) -> Q:
    return Q(notice__in=sorted(str(state) for state in states))


UNHEARD = Q(notice=None) | _among(CALLED_OFF)
OPEN = Q(answer=str(Answer.NEEDS_ACTION))
STATUSES: dict[Status, Q] = {
    Status.NOT_INVITED: OPEN & UNHEARD,
    Status.WAITING: OPEN & _among(set(D) - CALLED_OFF - FAILED),
    Status.COMING: Q(answer=str(Answer.ACCEPTED)),
    Status.NOT_COMING: Q(answer=str(Answer.DECLINED)),
    Status.RESCHEDULE: Q(answer=str(Answer.RESCHEDULE_REQUESTED)),
    Status.QUESTION: Q(has_question=True),
    Status.FAILED: OPEN & _among(FAILED),
}
_BY_ANSWER = {
    Status.COMING: Answer.ACCEPTED,
    Status.NOT_COMING: Answer.DECLINED,
    Status.RESCHEDULE: Answer.RESCHEDULE_REQUESTED,
}
_BY_NEWS = {status.value: STATUSES[status] for status in (Status.NOT_INVITED, Status.WAITING, Status.FAILED)}
NOTICES: dict[NoticeState, Q] = {
    NoticeState.NONE: UNHEARD,
    NoticeState.WAITING: _among(WAITING | IN_FLIGHT),
    NoticeState.SENT: _among({D.SENT}),
    NoticeState.DELIVERED: _among({D.DELIVERED}),
    NoticeState.UNKNOWN: _among({D.UNKNOWN}),
    NoticeState.FAILED: _among(FAILED),
}


@dataclass(frozen=True)
class Filters:
    """What the URL asks for. A value it cannot read is as good as none."""

    search: str = ""
    day: Day = Day.UPCOMING
    since: date | None = None
    until: date | None = None
    job: UUID | None = None
    branch: UUID | None = None
    recruiter: UUID | None = None
    answer: Answer | None = None
    notice: NoticeState | None = None
    #: None: everything but cancelled interviews.
    state: InterviewState | None = None
    status: Status | None = None
    is_descending: bool = False

    @classmethod
    def from_query(cls, query: QueryDict, user: User) -> Filters:
        since, until = _date(query.get("since")), _date(query.get("until"))
        day = read_choice(Day, query.get("day")) or (Day.RANGE if since or until else Day.UPCOMING)
        mine = query.get("recruiter") == "me"
        return cls(
            search=query.get("q", "").strip()[:120],
            day=Day.RANGE if since or until else day,
            since=since,
            until=until,
            job=read_id(query.get("job")),
            branch=read_id(query.get("branch")),
            recruiter=user.pk if mine else read_id(query.get("recruiter")),
            answer=read_choice(Answer, query.get("answer")),
            notice=read_choice(NoticeState, query.get("notice")),
            state=read_choice(InterviewState, query.get("state")),
            status=read_choice(Status, query.get("status")),
            is_descending=query.get("sort") == "-time",
        )

    @property
    def is_plain(self) -> bool:
        """Nothing was filtered: an empty list then means that there is nothing yet."""
        return replace(self, is_descending=False) == Filters()


def read_id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def read_choice(kind: type[E], text: str | None) -> E | None:
    return kind(text) if text in list(kind) else None


def zone_of(user: User) -> ZoneInfo:
    """The clock on the wall of the person who looks."""
    return user.branch.zone if user.branch else ZoneInfo(user.organization.time_zone)


def works_on(user: User, day: date) -> bool:
    """By the calendar of the person's branch; of whoever has none, a day on which one of the branches works."""
    if user.branch:
        return is_workday(day, user.branch.region)
    branches = Branch.objects.filter(organization=user.organization_id).order_by()
    # Of no region, a week has its weekend.
    regions = set(branches.values_list("region", flat=True)) or {""}
    return any(is_workday(day, region) for region in regions)


def span(filters: Filters, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From (included) and to (excluded), in the viewer's days."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    days: dict[Day, tuple[date | None, date | None]] = {
        Day.UPCOMING: (today, None),
        Day.TODAY: (today, today + timedelta(days=1)),
        Day.TOMORROW: (today + timedelta(days=1), today + timedelta(days=2)),
        Day.WEEK: (monday, monday + timedelta(days=7)),
        Day.NEXT_WEEK: (monday + timedelta(days=7), monday + timedelta(days=14)),
        Day.ANY: (None, None),
        Day.RANGE: (filters.since, filters.until + timedelta(days=1) if filters.until else None),
    }
    if filters.day == Day.PAST:
        return None, now
    first, last = days[filters.day]
    return _midnight(first, zone), _midnight(last, zone)


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None


def chosen(user: User, filters: Filters, *, now: datetime) -> InterviewQuerySet:
    """What the filter matches, before the counters' own choice; ordered by time."""
    rows = Interview.objects.visible_to(user)
    since, until = span(filters, now, zone_of(user))
    fields: dict[str, object] = {
        "starts_at__gte": since,
        "starts_at__lt": until,
        "application__job_id": filters.job,
        "branch_id": filters.branch,
        "recruiter_id": filters.recruiter,
        "answer": filters.answer,
        "state": filters.state,
    }
    rows = rows.filter(**{name: value for name, value in fields.items() if value is not None})
    if filters.state is None:
        rows = rows.exclude(state=InterviewState.CANCELLED)
    if filters.search:
        rows = _found(rows, filters.search, user)
    if filters.notice:
        rows = with_standing(rows).filter(NOTICES[filters.notice])
    return rows.order_by(*(["-starts_at", "-id"] if filters.is_descending else ["starts_at", "id"]))


def matching(user: User, filters: Filters, *, now: datetime) -> InterviewQuerySet:
    """The rows of the list: the filter and the counter that was chosen."""
    rows = chosen(user, filters, now=now)
    return with_standing(rows).filter(STATUSES[filters.status]) if filters.status else rows


def with_standing(rows: InterviewQuerySet) -> InterviewQuerySet:
    """`notice`: the state of the best delivery about the newest revision. `has_question`: the candidate waits."""
    rank = Case(
        *[When(state=str(state), then=Value(number)) for state, number in RANKS.items()],
        default=Value(10),
        output_field=IntegerField(),
    )
    latest = (
        news()
        .filter(notification__subject_id=OuterRef("pk"))
        .order_by("-notification__subject_revision", rank)
    )
    waiting = Conversation.objects.filter(application=OuterRef("application"), waiting_since__isnull=False)
    return rows.annotate(notice=Subquery(latest.values("state")[:1]), has_question=Exists(waiting))


@dataclass(frozen=True)
class Figure:
    """A counter; with `is_more` there are at least so many."""

    value: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"{self.value:,}+" if self.is_more else f"{self.value:,}"


def count(user: User, filters: Filters, *, now: datetime) -> dict[str, Figure]:
    """Every counter, and `all`, in two bounded walks along the index: what is far in the list is not counted.

    The answer alone decides some of them. What became of the news is asked for each of LOOKED open interviews; with a
    filter by it, for each of LOOKED that match the rest; of a common name nobody goes through so many.
    """
    rows = chosen(user, replace(filters, notice=None), now=now)
    if filters.notice or _COMMON_NAME in rows.query.annotations:
        among = NOTICES[filters.notice] if filters.notice else Q()
        every = {"all": among, **{status.value: among & condition for status, condition in STATUSES.items()}}
        return _looked(with_standing(rows), every, LOOKED if filters.notice else COUNTED)
    waiting = Conversation.objects.filter(organization_id=user.organization_id, waiting_since__isnull=False)
    kinds = {
        "all": rows,
        **{status.value: rows.filter(answer=str(answer)) for status, answer in _BY_ANSWER.items()},
        Status.QUESTION.value: rows.filter(application__in=waiting.values("application")),
    }
    # Ordered, or a walk would begin anywhere: along the index it ends after so many rows.
    first, *others = [kind.values_list(Value(name))[: COUNTED + 1] for name, kind in kinds.items()]
    figures = Counter(name for (name,) in first.union(*others, all=True))
    known = {name: Figure(min(figures[name], COUNTED), figures[name] > COUNTED) for name in kinds}
    return known | _looked(with_standing(rows.filter(OPEN)), _BY_NEWS)


def _looked(
    rows: InterviewQuerySet, conditions: Mapping[str, Q], most: int | None = None
) -> dict[str, Figure]:
    most = most or LOOKED
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    found = rows[:most].aggregate(looked_at=Count("pk"), **counts)
    is_partial = found.pop("looked_at") == most
    return {
        name: Figure(min(number, COUNTED), number > COUNTED or is_partial) for name, number in found.items()
    }


def news() -> QuerySet[Delivery]:
    """Deliveries to candidates about interviews, without the channels of a route whose turn never came."""
    found = Delivery.objects.filter(
        notification__subject_kind=SUBJECT_KIND, notification__candidate__isnull=False
    ).exclude(notification__purpose__in=[str(purpose) for purpose in NOT_NEWS])
    return found.exclude(RESERVE)


def _found(rows: InterviewQuerySet, text: str, user: User) -> InterviewQuerySet:
    """An address or a number is found exactly, by its blind index; anything else is part of a name."""
    if "@" in text:
        return _with_contact(rows, user, Channel.EMAIL, email_index_form(text))
    if sum(map(str.isdigit, text)) >= 7:
        phone = read_phone(text, Branch.objects.region_of(user)).value
        return _with_contact(rows, user, Channel.SMS, phone_index_form(phone)) if phone else rows.none()
    key = comparable_name(text)
    if not key:
        return rows.none()
    named = Candidate.objects.visible_to(user).named(key, NAMESAKES + 1)
    ids = list(named.values_list("pk", flat=True))
    if len(ids) <= NAMESAKES:
        return _of_people(rows, user, ids)
    # A scalar, asked row by row along the index on time: such a name is met soon.
    own = Application.objects.filter(pk=OuterRef("application")).values("candidate__name_key")
    return rows.alias(**{_COMMON_NAME: Subquery(own)}).filter(**{f"{_COMMON_NAME}__contains": key})


def _with_contact(rows: InterviewQuerySet, user: User, channel: Channel, value: str) -> InterviewQuerySet:
    index = keyring().blind_index(user.organization_id, str(channel), value)
    points = ContactPoint.objects.filter(
        organization_id=user.organization_id, blind_index=index, channel=channel
    )
    return _of_people(rows, user, points.values_list("candidate", flat=True)[:NAMESAKES])


def _of_people(rows: InterviewQuerySet, user: User, candidate_ids: Iterable[UUID]) -> InterviewQuerySet:
    """By their ids: from people to interviews, where a join would be looked for along all interviews in time."""
    mine = Interview.objects.visible_to(user).filter(application__candidate__in=any_of(candidate_ids))
    return rows.filter(pk__in=any_of(mine.order_by().values_list("pk", flat=True)[:CAP]))
