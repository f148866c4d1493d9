"""Writes down who waits for word, every minute: whose interview has just ended, and what they are promised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from yuemian.domain.results import due_by
from yuemian.interviews.actions.replan import touch
from yuemian.interviews.actions.stages import note_interviewed
from yuemian.results.models import Wait
from yuemian.results.silence.rules import RuleBook, rule_book
from yuemian.trust import audit
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

_NOTE: Final = """
WITH over AS (
    SELECT i.id, a.job_id, i.starts_at + i.duration AS ended_at
    FROM interviews_interview i
    JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = i.organization_id
    WHERE i.organization_id = %(organization)s AND i.starts_at > %(since)s AND i.starts_at <= %(now)s
      AND i.starts_at + i.duration <= %(now)s
      AND (i.state = 'completed' OR i.state = 'scheduled' AND i.answer IN ('needs_action', 'accepted'))
      AND NOT EXISTS (
        SELECT FROM results_wait w WHERE w.interview_id = i.id AND w.ended_at = i.starts_at + i.duration)
    ORDER BY i.starts_at, i.id LIMIT %(limit)s
), noted AS (
    INSERT INTO results_wait AS w (id, organization_id, interview_id, job_id, state, ended_at)
    SELECT gen_random_uuid(), %(organization)s, o.id, o.job_id, 'open', o.ended_at FROM over o
    ON CONFLICT (interview_id) DO UPDATE SET ended_at = excluded.ended_at
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
    THEN 'decided' ELSE 'open' END
FROM interviews_interview i
WHERE i.id = w.interview_id AND w.organization_id = %(organization)s AND w.state = 'moved'
  AND w.ended_at > %(seen)s AND NOT {_LATER}
"""  # noqa: S608


def note_waits(organization_id: UUID, now: datetime) -> int:
    """In the caller's transaction of the organization. Returns how many interviews have ended."""
    with transaction.atomic():
        values: dict[str, Any] = {
            "organization": organization_id,
            "now": now,
            "since": _since(organization_id, now),
            "seen": now - SEEN,
            "limit": SLICE,
        }
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, values)
            ended = cursor.fetchall()
            cursor.execute(_MOVE_ON, values)
            moved = cursor.rowcount
            cursor.execute(_MOVE_BACK, values)
            moved += cursor.rowcount
        if ended:
            note_interviewed(organization_id, [row[0] for row in ended])
        _promise(organization_id, ended, now)
        if ended or moved:
            announce(organization_id, "interviews")
    return len(ended)


def _since(organization_id: UUID, now: datetime) -> datetime:
    newest = (
        Wait.objects.filter(organization_id=organization_id)
        .order_by("-ended_at")
        .values_list("ended_at", flat=True)
        .first()
    )
    return (newest - AGAIN if newest else now - BACK) - LONGEST


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
