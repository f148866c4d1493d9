"""What the next days will cost: read from the agendas, the waiting deliveries, prices and past rates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Func, Sum
from django.db.models.functions import TruncDate

from yuemian.accounts.models import Organization
from yuemian.domain.cadence import Anchor, Pick, Situation, Step, Verdict
from yuemian.domain.forecast import FEWEST_CASES, Expected, Planned, Rate, Rates, forecast
from yuemian.domain.routing import Lane, Person, PointState, Route, RouteRequest, Setting, choose_route
from yuemian.domain.states import Answer, Channel, DeliveryState, Purpose
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.interviews.agenda.reading import Case, read_cases, with_agendas
from yuemian.interviews.models import Cadence, Interview
from yuemian.messaging.models import ChannelDay, ChannelStatistic, Delivery, ProviderAccount
from yuemian.messaging.reach import available_channels

DAYS: Final = 7
#: So many interviews are looked at; a larger company reads how many were left out.
MOST: Final = 2_000
_MOST_WAITING: Final = 50_000
_MONTH: Final = timedelta(days=30)
_AHEAD: Final = frozenset({Verdict.DUE, Verdict.COMING, Verdict.WAITING})


@dataclass(frozen=True)
class Price:
    """Of one message: what it cost on average lately, or what the accounts say; None when neither is known."""

    amount: Decimal | None
    is_measured: bool = False


@dataclass(frozen=True)
class Outlook:
    """The forecast of all channels."""

    days: tuple[date, ...]
    expected: Mapping[tuple[date, Channel], Expected]
    looked_at: int
    total: int
    rates: Rates

    @property
    def is_partial(self) -> bool:
        return self.looked_at < self.total

    @property
    def is_upper_bound(self) -> bool:
        return any(each.is_upper_bound for each in self.expected.values())


def zone_of(organization: Organization) -> ZoneInfo:
    return ZoneInfo(organization.time_zone)


def outlook(organization: Organization, *, now: datetime) -> Outlook:
    """The next seven days of the organization's own clock, today included."""
    zone = zone_of(organization)
    today = now.astimezone(zone).date()
    days = tuple(today + timedelta(days=number) for number in range(DAYS))
    until = datetime.combine(days[-1] + timedelta(days=1), datetime.min.time(), zone)
    due = Cadence.objects.filter(organization_id=organization.pk, next_at__lt=until).order_by("next_at")
    ids = list(due.values_list("interview_id", flat=True)[:MOST])
    total = len(ids) if len(ids) < MOST else due.count()
    cases = read_cases(organization.pk, ids, now)
    planned = [
        *_waiting(organization, zone, now, until),
        *planned_of(cases, _reach(organization, ids), zone, now, until),
    ]
    rates = rates_of(organization)
    return Outlook(days, forecast(planned, rates), len(ids), total, rates)


def planned_of(
    cases: Collection[Case],
    reach: Mapping[UUID, tuple[Channel, ...]],
    zone: ZoneInfo,
    now: datetime,
    until: datetime,
) -> Iterator[Planned]:
    """What the agendas hold for these days; what is overdue goes today."""
    for case, items in with_agendas(cases, now):
        channels = reach.get(case.interview_id, ())
        for item in items:
            if item.verdict not in _AHEAD or item.due_at is None or item.due_at >= until:
                continue
            yield from _messages(item.step, case.situation, channels, max(item.due_at, now), zone)


def _messages(
    step: Step, situation: Situation, reachable: tuple[Channel, ...], at: datetime, zone: ZoneInfo
) -> Iterator[Planned]:
    day = at.astimezone(zone).date()
    if step.purpose != Purpose.STAFF_REMINDER:
        route = route_of(step, reachable, missed=situation.missed, until_interview=situation.starts_at - at)
        yield Planned(day, route.channels, at_once=route.at_once, needs_silence=needs_silence(step))
    for _ in step.extras:
        yield Planned(day, (Channel.EMAIL,), needs_silence=needs_silence(step))


def needs_silence(step: Step) -> bool:
    return (
        step.purpose == Purpose.NUDGE
        or step.anchor == Anchor.AFTER_SILENCE
        or step.conditions.answers == {Answer.NEEDS_ACTION}
    )


def route_of(step: Step, reachable: tuple[Channel, ...], *, missed: int, until_interview: timedelta) -> Route:
    """As routing decides when it has learned nothing, nothing fails and no budget is spent.

    A step that takes the next channel finds the first one used.
    """
    person = Person(dict.fromkeys(reachable, PointState.ACTIVE), missed=missed)
    used = reachable[:1] if step.pick == Pick.NEXT else ()
    asked = RouteRequest(step.purpose, step.pick, step.channels, used, until_interview)
    return choose_route(person, asked, Setting({channel: Lane() for channel in reachable}, is_learned=False))


def _reach(organization: Organization, interview_ids: Collection[UUID]) -> dict[UUID, tuple[Channel, ...]]:
    """Interview → channels with an address in use, in the organization's order."""
    usable = available_channels(organization)
    people = dict(
        Interview.objects.filter(organization_id=organization.pk, pk__in=interview_ids).values_list(
            "pk", "application__candidate_id"
        )
    )
    points = ContactPoint.objects.filter(
        organization_id=organization.pk, candidate_id__in=set(people.values()), state=ContactState.ACTIVE
    )
    found: dict[UUID, set[str]] = {}
    for candidate_id, channel in points.values_list("candidate_id", "channel"):
        found.setdefault(candidate_id, set()).add(channel)
    return {
        pk: tuple(channel for channel in usable if channel in found.get(person, ()))
        for pk, person in people.items()
    }


def _waiting(organization: Organization, zone: ZoneInfo, now: datetime, until: datetime) -> Iterator[Planned]:
    """Deliveries that already stand in the queue, such as a batch for tomorrow."""
    rows = Delivery.objects.filter(
        organization_id=organization.pk, state=DeliveryState.QUEUED, due_at__lt=until
    ).order_by()[:_MOST_WAITING]
    counted = (
        Delivery.objects.filter(pk__in=rows.values("pk"))
        .annotate(day=TruncDate(Func(F("due_at"), now, function="GREATEST"), tzinfo=zone))
        .order_by()
        .values_list("day", "channel")
        .annotate(count=Count("pk"))
    )
    for day, channel, count in counted:
        yield from (Planned(day, (Channel(channel),)) for _ in range(count))


def rates_of(organization: Organization) -> Rates:
    """How often people stayed silent and channels failed, of all messages counted so far."""
    rows = ChannelStatistic.objects.filter(
        organization_id=organization.pk, segment="", is_rehearsal=organization.is_rehearsal
    )
    sums = rows.order_by().values_list("channel").annotate(Sum("sent"), Sum("reached"), Sum("answered"))
    failures, silent, cases = {}, 0, 0
    for channel, sent, reached, answered in sums:
        failures[Channel(channel)] = Rate(max(sent - reached, 0), sent)
        silent, cases = silent + max(sent - answered, 0), cases + sent
    return Rates(Rate(silent, cases), failures)


def prices_of(
    organization: Organization, channels: Iterable[Channel], *, now: datetime
) -> dict[Channel, Price]:
    """Parts of long texts are in what was measured; the accounts' prices count a message as one part."""
    since = now.astimezone(zone_of(organization)).date() - _MONTH
    past = ChannelDay.objects.filter(organization_id=organization.pk, day__gte=since).order_by()
    measured = {
        channel: cost / sent
        for channel, cost, sent in past.values_list("channel").annotate(Sum("cost"), Sum("sent"))
        if sent >= FEWEST_CASES
    }
    listed = _listed_prices(organization)
    return {
        channel: Price(measured[channel], is_measured=True)
        if channel in measured
        else Price(listed.get(channel))
        for channel in channels
    }


def _listed_prices(organization: Organization) -> dict[str, Decimal]:
    """The accounts' costs, by their share of the messages; a reserve alone counts in full."""
    found: dict[str, list[tuple[Decimal, int]]] = {}
    accounts = ProviderAccount.objects.filter(organization_id=organization.pk, is_active=True)
    for channel, cost, weight in accounts.values_list("channel", "cost", "weight"):
        found.setdefault(channel, []).append((cost, weight))
    return {channel: _mean(pairs) for channel, pairs in found.items()}


def _mean(pairs: list[tuple[Decimal, int]]) -> Decimal:
    total = sum(weight for _, weight in pairs)
    if not total:
        return max(cost for cost, _ in pairs)
    return sum((cost * weight for cost, weight in pairs), Decimal(0)) / total


def spent_on(organization: Organization, day: date) -> dict[str, tuple[int, Decimal]]:
    """Channel → messages and cost of one day."""
    rows = ChannelDay.objects.filter(organization_id=organization.pk, day=day)
    return {channel: (sent, cost) for channel, sent, cost in rows.values_list("channel", "sent", "cost")}
