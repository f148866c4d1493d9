"""Every provider of the registry keeps the port's contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import pytest

from tests.channels import contract
from tests.channels.contract import Case
from tests.channels.mails import create_form, create_message
from tests.channels.smtp_server import HANG, ScriptedSMTP, running
from tests.channels.texts import LOOPBACK, create_text
from tests.simulators.gateway import Fault, Gateway, Kind, settings_for
from tests.simulators.http_server import ScriptedHTTP
from tests.simulators.http_server import running as running_http
from yuemian.channels.base import BadConfig, Message, Provider
from yuemian.channels.http_sms import HTTPSMSConfig, HTTPSMSProvider
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


class HTTPSMSCase:
    provider: type[Provider] = HTTPSMSProvider
    good_address = "138 0013-8000"
    bad_addresses = ("", "nobody", "021-55550100", "10690001234", "wang@example.com", "+86 1")

    def message(self, number: int) -> Message:
        return create_text(number)

    @asynccontextmanager
    async def _at(self, gateway: Gateway) -> AsyncIterator[Provider]:
        async with running_http(ScriptedHTTP(gateway)) as server:
            yield self._account(server.port)

    def _account(self, port: int) -> HTTPSMSProvider:
        config = HTTPSMSConfig(**settings_for(Kind.KEY, f"http://127.0.0.1:{port}"))
        return HTTPSMSProvider(config, network=LOOPBACK)

    def working(self) -> AbstractAsyncContextManager[Provider]:
        return self._at(Gateway())

    def silent(self) -> AbstractAsyncContextManager[Provider]:
        return self._at(Gateway(fault=lambda _number: Fault.HANG_AFTER))

    def absent(self) -> Provider:
        return self._account(1)


CASES: Final[dict[str, Case]] = {"smtp": SMTPCase(), "http_sms": HTTPSMSCase()}
CHECKS = [
    contract.check_declaration,
    contract.check_addresses,
    contract.check_sending,
    contract.check_silence,
    contract.check_absence,
    contract.check_lateness,
]


@pytest.mark.parametrize("name", list(PROVIDERS))
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_provider_keeps_the_contract(name: str, check: Callable[[Case], None]) -> None:
    check(CASES[name])


def test_the_registry_finds_providers_by_name_and_channel() -> None:
    assert provider_class("smtp") is SMTPProvider
    assert providers_of(Channel.EMAIL) == [SMTPProvider]
    assert providers_of(Channel.SMS) == [HTTPSMSProvider]
    with pytest.raises(BadConfig, match="choose one of http_sms, smtp"):
        provider_class("pigeon")
