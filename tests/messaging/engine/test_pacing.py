"""An account's rate is one for all workers, what must wait waits in the queue, and throttling teaches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.messaging.engine.conftest import FakeProvider, Story, create_database, create_worker, deliver, run
from yuemian.channels.base import Message, Outcome, Receipt
from yuemian.domain.pace import Pace
from yuemian.messaging.engine.account import Account
from yuemian.messaging.engine.account_statements import BOOK
from yuemian.messaging.models import ProviderAccount


def test_what_cannot_leave_within_the_rate_goes_back_and_comes_when_its_turn_is(live: Story) -> None:
    live.account("slow", per_second=0.5)
    live.invite(20)
    provider = FakeProvider()
    deliver(accounts={"slow": provider})
    rows = live.deliveries("state", "attempt", "due_at")
    waiting = sorted(due for state, _, due in rows if state == "queued")
    # A message every two seconds, and two seconds of patience.
    assert 1 <= len(provider.sent) < 20
    assert len(waiting) == 20 - len(provider.sent)
    assert {attempt for state, attempt, _ in rows if state == "queued"} == {0}
    assert waiting[-1] - waiting[0] >= timedelta(seconds=(len(waiting) - 1) * 2 - 1)


def test_workers_at_once_book_one_rate(live: Story) -> None:
    account, began = live.account("slow", per_second=4.0), timezone.now()

    async def book() -> int:
        database = create_database(6)
        await database.open()
        values = {"id": account, "stretch": 0.5, "patience": 2.5}
        found = await asyncio.gather(*(database.fetch(BOOK, values) for _ in range(12)))
        await database.close()
        waits = [float(rows[0][0]) for rows in found if rows]
        assert all(0 <= wait <= 2.5 for wait in waits)
        return len(waits)

    booked = run(book())
    (until,) = live.rows(ProviderAccount.objects.values_list("paced_until", flat=True))
    assert booked >= 5
    assert until >= began + booked * timedelta(seconds=0.5)


def test_throttling_slows_the_account_for_everybody_and_costs_the_message_nothing(live: Story) -> None:
    live.account("ours", per_second=100.0)
    live.invite(3)
    deliver(accounts={"ours": FakeProvider(lambda _: Receipt(Outcome.THROTTLED, retry_after=30))})
    assert live.deliveries() == [("queued", "rate_limited")] * 3
    found = live.health("learned_per_second", "paced_until", "health")["ours"]
    assert 0 < found[0] <= 50.0
    assert found[1] > timezone.now() + timedelta(seconds=20)
    assert found[2] == "ok"  # too fast is not ill
    live.change("UPDATE messaging_delivery SET due_at = now()")
    deliver(accounts={"ours": (calm := FakeProvider())})
    assert calm.sent == []  # its silence is not over


def test_a_message_that_is_only_throttled_is_tried_until_its_deadline(live: Story) -> None:
    live.account("ours")
    live.invite(1)
    live.change("UPDATE messaging_delivery SET attempt = 40")
    provider = FakeProvider(lambda _: Receipt(Outcome.THROTTLED, retry_after=1))
    deliver(accounts={"ours": provider})
    assert live.deliveries("state", "attempt") == [("queued", 41)]


def test_a_learned_rate_is_written_down_when_it_grows(live: Story) -> None:
    live.account("ours", per_second=100.0, learned_per_second=10.0)
    live.invite(2)

    async def works() -> None:
        worker = create_worker(accounts={"ours": FakeProvider()}, chunk=1)
        await worker.open()
        await worker.drain()
        (account,) = worker.accounts
        assert account.pace.learned > 10.0
        await worker.accounts.speed_up(worker.database)
        await worker.close()

    run(works())
    (learned,) = live.rows(ProviderAccount.objects.values_list("learned_per_second", flat=True))
    assert 10.0 < learned < 100.0


def test_the_account_that_costs_nothing_is_never_counted(live: Story) -> None:
    live.account("ours", cost=Decimal(0))
    live.invite(1)
    deliver(accounts={"ours": FakeProvider()})
    assert live.deliveries("state", "cost") == [("sent", None)]


TOO_FAST, TAKEN = Receipt(Outcome.THROTTLED, retry_after=60), Receipt(Outcome.ACCEPTED)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([[TAKEN] * 4], None),
        ([[TAKEN] * 9 + [TOO_FAST]], None),  # one greylisted recipient
        ([[TAKEN] * 2 + [TOO_FAST] * 2], 5.0),
        ([[TOO_FAST]], 5.0),
        ([[TOO_FAST], [TOO_FAST]], 5.0),
        ([[TOO_FAST], [TOO_FAST], [TOO_FAST]], 60.0),
        ([[TOO_FAST] * 3], 60.0),
        ([[TOO_FAST], [TAKEN], [TOO_FAST], [TOO_FAST]], 5.0),
    ],
)
def test_one_refusal_among_many_does_not_silence_an_account(
    chunks: list[list[Receipt]], expected: float | None
) -> None:
    async def last() -> float | None:
        account = Account(FakeProvider())
        return [account.asked_to_slow_down(chunk) for chunk in chunks][-1]

    assert run(last()) == expected


def test_turns_follow_what_the_account_can_do_not_what_it_was_given() -> None:
    """Else a queue that was put off would make the account look slow, and be put off even further."""

    async def turns() -> list[float]:
        account = Account(FakeProvider())
        account.saw(100, 1.0)  # then nothing for a long time
        return [account.turn() for _ in range(5000)]

    found = run(turns())
    assert found[99] == pytest.approx(1.0, abs=0.1)
    assert found[0] < found[99] < found[-1]
    assert max(found) <= 20.0


def test_where_the_rate_is_known_turns_reach_further() -> None:
    async def last() -> float:
        account = Account(FakeProvider())
        account.pace = Pace(ceiling=2.0)
        return [account.turn() for _ in range(500)][-1]

    assert run(last()) == pytest.approx(250.0, abs=1.0)


class Slow(FakeProvider):
    """Takes its time over each message; notes how many it is given at once."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds, self.sizes = seconds, list[int]()

    async def send(self, messages: Sequence[Message]) -> list[Receipt]:
        self.sizes.append(len(messages))
        await asyncio.sleep(self.seconds * len(messages))
        return await super().send(messages)


@pytest.mark.parametrize(("seconds", "least", "most"), [(0.1, 8, 10), (0.0, 55, 55)])
def test_an_account_is_handed_what_it_takes_in_a_second(
    live: Story, seconds: float, least: int, most: int
) -> None:
    """So a stop is obeyed within about that time, however slow the account is. The first five are the canary."""
    live.account("ours")
    live.invite(60)
    provider = Slow(seconds)
    deliver(accounts={"ours": provider})
    assert sum(provider.sizes) == 60
    assert provider.sizes[0] == 5
    assert all(least <= size <= most for size in provider.sizes[1:-1])
    assert provider.sizes[-1] <= most


def test_nobody_knows_a_new_account() -> None:
    assert Account(FakeProvider()).within_a_second == 25
