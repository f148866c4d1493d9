"""A receipt that comes while its message waits to be repeated under the same key: it counts, and saves the repeat."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from yuemian.channels.base import Dedup, Event, Outcome, Receipt
from yuemian.channels.base import EventKind as Reported
from yuemian.messaging.actions.receipts import record_events
from yuemian.messaging.models import ProviderAccount


def cut_off(story: Story, state: str = "queued") -> tuple[FakeProvider, UUID]:
    """The answer was lost after the gateway had taken the message; it waits for its next try."""
    gateway = FakeProvider(lambda _: Receipt(Outcome.AMBIGUOUS), dedup=Dedup.KEY)
    account = story.account("gateway")
    story.invite(1)
    deliver(accounts={"gateway": gateway})
    assert story.deliveries("state", "is_unclear") == [("queued", True)]
    if state != "queued":
        story.change("UPDATE messaging_delivery SET state = %s", state)
    return gateway, account


def receive(story: Story, account: UUID, kind: Reported) -> None:
    (delivery,) = story.deliveries("pk")[0]
    event = Event(kind, "e1", delivery_id=str(delivery))
    story.act(lambda: record_events(ProviderAccount.objects.get(pk=account), [event], now=story.now))


@pytest.mark.parametrize("state", ["queued", "held"])
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Reported.SENT, "sent"),
        (Reported.DELIVERED, "delivered"),
        (Reported.BOUNCED, "permanent_failure"),
        (Reported.OPENED, "waits"),
    ],
)
def test_it_settles_what_may_have_arrived(live: Story, state: str, kind: Reported, expected: str) -> None:
    _, account = cut_off(live, state)
    receive(live, account, kind)
    assert live.deliveries("state") == [(expected.replace("waits", state),)]


def test_what_has_arrived_is_not_repeated(live: Story) -> None:
    gateway, account = cut_off(live)
    receive(live, account, Reported.DELIVERED)
    live.change("UPDATE messaging_delivery SET due_at = now()")
    deliver(accounts={"gateway": gateway})
    assert len(gateway.sent) == 1
    assert live.deliveries("state") == [("delivered",)]
    assert live.standings() == [("invitation", "completed")]
