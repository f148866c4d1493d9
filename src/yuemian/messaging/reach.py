"""Which channels an organization can use now."""

from __future__ import annotations

from django.conf import settings

from yuemian.accounts.models import Organization
from yuemian.domain.states import Channel
from yuemian.messaging.models import ProviderAccount


def available_channels(organization: Organization) -> list[Channel]:
    """In rehearsal the lab carries all; live, a channel needs an account. Preferred ones first.

    WeChat is for rehearsal alone: it has no provider yet, and reaches only people who have subscribed.
    """
    if organization.is_rehearsal:
        return [Channel.EMAIL, Channel.SMS, Channel.WECHAT]
    accounts = ProviderAccount.objects.filter(organization_id=organization.pk, is_active=True)
    found = {Channel(channel) for channel in accounts.values_list("channel", flat=True).distinct()}
    if settings.SMTP_URL:
        found.add(Channel.EMAIL)
    return [channel for channel in (Channel.EMAIL, Channel.SMS) if channel in found]
