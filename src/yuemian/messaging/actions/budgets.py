"""Write what each channel may cost a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.states import Channel
from yuemian.messaging.models import ChannelPolicy
from yuemian.trust import audit


def set_budgets(user: User, budgets: Mapping[Channel, Decimal | None], *, now: datetime) -> int:
    """None: no limit. Returns how many channels got another budget; the same again changes nothing."""
    with transaction.atomic():
        policies = ChannelPolicy.objects.filter(organization_id=user.organization_id).select_for_update()
        present = {policy.channel: policy.daily_budget for policy in policies}
        changed = {channel: value for channel, value in budgets.items() if present.get(channel) != value}
        for channel, value in changed.items():
            ChannelPolicy.objects.update_or_create(
                organization_id=user.organization_id, channel=channel, defaults={"daily_budget": value}
            )
        if changed:
            details: dict[str, Any] = {
                str(channel): None if value is None else str(value) for channel, value in changed.items()
            }
            audit.record(user.organization_id, user.actor, "budgets.saved", at=now, **details)
    return len(changed)
