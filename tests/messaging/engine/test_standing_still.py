"""A worker that stood still past its lease sends nothing when it wakes; one that is merely slow goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing

import pytest
from django.db import connection

from tests.messaging.engine.conftest import FakeProvider, Story, create_worker, deliver, drain, run
from yuemian.channels.base import TOO_LATE, Dedup, Message, Outcome, Receipt, leaving_clock
from yuemian.domain.states import Purpose
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.remedy import resolve_unclear
from yuemian.messaging.models import Delivery

LEASE_ENDS = "UPDATE messaging_delivery SET lease_until = now() - interval '1 second' WHERE state = 'sending'"


class Sleeper(FakeProvider):
    """At its first hand-over the process stands still: the time to leave passes, and others settle what it held."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__(self._in_time)
        self.written: list[Message] = []
        self._meanwhile = meanwhile

    def _in_time(self, message: Message) -> Receipt:
        if message.is_late:
            return Receipt(Outcome.RETRY, code=TOO_LATE)
        self.written.append(message)
        return Receipt(Outcome.ACCEPTED)

    async def send(self, messages: Sequence[Message]) -> list[Receipt]:
        if not self.begun:
            for message in messages:
                message.leave_by = leaving_clock() - 1
            await others_sweep()
            await asyncio.get_running_loop().run_in_executor(None, self._act)
        return await super().send(messages)

    def _act(self) -> None:
        with closing(connection):
            self._meanwhile()


async def others_sweep() -> None:
    other = create_worker(FakeProvider(), accounts={"mail": FakeProvider()})
    await other.open()
    await other.database.fetch(LEASE_ENDS)
    await other.sweeper.sweep()
    await other.close()


@pytest.mark.parametrize("dedup", list(Dedup))
def test_every_provider_is_told_until_when_a_message_may_leave(live: Story, dedup: Dedup) -> None:
    outside = FakeProvider(dedup=dedup)
    live.invite(2)
    began = leaving_clock()
    deliver(outside, lease=60.0)
    for message in outside.sent:
        assert began + 20 <= message.leave_by <= leaving_clock() + 20


def test_what_woke_too_late_was_not_sent_and_is_sent_anew(live: Story) -> None:
    live.invite(2)
    sleeper = Sleeper()
    deliver(sleeper)
    assert sleeper.written == []
    assert live.deliveries("state", "is_unclear") == [("queued", False)] * 2


def test_the_old_time_does_not_follow_its_correction(live: Story) -> None:
    live.invite(1)
    sleeper = Sleeper(lambda: live.act(lambda: Interview.objects.update(revision=2)))
    deliver(sleeper)
    live.change("UPDATE messaging_delivery SET due_at = now()")
    deliver(sleeper)
    assert sleeper.written == []
    assert live.deliveries() == [("cancelled", "superseded_by_reschedule")]


def test_what_a_person_sent_again_is_not_sent_twice(live: Story) -> None:
    live.invite(1)

    def send_again() -> None:
        def press() -> int:
            ids = list(Delivery.objects.filter(state="unknown").values_list("pk", flat=True))
            return resolve_unclear(live.cast.recruiter, ids, has_arrived=False, now=live.now)

        assert live.act(press) == 1

    sleeper = Sleeper(send_again)
    deliver(sleeper)
    live.change("UPDATE messaging_delivery SET due_at = now()")
    deliver(sleeper)
    assert len(sleeper.written) == 1
    assert live.deliveries("state", "occurrence") == [("temporary_failure", 1), ("sent", 2)]


def test_a_worker_that_stood_still_does_not_blame_the_account(live: Story) -> None:
    live.account("mail")
    live.invite(20)
    sleeper = Sleeper()
    deliver(accounts={"mail": sleeper})
    assert sleeper.written == []
    assert live.health("health") == {"mail": "ok"}


@pytest.mark.parametrize("is_leased", [True, False])
def test_a_lease_that_is_renewed_in_time_lets_the_rest_leave_later(live: Story, *, is_leased: bool) -> None:
    """A slow server is no frozen worker; but a lease that ended is not had back."""
    outside, extended = FakeProvider(), []
    live.invite(1)

    async def slowly() -> None:
        worker = create_worker(outside)

        async def renew() -> None:
            (chunk,) = worker._dispatch._hand_over._on_wire.values()
            before = chunk[0].leave_by
            if not is_leased:
                await worker.database.fetch(LEASE_ENDS)
            await worker.renew_leases(older_than=0.0)
            extended.append(chunk[0].leave_by - before)

        outside.before_send = renew
        await drain(worker)
        assert worker._dispatch._hand_over._on_wire == {}

    run(slowly())
    (later,) = extended
    assert (later > 15) is is_leased
    assert is_leased or later == 0
    assert live.standings() == [(Purpose.INVITATION, "completed")]
