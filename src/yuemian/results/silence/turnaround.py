"""How long candidates of a job waited: from the end of the interview to the notice of its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.domain.results.median import median_ranks
from yuemian.interviews.board import COUNTED, Figure
from yuemian.results.actions.told import LOST, REACHES

#: Fewer say nothing about the next one.
LEAST: Final = 5
#: To the first word that reached them, from when its window was over: whoever is told otherwise later did not wait for
#: that.
_TOOK: Final = f"""
SELECT coalesce(array_agg(t.took ORDER BY t.took), '{{}}') FROM (
    SELECT greatest(0, extract(epoch FROM coalesce((
        SELECT min(n.leaves_at) FROM results_decision d
        JOIN results_resultnotice n ON n.decision_id = d.id AND n.state = 'released' AND {REACHES}
        WHERE d.interview_id = i.id), i.result_told_at) - (i.starts_at + i.duration))::float8) AS took
    FROM results_wait w JOIN interviews_interview i ON i.id = w.interview_id
    WHERE w.organization_id = %(organization)s AND w.job_id = %(job)s AND w.state = 'told' AND w.ended_at > %(since)s
      AND i.result_told_at IS NOT NULL
    ORDER BY w.ended_at DESC LIMIT 5000
) t
"""  # noqa: S608
_WAITING: Final = """
SELECT count(*), min(w.ended_at) FROM (
    SELECT w.ended_at FROM results_wait w JOIN interviews_interview i ON i.id = w.interview_id
    WHERE w.organization_id = %(organization)s AND w.job_id = %(job)s AND w.state IN ('open', 'decided')
      AND i.state IN ('scheduled', 'completed')
    ORDER BY w.ended_at LIMIT %(most)s) w
"""


@dataclass(frozen=True)
class Turnaround:
    """Of those who were told since a day; whoever still waits is counted beside, not in it."""

    count: int
    median: timedelta | None
    p90: timedelta | None
    #: Between these the median lies with 95 %.
    bounds: tuple[timedelta, timedelta] | None
    waiting: Figure
    longest_since: datetime | None

    @property
    def is_enough(self) -> bool:
        return self.count >= LEAST


def turnaround(organization_id: UUID, job_id: UUID, since: datetime) -> Turnaround:
    """In two statements along the index of the job."""
    values: dict[str, Any] = {
        "organization": organization_id,
        "job": job_id,
        "since": since,
        "most": COUNTED + 1,
        "lost": LOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOOK, values)
        (took,) = cursor.fetchone()
        cursor.execute(_WAITING, values)
        waiting, longest = cursor.fetchone()
    ranks = median_ranks(len(took))
    bounds = (timedelta(seconds=took[ranks[0] - 1]), timedelta(seconds=took[ranks[1] - 1])) if ranks else None
    figure = Figure(min(waiting, COUNTED), waiting > COUNTED)
    return Turnaround(len(took), _at(took, 0.5), _at(took, 0.9), bounds, figure, longest)


def _at(took: Sequence[float], share: float) -> timedelta | None:
    """The figure below which that share lies, between two neighbours where none is exactly there."""
    if not took:
        return None
    place = share * (len(took) - 1)
    low = int(place)
    high = min(low + 1, len(took) - 1)
    return timedelta(seconds=took[low] + (place - low) * (took[high] - took[low]))
