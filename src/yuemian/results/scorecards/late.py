"""Whose scorecards are still to come: for the mails that ask, for Today, for the interview's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.accounts.models import User
from yuemian.domain.scorecard import Asked
from yuemian.results.models import ScorecardLink

#: Further back nothing is asked for or shown any more.
BACK: Final = timedelta(days=30)
#: An interview is asked about from the beginning only when it ended so recently: after an upgrade nobody is asked about
#: last month.
FRESH: Final = timedelta(days=3)
#: So soon after a mail no further one can be due: they come on different days.
QUIET: Final = timedelta(hours=9)
#: When a scorecard that is not there counts as late.
LATE_AFTER: Final = timedelta(hours=24)
#: Lines of Today; one more tells that there are more.
SHOWN: Final = 20

# Everybody who held an interview that took place, as far as one knows, and has not submitted. Of somebody who is erased
# nothing can be written any more.
_OWED: Final = """
FROM interviews_interview i
JOIN interviews_participant p ON p.interview_id = i.id AND p.organization_id = i.organization_id
JOIN accounts_user u ON u.id = p.user_id AND u.is_active
WHERE i.organization_id = %(organization)s
  AND i.starts_at > %(since)s AND i.starts_at <= %(now)s AND i.starts_at + i.duration <= %(until)s
  AND i.state IN ('scheduled', 'completed') AND i.attendance IN ('unknown', 'attended')
  AND i.answer <> 'declined'
  AND NOT EXISTS (SELECT FROM results_scorecard s
                  WHERE s.interview_id = i.id AND s.interviewer_id = u.id AND s.state = 'submitted')
  AND NOT EXISTS (SELECT FROM hiring_application f JOIN hiring_candidate g ON g.id = f.candidate_id
                  WHERE f.id = i.application_id AND g.erased_at IS NOT NULL)
"""
_TO_ASK: Final = f"""
SELECT i.id, u.id, i.starts_at + i.duration {_OWED}
  AND NOT EXISTS (SELECT FROM results_scorecardlink l
                  WHERE l.interview_id = i.id AND l.interviewer_id = u.id AND l.told_at IS NOT NULL)
  AND (i.starts_at + i.duration > %(fresh)s
       OR EXISTS (SELECT FROM results_scorecardlink l WHERE l.interview_id = i.id AND l.interviewer_id = u.id))
  AND NOT EXISTS (SELECT FROM results_scorecardlink l
                  WHERE l.interview_id = i.id AND l.interviewer_id = u.id AND l.created_at > %(quiet)s)
ORDER BY i.starts_at, i.id, u.id
"""  # noqa: S608
_LATE: Final = f"""
SELECT i.id, u.id, u.name, c.name, j.title, j.title_en, i.round, i.starts_at, i.starts_at + i.duration, i.time_zone,
       (SELECT count(*) FROM results_scorecardlink l WHERE l.interview_id = i.id AND l.interviewer_id = u.id),
       (SELECT max(l.created_at) FROM results_scorecardlink l WHERE l.interview_id = i.id AND l.interviewer_id = u.id),
       EXISTS (SELECT FROM results_scorecard s WHERE s.interview_id = i.id AND s.interviewer_id = u.id)
FROM (SELECT i.*, u.id AS who {_OWED}
        AND (%(recruiter)s::uuid IS NULL OR i.recruiter_id = %(recruiter)s)
        AND (%(branch)s::uuid IS NULL OR i.branch_id = %(branch)s)
        AND (%(interviewer)s::uuid IS NULL OR u.id = %(interviewer)s)
        AND (%(interview)s::uuid IS NULL OR i.id = %(interview)s)
        AND (i.starts_at + i.duration > %(fresh)s
             OR EXISTS (SELECT FROM results_scorecardlink l WHERE l.interview_id = i.id AND l.interviewer_id = u.id)
             OR EXISTS (SELECT FROM results_scorecard s WHERE s.interview_id = i.id AND s.interviewer_id = u.id))
      ORDER BY i.starts_at, i.id, u.id LIMIT %(limit)s) AS i
JOIN accounts_user u ON u.id = i.who
JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = i.organization_id
JOIN hiring_candidate c ON c.id = a.candidate_id AND c.organization_id = i.organization_id
JOIN hiring_job j ON j.id = a.job_id AND j.organization_id = i.organization_id
ORDER BY i.starts_at, i.id, u.name
"""  # noqa: S608


@dataclass(frozen=True)
class Late:
    """One scorecard that is still to come."""

    interview_id: UUID
    interviewer_id: UUID
    interviewer: str
    candidate: str
    job_title: str
    job_title_en: str
    round: str
    starts_at: datetime
    ended_at: datetime
    time_zone: str
    times_asked: int
    asked_at: datetime | None
    is_begun: bool


@dataclass(frozen=True)
class Owed:
    """A scorecard that may have to be asked for now, and what was asked so far."""

    interview_id: UUID
    interviewer_id: UUID
    ended_at: datetime
    asked: Sequence[Asked]


def to_ask(organization_id: UUID, now: datetime, after: timedelta) -> list[Owed]:
    """Whom the mails may be due for: ended at least `after` ago, nothing sent within the last hours, and the recruiter
    not told yet. `domain.scorecard.next_step` says whether it is time."""
    rows = _rows(_TO_ASK, _values(organization_id, now, until=now - after))
    asked: dict[tuple[UUID, UUID], list[Asked]] = {}
    links = ScorecardLink.objects.filter(interview__in={row[0] for row in rows})
    for interview, interviewer, at, is_automatic in links.values_list(
        "interview", "interviewer", "created_at", "is_automatic"
    ):
        asked.setdefault((interview, interviewer), []).append(Asked(at, is_automatic))
    return [Owed(id_, who, ended_at, asked.get((id_, who), ())) for id_, who, ended_at in rows]


def late(
    user: User, *, now: datetime, recruiter: UUID | None = None, branch: UUID | None = None
) -> list[Late]:
    """For HR: what was asked for, or begun, and is still to come a day after the interview; longest waiting first. At
    most SHOWN and one. Who does not ask for scorecards is not shown that there are none."""
    values = _values(user.organization_id, now, until=now - LATE_AFTER)
    return _late(values | {"recruiter": recruiter, "branch": branch, "fresh": now})


def owed_by(user: User, *, now: datetime) -> list[Late]:
    """For an interviewer: what they still have to write, from the interview's end on."""
    return _late(_values(user.organization_id, now, until=now) | {"interviewer": user.pk})


def owed_for(organization_id: UUID, interview_id: UUID, *, now: datetime) -> list[Late]:
    """For an interview's page: who has not submitted, from its end on."""
    return _late(_values(organization_id, now, until=now) | {"interview": interview_id})


def _values(organization_id: UUID, now: datetime, *, until: datetime) -> dict[str, Any]:
    return {
        "organization": organization_id,
        "now": now,
        "since": now - BACK,
        "until": until,
        "recruiter": None,
        "branch": None,
        "interviewer": None,
        "interview": None,
        "fresh": now - FRESH,
        "quiet": now - QUIET,
        "limit": SHOWN + 1,
    }


def _late(values: dict[str, Any]) -> list[Late]:
    return [Late(*row) for row in _rows(_LATE, values)]


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
