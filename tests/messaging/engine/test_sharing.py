"""What workers tell one another through an account's row: the learned rate, and how long it rests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.messaging.engine.conftest import FakeProvider, Story, create_worker, run
from yuemian.domain.breaker import FIRST_REST
from yuemian.domain.pace import FORGOTTEN, Pace, throttled, went_well
from yuemian.messaging.engine.account import Account, AccountRow
from yuemian.messaging.engine.worker import Worker
from yuemian.trust.identifiers import uuid7

RATE = "SELECT learned_per_second FROM messaging_provideraccount"


def row(learned: float | None = None) -> AccountRow:
    now, free = datetime.now(UTC), Decimal(0)
    return AccountRow(
        uuid7(), uuid7(), "email", "fake", "ours", 100, free, 0.0, "ok", None, None, "", learned, 1, now
    )


def rates(*steps: float | Callable[[Pace, float], Pace] | None) -> list[float]:
    """The account's rate after each step: a row that is read, or what happens to its pace a second later."""

    async def walk() -> list[float]:
        account, found = Account(FakeProvider()), []
        now = asyncio.get_running_loop().time()
        for step in steps:
            now += 1.0
            if callable(step):
                account.pace = step(account.pace, now)
            else:
                account.adopt(row(step))
            found.append(account.pace.learned)
        return found

    found: list[float] = run(walk())
    return found


def refused(pace: Pace, now: float) -> Pace:
    return throttled(pace, 100.0, now)


def forgets(pace: Pace, now: float) -> Pace:
    return went_well(replace(pace, grown_at=now - 1, refused_at=now - FORGOTTEN - 1), now)


def test_what_was_learned_here_outlasts_a_row_that_says_what_it_said_before() -> None:
    assert rates(10.0, went_well, 10.0, went_well, 10.0) == pytest.approx([10.0, 10.4, 10.4, 10.8, 10.8])
    assert rates(10.0, forgets, 10.0) == [10.0, 0.0, 0.0]
    assert rates(None, refused, None) == [0.0, 50.0, 50.0]


def test_another_workers_refusal_counts_at_once_and_its_growth_where_it_got_further() -> None:
    assert rates(10.0, went_well, 5.0)[-1] == 5.0
    assert rates(None, 5.0) == [0.0, 5.0]
    assert rates(10.0, 12.0) == [10.0, 12.0]
    assert rates(10.0, went_well, 10.1)[-1] > 10.1
    assert rates(10.0, None) == [10.0, 0.0]
    assert rates(10.0, forgets, 10.4)[-1] == 0.0


async def tend_until(worker: Worker, is_done: Callable[[float | None], bool]) -> float | None:
    """Looks after the accounts as a running worker does, until the row's rate is as wanted."""
    tending = asyncio.create_task(worker._tend())
    try:
        async with asyncio.timeout(20):
            while True:
                ((rate,),) = await worker.database.fetch(RATE)
                if is_done(rate):
                    return rate  # type: ignore[no-any-return]
                await asyncio.sleep(0.02)
    finally:
        tending.cancel()


def at_work(live: Story, *steps: Callable[[Worker], Awaitable[object]]) -> None:
    live.account("ours", learned_per_second=10.0)
    live.invite(2)

    async def works() -> None:
        worker = create_worker(accounts={"ours": FakeProvider()}, chunk=1, tend_every=0.02)
        await worker.open()
        for step in steps:
            await step(worker)
        await worker.close()

    run(works())


def test_a_learned_rate_grows_back_while_the_worker_looks_after_its_accounts(live: Story) -> None:
    async def grows(worker: Worker) -> None:
        await worker.drain()
        (account,) = worker.accounts
        grown = account.pace.learned
        assert grown > 10.0
        assert await tend_until(worker, lambda rate: rate != 10.0) == grown
        assert account.pace.learned == grown

    at_work(live, grows)


def test_a_refusal_of_long_ago_is_forgotten_for_all_workers(live: Story) -> None:
    async def forgets_it(worker: Worker) -> None:
        (account,) = worker.accounts
        long_ago = asyncio.get_running_loop().time() - FORGOTTEN - 1
        account.pace = replace(account.pace, refused_at=long_ago)
        await worker.drain()
        await tend_until(worker, lambda rate: rate is None)
        assert account.pace.learned == 0.0

    at_work(live, forgets_it)


def test_workers_that_grow_at_once_do_not_take_it_from_one_another(live: Story) -> None:
    """Each writes what it learned only over what it knows, and keeps what it learned when another was first."""
    live.account("ours", learned_per_second=10.0)

    async def both() -> list[float]:
        workers = [create_worker(accounts={"ours": FakeProvider()}) for _ in range(2)]
        accounts: list[Account] = []
        for worker in workers:
            await worker.open()
            accounts += worker.accounts
        found = []
        for _ in range(3):
            for grown, account, worker in zip((1.0, 2.0), accounts, workers, strict=True):
                account.pace = replace(account.pace, learned=account.pace.learned + grown)
                await worker.accounts.reload(worker.database)
                await worker.accounts.speed_up(worker.database)
            ((rate,),) = await workers[0].database.fetch(RATE)
            found.append(rate)
        for worker in workers:
            await worker.close()
        return found

    # The second one has 12 where the first has just written 11; the first goes on from there.
    assert run(both()) == [12.0, 14.0, 16.0]


@pytest.mark.parametrize("minutes", [10, -10])
def test_a_rest_lasts_as_long_by_a_clock_that_is_wrong(minutes: int) -> None:
    """The row's times are the database's; this machine's clock is ten minutes behind it, or ahead of it."""

    async def rests() -> None:
        now = datetime.now(UTC) + timedelta(minutes=minutes)
        resting = row()._replace(health="open", health_since=now, health_until=now + FIRST_REST, now=now)
        account = Account(FakeProvider(), row=resting)
        account.adopt(resting)
        assert FIRST_REST / 2 < account.rest <= FIRST_REST
        assert not account.choice(is_alone=True).is_usable
        over = now + FIRST_REST
        account.adopt(resting._replace(now=over))
        assert account.rest == timedelta(0)
        assert account.choice(is_alone=True).is_usable

    run(rests())
