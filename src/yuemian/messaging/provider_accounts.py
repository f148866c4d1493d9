"""From a provider account's row to the provider that sends with it."""

from __future__ import annotations

import json

from yuemian.channels.base import BadConfig, Provider
from yuemian.channels.registry import provider_class
from yuemian.messaging.models import ProviderAccount
from yuemian.trust.vault import Vault


def open_account(row: ProviderAccount, vault: Vault) -> Provider:
    """Raises BadConfig with a sentence, Unreadable when the key is gone."""
    kind = provider_class(row.provider)
    settings = json.loads(vault.open(row.key, ProviderAccount.PLACE, row.pk, row.config_sealed))
    try:
        config = kind.Config(**settings)
    except TypeError:
        raise BadConfig("The account's settings do not fit its provider; enter them anew.") from None
    provider: Provider = kind(config)  # type: ignore[call-arg]  # a provider is made from its Config
    return provider
