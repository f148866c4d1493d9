"""Every provider of the registry keeps the port's contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import pytest

from tests.channels import contract
from tests.channels.contract import Case
from tests.channels.mails import create_form, create_message
from tests.channels.smtp_server import HANG, ScriptedSMTP, running
from yuemian.channels.base import BadConfig, Message, Provider
from yuemian.channels.registry import PROVIDERS, provider_class, providers_of
from yuemian.channels.smtp import SMTPConfig, SMTPProvider
from yuemian.domain.states import Channel


class SMTPCase:
    provider: type[Provider] = SMTPProvider
    good_address = "Wang@例子.中国"
    bad_addresses = ("", "nobody", "张三@example.com", "a@b.c\r\nDATA")
    form = create_form()

    def message(self, number: int) -> Message:
        return create_message(number, form=self.form)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Provider]:
        async with running(ScriptedSMTP()) as server:
            yield SMTPProvider(SMTPConfig(host="127.0.0.1", port=server.port, tls="none"))

    @asynccontextmanager
    async def silent(self) -> AsyncIterator[Provider]:
        script = lambda _session, line: HANG if line == "END" else None  # noqa: E731
        async with running(ScriptedSMTP(script)) as server:
            yield SMTPProvider(SMTPConfig(host="127.0.0.1", port=server.port, tls="none", data_timeout=0.3))

    def absent(self) -> Provider:
        return SMTPProvider(SMTPConfig(host="127.0.0.1", port=1, tls="none", timeout=2.0))


CASES: Final[dict[str, Case]] = {"smtp": SMTPCase()}
CHECKS = [
    contract.check_declaration,
    contract.check_addresses,
    contract.check_sending,
    contract.check_silence,
    contract.check_absence,
]


@pytest.mark.parametrize("name", list(PROVIDERS))
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_provider_keeps_the_contract(name: str, check: Callable[[Case], None]) -> None:
    check(CASES[name])


def test_the_registry_finds_providers_by_name_and_channel() -> None:
    assert provider_class("smtp") is SMTPProvider
    assert providers_of(Channel.EMAIL) == [SMTPProvider]
    with pytest.raises(BadConfig, match="choose one of smtp"):
        provider_class("pigeon")
