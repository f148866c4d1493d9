"""Two connections at one row: whoever comes second sees what the first did, and nobody is told twice or wrongly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from tests.interviews.test_invite import facts_of
from tests.messaging.engine.conftest import FakeProvider, Story, create_worker, deliver, run
from yuemian.domain.states import ReasonCode
from yuemian.interviews.actions.change import change_interview
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.call_off import stop_batch, supersede
from yuemian.messaging.engine.claim import claim
from yuemian.messaging.engine.worker import Worker
from yuemian.messaging.models import Batch
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import acting_in

LEASE = timedelta(seconds=60)


async def claim_now(worker: Worker, limit: int = 100) -> list[UUID]:
    return [row.id for row in await claim(worker.database, uuid7(), limit=limit, lease=LEASE)]


def test_a_claim_passes_over_rows_that_a_change_has_just_locked(story: Story) -> None:
    (interview,) = story.invite(1)

    async def claims() -> list[UUID]:
        worker = create_worker()
        await worker.open()
        found = await claim_now(worker)
        await worker.close()
        return found

    with acting_in(story.cast.organization.pk):
        supersede("interview", [interview.pk], ReasonCode.SUPERSEDED_BY_RESCHEDULE, now=story.now)
        assert run(claims()) == []
    assert story.deliveries() == [("cancelled", "superseded_by_reschedule")]


def test_a_change_after_the_claim_counts_the_person_as_told_and_corrects_it(
    live: Story, settings: Settings
) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned
    outside = FakeProvider()
    (interview,) = live.invite(1)

    async def change_while_sending() -> None:
        def change() -> None:
            with closing(connection), acting_in(live.cast.organization.pk):
                fresh = Interview.objects.get(pk=interview.pk)
                later = facts_of(fresh, starts_at=fresh.starts_at + timedelta(days=1))
                assert change_interview(live.cast.recruiter, interview.pk, later, now=live.now).is_told

        await asyncio.get_running_loop().run_in_executor(None, change)
        outside.before_send = None

    outside.before_send = change_while_sending
    deliver(outside)
    assert live.standings() == [("invitation", "completed"), ("change", "completed")]
    assert len(outside.sent) == 2


def test_stopping_a_batch_spares_nothing_that_was_not_handed_over(story: Story) -> None:
    story.invite(10)

    async def claims_four_and_hands_over_one() -> list[UUID]:
        worker = create_worker()
        await worker.open()
        found = await claim_now(worker, limit=4)
        await worker.database.fetch(
            "UPDATE messaging_delivery SET provider = 'lab' WHERE id = %(id)s", {"id": found[0]}
        )
        await worker.close()
        return found

    assert len(run(claims_four_and_hands_over_one())) == 4
    with acting_in(story.cast.organization.pk):
        assert stop_batch(Batch.objects.get(), now=story.now) == 9
    assert sorted(set(story.deliveries())) == [("cancelled", "stopped_by_person"), ("sending", "")]
    deliver()
    assert sorted(story.deliveries("state")) == [("cancelled",)] * 9 + [("sending",)]


def test_a_stop_leaves_open_what_may_have_arrived(story: Story, as_owner: Callable[[str], None]) -> None:
    """Nobody can say that it did not: it is not counted among the stopped, and a person has to look."""
    story.invite(5)
    as_owner(
        "UPDATE messaging_delivery SET is_unclear = true WHERE id IN (SELECT id FROM messaging_delivery LIMIT 2)"
    )
    with acting_in(story.cast.organization.pk):
        assert stop_batch(Batch.objects.get(), now=story.now) == 3
    stopped, unknown = ("cancelled", "stopped_by_person"), ("unknown", "outcome_unknown")
    assert sorted(story.deliveries()) == [stopped] * 3 + [unknown] * 2


def test_a_stop_waits_for_a_hand_over_that_is_just_being_made(story: Story) -> None:
    """Its transaction is still open when the recruiter presses stop: that person counts as told."""
    story.invite(1)
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user="yuemian_owner", dbname=settings["NAME"]
    ) as engine:
        engine.execute("SET ROLE yuemian_engine")
        engine.execute(
            "UPDATE messaging_delivery SET state = 'sending', worker = id, lease_until = now(), provider = 'lab'"
        )

        async def stop_while_open() -> int:
            def stop() -> int:
                with closing(connection), acting_in(story.cast.organization.pk):
                    return stop_batch(Batch.objects.get(), now=story.now)

            stopping = asyncio.get_running_loop().run_in_executor(None, stop)
            done, _ = await asyncio.wait([stopping], timeout=0.2)
            assert not done
            engine.commit()
            return await stopping

        assert run(stop_while_open()) == 0
    assert story.deliveries("state") == [("sending",)]


def test_two_workers_never_claim_the_same_row(story: Story) -> None:
    story.invite(40)

    async def claims() -> list[list[UUID]]:
        workers = [create_worker(), create_worker()]
        for worker in workers:
            await worker.open()
        found = await asyncio.gather(*(claim_now(worker, limit=20) for worker in workers for _ in range(3)))
        for worker in workers:
            await worker.close()
        return list(found)

    found = [id_ for claimed in run(claims()) for id_ in claimed]
    assert len(found) == len(set(found)) == 40


def test_a_worker_that_lost_its_lease_hands_nothing_over(live: Story) -> None:
    outside = FakeProvider()
    live.invite(3)
    deliver(outside, lease=0.0)
    assert outside.sent == []
    assert live.deliveries("state", "provider") == [("sending", "")] * 3


@pytest.mark.parametrize("column", ["worker", "attempt"])
def test_a_settlement_under_a_foreign_lease_changes_nothing(live: Story, column: str) -> None:
    outside = FakeProvider()
    live.invite(1)

    async def lose_it() -> None:
        new = "gen_random_uuid()" if column == "worker" else "attempt + 1"
        worker = create_worker()
        await worker.open()
        await worker.database.fetch(f"UPDATE messaging_delivery SET {column} = {new}")
        await worker.close()

    outside.before_send = lose_it
    deliver(outside)
    assert live.deliveries("state") == [("sending",)]


def test_a_stopped_worker_gives_back_what_it_has_not_handed_over(live: Story) -> None:
    outside = FakeProvider()
    live.invite(6)

    async def stop_after_the_first_chunk() -> None:
        worker = create_worker(outside, chunk=2)

        async def stop() -> None:
            worker.stop()

        outside.before_send = stop
        async with asyncio.timeout(10):
            await worker.run()

    run(stop_after_the_first_chunk())
    assert sorted(live.deliveries("state", "attempt")) == [("queued", 0)] * 4 + [("sent", 1)] * 2
    assert [b.state for b in live.rows(Batch.objects.all())] == ["running"]


def test_a_running_worker_is_woken_by_a_new_plan(live: Story) -> None:
    outside = FakeProvider()

    async def works() -> None:
        worker = create_worker(outside, poll=30.0)
        task = asyncio.create_task(worker.run())
        await worker.listening.wait()
        await asyncio.get_running_loop().run_in_executor(None, plan)
        async with asyncio.timeout(10):
            await outside.was_asked.wait()
        worker.stop()
        await task

    def plan() -> None:
        with closing(connection):
            live.invite(1)

    run(works())
    assert live.deliveries("state") == [("sent",)]
