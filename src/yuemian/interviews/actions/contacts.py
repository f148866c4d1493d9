"""Take an address out of use, or put it back: what waits for it goes another way, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.states import ReasonCode
from yuemian.hiring import actions as hiring
from yuemian.messaging.actions.call_off import leave_out_contacts


def set_contact_use(user: User, point_id: UUID, *, is_in_use: bool, now: datetime) -> None:
    """Raises `hiring.actions.NotOurs` after an opt-out."""
    with transaction.atomic():
        hiring.set_contact_use(user, point_id, is_in_use=is_in_use, now=now)
        if not is_in_use:
            leave_out_contacts([point_id], ReasonCode.SUPPRESSED, now=now)
