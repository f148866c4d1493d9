"""Call back, too, what turns out never to have left: as its batch was called back, or as it was kept in the house."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.domain.results import NoticeState
from yuemian.domain.states import TOLD, WAITING, DeliveryState, ReasonCode
from yuemian.results.actions.locking import lock_interviews_of
from yuemian.results.actions.release import set_recalled
from yuemian.results.actions.void import shut_links
from yuemian.results.models import SUBJECT_KIND, ResultNotice
from yuemian.results.signals import results_called_back
from yuemian.trust import audit
from yuemian.trust.live import announce

#: A provider that can be asked is asked for two days.
AFTER: Final = timedelta(days=3)
SLICE: Final = 500
#: Of batches that were called back: whose message was stopped on its way, and reached nobody by another channel.
_UNHEARD: Final = """
SELECT n.id FROM results_resultbatch b
JOIN results_resultnotice n ON n.batch_id = b.id AND n.organization_id = b.organization_id
WHERE b.organization_id = %(organization)s AND b.recalled_at > %(since)s AND n.state = 'released'
  AND EXISTS (
    SELECT FROM messaging_notification m
    JOIN messaging_delivery s ON s.notification_id = m.id AND s.organization_id = m.organization_id
    WHERE m.subject_kind = %(kind)s AND m.subject_id = n.id AND s.state = %(stopped)s AND s.reason = %(reason)s)
  AND NOT EXISTS (
    SELECT FROM messaging_notification m
    JOIN messaging_delivery s ON s.notification_id = m.id AND s.organization_id = m.organization_id
    WHERE m.subject_kind = %(kind)s AND m.subject_id = n.id AND s.state = ANY(%(heard)s))
ORDER BY n.id LIMIT %(limit)s
"""
#: Released to leave, and then kept in the phone lab: the organization went back to rehearsal before it left.
_IN_THE_LAB: Final = """
SELECT n.id FROM results_resultnotice n
WHERE n.organization_id = %(organization)s AND n.state = 'released' AND n.leaves_at > %(since)s
  AND EXISTS (
    SELECT FROM messaging_notification m
    JOIN messaging_delivery s ON s.notification_id = m.id AND s.organization_id = m.organization_id
    WHERE m.subject_kind = %(kind)s AND m.subject_id = n.id AND s.provider = 'lab' AND NOT s.is_rehearsal)
  AND NOT EXISTS (
    SELECT FROM messaging_notification m
    JOIN messaging_delivery s ON s.notification_id = m.id AND s.organization_id = m.organization_id
    WHERE m.subject_kind = %(kind)s AND m.subject_id = n.id AND s.state = ANY(%(heard)s)
      AND (s.is_rehearsal OR s.provider <> 'lab'))
ORDER BY n.id LIMIT %(limit)s
"""
_HEARD: Final = [str(state) for state in sorted(TOLD | WAITING)]


def call_back_unheard(organization_id: UUID, now: datetime) -> int:
    """A chore: nobody has heard of these, so their people wait as before. Returns how many."""
    ids = _unheard(organization_id, now)
    if not ids:
        return 0
    lock_interviews_of(ids)
    rows = ResultNotice.objects.filter(pk__in=ids, state=NoticeState.RELEASED)
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    back = list(rows.select_related("candidate").order_by("batch_id", "pk"))
    set_recalled(back, now)
    shut_links(back, now=now)
    if back:
        results_called_back.send(ResultNotice, notices=back, now=now)
    _record(organization_id, back, now)
    return len(back)


def _unheard(organization_id: UUID, now: datetime) -> list[UUID]:
    values: dict[str, Any] = {
        "organization": organization_id,
        "since": now - AFTER,
        "kind": SUBJECT_KIND,
        "stopped": str(DeliveryState.CANCELLED),
        "reason": str(ReasonCode.STOPPED_BY_PERSON),
        "heard": _HEARD,
        "limit": SLICE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNHEARD, values)
        found = {row[0] for row in cursor.fetchall()}
        cursor.execute(_IN_THE_LAB, values)
        return sorted(found | {row[0] for row in cursor.fetchall()})


def _record(organization_id: UUID, back: Collection[ResultNotice], now: datetime) -> None:
    for batch_id, notices in groupby(back, key=attrgetter("batch_id")):
        ids = [notice.pk for notice in notices]
        subject = ("result_batch", batch_id)
        audit.record(organization_id, audit.SYSTEM, "result.recalled", at=now, subject=subject, notices=ids)
        announce(organization_id, "results", batch=batch_id)
