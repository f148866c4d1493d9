"""What comes with time: the audit trail is checked every night."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from yuemian.accounts.models import Organization
from yuemian.domain.retention import is_look_due
from yuemian.trust import audit

log = structlog.get_logger(__name__)


def check_audit_trail_nightly(organization_id: UUID, now: datetime) -> int:
    """Once a night, in a transaction of that organization. Returns 0: one check walks the whole chain."""
    zone = ZoneInfo(Organization.objects.values_list("time_zone", flat=True).get(pk=organization_id))
    last = audit.last_check(organization_id)
    if is_look_due(last.at if last else None, now.astimezone(zone)):
        fault = audit.check(organization_id, audit.SYSTEM, at=now)
        if fault:
            log.error("audit_chain_broken", organization=str(organization_id), sequence=fault.sequence)
    return 0
