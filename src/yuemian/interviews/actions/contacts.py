"""Take a candidate's address out of use or put it back, and look at their interviews' agendas again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.states import ReasonCode
from yuemian.hiring.actions import set_contact_use
from yuemian.hiring.models import ContactPoint
from yuemian.interviews.actions.replan import touch_candidates
from yuemian.messaging.actions.call_off import leave_out_contacts


def use_contact(user: User, point: ContactPoint, *, is_in_use: bool, now: datetime) -> None:
    """A step that waits for an address goes at once when one is there again; what waits for this one goes another way.

    Raises NotOurs after an opt-out.
    """
    candidate_id: UUID = point.candidate_id
    with transaction.atomic():
        set_contact_use(user, point.pk, is_in_use=is_in_use, now=now)
        if not is_in_use:
            leave_out_contacts([point.pk], ReasonCode.SUPPRESSED, now=now)
        touch_candidates(user.organization_id, [candidate_id], now=now)
