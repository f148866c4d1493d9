"""Which provider carries a channel: the installation's own accounts, read from the environment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from email.utils import parseaddr

from yuemian.channels.base import Provider
from yuemian.channels.smtp import SMTPProvider
from yuemian.domain.states import Channel


class Account:
    """A provider with the number of sends it takes at once."""

    def __init__(self, provider: Provider, mail_from: str = "") -> None:
        self.provider = provider
        self.mail_from = mail_from
        self.gate = asyncio.Semaphore(provider.limits.concurrency)


class Accounts:
    """The accounts of this process; a channel without one holds its deliveries."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._accounts = {account.provider.channel: account for account in accounts}
        self._by_name = {account.provider.name: account for account in self._accounts.values()}

    @classmethod
    def from_environment(cls, smtp_url: str, mail_from: str) -> Accounts:
        """Raises BadConfig when the URL cannot work."""
        if not smtp_url:
            return cls()
        provider = SMTPProvider.from_url(smtp_url)
        return cls([Account(provider, parseaddr(mail_from)[1] or provider.config.sender)])

    @property
    def channels(self) -> list[str]:
        return [str(channel) for channel in self._accounts]

    def for_channel(self, channel: str) -> Account | None:
        return self._accounts.get(Channel(channel))

    def named(self, provider: str) -> Account | None:
        return self._by_name.get(provider)

    async def close(self) -> None:
        for account in self._accounts.values():
            await account.provider.close()
