"""Since when candidates have heard nothing, and how loud that silence is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.domain.results import Silence, days_silent, expected_by, how_silent
from yuemian.domain.states import DeliveryState, Purpose
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.results.models import Wait

LEFT: Final = [str(each) for each in (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN)]
#: That it takes longer, and an answer to their question, are word; a survey or a reminder is none.
WORDS: Final = [str(each) for each in (Purpose.STILL_DECIDING, Purpose.ANSWER)]
_WORD: Final = """
SELECT n.subject_id, max(d.sent_at) FROM messaging_notification n
JOIN messaging_delivery d ON d.notification_id = n.id AND d.organization_id = n.organization_id
WHERE n.subject_kind = %(kind)s AND n.subject_id = ANY(%(ids)s::uuid[]) AND n.candidate_id IS NOT NULL
  AND n.purpose = ANY(%(purposes)s) AND d.state = ANY(%(left)s) AND d.sent_at IS NOT NULL
GROUP BY n.subject_id
"""


@dataclass(frozen=True)
class Quiet:
    """One candidate's wait for word."""

    days: int
    level: Silence
    expected_at: datetime
    is_promised: bool
    word_at: datetime | None

    @property
    def is_late(self) -> bool:
        return self.level in {Silence.LATE, Silence.FORGOTTEN}


def last_words(interview_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """By interview: when its candidate last heard that it takes longer, or got an answer."""
    if not interview_ids:
        return {}
    values: dict[str, Any] = {
        "kind": SUBJECT_KIND,
        "ids": list(interview_ids),
        "purposes": WORDS,
        "left": LEFT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WORD, values)
        return dict(cursor.fetchall())


def quiet_of(interview: Interview, wait: Wait | None, *, now: datetime) -> Quiet:
    """As it is written down; the interview comes with its branch, for the minute before anything is (`actions.due`)."""
    ended_at, promised_at = interview.ends_at, interview.result_promised_at
    word = wait.word_at if wait else None
    expected = wait.due_at if wait else None
    if expected is None:
        expected = expected_by(ended_at, promised_at, word, interview.zone, interview.branch.region)
    return Quiet(
        days=days_silent(ended_at, word, now),
        level=how_silent(expected, now),
        expected_at=expected,
        is_promised=promised_at is not None and expected == promised_at,
        word_at=word,
    )
