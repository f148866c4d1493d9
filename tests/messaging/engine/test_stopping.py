"""A stop reaches what was on the wire, too: what comes back not taken ends there, what is unclear is seen as such."""

from __future__ import annotations

import asyncio
from contextlib import closing

import pytest
from django.db import connection

from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from tests.messaging.engine.test_sweeping import sweep_once
from yuemian.channels.base import Dedup, Outcome, Receipt
from yuemian.domain.states import DeliveryState, ReasonCode
from yuemian.messaging.actions.call_off import stop_batch
from yuemian.messaging.models import Batch

STOPPED = (DeliveryState.CANCELLED, ReasonCode.STOPPED_BY_PERSON)
UNCLEAR = (DeliveryState.UNKNOWN, ReasonCode.OUTCOME_UNKNOWN)
NEVER_RECEIVED = Receipt(Outcome.RETRY)
LATER = (
    "UPDATE messaging_delivery SET due_at = now(), settled_at = settled_at - interval '61 seconds'"
    " WHERE state IN ('queued', 'unknown')"
)


def stop(story: Story) -> None:
    story.act(lambda: stop_batch(Batch.objects.get(), now=story.now))


def stopped_under_way(story: Story, outcome: Outcome, dedup: Dedup) -> FakeProvider:
    """The recruiter presses Stop while the provider has the message; this is its answer."""
    outside = FakeProvider(lambda _: Receipt(outcome), dedup=dedup)

    def stop_elsewhere() -> None:
        with closing(connection):
            stop(story)

    async def press() -> None:
        await asyncio.get_running_loop().run_in_executor(None, stop_elsewhere)

    outside.before_send = press
    story.invite(1)
    deliver(outside)
    assert [batch.state for batch in story.rows(Batch.objects.all())] == ["cancelled"]
    return outside


def nothing_more_leaves(story: Story, outside: FakeProvider) -> None:
    outside.before_send, outside.answer = None, lambda _: Receipt(Outcome.ACCEPTED)
    for _ in range(2):
        story.change(LATER)
        sweep_once(outside)
        deliver(outside)
    assert len(outside.sent) == 1


@pytest.mark.parametrize("dedup", list(Dedup))
@pytest.mark.parametrize("outcome", [Outcome.RETRY, Outcome.THROTTLED, Outcome.TOKEN_EXPIRED, Outcome.CONFIG])
def test_what_was_not_taken_is_stopped(live: Story, outcome: Outcome, dedup: Dedup) -> None:
    outside = stopped_under_way(live, outcome, dedup)
    assert live.deliveries() == [STOPPED]
    nothing_more_leaves(live, outside)
    assert live.deliveries() == [STOPPED]


def test_what_may_have_arrived_under_its_key_is_seen_as_unclear(live: Story) -> None:
    outside = stopped_under_way(live, Outcome.AMBIGUOUS, Dedup.KEY)
    assert live.deliveries() == [UNCLEAR]
    nothing_more_leaves(live, outside)
    assert live.deliveries() == [UNCLEAR]


@pytest.mark.parametrize("is_stopped_before", [True, False])
def test_what_was_never_received_is_stopped_once_the_provider_says_so(
    live: Story, *, is_stopped_before: bool
) -> None:
    if is_stopped_before:
        outside = stopped_under_way(live, Outcome.AMBIGUOUS, Dedup.LOOKUP)
    else:
        outside = FakeProvider(lambda _: Receipt(Outcome.AMBIGUOUS), dedup=Dedup.LOOKUP)
        live.invite(1)
        deliver(outside)
        live.change("UPDATE messaging_batch SET state = 'running', finished_at = NULL")
        stop(live)
    assert live.deliveries() == [UNCLEAR]
    outside.found = NEVER_RECEIVED
    nothing_more_leaves(live, outside)
    assert live.deliveries() == [STOPPED]


def test_the_sweep_ends_what_waits_in_a_stopped_batch(live: Story) -> None:
    live.invite(4)
    live.change("UPDATE messaging_batch SET state = 'cancelled'")
    live.change(
        "UPDATE messaging_delivery SET state = 'held'"
        " WHERE id IN (SELECT id FROM messaging_delivery ORDER BY id LIMIT 2)"
    )
    live.change(
        "UPDATE messaging_delivery SET is_unclear = true"
        " WHERE id IN (SELECT id FROM messaging_delivery ORDER BY id LIMIT 3 OFFSET 1)"
    )
    sweep_once()
    assert live.deliveries() == [STOPPED, UNCLEAR, UNCLEAR, UNCLEAR]


def test_the_sweep_leaves_other_batches_alone(live: Story) -> None:
    live.invite(2)
    live.change("UPDATE messaging_batch SET state = 'paused'")
    sweep_once()
    assert live.deliveries("state") == [("queued",)] * 2
