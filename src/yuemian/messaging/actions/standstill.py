"""Writes for restored data: what waits stays until a person looks at it, and a copy speaks to nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import F

from yuemian.messaging.actions.mailbox import WAKE_READERS
from yuemian.messaging.actions.plan import WAKE
from yuemian.messaging.models import Mailbox, ProviderAccount
from yuemian.trust import audit
from yuemian.trust.audit import SYSTEM
from yuemian.trust.live import announce

# What a worker had handed over may have arrived. What is only rehearsed reaches nobody and may go on.
_HOLD: Final = """
UPDATE messaging_delivery
SET is_unclear = is_unclear OR (state = 'sending' AND provider <> ''),
    attempt = attempt - (state = 'sending' AND provider = '')::int,
    state = 'held', reason = '', worker = NULL, lease_until = NULL, settled_at = NULL
WHERE organization_id = %s AND state IN ('queued', 'sending') AND NOT is_rehearsal
"""


def hold_waiting(organization_id: UUID, *, now: datetime) -> int:
    """Hold every message that waits, whenever it is due: it may have left after the backup was made.

    Returns how many. No worker may be at work; the caller acts in the organization.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [organization_id])
        count = int(cursor.rowcount)
    audit.record(organization_id, SYSTEM, "delivery.hold", at=now, count=count)
    announce(organization_id, "interviews")
    return count


def disconnect(organization_id: UUID, *, now: datetime) -> tuple[int, int]:
    """Switch off the accounts that send and the mailbox that is read. Returns how many of each.

    Their settings stay. The caller acts in the organization.
    """
    accounts = ProviderAccount.objects.filter(organization_id=organization_id, is_active=True)
    mailboxes = Mailbox.objects.filter(organization_id=organization_id, is_active=True)
    counts = (
        accounts.update(is_active=False, version=F("version") + 1),
        mailboxes.update(is_active=False, version=F("version") + 1),
    )
    audit.record(
        organization_id, SYSTEM, "channel.disconnected", at=now, accounts=counts[0], mailboxes=counts[1]
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, 'accounts'), pg_notify(%s, '')", [WAKE, WAKE_READERS])
    return counts
