"""What is missing in the coming week: an address, an interviewer, somebody of HR, or an interviewer who is free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from django.db import connection

from yuemian.accounts.models import User
from yuemian.interviews.today.parts import COUNTED, Pick
from yuemian.interviews.today.scope import Scope

#: How far ahead missing interviewers and clashes matter.
AHEAD: Final = timedelta(days=7)
#: So many are looked at, soonest first; where a week holds more, the next days bring the rest.
LOOKED: Final = 2_000
CLASH: Final = "clash"


class Clash(NamedTuple):
    """Two interviews of one interviewer at the same time."""

    first: UUID
    second: UUID
    interviewer: str


@dataclass(frozen=True)
class Incomplete:
    """An interview stands in `picks` once for each thing that is wrong with it."""

    picks: Sequence[Pick] = ()
    clashes: Sequence[Clash] = field(default_factory=tuple)


#: One walk over the week answers all four questions. Whom somebody meets is asked of the whole company: a clash may be
#: with another recruiter's interview. Those who clash are found in the order of time, so that only who begins before
#: somebody else's end is compared with the others; several candidates of one job who begin together are a group
#: interview, not a mistake. What belongs to nobody would stand on nobody's page: everyone of the branch sees it.
#: Whoever can no longer sign in counts as nobody.
_WEEK: LiteralString = """
WITH week AS MATERIALIZED (
    SELECT i.id, i.starts_at, i.starts_at + i.duration AS ends_at, i.recruiter_id, i.branch_id, i.application_id,
           (%(recruiter)s::uuid IS NULL OR i.recruiter_id = %(recruiter)s)
           AND (%(branch)s::uuid IS NULL OR i.branch_id = %(branch)s) AS is_ours
    FROM interviews_interview i
    WHERE i.organization_id = %(organization)s AND i.state = 'scheduled' AND i.answer <> 'declined'
      AND i.starts_at > %(now)s AND i.starts_at <= %(until)s
    ORDER BY i.starts_at, i.id LIMIT %(looked)s
), held AS MATERIALIZED (
    SELECT week.*, p.user_id FROM week
    LEFT JOIN (
        interviews_participant p
        JOIN accounts_user seated
            ON seated.id = p.user_id AND seated.organization_id = %(organization)s AND seated.is_active
    ) ON p.interview_id = week.id AND p.organization_id = %(organization)s
), walked AS (
    SELECT *, max(ends_at) OVER (
        PARTITION BY user_id ORDER BY starts_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS busy_until
    FROM held WHERE user_id IS NOT NULL
), clashing AS (
    SELECT one.id AS first, other.id AS second, other.starts_at, u.name
    FROM walked other
    JOIN held one ON one.user_id = other.user_id AND one.ends_at > other.starts_at
        AND (one.starts_at, one.id) < (other.starts_at, other.id)
    JOIN accounts_user u ON u.id = one.user_id AND u.organization_id = %(organization)s
    JOIN hiring_application a ON a.id = one.application_id AND a.organization_id = %(organization)s
    JOIN hiring_application b ON b.id = other.application_id AND b.organization_id = %(organization)s
    WHERE other.starts_at < other.busy_until AND (one.is_ours OR other.is_ours)
      AND NOT (other.starts_at = one.starts_at AND b.job_id = a.job_id)
)
(SELECT 'contact', id, NULL::uuid, '' FROM week
 WHERE is_ours AND (
    SELECT 1 FROM hiring_application a
    JOIN hiring_contactpoint c ON c.candidate_id = a.candidate_id AND c.organization_id = a.organization_id
    WHERE a.id = week.application_id AND a.organization_id = %(organization)s AND c.state = 'active' LIMIT 1) IS NULL
 ORDER BY starts_at, id LIMIT %(limit)s)
UNION ALL
(SELECT 'interviewer', id, NULL, '' FROM held WHERE is_ours AND user_id IS NULL
 ORDER BY starts_at, id LIMIT %(limit)s)
UNION ALL
(SELECT 'recruiter', id, NULL, '' FROM week
 WHERE NOT EXISTS (
        SELECT FROM accounts_user u
        WHERE u.id = week.recruiter_id AND u.organization_id = %(organization)s AND u.is_active)
    AND (%(around)s::uuid IS NULL OR branch_id = %(around)s)
 ORDER BY starts_at, id LIMIT %(limit)s)
UNION ALL
(SELECT 'clash', second, first, name FROM clashing ORDER BY starts_at, second LIMIT %(limit)s)
"""


def incomplete(user: User, scope: Scope, now: datetime) -> Incomplete:
    """Soon, and something is missing, or two interviews of one interviewer are at once."""
    values: dict[str, Any] = {
        "organization": user.organization_id,
        "now": now,
        "until": now + AHEAD,
        "recruiter": user.pk if scope.is_mine else None,
        "branch": scope.branch,
        "around": user.branch_id if scope.is_mine else scope.branch,
        "looked": LOOKED,
        "limit": COUNTED + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WEEK, values)
        found = cursor.fetchall()
    return Incomplete(
        [Pick(id_, None, why) for why, id_, _, _ in found],
        [Clash(first, second, name) for why, second, first, name in found if why == CLASH],
    )
