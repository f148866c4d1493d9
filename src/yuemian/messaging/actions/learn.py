"""What routing learns: every message that asked, counted once, when the interview it was about has begun."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from yuemian.accounts.models import Organization, User
from yuemian.domain.routing.learning import Tally, hour_band
from yuemian.messaging.routing_history import EVERYBODY, Trial, arm_segment, closed_trials
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7

#: How far the first look back goes.
FIRST_LOOK = timedelta(days=180)
#: Late receipts may still come in.
MARGIN = timedelta(hours=1)
#: What remains of every figure after a month: people and providers change.
KEPT = 0.9

_ADD = """
INSERT INTO messaging_channelstatistic AS old
    (id, organization_id, segment, channel, hour_band, is_workday, is_rehearsal, sent, reached, answered, updated_at)
SELECT id, %(organization)s, segment, channel, hour_band, is_workday, is_rehearsal, sent, reached, answered, %(now)s
FROM unnest(%(id)s::uuid[], %(segment)s::text[], %(channel)s::text[], %(hour_band)s::int[], %(is_workday)s::bool[],
            %(is_rehearsal)s::bool[], %(sent)s::int[], %(reached)s::int[], %(answered)s::int[])
    AS new (id, segment, channel, hour_band, is_workday, is_rehearsal, sent, reached, answered)
ON CONFLICT (organization_id, segment, channel, hour_band, is_workday, is_rehearsal) DO UPDATE SET
    sent = old.sent + excluded.sent, reached = old.reached + excluded.reached,
    answered = old.answered + excluded.answered, updated_at = excluded.updated_at
"""
#: Rounding keeps answered ≤ reached ≤ sent, as it keeps every order. The compared groups are not faded: both would
#: lose the same, and the comparison would only become less sure.
_FADE = """
UPDATE messaging_channelstatistic
SET sent = round(sent * %(kept)s), reached = round(reached * %(kept)s), answered = round(answered * %(kept)s)
WHERE organization_id = %(organization)s AND segment NOT LIKE '=arm:%%'
"""

#: Segment, channel, band, workday, rehearsal.
Cell = tuple[str, str, int, bool, bool]


def learn_from_answers(organization_id: UUID, now: datetime) -> int:
    """Count what happened to interviews that began since the last time. Returns how many messages were counted.

    Runs inside a transaction of the organization, and may be cut off and begun again: what is counted and how far it
    was counted commit together.
    """
    # Not a full lock: it would stand in the way of every row that refers to the organization.
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
    until = now - MARGIN
    since = organization.routing_learned_until or until - FIRST_LOOK
    if since >= until:
        return 0
    if (since.year, since.month) != (until.year, until.month):
        _run(_FADE, {"organization": organization_id, "kept": KEPT})
    trials = closed_trials(organization_id, since, until)
    _add(organization_id, cells_of(trials), now)
    organization.routing_learned_until = until
    organization.save(update_fields=["routing_learned_until"])
    return len(trials)


def cells_of(trials: Iterable[Trial]) -> dict[Cell, Tally]:
    """The counts of the trials: for similar people, for everybody, and for the group they are compared in."""
    found: dict[Cell, Counter[str]] = {}
    for trial in trials:
        place = (trial.channel, hour_band(trial.sent_local.hour), trial.is_workday, trial.is_rehearsal)
        for segment in filter(None, (trial.segment, EVERYBODY, arm_segment(trial.arm))):
            counts = found.setdefault((segment, *place), Counter())
            counts.update(sent=1, reached=int(trial.is_reached), answered=int(trial.is_answered))
    return {cell: Tally(**counts) for cell, counts in found.items()}


def set_routing_learned(user: User, *, is_learned: bool, now: datetime) -> None:
    """Switch learning on or off; what was learned is kept."""
    with transaction.atomic():
        Organization.objects.filter(pk=user.organization_id).update(is_routing_learned=is_learned)
        user.organization.is_routing_learned = is_learned
        audit.record(
            user.organization_id,
            user.actor,
            "routing.learning_on" if is_learned else "routing.learning_off",
            at=now,
            subject=("organization", user.organization_id),
        )


def _add(organization_id: UUID, cells: dict[Cell, Tally], now: datetime) -> None:
    if not cells:
        return
    # In one order, so that two that count at once never wait for each other crosswise.
    rows = [
        (uuid7(), *cell, tally.sent, tally.reached, tally.answered) for cell, tally in sorted(cells.items())
    ]
    names = (
        "id", "segment", "channel", "hour_band", "is_workday", "is_rehearsal", "sent", "reached", "answered",
    )  # fmt: skip
    columns = {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    _run(_ADD, {**columns, "organization": organization_id, "now": now})


def _run(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
