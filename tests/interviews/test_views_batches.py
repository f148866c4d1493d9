"""A send's page counts what became of its messages, whatever way they took in the end."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interviews
from tests.interviews.pasts import newcomer
from yuemian.domain.states import BatchState, Channel, DeliveryState, Purpose
from yuemian.interviews.actions.invite import send, send_chosen, summarize
from yuemian.interviews.views.batches import Progress, progress_of
from yuemian.messaging.actions.call_off import fall_back
from yuemian.messaging.actions.remedy import retry_failed
from yuemian.messaging.models import Batch, Delivery

CHANNELS = (Channel.EMAIL, Channel.SMS)


@pytest.fixture
def now() -> datetime:
    """The database's own clock says whether the next channel still has time."""
    return timezone.now()


def sent_best(cast: Cast, now: datetime) -> Batch:
    """To one person, by mail and then by text message, with the mail refused and the send finished."""
    interview = newcomer(cast, now=now)
    version = cast.templates[Purpose.INVITATION]
    batch = send_chosen(
        cast.recruiter, [interview.pk], version, Purpose.INVITATION, CHANNELS, now=now, is_routed=True
    )
    Delivery.objects.filter(batch=batch, position=0).update(state=DeliveryState.PERMANENT_FAILURE)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.FINISHED)
    return batch


def counted(batch: Batch, now: datetime) -> tuple[int, int, int, int]:
    found: Progress = progress_of(batch, now=now)
    return found.total, found.waiting, found.delivered, found.failed


def test_the_channel_that_took_over_after_the_send_had_finished_counts(cast: Cast, now: datetime) -> None:
    batch = sent_best(cast, now)
    assert counted(batch, now) == (1, 0, 0, 1)
    fall_back(list(Delivery.objects.filter(position=0).values_list("pk", flat=True)))
    assert Delivery.objects.get(position=1).batch is None, "nothing may hold it back"
    assert counted(batch, now) == (2, 1, 0, 1)
    Delivery.objects.filter(position=1).update(state=DeliveryState.DELIVERED)
    assert counted(batch, now) == (2, 0, 1, 1)


def test_what_a_person_sent_again_counts(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 2, now=now)
    version = cast.templates[Purpose.INVITATION]
    summary = summarize(interviews, version, Purpose.INVITATION, [Channel.EMAIL], now=now)
    batch = send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    rows = Delivery.objects.filter(batch=batch)
    rows.update(state=DeliveryState.TEMPORARY_FAILURE, settled_at=now)
    assert retry_failed(cast.recruiter, [rows[0].pk], now=now) == 1
    assert counted(batch, now) == (3, 1, 0, 2)


def test_another_message_to_the_same_person_is_not_of_this_send(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    batch = sent_best(cast, now)
    other = Delivery.objects.get(position=0).notification
    other.pk, other.batch, other.occurrence = batch.pk, None, 2
    other.save(force_insert=True)
    Delivery.objects.filter(position=1).update(notification=other, batch=None, state=DeliveryState.SENT)
    assert counted(batch, now) == (1, 0, 0, 1)
    assert recruiter_client.get(f"/batches/{batch.pk}").status_code == 200
