"""What follows from a released or called-back notice: the candidate counts as told, or waits again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.domain.states import CALLED_OFF, FAILED, STAGE_MOVES, DeliveryState, Stage
from yuemian.hiring.models import Application
from yuemian.interviews.actions.replan import touch
from yuemian.results.models import ResultNotice
from yuemian.trust.live import announce

_BEFORE: Final = [
    stage.value for stage, nexts in STAGE_MOVES.items() if Stage.DECIDED in nexts and stage != "closed"
]

#: Whether anything of a released notice (`n`) has reached its person, or goes on by itself: what is held waits for
#: somebody. A release lets none go without a message.
REACHES: Final = """coalesce((
        SELECT bool_or(v.state <> ALL(%(lost)s)) FROM messaging_notification m
        JOIN messaging_delivery v ON v.notification_id = m.id
        WHERE m.organization_id = n.organization_id AND m.subject_kind = 'result' AND m.subject_id = n.id
          AND m.purpose = 'result'
    ), true)"""
#: The same, or that somebody has told them in person since the release of the notice of an interview (`i`).
HEARD: Final = f"({REACHES} OR coalesce(i.result_told_at > n.released_at, false))"
LOST: Final = sorted(str(each) for each in CALLED_OFF | FAILED | {DeliveryState.HELD})
#: The latest notice that was released for good: it can be read, whatever became of its messages.
_TOLD: Final = """
WITH asked AS (
    SELECT d.interview_id, max(n.released_at) AS told_at FROM results_decision d
    LEFT JOIN results_resultnotice n ON n.decision_id = d.id AND n.state = 'released'
    WHERE d.organization_id = %(organization)s AND d.interview_id = ANY(%(ids)s::uuid[]) GROUP BY d.interview_id
)
UPDATE interviews_interview i SET result_told_at = asked.told_at FROM asked
WHERE i.id = asked.interview_id AND i.organization_id = %(organization)s
"""
#: Told is whose decision of today was told; everything else follows from the decision. Whoever waits again may have
#: heard something meanwhile. Whoever is erased waits for nothing.
_SETTLE: Final = f"""
INSERT INTO results_wait AS w (id, organization_id, interview_id, job_id, state, ended_at)
SELECT gen_random_uuid(), i.organization_id, i.id, a.job_id,
       CASE WHEN d.id IS NULL OR d.outcome = 'hold' THEN 'open'
            WHEN EXISTS (SELECT FROM results_resultnotice n
                         WHERE n.decision_id = d.id AND n.state = 'released' AND {HEARD})
            THEN 'told' ELSE 'decided' END,
       i.starts_at + i.duration
FROM interviews_interview i
JOIN hiring_application a ON a.id = i.application_id
JOIN hiring_candidate c ON c.id = a.candidate_id AND c.erased_at IS NULL
LEFT JOIN results_decision d ON d.interview_id = i.id AND d.is_current
WHERE i.organization_id = %(organization)s AND i.id = ANY(%(ids)s::uuid[])
ORDER BY i.id
ON CONFLICT (interview_id) DO UPDATE SET state = excluded.state,
    due_at = CASE WHEN w.state IN ('open', 'decided') THEN w.due_at END
"""  # noqa: S608


def settle_waits(organization_id: UUID, interview_ids: Collection[UUID]) -> None:
    """Put down how far the word to these candidates is, as decisions and notices now stand."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"organization": organization_id, "ids": list(interview_ids), "lost": LOST})


def hear_released(sender: Any, notices: Sequence[ResultNotice], now: datetime, **_: Any) -> None:  # noqa: ARG001
    """They were released: nobody is told any more that it takes longer."""
    if not notices:
        return
    organization_id = notices[0].organization_id
    _count_as_told(organization_id, notices, now)
    Application.objects.filter(pk__in={each.application_id for each in notices}, stage__in=_BEFORE).update(
        stage=Stage.DECIDED
    )


def hear_called_back(sender: Any, notices: Sequence[ResultNotice], now: datetime, **_: Any) -> None:  # noqa: ARG001
    """Nothing of them left: the candidates wait as before."""
    if not notices:
        return
    organization_id = notices[0].organization_id
    _count_as_told(organization_id, notices, now)
    Application.objects.filter(pk__in={each.application_id for each in notices}, stage=Stage.DECIDED).exclude(
        interviews__result_told_at__isnull=False
    ).update(stage=Stage.INTERVIEWED)


def _count_as_told(organization_id: UUID, notices: Sequence[ResultNotice], now: datetime) -> None:
    decisions = {each.decision_id for each in notices}
    ids = sorted(
        set(
            ResultNotice.objects.filter(decision__in=decisions).values_list(
                "decision__interview_id", flat=True
            )
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {"organization": organization_id, "ids": ids})
    settle_waits(organization_id, ids)
    touch(organization_id, ids, now=now)
    announce(organization_id, "interviews")
