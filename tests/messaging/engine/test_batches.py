"""Pausing, resuming and the first few of a large send, with the engine at work."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from tests.messaging.engine.conftest import FakeProvider, Story, create_worker, deliver, run
from yuemian.channels.base import Message, Outcome, Receipt
from yuemian.domain.moves import ForbiddenMove
from yuemian.messaging.actions.batches import pause_batch, resume_batch
from yuemian.messaging.actions.call_off import stop_batch
from yuemian.messaging.engine.canary import judge_canaries
from yuemian.messaging.engine.claim import claim
from yuemian.messaging.engine.sweep import Sweeper
from yuemian.messaging.models import Batch
from yuemian.trust.identifiers import uuid7
from yuemian.trust.models import AuditEntry
from yuemian.trust.tenancy import acting_in

LEASE = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def with_mail(settings: Settings) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned


def batch_of(story: Story) -> Batch:
    batch: Batch
    (batch,) = story.rows(Batch.objects.all())
    assert isinstance(batch, Batch)
    return batch


def pause(story: Story) -> None:
    with acting_in(story.cast.organization.pk):
        pause_batch(story.cast.recruiter, Batch.objects.get().pk, now=story.now)


def resume(story: Story) -> None:
    with acting_in(story.cast.organization.pk):
        resume_batch(story.cast.recruiter, Batch.objects.get().pk, now=story.now)


def claim_all(story: Story) -> list[UUID]:
    async def work() -> list[UUID]:
        worker = create_worker()
        await worker.open()
        found = await claim(worker.database, uuid7(), limit=1000, lease=LEASE)
        await worker.close()
        return [row.id for row in found]

    found: list[UUID] = run(work())
    return found


def test_nothing_of_a_paused_batch_is_claimed_and_all_of_a_resumed_one(live: Story) -> None:
    outside = FakeProvider()
    live.invite(10)
    pause(live)
    deliver(outside)
    assert outside.sent == []
    assert batch_of(live).state == "paused"
    resume(live)
    deliver(outside)
    assert len(outside.sent) == 10
    assert batch_of(live).state == "finished"
    actions = live.rows(AuditEntry.objects.order_by("sequence").values_list("action", flat=True))
    assert [action for action in actions if action.startswith("batch.")] == [
        "batch.sent",
        "batch.paused",
        "batch.resumed",
    ]


def test_a_paused_batch_keeps_no_other_one_from_leaving(live: Story) -> None:
    outside = FakeProvider()
    live.invite(3)
    pause(live)
    live.invite(2)
    deliver(outside)
    assert len(outside.sent) == 2


def test_a_claim_under_way_goes_on_while_the_pause_takes_the_rest(live: Story) -> None:
    """The pause's transaction is still open when a worker claims: the worker does not see it, and is in its right."""
    live.invite(4)
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user="yuemian_owner", dbname=settings["NAME"]
    ) as recruiter:
        recruiter.execute("SET ROLE yuemian_engine")
        recruiter.execute("UPDATE messaging_batch SET state = 'paused'")
        assert len(claim_all(live)) == 4
        recruiter.commit()
    live.change("UPDATE messaging_delivery SET state = 'queued', worker = NULL")
    assert claim_all(live) == []


def test_two_people_pause_once(live: Story) -> None:
    live.invite(1)
    pause(live)
    with pytest.raises(ForbiddenMove):
        pause(live)


def test_a_paused_batch_can_be_stopped_for_good(live: Story) -> None:
    live.invite(3)
    pause(live)
    with acting_in(live.cast.organization.pk):
        assert stop_batch(Batch.objects.get(), now=live.now) == 3
    assert batch_of(live).state == "cancelled"
    with pytest.raises(ForbiddenMove):
        resume(live)


# --- The first few -----------------------------------------------------------------------------------------


def canaries(story: Story) -> list[str]:
    return [state for state, is_canary in story.deliveries("state", "is_canary") if is_canary]


def test_the_first_five_go_ahead_and_the_rest_follows_by_itself(live: Story) -> None:
    outside = FakeProvider()
    live.invite(60)
    assert (batch_of(live).canary, len(canaries(live))) == (5, 5)
    assert len(claim_all(live)) == 5
    live.change("UPDATE messaging_delivery SET state = 'queued', worker = NULL WHERE state = 'sending'")
    deliver(outside)
    assert len(outside.sent) == len({message.to for message in outside.sent}) == 60
    batch = batch_of(live)
    assert (batch.state, batch.canary_passed_at is not None) == ("finished", True)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.CONTENT_REJECTED, "content_rejected"),
        (Outcome.CONFIG, "not_configured"),
        (Outcome.AMBIGUOUS, "outcome_unknown"),
        (Outcome.BAD_RECIPIENT, "invalid_contact"),
    ],
)
def test_when_the_first_five_fail_nobody_else_is_written_to(
    live: Story, outcome: Outcome, reason: str
) -> None:
    outside = FakeProvider(lambda _message: Receipt(outcome, code="x"))
    live.invite(60)
    deliver(outside)
    assert len(outside.sent) == 5
    batch = batch_of(live)
    assert (batch.state, batch.paused_reason, batch.canary_passed_at) == ("paused", reason, None)
    assert [state for (state,) in live.deliveries("state")].count("queued") == 55


def test_whoever_resumes_sends_to_all_that_still_wait(live: Story) -> None:
    live.invite(60)
    deliver(FakeProvider(lambda _message: Receipt(Outcome.CONTENT_REJECTED)))
    resume(live)
    outside = FakeProvider()
    deliver(outside)
    assert len(outside.sent) == 55
    assert batch_of(live).state == "finished"


def test_one_dead_address_among_the_first_stops_nobody(live: Story) -> None:
    first: list[str] = []

    def answer(message: Message) -> Receipt:
        first.append(message.to)
        return Receipt(Outcome.BAD_RECIPIENT if len(first) == 1 else Outcome.ACCEPTED)

    outside = FakeProvider(answer)
    live.invite(60)
    deliver(outside)
    assert len(outside.sent) == 60


def test_a_worker_that_died_after_the_first_five_leaves_the_decision_to_the_sweep(live: Story) -> None:
    live.invite(60)
    live.change("UPDATE messaging_delivery SET state = 'sent', sent_at = now() WHERE is_canary")
    outside = FakeProvider()

    async def sweeps() -> None:
        worker = create_worker(outside)
        await worker.open()
        await Sweeper(worker.database, worker.accounts, worker.news).sweep()
        await worker.drain()
        await worker.close()

    run(sweeps())
    assert len(outside.sent) == 55


def test_a_small_or_rehearsed_send_has_no_first_few(story: Story, settings: Settings) -> None:
    story.invite(60)
    assert (batch_of(story).canary, canaries(story)) == (0, [])


def test_two_workers_judge_the_same_batch_once(live: Story) -> None:
    live.invite(60)
    live.change("UPDATE messaging_delivery SET state = 'sent', sent_at = now() WHERE is_canary")

    async def both() -> list[int]:
        workers = [create_worker(), create_worker()]
        for worker in workers:
            await worker.open()
        found = await asyncio.gather(*(judge_canaries(each.database, None) for each in workers))
        for worker in workers:
            await worker.close()
        return sorted(len(touched) for _waiting, touched in found)

    assert run(both()) == [0, 1]


def test_a_pause_takes_back_what_was_claimed_and_not_handed_over(live: Story) -> None:
    """The worker that claimed it drops it at the hand-over: it no longer owns the rows."""
    outside = FakeProvider()
    live.invite(4)

    async def pause_between_claim_and_hand_over() -> None:
        worker = create_worker(outside)
        await worker.open()
        mine = uuid7()
        rows = await claim(worker.database, mine, limit=100, lease=LEASE)
        await asyncio.get_running_loop().run_in_executor(None, pause_elsewhere)
        await worker._dispatch.run(mine, rows)
        await worker.close()

    def pause_elsewhere() -> None:
        with closing(connection):
            pause(live)

    run(pause_between_claim_and_hand_over())
    assert outside.sent == []
    assert live.deliveries("state", "attempt") == [("queued", 0)] * 4


def test_a_pause_that_was_not_committed_yet_when_a_worker_claimed_holds_all_the_same(live: Story) -> None:
    """It could take nothing back, as nothing was claimed then: the hand-over looks at the batch once more."""
    outside = FakeProvider()
    live.invite(4)
    settings = connection.settings_dict

    async def claim_beside_a_pause() -> None:
        worker = create_worker(outside)
        await worker.open()
        mine = uuid7()
        with psycopg.connect(
            host=settings["HOST"], port=settings["PORT"], user="yuemian_owner", dbname=settings["NAME"]
        ) as recruiter:
            recruiter.execute("SET ROLE yuemian_engine")
            recruiter.execute("UPDATE messaging_batch SET state = 'paused'")
            rows = await claim(worker.database, mine, limit=100, lease=LEASE)
        assert len(rows) == 4
        await worker._dispatch.run(mine, rows)
        await worker.close()

    run(claim_beside_a_pause())
    assert outside.sent == []
    assert live.deliveries("state", "attempt") == [("queued", 0)] * 4
    resume(live)
    deliver(outside)
    assert len(outside.sent) == 4
