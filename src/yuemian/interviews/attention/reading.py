"""What needs a person: held, failed, unclear and expired deliveries, filtered by the URL and counted up to a cap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery, Value
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language

from yuemian.accounts.models import Permission, User
from yuemian.domain.remedy import Remedy, remedies_for
from yuemian.domain.states import FAILED, NEEDING_ATTENTION, Channel, DeliveryState, Purpose, ReasonCode
from yuemian.hiring.models import Job
from yuemian.interviews import wording
from yuemian.interviews.attention.wording import REMEDIES
from yuemian.interviews.board import read_choice, read_id
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.interviews.wording import Reason, Text
from yuemian.messaging.models import Delivery, DeliveryQuerySet
from yuemian.messaging.remedies import MOST

PAGE_SIZE = 50
#: No counter goes beyond; the page then says `1,000+`.
CAP = 1_000
NAVIGATION_CAP = 99
#: What was to be said longer ago is history: it shows only when asked for.
RECENT = timedelta(days=7)

#: The person heard, or will, by another delivery of the same message.
_REACHED = ["created", "queued", "sending", "sent", "delivered"]


class Group(StrEnum):
    """The counters above the list."""

    HELD = "held"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


GROUPS: dict[Group, frozenset[DeliveryState]] = {
    Group.HELD: frozenset({DeliveryState.HELD}),
    Group.FAILED: FAILED,
    Group.UNKNOWN: frozenset({DeliveryState.UNKNOWN}),
    Group.EXPIRED: frozenset({DeliveryState.EXPIRED}),
}


@dataclass(frozen=True)
class Filters:
    """What the URL asks for. A value it cannot read is as good as none."""

    group: Group | None = None
    reason: ReasonCode | None = None
    channel: Channel | None = None
    purpose: Purpose | None = None
    batch: UUID | None = None
    job: UUID | None = None
    #: Also those whose candidate was reached by another channel.
    with_reached: bool = False
    with_old: bool = False
    before: UUID | None = None

    @classmethod
    def from_query(cls, query: QueryDict) -> Filters:
        return cls(
            group=read_choice(Group, query.get("state")),
            reason=read_choice(ReasonCode, query.get("reason")),
            channel=read_choice(Channel, query.get("channel")),
            purpose=read_choice(Purpose, query.get("purpose")),
            batch=read_id(query.get("batch")),
            job=read_id(query.get("job")),
            with_reached=query.get("reached") == "all",
            with_old=query.get("age") == "all",
            before=read_id(query.get("before")),
        )

    @property
    def is_plain(self) -> bool:
        return replace(self, before=None) == Filters()


@dataclass(frozen=True)
class Row:
    """One line of the page: who, what, why, and what can be done."""

    delivery: Delivery
    interview: Interview | None
    remedies: Sequence[Remedy]

    @property
    def name(self) -> str:
        notification = self.delivery.notification
        person = notification.candidate or notification.user
        return person.name if person else ""

    @property
    def channel(self) -> Text:
        return wording.channel(self.delivery.channel)

    @property
    def channel_icon(self) -> str:
        return wording.CHANNEL_ICONS.get(self.delivery.channel, "send")

    @property
    def purpose(self) -> Text:
        return wording.purpose(self.delivery.notification.purpose)

    @property
    def reason(self) -> Reason:
        return wording.reason(self.delivery.reason or self.delivery.state, self.delivery.notification.purpose)

    @property
    def job_text(self) -> str:
        return self.interview.application.job.title_in(get_language() or "en") if self.interview else ""

    @property
    def nth(self) -> str:
        return wording.nth(self.delivery.occurrence)

    @property
    def buttons(self) -> list[tuple[str, Text]]:
        return [(remedy.value, REMEDIES[remedy]) for remedy in self.remedies]

    @property
    def is_over(self) -> bool:
        return self.delivery.deadline_at <= timezone.now()


@dataclass(frozen=True)
class Page:
    """Fifty rows; `next_before` leads to the following ones."""

    rows: Sequence[Row]
    next_before: UUID | None


def matching(user: User, filters: Filters, *, now: datetime) -> DeliveryQuerySet:
    """Newest first, which the index `delivery_attention_new` gives without sorting."""
    rows = _chosen(user, filters, now=now)
    return (rows.filter(_in_group(filters.group)) if filters.group else rows).order_by("-id")


def page(user: User, filters: Filters, *, now: datetime) -> Page:
    """In a constant number of queries; it begins behind the last row of the page before."""
    rows = matching(user, filters, now=now)
    if filters.before:
        rows = rows.filter(pk__lt=filters.before)
    ids = list(rows.values_list("pk", flat=True)[: PAGE_SIZE + 1])
    return Page(rows_of(user, ids[:PAGE_SIZE], now=now), ids[PAGE_SIZE - 1] if len(ids) > PAGE_SIZE else None)


def rows_of(user: User, ids: Sequence[UUID], *, now: datetime) -> list[Row]:
    people = ("notification__candidate", "notification__user")
    found = Delivery.objects.visible_to(user).select_related(*people).in_bulk(ids)
    deliveries = [found[id_] for id_ in ids if id_ in found]
    subjects = [
        each.notification.subject_id for each in deliveries if each.notification.subject_kind == SUBJECT_KIND
    ]
    interviews = Interview.objects.visible_to(user).select_related("application__job").in_bulk(subjects)
    return [
        Row(
            delivery=each,
            interview=interviews.get(each.notification.subject_id),
            remedies=[]
            if each.is_closed
            else remedies_for(each.state, each.reason, deadline_at=each.deadline_at, now=now),
        )
        for each in deliveries
    ]


def count(user: User, filters: Filters, *, now: datetime, cap: int = CAP) -> dict[str, int]:
    """Every counter and `all`, in one statement that stops in each group behind the cap: `cap + 1` says so."""
    rows = _chosen(user, filters, now=now).order_by()
    first, *others = [
        rows.filter(_in_group(group)).values_list(Value(group.value))[: cap + 1] for group in Group
    ]
    figures = Counter(group for (group,) in first.union(*others, all=True))
    return {"all": min(figures.total(), cap + 1), **{group.value: figures[group] for group in Group}}


def capped(number: int, cap: int = CAP) -> str:
    """`10,000+` once counting has stopped."""
    return f"{cap:,}+" if number > cap else f"{number:,}"


def chosen_ids(user: User, filters: Filters, *, now: datetime) -> list[UUID]:
    """All that match, as far as one press reaches."""
    return list(matching(user, filters, now=now).values_list("pk", flat=True)[:MOST])


def count_for_navigation(user: Any) -> int:
    """How many need a person now; 0 for those who may do nothing about it."""
    if not user.may(Permission.SEND):
        return 0
    return _chosen(user, Filters(), now=timezone.now()).order_by()[: NAVIGATION_CAP + 1].count()


def choices(user: User) -> dict[str, Any]:
    """What the filters offer."""
    return {
        "reasons": [(code, wording.reason(code).sentence) for code in ReasonCode],
        "channels": [(channel, wording.channel(channel)) for channel in Channel],
        "purposes": [(purpose, wording.purpose(purpose)) for purpose in Purpose],
        "jobs": Job.objects.visible_to(user).filter(is_open=True),
    }


def _chosen(user: User, filters: Filters, *, now: datetime) -> DeliveryQuerySet:
    """What the filter matches, before the counters' own choice. Its states and `is_closed` are those of the partial
    index `delivery_attention`."""
    rows = Delivery.objects.visible_to(user).filter(_in_group(None), is_closed=False)
    fields: dict[str, object] = {
        "reason": filters.reason,
        "channel": filters.channel,
        "notification__purpose": filters.purpose,
        "notification__batch": filters.batch,
        "deadline_at__gt": None if filters.with_old else now - RECENT,
    }
    rows = rows.filter(**{name: value for name, value in fields.items() if value is not None})
    if filters.job:
        about = Interview.objects.visible_to(user).filter(application__job=filters.job)
        rows = rows.filter(
            notification__subject_kind=SUBJECT_KIND, notification__subject_id__in=about.values("pk")
        )
    if not filters.with_reached:
        others = Delivery.objects.filter(notification=OuterRef("notification"), state__in=_REACHED)
        # A scalar, which is asked row by row until there are enough: as an anti-join all others would be read first.
        # What is held will not leave by itself, whoever else was reached.
        reached = Subquery(others.order_by().values("pk")[:1])
        rows = rows.alias(reached=reached).filter(Q(state=DeliveryState.HELD) | Q(reached=None))
    return rows


def _in_group(group: Group | None) -> Q:
    states = GROUPS[group] if group else NEEDING_ATTENTION
    return Q(state__in=sorted(str(state) for state in states))
