"""What comes with time: whose data is over is announced at night, and goes when it has come due."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from yuemian.accounts.models import Organization
from yuemian.domain.retention import is_look_due
from yuemian.hiring.actions.erase import erase_due
from yuemian.hiring.actions.retain import look_for_what_is_over

SLICE: Final = 20


def look_nightly(organization_id: UUID, now: datetime) -> int:
    """Once a night, in a transaction of that organization. Returns 0: one look sees everybody."""
    organization = Organization.objects.get(pk=organization_id)
    if is_look_due(organization.retention_looked_at, now.astimezone(ZoneInfo(organization.time_zone))):
        look_for_what_is_over(organization, now=now)
    return 0


def erase_what_is_due(organization_id: UUID, now: datetime) -> int:
    """A slice. Returns how many went: 0, all done."""
    return erase_due(organization_id, now=now, limit=SLICE)
