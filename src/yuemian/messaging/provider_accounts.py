"""From a stored account to a provider that works, and back: settings as JSON, sealed with the organization's key."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

import orjson
from django.conf import settings

from yuemian.channels.base import BadConfig, Provider
from yuemian.channels.http import Network
from yuemian.channels.registry import provider_class
from yuemian.messaging.models import ProviderAccount
from yuemian.trust.vault import DataKey, Vault


class AccountRow(Protocol):
    """What is needed of an account: a `ProviderAccount`, or the same values read by other means."""

    @property
    def id(self) -> UUID: ...

    @property
    def provider(self) -> str: ...

    @property
    def key(self) -> DataKey: ...

    @property
    def config_sealed(self) -> bytes | memoryview: ...

    @property
    def per_second(self) -> float: ...


def open_account(row: AccountRow, vault: Vault) -> Provider:
    """The account's provider, with its own limits. Raises BadConfig, or Unreadable when the key is gone."""
    config = open_config(row, vault)
    provider = provider_class(row.provider)(config, network=Network(settings.PRIVATE_NETWORKS))
    provider.limits = dataclasses.replace(provider.limits, per_second=row.per_second)
    return provider


def open_config(row: AccountRow, vault: Vault) -> Any:
    """The settings in clear, secrets included. Settings that an older version lacked have their defaults."""
    values = orjson.loads(vault.open_bytes(row.key, ProviderAccount.PLACE, row.id, row.config_sealed))
    return config_from(row.provider, values)


def seal_config(vault: Vault, key: DataKey, account_id: UUID, config: Any) -> bytes:
    plain = orjson.dumps(dataclasses.asdict(config))
    return vault.seal_bytes(key, ProviderAccount.PLACE, account_id, plain)


def config_from(provider: str, values: Mapping[str, Any]) -> Any:
    """A checked Config; names it does not know are left out. Raises BadConfig."""
    kind = provider_class(provider).Config
    known = {field.name for field in dataclasses.fields(kind)}
    try:
        return kind(**{name: value for name, value in values.items() if name in known})
    except TypeError as error:
        raise BadConfig("A setting is missing or of the wrong kind; fill in the form anew.") from error


def check_config(provider: str, config: Any) -> None:
    """Raises BadConfig unless a provider can be made of it; nothing is connected."""
    provider_class(provider)(config, network=Network())
