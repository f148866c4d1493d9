"""What people do about held, failed and unclear deliveries: every remedy, in one transaction, and never twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import Cast, create_interviews
from yuemian.domain.states import Channel, Purpose
from yuemian.hiring.models import ContactPoint
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.remedy import Outdated, give_up, release_held, resolve_unclear, retry_failed
from yuemian.messaging.models import Batch, Delivery, DeliveryEvent, Notification, TemplateVariant
from yuemian.trust.models import AuditEntry


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def trouble(cast: Cast, count: int, state: str, *, now: datetime, **fields: Any) -> list[UUID]:
    """Invitations by mail that ended in this state."""
    version = cast.templates[Purpose.INVITATION]
    interviews = create_interviews(cast, count, now=now, **fields.pop("interview", {}))
    summary = summarize(interviews, version, Purpose.INVITATION, [Channel.EMAIL], now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    mine = Delivery.objects.filter(notification__subject_id__in=[each.pk for each in interviews])
    ids = list(mine.order_by("pk").values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids).update(state=state, settled_at=now, attempt=1, **fields)
    if state != "held":
        Batch.objects.update(state="finished")
    return ids


def states(*fields: str) -> list[Any]:
    return list(Delivery.objects.order_by("pk").values_list(*(fields or ("state",))))


def events(kind: str) -> list[str]:
    return list(DeliveryEvent.objects.filter(kind=kind).values_list("code", flat=True))


def test_what_is_held_is_queued_again(cast: Cast, now: datetime) -> None:
    ids = trouble(cast, 2, "held", now=now, reason="not_configured")
    assert release_held(cast.recruiter, ids, now=now, expected=2) == 2
    assert states("state", "reason", "occurrence") == [("queued", "", 1)] * 2
    assert events("released") == ["", ""]
    assert AuditEntry.objects.get(action="delivery.release").details == {"count": 2, "channel": ""}


def test_a_retry_is_a_new_delivery_and_the_failed_one_stays_as_it_was(cast: Cast, now: datetime) -> None:
    ids = trouble(cast, 1, "temporary_failure", now=now, reason="provider_error")
    assert retry_failed(cast.recruiter, ids, now=now) == 1
    assert states("state", "reason", "occurrence", "is_closed", "attempt") == [
        ("temporary_failure", "provider_error", 1, True, 1),
        ("queued", "", 2, False, 0),
    ]
    old, new = Delivery.objects.order_by("pk")
    assert (new.notification_id, new.contact_point_id) == (old.notification_id, old.contact_point_id)
    assert (new.batch_id, new.deadline_at, new.priority) == (None, old.deadline_at, old.priority)
    assert Notification.objects.get().standing() == "processing"


def test_pressing_twice_tries_once(cast: Cast, now: datetime) -> None:
    ids = trouble(cast, 3, "technical_failure", now=now)
    assert retry_failed(cast.recruiter, ids, now=now) == 3
    assert retry_failed(cast.recruiter, ids, now=now) == 0
    assert Delivery.objects.count() == 6


def test_another_channel_is_tried_only_where_the_person_has_one(cast: Cast, now: datetime) -> None:
    both = trouble(cast, 1, "permanent_failure", now=now, reason="invalid_contact")
    mail_only = trouble(cast, 1, "permanent_failure", now=now, interview={"phone": ""})
    assert retry_failed(cast.recruiter, [*both, *mail_only], "sms", now=now) == 1
    fresh = Delivery.objects.get(state="queued")
    assert (fresh.channel, fresh.occurrence, fresh.contact_point.channel) == ("sms", 1, "sms")  # type: ignore[union-attr]
    assert Delivery.objects.get(pk=mail_only[0]).is_closed is False


def test_a_prepared_step_of_the_route_is_sent_instead_of_a_new_one(cast: Cast, now: datetime) -> None:
    ids = trouble(cast, 1, "held", now=now)
    first = Delivery.objects.get()
    point = ContactPoint.objects.get(channel="sms")
    prepared = Delivery.objects.create(
        organization=cast.organization, notification=first.notification, channel="sms", contact_point=point,
        is_rehearsal=True, position=1, state="created", due_at=now, deadline_at=first.deadline_at, created_at=now,
    )  # fmt: skip
    assert retry_failed(cast.recruiter, ids, "sms", now=now) == 1
    prepared.refresh_from_db()
    first.refresh_from_db()
    assert (prepared.state, first.state, first.reason) == ("queued", "cancelled", "stopped_by_person")
    assert Delivery.objects.count() == 2


def test_the_same_message_is_never_on_one_channel_twice_at_once(cast: Cast, now: datetime) -> None:
    version, (interview,) = cast.templates[Purpose.INVITATION], create_interviews(cast, 1, now=now)
    summary = summarize([interview], version, Purpose.INVITATION, [Channel.EMAIL, Channel.SMS], now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    mail = Delivery.objects.get(channel="email")
    Delivery.objects.filter(pk=mail.pk).update(state="permanent_failure")
    assert retry_failed(cast.recruiter, [mail.pk], "sms", now=now) == 0
    Delivery.objects.update(state="permanent_failure")
    ids = list(Delivery.objects.values_list("pk", flat=True))
    assert retry_failed(cast.recruiter, ids, "sms", now=now) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: Interview.objects.update(revision=2),
        lambda: Interview.objects.update(answer="accepted"),
        lambda: Interview.objects.update(state="cancelled"),
        lambda: Delivery.objects.update(deadline_at=timezone.now() - timedelta(seconds=1)),
        lambda: ContactPoint.objects.update(state="invalid"),
        lambda: TemplateVariant.objects.all().delete(),
        lambda: Delivery.objects.update(state="unknown"),
    ],
)
def test_what_would_be_no_help_is_left_alone(cast: Cast, now: datetime, spoil: Any) -> None:
    ids = trouble(cast, 1, "temporary_failure", now=now)
    spoil()
    assert retry_failed(cast.recruiter, ids, now=now) == 0
    assert Delivery.objects.count() == 1
    assert not AuditEntry.objects.filter(action="delivery.retry").exists()


def test_an_unclear_one_that_arrived_counts_as_sent(cast: Cast, now: datetime) -> None:
    ids = trouble(cast, 1, "unknown", now=now, reason="outcome_unknown")
    assert resolve_unclear(cast.recruiter, ids, has_arrived=True, now=now) == 1
    found = Delivery.objects.get()
    assert (found.state, found.reason, found.sent_at) == ("sent", "", now)
    assert events("resolved") == ["arrived"]


def test_an_unclear_one_that_did_not_arrive_is_sent_again_as_a_counted_one(cast: Cast, now: datetime) -> None:
    ids = trouble(cast, 1, "unknown", now=now, reason="outcome_unknown")
    assert resolve_unclear(cast.recruiter, ids, has_arrived=False, now=now) == 1
    assert states("state", "occurrence", "is_closed") == [
        ("temporary_failure", 1, True),
        ("queued", 2, False),
    ]
    assert events("resolved") == ["not_arrived"]


def test_giving_up_calls_off_what_is_held_and_takes_the_rest_off_the_list(cast: Cast, now: datetime) -> None:
    held = trouble(cast, 1, "held", now=now)
    failed = trouble(cast, 1, "permanent_failure", now=now, reason="invalid_contact")
    assert give_up(cast.recruiter, [*held, *failed], now=now) == 2
    assert states("state", "reason", "is_closed") == [
        ("cancelled", "stopped_by_person", True),
        ("permanent_failure", "invalid_contact", True),
    ]
    assert events("resolved") == ["given_up"]


def test_other_figures_than_shown_change_nothing(cast: Cast, now: datetime) -> None:
    ids = trouble(cast, 2, "temporary_failure", now=now)
    Delivery.objects.filter(pk=ids[0]).update(state="sent")
    with pytest.raises(Outdated):
        retry_failed(cast.recruiter, ids, now=now, expected=2)
    assert Delivery.objects.count() == 2


def test_ten_thousand_take_as_many_statements_as_one(cast: Cast, now: datetime) -> None:
    def statements(count: int) -> int:
        ids = trouble(cast, count, "temporary_failure", now=now)
        with CaptureQueriesContext(connection) as captured:
            retry_failed(cast.recruiter, ids, now=now, expected=count)
        return len(captured)

    assert statements(1) == statements(50)


def test_what_may_have_arrived_under_its_key_stays_unclear(cast: Cast, now: datetime) -> None:
    """Held while it waited to be repeated: nobody may say that it never left."""
    given_up = trouble(cast, 1, "held", now=now, is_unclear=True)
    switched = trouble(cast, 1, "held", now=now, is_unclear=True)
    assert give_up(cast.recruiter, given_up, now=now) == 1
    assert retry_failed(cast.recruiter, switched, "sms", now=now) == 1
    old = Delivery.objects.filter(channel="email").values_list("state", "reason", "is_closed")
    assert list(old) == [("unknown", "outcome_unknown", True)] * 2
