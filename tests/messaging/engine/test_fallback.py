"""When one channel does not reach the person the next of the route takes over, once, and never beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import create_interviews
from tests.messaging.engine.conftest import FakeProvider, Story, create_database, create_worker, deliver, run
from yuemian.channels.base import Dedup, Outcome, Receipt
from yuemian.domain.states import Channel, DeliveryState, NotificationState, Purpose, ReasonCode
from yuemian.hiring.actions import set_contact_use
from yuemian.hiring.models import ContactPoint
from yuemian.interviews.actions.invite import send_chosen
from yuemian.messaging.actions.call_off import fall_back, leave_out_contacts
from yuemian.messaging.fallback import FALL_BACK, ends_without_reaching
from yuemian.messaging.models import Batch, Delivery, DeliveryEvent
from yuemian.trust.tenancy import acting_in

RESERVE = "UPDATE messaging_delivery SET position = 1, state = 'created' WHERE channel = 'sms'"


class FakeSMS(FakeProvider):
    channel = Channel.SMS


def says(kind: Outcome, *, dedup: Dedup = Dedup.NONE, **fields: object) -> FakeProvider:
    return FakeProvider(lambda _: Receipt(kind, **fields), dedup=dedup)  # type: ignore[arg-type]


@pytest.fixture
def routed(live: Story) -> Story:
    """One invitation: by mail, and in reserve by text message."""
    live.invite(1, (Channel.EMAIL, Channel.SMS))
    live.change(RESERVE)
    return live


def by_channel(story: Story, *fields: str) -> dict[str, Any]:
    found = story.deliveries("channel", *(fields or ("state",)))
    return {channel: rest[0] if len(rest) == 1 else tuple(rest) for channel, *rest in found}


def sweep(story: Story, *providers: FakeProvider) -> None:
    async def work() -> None:
        worker = create_worker(*providers)
        await worker.open()
        await worker.sweeper.sweep()
        await worker.close()

    run(work())
    assert story is not None


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        (DeliveryState.PERMANENT_FAILURE, "invalid_contact", True),
        (DeliveryState.TEMPORARY_FAILURE, "provider_error", True),
        (DeliveryState.TECHNICAL_FAILURE, "template_error", True),
        (DeliveryState.SKIPPED, "invalid_contact", True),
        (DeliveryState.SKIPPED, "opted_out", True),
        (DeliveryState.SKIPPED, "recipient_already_replied", False),
        (DeliveryState.HELD, "quota_exhausted", True),
        (DeliveryState.HELD, "template_not_approved", False),
        (DeliveryState.UNKNOWN, "outcome_unknown", False),
        (DeliveryState.SENT, "", False),
        (DeliveryState.CANCELLED, "stopped_by_person", False),
        (DeliveryState.EXPIRED, "deadline_passed", False),
        (DeliveryState.QUEUED, "provider_error", False),
    ],
)
def test_which_ends_leave_the_person_unreached(state: DeliveryState, reason: str, expected: bool) -> None:
    assert ends_without_reaching(state, reason) is expected


def test_a_refused_address_moves_on_to_the_next_channel_at_once(routed: Story) -> None:
    deliver(says(Outcome.BAD_RECIPIENT), phone := FakeSMS())
    assert by_channel(routed) == {"email": "permanent_failure", "sms": "sent"}
    assert len(phone.sent) == 1
    kinds = routed.rows(DeliveryEvent.objects.filter(delivery__channel="sms").values_list("kind", flat=True))
    assert kinds == ["fell_back"]


def test_when_the_first_channel_is_sent_the_reserve_stays(routed: Story) -> None:
    deliver(FakeProvider(), phone := FakeSMS())
    sweep(routed)
    assert by_channel(routed) == {"email": "sent", "sms": "created"}
    assert phone.sent == []
    assert routed.standings() == [("invitation", NotificationState.PROCESSING)]
    assert [b.state for b in routed.rows(Batch.objects.all())] == ["finished"]


@pytest.mark.parametrize("dedup", list(Dedup))
def test_nothing_else_leaves_while_the_first_is_unclear(routed: Story, dedup: Dedup) -> None:
    mail, phone = says(Outcome.AMBIGUOUS, dedup=dedup), FakeSMS()
    deliver(mail, phone)
    sweep(routed, mail, phone)
    deliver(mail, phone)
    assert phone.sent == []
    assert by_channel(routed)["sms"] == "created"


def test_a_bounce_after_sent_moves_on(routed: Story) -> None:
    deliver(FakeProvider(), FakeSMS())
    bounce(routed)
    assert by_channel(routed) == {"email": "permanent_failure", "sms": "queued"}
    deliver(FakeProvider(), phone := FakeSMS())
    assert len(phone.sent) == 1


def bounce(story: Story) -> None:
    story.change("UPDATE messaging_delivery SET state = 'permanent_failure' WHERE channel = 'email'")
    with acting_in(story.cast.organization.pk):
        fall_back(list(Delivery.objects.filter(channel="email").values_list("pk", flat=True)))


def test_a_batch_that_has_finished_does_not_hold_the_next_channel_back(routed: Story) -> None:
    deliver(FakeProvider(), FakeSMS())
    assert [b.state for b in routed.rows(Batch.objects.all())] == ["finished"]
    bounce(routed)
    deliver(FakeProvider(), phone := FakeSMS())
    assert len(phone.sent) == 1


def test_two_that_move_on_at_once_queue_one(live: Story) -> None:
    live.invite(1, (Channel.EMAIL, Channel.SMS))
    live.change(RESERVE)
    live.change("UPDATE messaging_delivery SET state = 'permanent_failure' WHERE channel = 'email'")
    ids = [row[0] for row in live.deliveries("id")]

    async def move_on() -> None:
        database = create_database()
        await database.open()
        await asyncio.gather(*(database.patiently(FALL_BACK, {"deliveries": ids}) for _ in range(5)))
        await database.close()

    run(move_on())
    assert by_channel(live)["sms"] == "queued"
    assert live.rows(DeliveryEvent.objects.values_list("kind", flat=True)) == ["fell_back"]


def test_where_the_worker_died_before_moving_on_the_sweep_does(routed: Story) -> None:
    routed.change("UPDATE messaging_delivery SET state = 'temporary_failure' WHERE channel = 'email'")
    sweep(routed)
    assert by_channel(routed)["sms"] == "queued"


def test_what_is_held_for_want_of_an_account_gives_way_to_the_next_channel(routed: Story) -> None:
    deliver(phone := FakeSMS())
    assert by_channel(routed, "state", "reason") == {
        "email": ("skipped", "not_configured"),
        "sms": ("sent", ""),
    }
    assert len(phone.sent) == 1


def test_an_address_that_opts_out_gives_way_to_the_next_channel(routed: Story) -> None:
    with acting_in(routed.cast.organization.pk):
        (point,) = ContactPoint.objects.filter(channel="email").values_list("pk", flat=True)
        assert leave_out_contacts([point], ReasonCode.OPTED_OUT, now=routed.now) == 1
    assert by_channel(routed, "state", "reason") == {"email": ("skipped", "opted_out"), "sms": ("queued", "")}


def test_an_address_taken_out_of_use_by_hand_gives_way_to_the_next_channel(routed: Story) -> None:
    with acting_in(routed.cast.organization.pk):
        point = ContactPoint.objects.get(channel="email")
        set_contact_use(routed.cast.recruiter, point.pk, is_in_use=False, now=routed.now)
    assert by_channel(routed, "state", "reason") == {
        "email": ("skipped", "suppressed"),
        "sms": ("queued", ""),
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE messaging_delivery SET state = 'delivered' WHERE channel = 'email'", "reached_otherwise"),
        ("UPDATE messaging_delivery SET sent_at = now() - interval '73 hours'", "reached_otherwise"),
        ("UPDATE messaging_delivery SET deadline_at = now()", "reached_otherwise"),
    ],
)
def test_the_reserve_is_closed_when_the_person_was_reached(routed: Story, change: str, expected: str) -> None:
    deliver(FakeProvider(), FakeSMS())
    routed.change(change)
    sweep(routed)
    assert by_channel(routed, "state", "reason")["sms"] == ("skipped", expected)
    assert routed.standings() == [("invitation", NotificationState.COMPLETED)]


def test_the_reserve_of_what_was_called_off_is_closed_with_it(
    routed: Story, as_owner: Callable[[str], None]
) -> None:
    as_owner("UPDATE interviews_interview SET answer = 'accepted'")
    deliver(FakeProvider(), FakeSMS())
    sweep(routed)
    assert by_channel(routed, "state", "reason")["sms"] == ("skipped", "recipient_already_replied")


def test_a_reserve_that_was_queued_stays_home_when_the_first_arrived_after_all(routed: Story) -> None:
    deliver(FakeProvider(), FakeSMS())
    bounce(routed)
    routed.change("UPDATE messaging_delivery SET state = 'delivered' WHERE channel = 'email'")
    deliver(FakeProvider(), phone := FakeSMS())
    assert phone.sent == []
    assert by_channel(routed, "state", "reason")["sms"] == ("skipped", "reached_otherwise")


def test_a_receipt_that_never_comes_times_out_and_moves_on(live: Story) -> None:
    live.account("gateway", Channel.SMS, callback_hash=b"h" * 32)
    live.invite(1, (Channel.SMS, Channel.EMAIL))
    live.change("UPDATE messaging_delivery SET position = 1, state = 'created' WHERE channel = 'email'")
    deliver(mail := FakeProvider(), accounts={"gateway": FakeSMS()})
    sweep(live)
    assert by_channel(live) == {"sms": "sent", "email": "created"}
    live.change(
        "UPDATE messaging_delivery SET sent_at = now() - interval '72 hours 1 minute' WHERE channel = 'sms'"
    )
    sweep(live)
    assert by_channel(live, "state", "reason")["sms"] == ("temporary_failure", "timeout")
    deliver(mail, accounts={"gateway": FakeSMS()})
    assert len(mail.sent) == 1
    kinds = live.rows(DeliveryEvent.objects.order_by("at").values_list("kind", flat=True))
    assert kinds == ["timed_out", "fell_back"]


def test_an_account_without_callbacks_never_times_out(live: Story) -> None:
    live.account("gateway", Channel.SMS)
    live.invite(1, (Channel.SMS,))
    deliver(accounts={"gateway": FakeSMS()})
    live.change("UPDATE messaging_delivery SET sent_at = now() - interval '30 days'")
    sweep(live)
    assert live.deliveries("state") == [("sent",)]


def test_past_the_deadline_no_reserve_is_queued(routed: Story) -> None:
    routed.change("UPDATE messaging_delivery SET state = 'temporary_failure' WHERE channel = 'email'")
    routed.change("UPDATE messaging_delivery SET deadline_at = now() - interval '1 second'")
    sweep(routed)
    assert by_channel(routed, "state", "reason")["sms"] == ("expired", "deadline_passed")


def send_on_the_best(story: Story, people: int) -> None:
    """To so many, who have an address for mail and for text messages; each has one channel in reserve."""
    interviews = story.act(lambda: create_interviews(story.cast, people, now=story.now))
    version, ids = story.cast.templates[Purpose.INVITATION], [interview.pk for interview in interviews]
    channels = [Channel.EMAIL, Channel.SMS]
    story.act(
        lambda: send_chosen(
            story.cast.recruiter, ids, version, Purpose.INVITATION, channels, now=story.now, is_routed=True
        )
    )


def test_a_send_on_the_best_channels_finishes_with_its_reserves_unused(story: Story) -> None:
    send_on_the_best(story, 8)
    deliver()
    assert story.rows(Batch.objects.values_list("state", flat=True)) == ["finished"]
    assert sorted(story.deliveries("position", "state")) == [(0, "sent")] * 8 + [(1, "created")] * 8


def test_the_rest_of_a_large_send_does_not_wait_for_the_reserves_of_its_first_few(live: Story) -> None:
    accounts = {"mail": FakeProvider(), "texts": FakeSMS()}
    live.account("mail")
    live.account("texts", Channel.SMS)
    send_on_the_best(live, 60)
    assert live.rows(Batch.objects.values_list("canary", flat=True)) == [5]
    deliver(accounts=accounts)
    assert live.rows(Batch.objects.values_list("state", flat=True)) == ["finished"]
    assert sum(len(provider.sent) for provider in accounts.values()) == 60
    assert sorted(live.deliveries("position", "state")) == [(0, "sent")] * 60 + [(1, "created")] * 60


def test_the_first_few_are_judged_by_their_next_channels_where_the_first_does_not_reach(live: Story) -> None:
    """Nobody but them hears of it when these fail, too."""
    mail, texts = FakeProvider(), FakeSMS(lambda _: Receipt(Outcome.CONTENT_REJECTED))
    live.account("mail")
    live.account("texts", Channel.SMS)
    live.invite(60, (Channel.EMAIL, Channel.SMS))
    live.change(RESERVE)
    live.change("UPDATE messaging_delivery SET contact_point_id = NULL WHERE is_canary AND channel = 'email'")
    deliver(accounts={"mail": mail, "texts": texts})
    assert (len(mail.sent), len(texts.sent)) == (0, 5)
    assert live.rows(Batch.objects.values_list("state", "paused_reason")) == [("paused", "content_rejected")]
