"""What a call-back found on its way is called back, too, once it is known that it never left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.results.stories import Tale
from yuemian.domain.results import NoticeState as N
from yuemian.messaging.models import AccessLink, Delivery
from yuemian.results.actions import release
from yuemian.results.actions.unheard import AFTER, call_back_unheard
from yuemian.results.models import ResultBatch, ResultNotice, Wait
from yuemian.results.signals import results_called_back
from yuemian.trust.models import AuditEntry

STOPPED = {"state": "cancelled", "reason": "stopped_by_person"}


@pytest.fixture
def on_its_way(tale: Tale) -> ResultBatch:
    """The provider had the first of two when the batch was called back; nobody knew whether it would take it."""
    batch = tale.released(2)
    of_first(tale, batch, state="sending", provider="x")
    done = release.recall_batch(tale.cast.lead, batch.pk, now=tale.now)
    assert (done.stopped, done.told) == (1, 1)
    return batch


def first_of(tale: Tale, batch: ResultBatch) -> ResultNotice:
    found: ResultNotice = tale.of(batch)[0]
    return found


def of_first(tale: Tale, batch: ResultBatch, **fields: Any) -> None:
    Delivery.objects.filter(notification__subject_id=first_of(tale, batch).pk).update(**fields)


def call_back(tale: Tale) -> int:
    return call_back_unheard(tale.cast.organization.pk, tale.now)


def test_what_never_left_counts_as_told_no_longer(tale: Tale, on_its_way: ResultBatch) -> None:
    heard: list[ResultNotice] = []

    def hear(sender: object, *, notices: list[ResultNotice], **_: object) -> None:
        heard.extend(notices)

    of_first(tale, on_its_way, **STOPPED)
    results_called_back.connect(hear)
    assert (call_back(tale), call_back(tale)) == (1, 0)
    results_called_back.disconnect(hear)
    notice = first_of(tale, on_its_way)
    assert (notice.state, heard) == (N.RECALLED, [notice])
    assert notice.decision.interview.result_told_at is None
    assert not AccessLink.objects.filter(subject_kind="result", revoked_at=None).exists()
    entry = AuditEntry.objects.filter(action="result.recalled").latest("sequence")
    assert entry.details["notices"] == [str(notice.pk)]


@pytest.mark.parametrize("state", ["sent", "delivered", "unknown", "sending", "queued"])
def test_what_may_have_been_heard_stays_told(tale: Tale, on_its_way: ResultBatch, state: str) -> None:
    of_first(tale, on_its_way, state=state)
    assert call_back(tale) == 0
    assert first_of(tale, on_its_way).state == N.RELEASED


def test_who_was_reached_on_one_channel_was_told(tale: Tale, on_its_way: ResultBatch) -> None:
    of_first(tale, on_its_way, **STOPPED)
    first = first_of(tale, on_its_way)
    one = Delivery.objects.filter(notification__subject_id=first.pk)[:1]
    Delivery.objects.filter(pk__in=one.values("pk")).update(state="sent", reason="", sent_at=tale.now)
    assert call_back(tale) == 0


def test_a_batch_that_nobody_called_back_is_left_alone(tale: Tale, on_its_way: ResultBatch) -> None:
    of_first(tale, on_its_way, **STOPPED)
    ResultBatch.objects.update(recalled_at=None)
    assert call_back(tale) == 0
    ResultBatch.objects.update(recalled_at=tale.now - AFTER)
    assert call_back(tale) == 0


def test_what_was_kept_in_the_house_as_the_organization_went_back_to_rehearsal_is_called_back(
    tale: Tale,
) -> None:
    batch = tale.released(2)
    deliveries = Delivery.objects.filter(batch=batch.sending_id)
    deliveries.update(state="delivered", provider="lab")
    assert call_back(tale) == 0, "planned in rehearsal, it was to land there"
    deliveries.update(is_rehearsal=False)
    of_first(tale, batch, provider="smtp")
    assert (call_back(tale), call_back(tale)) == (1, 0)
    told, back = tale.of(batch)
    assert (told.state, back.state) == (N.RELEASED, N.RECALLED)
    assert Wait.objects.get(interview=back.decision.interview).state == "decided"
