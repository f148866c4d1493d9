"""A stop meets some messages on the wire: who turns out not to have got theirs waits for a person again, too."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from yuemian.interviews.actions.replan import hold_sending, suggest_again

#: A provider that can be asked is asked for two days.
AFTER: Final = timedelta(days=3)
# The stop itself settles all that waits at the moment at which it ends the batch.
_STOPPED_LATER: Final = """
SELECT b.id FROM messaging_batch b
WHERE b.organization_id = %(organization)s AND b.state = 'cancelled' AND b.purpose = 'invitation'
  AND b.finished_at > %(since)s
  AND EXISTS (
    SELECT FROM messaging_delivery d
    WHERE d.batch_id = b.id AND d.organization_id = b.organization_id AND d.state = 'cancelled'
      AND d.reason = 'stopped_by_person' AND d.settled_at <> b.finished_at)
ORDER BY b.finished_at
"""


def suggest_stopped(organization_id: UUID, now: datetime) -> int:
    """A chore. Returns how many interviews wait for an invitation again."""
    with connection.cursor() as cursor:
        cursor.execute(_STOPPED_LATER, {"organization": organization_id, "since": now - AFTER})
        batches = [row[0] for row in cursor.fetchall()]
    if not batches:
        return 0
    hold_sending(organization_id)
    return sum(suggest_again(organization_id, batch, now=now) for batch in batches)
