"""Which channels an organization can use now."""

from __future__ import annotations

from django.conf import settings

from yuemian.accounts.models import Organization
from yuemian.domain.states import Channel


def available_channels(organization: Organization) -> list[Channel]:
    """In rehearsal the lab carries e-mail and SMS; live, a channel needs a provider. Preferred ones first."""
    if organization.is_rehearsal:
        return [Channel.EMAIL, Channel.SMS]
    return [Channel.EMAIL] if settings.SMTP_URL else []
