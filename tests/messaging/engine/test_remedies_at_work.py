"""A retried message really leaves: as a second mail of its own, from a batch that has long finished."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from yuemian.channels.base import Outcome, Receipt
from yuemian.messaging.actions.remedy import give_up, resolve_unclear, retry_failed
from yuemian.messaging.models import Notification
from yuemian.trust.tenancy import acting_in


@pytest.fixture(autouse=True)
def with_mail(settings: Settings) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned


def refusing() -> FakeProvider:
    return FakeProvider(lambda _message: Receipt(Outcome.CONTENT_REJECTED))


def test_a_retry_from_a_finished_batch_leaves_and_completes_its_notification(live: Story) -> None:
    live.invite(2)
    deliver(refusing())
    ids = [id_ for (id_,) in live.deliveries("pk")]
    with acting_in(live.cast.organization.pk):
        assert retry_failed(live.cast.recruiter, ids, now=live.now, expected=2) == 2
    outside = FakeProvider()
    deliver(outside)
    assert len(outside.sent) == 2
    assert live.deliveries("state", "occurrence") == [("permanent_failure", 1)] * 2 + [("sent", 2)] * 2
    assert [each.standing() for each in live.rows(Notification.objects.prefetch_related("deliveries"))] == [
        "completed"
    ] * 2


def test_what_a_person_says_did_not_arrive_gets_another_key(live: Story) -> None:
    """A provider that remembers keys must not take the second for the first."""
    cut_off = FakeProvider(lambda _message: Receipt(Outcome.AMBIGUOUS))
    live.invite(1)
    deliver(cut_off)
    ids = [id_ for (id_,) in live.deliveries("pk")]
    with acting_in(live.cast.organization.pk):
        resolve_unclear(live.cast.recruiter, ids, has_arrived=False, now=live.now)
    outside = FakeProvider()
    deliver(outside)
    (first,), (second,) = cut_off.sent, outside.sent
    assert first.key != second.key
    assert first.to == second.to


def test_what_was_given_up_never_leaves(live: Story) -> None:
    live.invite(1)
    deliver(FakeProvider(lambda _message: Receipt(Outcome.CONFIG)))
    ids = [id_ for (id_,) in live.deliveries("pk")]
    with acting_in(live.cast.organization.pk):
        assert give_up(live.cast.recruiter, ids, now=live.now) == 1
    outside = FakeProvider()
    deliver(outside)
    assert outside.sent == []
