"""What speaks against sending a true message now: quiet hours, enough messages for one day, reached already."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from yuemian.domain.quiet import QuietRule, next_allowed
from yuemian.domain.states import ReasonCode
from yuemian.messaging.engine.claim import Claimed
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.verdict import Restraint
from yuemian.messaging.subjects import SUBJECTS

#: A branch's rules are read again after so many seconds.
_KEEP: Final = 10.0
_DAY: Final = timedelta(hours=24)
#: Changes of today and answers to a question are wanted at any hour.
_URGENT: Final = 10

_BRANCHES: Final = """
SELECT b.id, b.quiet_from, b.quiet_until, b.is_quiet_on_holidays, b.region, o.frequency_cap
FROM accounts_branch b JOIN accounts_organization o ON o.id = b.organization_id
WHERE b.id = ANY(%(ids)s)
"""

#: When each of these people got which automatic messages in the last day, the earliest first.
_RECENT: Final = """
SELECT n.candidate_id, n.id, min(d.sent_at) AS at
FROM messaging_notification n JOIN messaging_delivery d ON d.notification_id = n.id
WHERE n.candidate_id = ANY(%(people)s) AND n.step_key <> '' AND d.sent_at > now() - interval '24 hours'
GROUP BY n.candidate_id, n.id
ORDER BY at
"""

#: Of these notifications, those that another channel has brought, or may have.
REACHED: Final = """
SELECT DISTINCT notification_id FROM messaging_delivery
WHERE notification_id = ANY(%(ids)s) AND (
    state IN ('sent', 'delivered', 'unknown') OR (state = 'sending' AND provider <> ''))
"""


class _Branch(NamedTuple):
    rule: QuietRule
    cap: int


class Rules:
    """Reads what the restraints of a claim depend on: nothing at all for what a person has sent by hand."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._branches: dict[UUID, _Branch] = {}
        self._read_at = float("-inf")

    async def of(self, rows: Sequence[Claimed]) -> Mapping[UUID, Restraint]:
        """By delivery; only those that have one."""
        found: dict[UUID, Restraint] = {}
        reserves = [row for row in rows if row.position]
        if reserves:
            found.update(await self._reached(reserves))
        automatic = [row for row in rows if row.step_key and row.candidate_id and row.priority > _URGENT]
        if automatic:
            found = await self._by_rules(automatic) | found
        return found

    async def _reached(self, rows: Sequence[Claimed]) -> dict[UUID, Restraint]:
        ids = [row.notification_id for row in rows]
        reached = {row[0] for row in await self._database.patiently(REACHED, {"ids": ids})}
        return {row.id: Restraint(is_reached=True) for row in rows if row.notification_id in reached}

    async def _by_rules(self, rows: Sequence[Claimed]) -> dict[UUID, Restraint]:
        places = await self._places(rows)
        branches = await self._known({branch for branch, _ in places.values()})
        capped = {
            row.candidate_id
            for row in rows
            if (place := places.get(row.subject_id)) and (rule := branches.get(place[0])) and rule.cap
        }
        recent = await self._recent(capped)
        found = {}
        for row in rows:
            place = places.get(row.subject_id)
            branch = branches.get(place[0]) if place else None
            if place is None or branch is None:
                continue
            today = recent[row.candidate_id]
            others = [at for notification, at in today.items() if notification != row.notification_id]
            restraint = restrained(row.now, branch.rule, place[1], others, branch.cap)
            if restraint is not None:
                found[row.id] = restraint
            elif row.candidate_id in capped:
                # One more of today, for the other messages to this person in the same claim.
                today.setdefault(row.notification_id, row.now)
        return found

    async def _places(self, rows: Sequence[Claimed]) -> dict[UUID, tuple[UUID, ZoneInfo]]:
        wanted: dict[str, set[UUID]] = defaultdict(set)
        for row in rows:
            wanted[row.subject_kind].add(row.subject_id)
        places = {}
        for kind, ids in wanted.items():
            if kind in SUBJECTS and SUBJECTS[kind].place_sql:
                for subject, branch, zone in await self._database.patiently(
                    SUBJECTS[kind].place_sql, [list(ids)]
                ):
                    places[subject] = (branch, ZoneInfo(zone))
        return places

    async def _known(self, ids: Collection[UUID]) -> dict[UUID, _Branch]:
        now = time.monotonic()
        if now - self._read_at > _KEEP:
            self._branches.clear()
            self._read_at = now
        missing = [id_ for id_ in ids if id_ not in self._branches]
        if missing:
            for id_, start, end, on_holidays, region, cap in await self._database.patiently(
                _BRANCHES, {"ids": missing}
            ):
                self._branches[id_] = _Branch(QuietRule(start, end, on_holidays, region), cap)
        return self._branches

    async def _recent(self, people: Collection[UUID | None]) -> dict[UUID | None, dict[UUID, datetime]]:
        """By person and notification: a message counts once, however many channels bring it, and not against itself."""
        found: dict[UUID | None, dict[UUID, datetime]] = defaultdict(dict)
        if not people:
            return found
        for person, notification, at in await self._database.patiently(_RECENT, {"people": list(people)}):
            found[person][notification] = at
        return found


def restrained(
    now: datetime, rule: QuietRule, zone: ZoneInfo, recent: Sequence[datetime], cap: int
) -> Restraint | None:
    """Until when it must wait, and for which of the two; `recent` are the day's other messages, the earliest first."""
    free = recent[-cap] + _DAY if cap and len(recent) >= cap else now
    until = next_allowed(max(free, now), rule, zone)
    if until <= now:
        return None
    return Restraint(until, ReasonCode.FREQUENCY_CAP if free > now else ReasonCode.QUIET_HOURS)
