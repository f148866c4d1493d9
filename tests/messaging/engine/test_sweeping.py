"""What a dead worker held is settled by what is known of it: never lost, never blindly repeated."""

from __future__ import annotations

from datetime import timedelta

from tests.messaging.engine.conftest import FakeProvider, Story, create_worker, deliver, run
from yuemian.channels.base import Dedup, Outcome, Receipt
from yuemian.domain.retry import MAX_ATTEMPTS
from yuemian.messaging.engine.claim import claim
from yuemian.messaging.engine.settle import Attempt, settle, settlement
from yuemian.messaging.models import Batch, DeliveryEvent, LabMessage
from yuemian.trust.identifiers import uuid7

DIE = (
    "UPDATE messaging_delivery SET state = 'sending', lease_until = now() - interval '1 second', worker = id"
)


def sweep_once(*providers: FakeProvider) -> int:
    async def work() -> int:
        worker = create_worker(*providers)
        await worker.open()
        count = await worker.sweeper.sweep()
        await worker.news.flush()
        await worker.close()
        return count

    found: int = run(work())
    return found


def test_a_claim_that_was_not_handed_over_returns_to_the_queue(live: Story) -> None:
    live.invite(3)
    live.change(f"{DIE}, attempt = 1")
    assert sweep_once() == 3
    assert live.deliveries("state", "attempt") == [("queued", 1)] * 3
    events = live.rows(DeliveryEvent.objects.values_list("kind", "code"))
    assert events == [("lease_expired", "not_handed_over")] * 3
    deliver(outside := FakeProvider())
    assert len(outside.sent) == 3


def test_what_was_handed_to_a_provider_without_key_or_lookup_is_unknown(live: Story) -> None:
    live.invite(1)
    live.change(f"{DIE}, attempt = 1, provider = 'fake'")
    sweep_once(FakeProvider())
    assert live.deliveries() == [("unknown", "outcome_unknown")]
    deliver(outside := FakeProvider())
    assert outside.sent == []


def test_what_the_lab_received_is_found_there_and_not_sent_again(story: Story) -> None:
    story.invite(2)
    deliver()
    story.change(DIE)
    sweep_once()
    assert story.deliveries("state", "provider") == [("sent", "lab")] * 2
    assert [m.times_received for m in story.rows(LabMessage.objects.all())] == [1, 1]


def test_what_the_lab_never_received_is_sent_again_in_a_moment(story: Story) -> None:
    story.invite(1)
    story.change(f"{DIE}, attempt = 1, provider = 'lab'")
    sweep_once()
    assert story.deliveries("state") == [("queued",)]
    story.change("UPDATE messaging_delivery SET due_at = now()")
    deliver()
    assert story.deliveries("state", "attempt") == [("sent", 2)]


def test_a_provider_that_can_be_asked_is_asked(live: Story) -> None:
    outside = FakeProvider(dedup=Dedup.LOOKUP)
    outside.found = Receipt(Outcome.ACCEPTED, provider_id="theirs")
    live.invite(1)
    live.change(f"{DIE}, attempt = 1, provider = 'fake'")
    sweep_once(outside)
    assert live.deliveries("state", "provider_id") == [("sent", "theirs")]


def test_that_a_provider_never_had_it_is_believed_only_after_a_while(live: Story) -> None:
    outside = FakeProvider(lambda _: Receipt(Outcome.AMBIGUOUS), dedup=Dedup.LOOKUP)
    outside.found = Receipt(Outcome.RETRY)
    live.invite(1)
    deliver(outside)
    sweep_once(outside)
    assert live.deliveries("state") == [("unknown",)]
    live.change("UPDATE messaging_delivery SET settled_at = now() - interval '61 seconds'")
    sweep_once(outside)
    assert live.deliveries("state", "is_unclear") == [("queued", False)]


def test_what_is_queued_again_leaves_though_its_batch_has_finished(live: Story) -> None:
    outside = FakeProvider(lambda _: Receipt(Outcome.AMBIGUOUS), dedup=Dedup.LOOKUP)
    live.invite(1)
    deliver(outside)
    assert [b.state for b in live.rows(Batch.objects.all())] == ["finished"]
    outside.found, outside.answer = Receipt(Outcome.RETRY), lambda _: Receipt(Outcome.ACCEPTED)
    live.change("UPDATE messaging_delivery SET settled_at = now() - interval '61 seconds'")
    sweep_once(outside)
    deliver(outside)
    assert live.deliveries("state", "attempt") == [("sent", 2)]


def test_under_a_key_what_a_dead_worker_handed_over_is_repeated_by_the_same_account(live: Story) -> None:
    outside = FakeProvider(dedup=Dedup.KEY)
    live.invite(1)
    live.change(f"{DIE}, attempt = 1, provider = 'fake'")
    sweep_once(outside)
    assert live.deliveries("state", "is_unclear") == [("queued", True)]
    live.change("UPDATE messaging_delivery SET due_at = now()")
    deliver(outside)
    assert live.deliveries("state", "attempt") == [("sent", 2)]


def test_a_row_that_kills_every_worker_is_parked_in_the_end(live: Story) -> None:
    live.invite(1)
    live.change(f"{DIE}, attempt = %s", MAX_ATTEMPTS)
    sweep_once()
    assert live.deliveries("state") == [("technical_failure",)]


def test_a_live_lease_is_left_alone(live: Story) -> None:
    live.invite(1)
    live.change("UPDATE messaging_delivery SET state = 'sending', lease_until = now() + interval '1 hour'")
    assert sweep_once() == 0
    assert live.deliveries("state") == [("sending",)]


def test_a_late_receipt_of_the_same_attempt_settles_what_was_called_unknown(live: Story) -> None:
    live.invite(1)

    async def frozen_past_its_lease() -> None:
        worker = create_worker(FakeProvider())
        await worker.open()
        mine = uuid7()
        (row,) = await claim(worker.database, mine, limit=10, lease=timedelta(0))
        await worker.database.fetch("UPDATE messaging_delivery SET provider = 'fake'")
        await worker.sweeper.sweep()
        late = settlement(
            Attempt(row.id, mine, row.attempt, row.deadline_at),
            Receipt(Outcome.ACCEPTED),
            "fake",
            Dedup.NONE,
            now=row.now,
        )
        await settle(worker.database, [late])
        await worker.close()

    run(frozen_past_its_lease())
    assert live.deliveries("state") == [("sent",)]
    kinds = live.rows(DeliveryEvent.objects.order_by("at").values_list("kind", flat=True))
    assert kinds == ["lease_expired"]


def test_held_messages_expire_with_their_deadline(live: Story) -> None:
    live.invite(1)
    live.change("UPDATE messaging_delivery SET state = 'held', deadline_at = now()")
    sweep_once()
    assert live.deliveries() == [("expired", "deadline_passed")]


def test_the_sweep_finishes_a_batch_that_two_workers_left_open(story: Story) -> None:
    story.invite(1)
    deliver()
    story.change("UPDATE messaging_batch SET state = 'running', finished_at = NULL")
    sweep_once()
    assert [b.state for b in story.rows(Batch.objects.all())] == ["finished"]
