"""What routing needs to know, read for many candidates at once in a constant number of statements.

A *trial* is a message of which it can be said whether it was answered: it asked for an answer, left while none was
given, had some hours before the interview, and no other message went out beside it. Two channels at the same moment
teach nothing about either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from psycopg import Cursor

from yuemian.accounts.models import Organization
from yuemian.domain.breaker import Circuit
from yuemian.domain.routing import Lane
from yuemian.domain.routing.learning import NOTHING, Comparison, Estimate, History, Tally, total
from yuemian.domain.routing.sentence import ARM
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.workdays import is_workday
from yuemian.messaging.models import ChannelDay, ChannelPolicy, ChannelStatistic, Health, ProviderAccount
from yuemian.messaging.reach import available_channels
from yuemian.messaging.subjects import SUBJECTS
from yuemian.trust.bulk import id_array

#: Segments of everybody, and of those whose routes are compared.
EVERYBODY: Final = "=all"
LEARNED, FIXED = "=arm:learned", "=arm:holdout"
#: Purposes that ask for an answer.
ASKING: Final = [
    str(purpose) for purpose in (Purpose.INVITATION, Purpose.CHANGE, Purpose.NUDGE, Purpose.REMINDER)
]
#: Costs are compared and budgeted in ten-thousandths of the currency, as accounts keep them.
UNIT: Final = 10_000
#: Of one message where no account says it, in yuan: what carriers and gateways commonly ask for.
_USUAL_COST: Final = {Channel.EMAIL: 0.0, Channel.SMS: 0.05, Channel.WECHAT: 0.0}

_TRIALS = """
WITH past AS MATERIALIZED ({past}),
asked AS (
    SELECT past.*, n.id AS notification_id, d.channel, d.state, d.sent_at,
           CASE WHEN d.position = 0 THEN d.explanation ELSE '' END AS explanation, d.is_rehearsal,
           least(d.sent_at + interval '24 hours', past.starts_at) AS closes_at,
           lag(d.sent_at) OVER in_turn AS previous_at, lead(d.sent_at) OVER in_turn AS next_at
    FROM past
    JOIN messaging_notification AS n
        ON n.subject_kind = %(kind)s AND n.subject_id = past.subject_id AND n.subject_revision = past.revision
        AND n.candidate_id = past.candidate_id AND n.purpose = ANY(%(asking)s)
    JOIN messaging_delivery AS d ON d.notification_id = n.id
    WHERE d.sent_at IS NOT NULL AND (past.answered_at IS NULL OR d.sent_at < past.answered_at)
    WINDOW in_turn AS (PARTITION BY past.subject_id, past.revision ORDER BY d.sent_at, d.id)
),
trial AS (
    -- Whoever answers after the next message answers that one.
    SELECT *, coalesce(answered_at <= least(closes_at, next_at), false) AS is_answered
    FROM asked
    WHERE coalesce(sent_at - previous_at >= interval '1 hour', true)
      AND coalesce(next_at - sent_at >= interval '1 hour', true)
      AND starts_at - sent_at >= interval '4 hours'
      AND coalesce(superseded_at >= closes_at, true)
)
SELECT candidate_id, channel, is_answered,
       is_answered OR state = 'delivered' OR EXISTS (
           SELECT FROM messaging_accesslink AS l JOIN messaging_visit AS v ON v.link_id = l.id
           WHERE l.id = trial.notification_id AND v.kind = 'viewed' AND NOT v.is_suspected_bot
       ) AS is_reached,
       segment, zone, region, sent_at, explanation, is_rehearsal
FROM trial
WHERE is_answered OR least(closes_at, next_at) <= %(now)s
"""
_USED = """
SELECT n.subject_id, d.channel
FROM unnest(%(ids)s::uuid[], %(revisions)s::int[]) AS wanted (id, revision)
JOIN messaging_notification AS n
    ON n.subject_kind = %(kind)s AND n.subject_id = wanted.id AND n.subject_revision = wanted.revision
    AND n.organization_id = %(organization)s AND n.candidate_id IS NOT NULL
JOIN messaging_delivery AS d ON d.notification_id = n.id
WHERE d.state NOT IN ('created', 'cancelled', 'skipped', 'expired')
ORDER BY d.created_at, d.position, d.id
"""


class Trial(NamedTuple):
    """One message and what became of it; the columns of _TRIALS in their order."""

    candidate_id: UUID
    channel: str
    is_answered: bool
    is_reached: bool
    segment: str
    zone: str
    region: str
    sent_at: datetime
    explanation: str
    is_rehearsal: bool

    @property
    def sent_local(self) -> datetime:
        return self.sent_at.astimezone(ZoneInfo(self.zone))

    @property
    def is_workday(self) -> bool:
        return is_workday(self.sent_local.date(), self.region)

    @property
    def arm(self) -> str:
        """The group it is compared in, as the route's note ends; mostly none."""
        return self.explanation.partition(ARM)[2]


def arm_segment(arm: str) -> str:
    return f"=arm:{arm}" if arm else ""


def closed_trials(organization_id: UUID, since: datetime, until: datetime) -> list[Trial]:
    """The trials about every subject that ended in this time: nothing can happen to them any more."""
    values = {"organization": organization_id, "since": since, "until": until, "now": until}
    return [
        Trial._make(row)
        for subject in SUBJECTS.values()
        if subject.closed_sql
        for row in _rows(_TRIALS.format(past=subject.closed_sql), {**values, "kind": subject.kind})
    ]


def read_tallies(
    organization: Organization, candidate_ids: Collection[UUID], now: datetime
) -> dict[UUID, dict[Channel, Tally]]:
    """What each of these people did with the messages they got, by channel."""
    values = {"organization": organization.pk, "candidates": id_array(candidate_ids), "now": now}
    found: dict[UUID, dict[Channel, Tally]] = {}
    for subject in SUBJECTS.values():
        if not subject.past_of_sql:
            continue
        for row in _rows(_TRIALS.format(past=subject.past_of_sql), {**values, "kind": subject.kind}):
            trial = Trial._make(row)
            if trial.is_rehearsal == organization.is_rehearsal:
                own, channel = found.setdefault(trial.candidate_id, {}), Channel(trial.channel)
                own[channel] = own.get(channel, NOTHING) + Tally(
                    1, int(trial.is_reached), int(trial.is_answered)
                )
    return found


def read_statistics(organization: Organization, segments: Iterable[str]) -> dict[str, History]:
    """Segment → what was learned about it; EVERYBODY is always among them."""
    wanted = {EVERYBODY, *segments}
    found: dict[str, dict[tuple[Channel, int, bool], Tally]] = {segment: {} for segment in wanted}
    rows = ChannelStatistic.objects.filter(
        organization_id=organization.pk, segment__in=wanted, is_rehearsal=organization.is_rehearsal
    ).values_list("segment", "channel", "hour_band", "is_workday", "sent", "reached", "answered")
    for segment, channel, band, on_workday, *counts in rows:
        found[segment][Channel(channel), band, on_workday] = Tally(*counts)
    return dict(found)


def read_lanes(organization: Organization, now: datetime) -> dict[Channel, Lane]:
    """The channels the organization can use now, in its usual order, with cost, health and what is left to spend."""
    accounts: dict[Channel, list[tuple[Any, ...]]] = {}
    rows = ProviderAccount.objects.filter(organization_id=organization.pk, is_active=True)
    for channel, *account in rows.order_by("-weight").values_list("channel", "health", "cost"):
        accounts.setdefault(Channel(channel), []).append(tuple(account))
    budgets = _budgets(organization, now)
    return {
        channel: Lane(
            _cost(channel, accounts.get(channel, ())),
            _circuit(organization, channel, accounts.get(channel, ())),
            budgets.get(channel),
        )
        for channel in available_channels(organization)
    }


def _cost(channel: Channel, accounts: Sequence[tuple[Any, ...]]) -> int:
    """Of the account that would be taken: the heaviest sound one."""
    sound = [cost for health, cost in accounts if health != Health.OPEN] or [cost for _, cost in accounts]
    return int((sound[0] if sound else _USUAL_COST.get(channel, 0)) * UNIT)


def _circuit(organization: Organization, channel: Channel, accounts: Sequence[tuple[Any, ...]]) -> Circuit:
    """As sound as the soundest account. The lab never rests; of the installation's own account nothing is stored."""
    healths = {health for health, _ in accounts}
    is_own = channel is Channel.EMAIL and bool(settings.SMTP_URL)
    if organization.is_rehearsal or is_own or not healths or Health.OK in healths:
        return Circuit.OK
    return Circuit.HALF_OPEN if Health.HALF_OPEN in healths else Circuit.OPEN


def _budgets(organization: Organization, now: datetime) -> dict[Channel, int]:
    today = now.astimezone(ZoneInfo(organization.time_zone)).date()
    limits = ChannelPolicy.objects.filter(organization_id=organization.pk, daily_budget__isnull=False)
    found = {
        Channel(channel): int((limit or 0) * UNIT)
        for channel, limit in limits.values_list("channel", "daily_budget")
    }
    if found:
        spent = ChannelDay.objects.filter(organization_id=organization.pk, day=today)
        for channel, cost in spent.values_list("channel", "cost"):
            if channel in found:
                found[Channel(channel)] -= int(cost * UNIT)
    return found


def read_used(
    organization: Organization, kind: str, revisions: Mapping[UUID, int]
) -> dict[UUID, list[Channel]]:
    """Subject → the channels its current revision was told on, oldest first."""
    values = {
        "organization": organization.pk,
        "kind": kind,
        "ids": id_array(revisions),
        "revisions": list(revisions.values()),
    }
    found: dict[UUID, list[Channel]] = {}
    for subject_id, channel in _rows(_USED, values):
        used = found.setdefault(subject_id, [])
        if Channel(channel) in used:
            used.remove(Channel(channel))
        used.append(Channel(channel))
    return found


def read_estimates(organization: Organization) -> dict[Channel, Estimate]:
    """How often each channel is answered in time, over everybody and all hours."""
    history = read_statistics(organization, ())[EVERYBODY]
    channels = {channel for channel, _, _ in history} | set(available_channels(organization))
    return {
        channel: Estimate.of(total(tally for (each, _, _), tally in history.items() if each == channel))
        for channel in Channel
        if channel in channels
    }


def read_comparison(organization: Organization) -> Comparison:
    """What learned routes brought beside the fixed ones of the comparison group."""
    found = read_statistics(organization, (LEARNED, FIXED))
    return Comparison(total(found[LEARNED].values()), total(found[FIXED].values()))


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    assert connection.connection is not None
    # Past Django's own cursor, which knows text results only and builds every time stamp in Python.
    with Cursor[tuple[Any, ...]](connection.connection) as cursor:
        return cursor.execute(statement.encode(), {"asking": ASKING, **values}, binary=True).fetchall()
