"""A worker says that it lives, what it has done, and that it stopped; two may be exchanged under load."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from psycopg import OperationalError

from tests.messaging.engine.conftest import FakeProvider, Story, create_worker, run
from yuemian.channels.base import Outcome, Receipt
from yuemian.domain.states import Channel
from yuemian.messaging.engine.worker import Worker
from yuemian.messaging.models import WorkerLife


def lives(*fields: str) -> list[Any]:
    return list(WorkerLife.objects.order_by("started_at").values_list(*fields))


def test_a_worker_that_ran_has_said_so_with_its_figures(live: Story) -> None:
    live.invite(3)
    answers = iter([Outcome.ACCEPTED, Outcome.AMBIGUOUS, Outcome.BAD_RECIPIENT])

    async def works() -> None:
        worker = create_worker(FakeProvider(lambda _: Receipt(next(answers))))
        task = asyncio.create_task(worker.run())
        await until_empty(worker)
        worker.stop()
        await task

    run(works())
    ((host, pid, figures, stopped_at),) = lives("host", "pid", "figures", "stopped_at")
    assert host
    assert pid > 0
    assert stopped_at is not None
    assert figures == {"email": {"claimed": 3, "accepted": 1, "unclear": 1, "failed": 1}}


def test_a_living_worker_is_seen_and_a_silent_one_is_forgotten_after_a_week(live: Story) -> None:
    live.change(
        "INSERT INTO messaging_workerlife (id, host, pid, version, started_at, seen_at, figures)"
        " VALUES (gen_random_uuid(), 'old', 1, '0', now() - interval '9 days', now() - interval '8 days', '{}')"
    )

    async def works() -> None:
        worker = create_worker()
        await worker.open()
        await worker.life.forget_the_dead()
        await worker.life.beat()
        await worker.life.beat()
        await worker.close()

    run(works())
    ((host, started_at, seen_at, stopped_at),) = lives("host", "started_at", "seen_at", "stopped_at")
    assert host != "old"
    assert seen_at > started_at
    assert stopped_at is None


async def until_empty(worker: Worker) -> None:
    waits = "SELECT id FROM messaging_delivery WHERE state IN ('queued', 'sending') LIMIT 1"
    await worker.listening.wait()
    async with asyncio.timeout(60):
        while True:
            if not await worker.database.fetch(waits):
                return


def test_workers_exchanged_one_after_the_other_lose_and_double_nothing(live: Story) -> None:
    """A rolling restart: while one is told to stop, its successor works already."""
    provider = FakeProvider()
    live.invite(300)

    async def exchange() -> None:
        turns = asyncio.Semaphore(0)

        async def slowly() -> None:
            await turns.acquire()

        def start() -> tuple[Worker, asyncio.Task[None]]:
            worker = create_worker(provider, batch=20, chunk=5)
            return worker, asyncio.create_task(worker.run())

        provider.before_send = slowly
        old, new = [start(), start()], []
        for worker, _ in old:
            await worker.listening.wait()
        for worker, _ in old:
            new.append(start())
            await new[-1][0].listening.wait()
            for _ in range(5):
                turns.release()
            worker.stop()
        assert 0 < len(provider.sent) < 300
        provider.before_send = None
        for _ in range(100):
            turns.release()
        for _, task in old:
            await task
        await until_empty(new[0][0])
        for worker, task in new:
            worker.stop()
            await task

    run(exchange())
    keys = [message.key for message in provider.sent]
    assert len(keys) == len(set(keys)) == 300
    assert set(live.deliveries("state")) == {("sent",)}


def test_a_slow_account_does_not_hold_up_another(live: Story) -> None:
    class FakeSMS(FakeProvider):
        channel = Channel.SMS

    mail, phone = FakeProvider(), FakeSMS()
    live.invite(4, (Channel.EMAIL, Channel.SMS))

    async def works() -> None:
        hangs = asyncio.Event()

        async def hang() -> None:
            await hangs.wait()

        phone.before_send = hang
        worker = create_worker(mail, phone)
        task = asyncio.create_task(worker.run())
        async with asyncio.timeout(30):
            await mail.was_asked.wait()
        assert phone.sent == []
        hangs.set()
        await until_empty(worker)
        worker.stop()
        await task

    run(works())
    assert (len(mail.sent), len(phone.sent)) == (4, 4)


def test_a_worker_that_is_told_to_end_because_the_database_ends_does_end(
    live: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone() -> None:
        raise OperationalError("the server is shutting down")

    async def end() -> None:
        worker = create_worker(FakeProvider())
        monkeypatch.setattr(worker.life, "stopped", gone)
        running = asyncio.create_task(worker.run())
        await worker.listening.wait()
        worker.stop()
        await asyncio.wait_for(running, 30)
        assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()

    run(end())
