"""Let people wait again whose letter was released and whom none of its messages has reached, until one does."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from yuemian.accounts.models import User
from yuemian.domain.results import NoticeState
from yuemian.interviews.models import Interview
from yuemian.results.actions.locking import lock_interviews
from yuemian.results.actions.told import HEARD, LOST, settle_waits
from yuemian.results.models import ResultNotice, Wait, WaitState
from yuemian.trust import audit
from yuemian.trust.live import announce

#: So long a message of a result is tried, its receipt waited for, and a report still read.
BACK: Final = timedelta(days=21)
SLICE: Final = 1_000
#: Whose wait says otherwise than what became of the messages of the letter that holds now.
_APART: Final = f"""
SELECT d.interview_id, n.id, n.batch_id, w.state = 'told' FROM results_resultnotice n
JOIN results_decision d ON d.id = n.decision_id AND d.is_current
JOIN results_wait w ON w.interview_id = d.interview_id AND w.state IN ('told', 'decided')
JOIN interviews_interview i ON i.id = d.interview_id
JOIN hiring_candidate c ON c.id = n.candidate_id AND c.erased_at IS NULL
WHERE n.organization_id = %(organization)s AND n.state = 'released' AND n.leaves_at > %(since)s
  AND (w.state = 'told') <> {HEARD}
ORDER BY d.interview_id LIMIT %(limit)s
"""  # noqa: S608


class _Apart(NamedTuple):
    interview: UUID
    notice: UUID
    batch: UUID | None
    is_lost: bool


def settle_unreached(organization_id: UUID, now: datetime) -> int:
    """A chore, in the caller's transaction. Returns of how many it was said anew.

    A message that bounces, is held or is never delivered leaves its letter released: a person tries again, by another
    channel, or with a new address, which calls the letter back. Until then its candidate has heard nothing.
    """
    found = _apart(organization_id, now)
    if not found:
        return 0
    interviews = [each.interview for each in found]
    lock_interviews(interviews)
    settle_waits(organization_id, interviews)
    _record(organization_id, [each for each in found if each.is_lost], now)
    announce(organization_id, "interviews")
    return len(found)


def note_told_in_person(user: User, interview_id: UUID, *, now: datetime) -> bool:
    """Somebody has told them, on the telephone for one. False where they do not wait for a letter that was released."""
    with transaction.atomic():
        lock_interviews([interview_id])
        letters = ResultNotice.objects.visible_to(user).filter(
            decision__interview=interview_id, decision__is_current=True, state=NoticeState.RELEASED
        )
        waits = Wait.objects.visible_to(user).filter(interview=interview_id, state=WaitState.DECIDED)
        if not (letters.exists() and waits.exists()):
            return False
        Interview.objects.filter(pk=interview_id).update(result_told_at=now)
        settle_waits(user.organization_id, [interview_id])
        subject = ("interview", interview_id)
        audit.record(user.organization_id, user.actor, "result.told_in_person", at=now, subject=subject)
        announce(user.organization_id, "interviews", interview=interview_id)
    return True


def _apart(organization_id: UUID, now: datetime) -> list[_Apart]:
    values: dict[str, Any] = {
        "organization": organization_id,
        "since": now - BACK,
        "lost": LOST,
        "limit": SLICE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_APART, values)
        return [_Apart._make(row) for row in cursor.fetchall()]


def _record(organization_id: UUID, lost: Collection[_Apart], now: datetime) -> None:
    batches: dict[UUID | None, list[UUID]] = {}
    for each in lost:
        batches.setdefault(each.batch, []).append(each.notice)
    for batch, notices in batches.items():
        subject = ("result_batch", batch) if batch else ("result_notice", notices[0])
        audit.record(
            organization_id, audit.SYSTEM, "result.unreached", at=now, subject=subject, notices=notices
        )
        announce(organization_id, "results", batch=batch)
