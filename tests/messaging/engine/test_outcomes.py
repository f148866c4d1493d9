"""A provider's answer decides what a delivery becomes; nothing of unknown fate is repeated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from yuemian.channels.base import Dedup, Message, Outcome, Receipt
from yuemian.domain.retry import MAX_ATTEMPTS, next_wait
from yuemian.domain.states import ReasonCode
from yuemian.hiring.models import ContactPoint
from yuemian.messaging.actions.call_off import supersede
from yuemian.messaging.engine.settle import Attempt, settlement
from yuemian.messaging.models import Batch, DeliveryEvent

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


def says(kind: Outcome, **fields: object) -> FakeProvider:
    return FakeProvider(lambda _: Receipt(kind, **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("receipt", "expected", "event"),
    [
        (Receipt(Outcome.ACCEPTED), ("sent", ""), "accepted"),
        (Receipt(Outcome.RETRY), ("queued", "provider_error"), "deferred"),
        (Receipt(Outcome.THROTTLED, retry_after=60), ("queued", "rate_limited"), "deferred"),
        (Receipt(Outcome.TOKEN_EXPIRED), ("queued", "provider_error"), "deferred"),
        (Receipt(Outcome.BAD_RECIPIENT), ("permanent_failure", "invalid_contact"), "failed"),
        (Receipt(Outcome.NO_CONSENT), ("permanent_failure", "blocked_by_recipient"), "failed"),
        (Receipt(Outcome.CONTENT_REJECTED), ("permanent_failure", "content_rejected"), "failed"),
        (Receipt(Outcome.CONFIG, code="auth"), ("held", "credentials_refused"), "deferred"),
        (Receipt(Outcome.CONFIG, code="tls"), ("held", "not_configured"), "deferred"),
        (Receipt(Outcome.AMBIGUOUS), ("unknown", "outcome_unknown"), "unclear"),
    ],
)
def test_every_answer_has_its_state_reason_and_event(
    receipt: Receipt, expected: tuple[str, str], event: str
) -> None:
    attempt = Attempt(UUID(int=1), UUID(int=2), 1, NOW + timedelta(days=1))
    found = settlement(attempt, receipt, "fake", Dedup.NONE, now=NOW, chance=0.5)
    assert (str(found.state), str(found.reason), found.kind.value) == (*expected, event)


def test_waits_double_with_jitter_and_end_at_an_hour() -> None:
    far = NOW + timedelta(days=30)
    waits = [next_wait(n, now=NOW, deadline=far, chance=1.0) for n in (1, 2, 3, 11)]
    assert waits == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120), timedelta(hours=1)]
    assert next_wait(1, now=NOW, deadline=far, chance=0.0) == timedelta(seconds=15)


def test_trying_again_ends_with_the_deadline_and_with_the_number_of_tries() -> None:
    soon, far = NOW + timedelta(seconds=20), NOW + timedelta(days=30)
    assert next_wait(1, now=NOW, deadline=soon, chance=1.0) is None
    assert next_wait(MAX_ATTEMPTS, now=NOW, deadline=far, chance=1.0) is None


def test_a_throttled_message_waits_as_long_as_the_provider_asked() -> None:
    far = NOW + timedelta(days=30)
    waits = timedelta(minutes=9)
    assert next_wait(1, now=NOW, deadline=far, chance=0.5, at_least=waits) == waits


def test_a_retry_is_a_second_attempt_of_the_same_delivery(live: Story) -> None:
    outside = says(Outcome.RETRY, code="451")
    live.invite(1)
    deliver(outside)
    assert live.deliveries("state", "attempt", "provider") == [("queued", 1, "")]
    live.change("UPDATE messaging_delivery SET due_at = now()")
    outside.answer = lambda _: Receipt(Outcome.ACCEPTED)
    deliver(outside)
    assert live.deliveries("state", "attempt") == [("sent", 2)]
    events = live.rows(DeliveryEvent.objects.order_by("at").values_list("kind", "attempt", "code"))
    assert events == [("deferred", 1, "451")]


def test_both_attempts_carry_the_same_message_id(live: Story) -> None:
    outside = says(Outcome.RETRY)
    live.invite(1)
    deliver(outside)
    live.change("UPDATE messaging_delivery SET due_at = now()")
    deliver(outside)
    first, second = outside.sent
    assert (first.key, first.message_id) == (second.key, second.message_id)


def test_an_address_that_does_not_exist_is_not_used_again(live: Story) -> None:
    live.invite(1)
    deliver(says(Outcome.BAD_RECIPIENT, code="550"))
    assert live.deliveries() == [("permanent_failure", "invalid_contact")]
    points = dict(live.rows(ContactPoint.objects.values_list("channel", "state")))
    assert points == {"email": "invalid", "sms": "active"}


def test_what_is_held_for_wrong_credentials_keeps_the_batch_open(live: Story) -> None:
    live.invite(1)
    deliver(says(Outcome.CONFIG, code="535 5.7.8"))
    assert live.deliveries() == [("held", "credentials_refused")]
    assert live.standings() == [("invitation", "scheduled")]
    assert [b.state for b in live.rows(Batch.objects.all())] == ["running"]


def test_an_unclear_outcome_without_key_or_lookup_is_never_repeated(live: Story) -> None:
    outside = says(Outcome.AMBIGUOUS)
    live.invite(1)
    deliver(outside)
    deliver(outside)
    assert live.deliveries() == [("unknown", "outcome_unknown")]
    assert len(outside.sent) == 1


@pytest.mark.parametrize(
    ("found", "expected"), [(Outcome.ACCEPTED, "sent"), (Outcome.RETRY, "unknown"), (None, "unknown")]
)
def test_an_unclear_outcome_is_looked_up_where_the_provider_can(
    live: Story, found: Outcome | None, expected: str
) -> None:
    outside = FakeProvider(lambda _: Receipt(Outcome.AMBIGUOUS), dedup=Dedup.LOOKUP)
    outside.found = Receipt(found) if found else None
    live.invite(1)
    deliver(outside)
    assert live.deliveries("state") == [(expected,)]


def test_under_a_key_what_is_not_found_yet_is_repeated_and_may_still_arrive(live: Story) -> None:
    """Called off it counts as told: else nobody corrects what its reader may have by then."""
    (interview,) = live.invite(1)
    outside = FakeProvider(lambda _: Receipt(Outcome.AMBIGUOUS), dedup=Dedup.KEY)
    outside.found = Receipt(Outcome.RETRY)
    deliver(outside)
    assert live.deliveries("state", "is_unclear") == [("queued", True)]
    reason = ReasonCode.SUPERSEDED_BY_RESCHEDULE
    heard = live.act(lambda: supersede("interview", [interview.pk], reason, now=live.now))
    assert heard.told == {interview.pk}


def test_a_provider_that_breaks_leaves_its_messages_unknown_not_lost(live: Story) -> None:
    def breaks(message: Message) -> Receipt:
        raise KeyError(message.key)

    live.invite(3)
    deliver(FakeProvider(breaks))
    assert live.deliveries("state") == [("unknown",)] * 3


def test_what_a_provider_says_may_hold_anything(live: Story) -> None:
    live.invite(1)
    deliver(says(Outcome.CONTENT_REJECTED, code="\x00" * 99, detail="\x00'; DROP TABLE \ud800" * 99))
    assert live.deliveries() == [("permanent_failure", "content_rejected")]
