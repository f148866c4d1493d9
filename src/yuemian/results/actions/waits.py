"""Writes down who waits for word, every minute: whose interview has just ended, and what they are promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max, Min

from yuemian.domain.results import due_by
from yuemian.interviews.actions.replan import touch
from yuemian.interviews.actions.stages import note_interviewed
from yuemian.interviews.models import Interview
from yuemian.results.actions.due import put_due
from yuemian.results.models import Wait
from yuemian.results.silence.rules import RuleBook, rule_book
from yuemian.trust import audit
from yuemian.trust.identifiers import first_uuid7
from yuemian.trust.live import announce

#: Where nobody was written down yet, what ended before is another story.
BACK: Final = timedelta(days=60)
#: What is looked at again: who came is often noted days later.
AGAIN: Final = timedelta(days=3)
#: No interview is longer (`interviews.forms`).
LONGEST: Final = timedelta(hours=12)
#: So far back it is seen that a next round was called off.
SEEN: Final = timedelta(days=90)
SLICE: Final = 2_000

#: What ended a short while ago; and what was made a short while ago although it was over, as an import of last month's
#: is: that lies at the end of the index of keys, which are in the order of time.
_RECENT: Final = """
    SELECT id FROM interviews_interview
    WHERE organization_id = %(organization)s AND starts_at > %(since)s AND starts_at <= %(now)s
    UNION
    SELECT id FROM interviews_interview
    WHERE id >= %(first_key)s AND created_at >= %(made_since)s AND organization_id = %(organization)s
      AND starts_at > %(oldest)s AND starts_at <= %(now)s"""
_THESE: Final = "SELECT unnest(%(ids)s::uuid[])"
_NOTE: Final = """
WITH over AS (
    SELECT i.id, a.job_id, i.starts_at + i.duration AS ended_at
    FROM ({which}) AS looked (id)
    JOIN interviews_interview i ON i.id = looked.id
    JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = i.organization_id
    JOIN hiring_candidate c ON c.id = a.candidate_id AND c.erased_at IS NULL
    WHERE i.organization_id = %(organization)s AND i.starts_at + i.duration <= %(now)s
      AND (i.state = 'completed' OR i.state = 'scheduled' AND i.answer IN ('needs_action', 'accepted'))
      AND NOT EXISTS (
        SELECT FROM results_wait w WHERE w.interview_id = i.id AND w.ended_at = i.starts_at + i.duration)
    ORDER BY i.starts_at, i.id LIMIT %(limit)s
), noted AS (
    INSERT INTO results_wait AS w (id, organization_id, interview_id, job_id, state, ended_at)
    SELECT gen_random_uuid(), %(organization)s, o.id, o.job_id, 'open', o.ended_at FROM over o
    ON CONFLICT (interview_id) DO UPDATE SET ended_at = excluded.ended_at, due_at = NULL
    RETURNING w.interview_id, w.job_id, w.ended_at
)
SELECT n.interview_id, n.job_id, i.branch_id, n.ended_at, i.time_zone, b.region, i.result_promised_at
FROM noted n
JOIN interviews_interview i ON i.id = n.interview_id
JOIN accounts_branch b ON b.id = i.branch_id
"""
_PROMISE: Final = """
UPDATE interviews_interview i SET result_promised_at = given.by
FROM unnest(%(ids)s::uuid[], %(by)s::timestamptz[]) AS given (id, by)
WHERE i.id = given.id AND i.organization_id = %(organization)s AND i.result_promised_at IS NULL
"""
_LATER: Final = """EXISTS (
    SELECT FROM interviews_interview o
    WHERE o.application_id = i.application_id AND o.organization_id = i.organization_id
      AND o.starts_at > i.starts_at AND o.state <> 'cancelled')"""
#: Whoever has a next round has their word, unless the decision is one that a letter must tell. Where the next round is
#: decided, its letter is what they are told.
_MOVE_ON: Final = f"""
UPDATE results_wait w SET state = 'moved' FROM interviews_interview i
WHERE i.id = w.interview_id AND w.organization_id = %(organization)s
  AND (w.state = 'open' OR w.state = 'decided' AND EXISTS (
        SELECT FROM results_decision d
        WHERE d.interview_id = i.id AND d.is_current AND d.outcome = 'advance')
       OR w.state = 'decided' AND EXISTS (
        SELECT FROM results_decision d JOIN interviews_interview o ON o.id = d.interview_id
        WHERE d.application_id = i.application_id AND d.is_current AND d.outcome <> 'hold'
          AND o.starts_at > i.starts_at AND o.state <> 'cancelled'))
  AND {_LATER}
"""  # noqa: S608
_MOVE_BACK: Final = f"""
UPDATE results_wait w SET state = CASE WHEN EXISTS (
        SELECT FROM results_decision d WHERE d.interview_id = i.id AND d.is_current AND d.outcome <> 'hold')
    THEN 'decided' ELSE 'open' END, due_at = NULL
FROM interviews_interview i
WHERE i.id = w.interview_id AND w.organization_id = %(organization)s AND w.state = 'moved'
  AND w.ended_at > %(seen)s AND NOT {_LATER}
"""  # noqa: S608


def note_waits(organization_id: UUID, now: datetime) -> int:
    """In the caller's transaction of the organization. Returns how many interviews have ended."""
    with transaction.atomic():
        values: dict[str, Any] = {"organization": organization_id, "now": now, "seen": now - SEEN}
        ended = _note(_RECENT, values | _bounds(organization_id, now))
        with connection.cursor() as cursor:
            cursor.execute(_MOVE_ON, values)
            moved = cursor.rowcount
            cursor.execute(_MOVE_BACK, values)
            moved += cursor.rowcount
        _begin(organization_id, ended, now)
        if ended or moved:
            announce(organization_id, "interviews")
    return len(ended)


def hear_noted(sender: object, *, interview: Interview, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `interview_noted`: whoever came after all waits from now on, however long ago it was."""
    organization_id = interview.organization_id
    ended = _note(_THESE, {"organization": organization_id, "now": at, "ids": [interview.pk]})
    Wait.objects.filter(interview=interview).update(due_at=None)
    _begin(organization_id, ended, at)


def _note(which: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(which=which), {**values, "limit": SLICE})
        return list(cursor.fetchall())


def _begin(organization_id: UUID, ended: Sequence[tuple[Any, ...]], now: datetime) -> None:
    """What follows from it that these are over; their word is due by what they are promised."""
    if ended:
        note_interviewed(organization_id, [row[0] for row in ended])
    _promise(organization_id, ended, now)
    put_due(organization_id)


def _bounds(organization_id: UUID, now: datetime) -> dict[str, Any]:
    """How far back it is looked: from where the list begins, or would begin if it had anybody."""
    rows = Wait.objects.filter(organization_id=organization_id)
    ends = rows.aggregate(first=Min("ended_at"), last=Max("ended_at"))
    made_since = ends["last"] - AGAIN if ends["last"] else now - BACK
    return {
        "since": made_since - LONGEST,
        "made_since": made_since,
        "first_key": first_uuid7(made_since),
        "oldest": min(ends["first"] or now, now - BACK) - LONGEST,
    }


def _promise(organization_id: UUID, ended: Sequence[tuple[Any, ...]], now: datetime) -> None:
    """Whoever was promised something by hand keeps that; without a rule nobody is promised anything."""
    book: RuleBook | None = rule_book(organization_id) if ended else None
    if book is None or not book.is_any_promise:
        return
    ids: list[UUID] = []
    by: list[datetime] = []
    for interview_id, job_id, branch_id, ended_at, zone, region, promised_at in ended:
        workdays = book.of(job_id, branch_id).promise_workdays
        if workdays and promised_at is None:
            due = due_by(ended_at, workdays, ZoneInfo(zone), region)
            if due > now:  # what is over already is no promise
                ids.append(interview_id)
                by.append(due)
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_PROMISE, {"organization": organization_id, "ids": ids, "by": by})
    touch(organization_id, ids, now=now)
    audit.record(organization_id, audit.SYSTEM, "results.promised", at=now, count=len(ids), first=ids[0])
