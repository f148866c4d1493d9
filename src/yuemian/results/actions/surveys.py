"""Ask how a result was told, once, a day after its notice has left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.accounts.models import Organization
from yuemian.domain.states import DeliveryState
from yuemian.domain.survey import BETWEEN, SurveyKind
from yuemian.interviews.actions.surveys import ask_after_result
from yuemian.interviews.surveys.asking import policy_of
from yuemian.results.models import SUBJECT_KIND

#: Nobody is asked in the hour in which they read it.
AFTER: Final = timedelta(days=1)
#: Later nobody remembers how it was told.
UNTIL: Final = timedelta(days=5)
SLICE: Final = 500
_LEFT: Final = [str(each) for each in (DeliveryState.SENT, DeliveryState.DELIVERED)]
#: What was told, still holds, and has left; without those of whom it is known that they may not be asked.
_TOLD: Final = """
SELECT d.interview_id
FROM results_resultnotice n
JOIN results_decision d ON d.id = n.decision_id AND d.is_current
JOIN interviews_interview i ON i.id = d.interview_id AND i.attendance NOT IN ('no_show', 'excused')
WHERE n.organization_id = %(organization)s AND n.state = 'released'
  AND n.leaves_at > %(since)s AND n.leaves_at <= %(until)s
  AND EXISTS (
    SELECT FROM messaging_notification m
    JOIN messaging_delivery s ON s.notification_id = m.id AND s.organization_id = m.organization_id
    WHERE m.subject_kind = %(kind)s AND m.subject_id = n.id AND s.state = ANY(%(left)s) AND s.sent_at <= %(until)s)
  AND NOT EXISTS (
    SELECT FROM interviews_surveyinvitation v
    WHERE v.organization_id = n.organization_id AND v.candidate_id = n.candidate_id AND v.at > %(recent)s)
  AND NOT EXISTS (
    SELECT FROM interviews_surveyinvitation v WHERE v.interview_id = d.interview_id AND v.kind = %(survey)s)
  AND NOT EXISTS (
    SELECT FROM interviews_surveystop p
    WHERE p.organization_id = n.organization_id AND p.candidate_id = n.candidate_id)
ORDER BY n.leaves_at, n.id LIMIT %(limit)s
"""


def ask_after_results(organization_id: UUID, now: datetime) -> int:
    """A chore. Returns how many were asked; whoever gave their answer beside the letter is not."""
    if not policy_of(organization_id).is_on:
        return 0
    told = _told(organization_id, now)
    if not told:
        return 0
    return ask_after_result(Organization.objects.get(pk=organization_id), told, now=now)


def _told(organization_id: UUID, now: datetime) -> list[UUID]:
    values: dict[str, Any] = {
        "organization": organization_id,
        "since": now - UNTIL,
        "until": now - AFTER,
        "recent": now - BETWEEN,
        "kind": SUBJECT_KIND,
        "survey": SurveyKind.RESULT.value,
        "left": _LEFT,
        "limit": SLICE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, values)
        return [row[0] for row in cursor.fetchall()]
