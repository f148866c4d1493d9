"""Every provider there is, by name: adding one means one module and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from yuemian.domain.states import Channel

from .base import BadConfig, Provider
from .http_sms import HTTPSMSProvider
from .smtp import SMTPProvider

PROVIDERS: Final[Mapping[str, type[Provider]]] = {
    provider.name: provider for provider in (SMTPProvider, HTTPSMSProvider)
}


def provider_class(name: str) -> type[Provider]:
    """The provider with this name; raises BadConfig naming the known ones."""
    try:
        return PROVIDERS[name]
    except KeyError:
        known = ", ".join(sorted(PROVIDERS))
        raise BadConfig(
            "There is no provider “%(name)s”; choose one of %(known)s.", name=name, known=known
        ) from None


def providers_of(channel: Channel) -> list[type[Provider]]:
    return [provider for provider in PROVIDERS.values() if provider.channel is channel]
