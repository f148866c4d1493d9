"""From an account in the settings to a delivered text message: engine, HTTP, strict gateway and its signed receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.messaging.engine.conftest import Story, create_database, drain, run
from tests.messaging.test_hooks import post, report
from tests.simulators.gateway import Fault, Gateway, Kind, settings_for
from tests.simulators.http_server import ScriptedHTTP, running
from yuemian.channels.http_sms import HTTPSMSConfig, presets
from yuemian.domain.states import Channel
from yuemian.messaging.actions.accounts import save_account
from yuemian.messaging.engine.accounts import Accounts
from yuemian.messaging.engine.render import Renderer
from yuemian.messaging.engine.worker import Options, Worker
from yuemian.messaging.models import ProviderAccount

RECEIPTS = {
    name: value
    for preset in presets()
    if preset.key == "json"
    for name, value in preset.settings.items()
    if name.startswith("receipt_")
}


@pytest.fixture
def loopback(settings: Any) -> None:
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]


def through(story: Story, gateway: Gateway, meanwhile: Callable[[], None], **changes: Any) -> ProviderAccount:
    """Enter an account at this gateway, plan something, and let a worker with nothing else send it."""
    account = ProviderAccount(provider="http_sms", name="网关")

    def enter(port: int) -> None:
        own = (
            settings_for(gateway.kind, f"http://127.0.0.1:{port}") | RECEIPTS | {"callback_url": ""} | changes
        )
        save_account(story.cast.owner, account, HTTPSMSConfig(**own), fields=["url"], now=story.now)

    async def work() -> None:
        async with running(ScriptedHTTP(gateway)) as server:
            await asyncio.to_thread(in_own_connection, story, lambda: enter(server.port))
            await asyncio.to_thread(in_own_connection, story, meanwhile)
            worker = Worker(create_database(), Accounts(), Renderer("http://localhost:8000"), Options())
            await drain(worker)

    run(work())
    return account


def in_own_connection(story: Story, what: Callable[[], None]) -> None:
    """Django's connections belong to threads; this one ends with its work."""
    try:
        story.act(what)
    finally:
        connection.close()


def texts(story: Story, count: int) -> Callable[[], None]:
    def invite() -> None:
        story.invite(count, (Channel.SMS,))

    return invite


def test_a_text_goes_out_through_the_account_and_its_receipt_comes_back(live: Story, loopback: None) -> None:
    gateway = Gateway(Kind.KEY)
    account = through(live, gateway, texts(live, 5))
    assert live.deliveries("state", "provider", "account") == [("sent", "http_sms", account.pk)] * 5
    assert gateway.refused == []
    assert set(gateway.accepted.values()) == {1}
    ids = [str(row[0]) for row in live.deliveries("id")]
    assert sorted(gateway.accepted) == sorted(ids), "our key is the delivery"
    assert {text["callback"].rpartition("/")[0] for text in gateway.texts.values()} == {
        f"http://localhost:8000/hooks/http_sms/{account.pk}"
    }
    delivered = report("delivered", id=gateway.ids[ids[0]], reference=ids[0])
    assert live.act(lambda: post(account, delivered, secret=settings_for(Kind.KEY, "")["password"])) == 200
    assert [state for (state,) in live.deliveries("state")].count("delivered") == 1


@pytest.mark.parametrize(
    ("kind", "fault", "expected"),
    [
        (Kind.LOOKUP, Fault.DROP_AFTER, ("sent", "")),
        (Kind.NEITHER, Fault.DROP_AFTER, ("unknown", "outcome_unknown")),
        (Kind.NEITHER, Fault.ERROR_AFTER, ("unknown", "outcome_unknown")),
        (Kind.NEITHER, Fault.DROP_BEFORE, ("unknown", "outcome_unknown")),
        (Kind.LOOKUP, Fault.DROP_BEFORE, ("unknown", "outcome_unknown")),
        (Kind.NEITHER, Fault.THROTTLE, ("queued", "rate_limited")),
    ],
)
def test_what_becomes_of_a_text_when_the_gateway_is_in_trouble(
    live: Story, loopback: None, kind: Kind, fault: Fault, expected: tuple[str, str]
) -> None:
    gateway = Gateway(kind, lambda number: fault if number == 1 else None)
    through(live, gateway, texts(live, 1))
    assert live.deliveries("state", "reason") == [expected]
    assert all(count == 1 for count in gateway.accepted.values())


def test_wrong_credentials_pause_the_account_and_hold_its_messages(live: Story, loopback: None) -> None:
    gateway = Gateway(Kind.KEY)
    through(live, gateway, texts(live, 2), password="wrong")
    assert {state for state, _ in live.deliveries("state", "reason")} == {"held"}
    assert live.health("health") == {"网关": "open"}
    assert not gateway.accepted


def test_an_account_in_a_private_network_that_nobody_named_sends_nothing(live: Story) -> None:
    gateway = Gateway(Kind.KEY)
    through(live, gateway, texts(live, 1))
    assert {state for (state,) in live.deliveries("state")} == {"held"}
    assert gateway.seen == 0
