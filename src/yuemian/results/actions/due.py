"""Works out by when word is due to those who wait: as they begin to wait, hear something, or are promised a day.

The one place in which the rule (`domain.results.silence`) is applied: lists, counters and colours read `Wait.due_at`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from yuemian.accounts.models import Branch
from yuemian.domain.results import expected_by
from yuemian.interviews.models import SUBJECT_KIND
from yuemian.results.models import Wait
from yuemian.results.silence.word import LEFT, last_words
from yuemian.trust.live import announce

#: A word planned longer ago has left by now, or never will.
PLANNED: Final = timedelta(days=21)
SLICE: Final = 5_000

#: Of the erased nobody is left who could be told. Whoever is being changed is looked at next time.
_UNKNOWN: Final = """
SELECT w.id, w.interview_id, w.ended_at, i.result_promised_at, i.time_zone, b.region, c.erased_at IS NOT NULL
FROM results_wait w
JOIN interviews_interview i ON i.id = w.interview_id
JOIN accounts_branch b ON b.id = i.branch_id
JOIN hiring_application a ON a.id = i.application_id
JOIN hiring_candidate c ON c.id = a.candidate_id
WHERE w.organization_id = %(organization)s AND w.state IN ('open', 'decided') AND w.due_at IS NULL
ORDER BY w.id LIMIT %(limit)s
FOR NO KEY UPDATE OF w SKIP LOCKED
"""
_PUT: Final = """
UPDATE results_wait w SET due_at = given.due, word_at = given.word
FROM unnest(%(ids)s::uuid[], %(due)s::timestamptz[], %(words)s::timestamptz[]) AS given (id, due, word)
WHERE w.id = given.id AND w.organization_id = %(organization)s
"""
#: Whose word has left, and whose turned out to have reached nobody.
_HEARD: Final = """
UPDATE results_wait SET due_at = NULL WHERE organization_id = %(organization)s AND id IN (
    SELECT w.id FROM messaging_notification n
    JOIN messaging_delivery d ON d.notification_id = n.id AND d.organization_id = n.organization_id
    JOIN results_wait w ON w.interview_id = n.subject_id AND w.organization_id = n.organization_id
    WHERE n.organization_id = %(organization)s AND n.purpose IN ('still_deciding', 'answer')
      AND n.candidate_id IS NOT NULL AND n.created_at > %(planned)s AND n.subject_kind = %(kind)s
      AND w.state IN ('open', 'decided') AND d.sent_at IS NOT NULL
    GROUP BY w.id
    HAVING max(d.sent_at) FILTER (WHERE d.state = ANY(%(left)s)) > coalesce(w.word_at, w.ended_at)
        OR bool_or(d.sent_at = w.word_at)
           AND coalesce(bool_and(d.state <> ALL(%(left)s)) FILTER (WHERE d.sent_at = w.word_at), false))
"""


def keep_due(organization_id: UUID, now: datetime) -> int:
    """A chore. Returns of how many it was worked out anew."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _HEARD,
                {
                    "organization": organization_id,
                    "planned": now - PLANNED,
                    "kind": SUBJECT_KIND,
                    "left": LEFT,
                },
            )
        found = put_due(organization_id)
        if found:
            announce(organization_id, "interviews")
    return found


def put_due(organization_id: UUID) -> int:
    """Of those whose moment is not known, in the caller's transaction. Returns how many, at most a slice."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, {"organization": organization_id, "limit": SLICE})
        rows = cursor.fetchall()
    gone = [row[0] for row in rows if row[-1]]
    if gone:
        Wait.objects.filter(pk__in=gone).delete()
    _put(organization_id, [row[:-1] for row in rows if not row[-1]])
    return len(rows)


def look_at_branch(sender: object, *, branch: Branch, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `rules_changed`: its region may have other workdays. Whoever is late already is so by any."""
    rows = Wait.objects.filter(organization_id=branch.organization_id).waiting()
    rows.filter(due_at__gt=at, interview__branch=branch).update(due_at=None)
    put_due(branch.organization_id)


def _put(organization_id: UUID, rows: Iterable[Sequence[Any]]) -> None:
    found = list(rows)
    if not found:
        return
    words = last_words([row[1] for row in found])
    ids, due, heard = [], [], []
    for id_, interview_id, ended_at, promised_at, zone, region in found:
        word = words.get(interview_id)
        word = word if word and word > ended_at else None
        ids.append(id_)
        heard.append(word)
        due.append(expected_by(ended_at, promised_at, word, ZoneInfo(zone), region))
    values: dict[str, Any] = {"organization": organization_id, "ids": ids, "due": due, "words": heard}
    with connection.cursor() as cursor:
        cursor.execute(_PUT, values)
