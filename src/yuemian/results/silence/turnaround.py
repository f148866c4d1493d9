"""How long candidates of a job waited: from the end of the interview to the notice of its result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

#: Fewer say nothing about the next one.
LEAST: Final = 5
_TURNAROUND: Final = """
SELECT count(*),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY t.took),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY t.took)
FROM (
    SELECT extract(epoch FROM i.result_told_at - (i.starts_at + i.duration)) AS took
    FROM results_wait w JOIN interviews_interview i ON i.id = w.interview_id
    WHERE w.organization_id = %(organization)s AND w.job_id = %(job)s AND w.state = 'told' AND w.ended_at > %(since)s
      AND i.result_told_at IS NOT NULL
    ORDER BY w.ended_at DESC LIMIT 5000
) t
"""
_WAITING: Final = """
SELECT count(*), min(w.ended_at) FROM (
    SELECT w.ended_at FROM results_wait w JOIN interviews_interview i ON i.id = w.interview_id
    WHERE w.organization_id = %(organization)s AND w.job_id = %(job)s AND w.state IN ('open', 'decided')
      AND i.state IN ('scheduled', 'completed')
    ORDER BY w.ended_at LIMIT 501) w
"""


@dataclass(frozen=True)
class Turnaround:
    """Of those who were told since a day; whoever still waits is counted beside, not in it."""

    count: int
    median: timedelta | None
    p90: timedelta | None
    waiting: int
    longest_since: datetime | None

    @property
    def is_enough(self) -> bool:
        return self.count >= LEAST


def turnaround(organization_id: UUID, job_id: UUID, since: datetime) -> Turnaround:
    """In two statements along the index of the job."""
    values: dict[str, Any] = {"organization": organization_id, "job": job_id, "since": since}
    with connection.cursor() as cursor:
        cursor.execute(_TURNAROUND, values)
        count, median, p90 = cursor.fetchone()
        cursor.execute(_WAITING, values)
        waiting, longest = cursor.fetchone()
    return Turnaround(count, _span(median), _span(p90), waiting, longest)


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=max(0.0, float(seconds)))
