"""Release with a window, recall, and what engine and links make of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.results.stories import Tale
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Channel, DeliveryState, Purpose
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.hiring.signals import person_changed
from yuemian.messaging.models import AccessLink, Batch, Delivery, Notification, ProviderAccount
from yuemian.results.actions import approvals, notices, release
from yuemian.results.actions.release import NothingToRelease, WrongCount
from yuemian.results.actions.void import void_notices
from yuemian.results.models import ApprovalRule, ResultBatch, ResultNotice
from yuemian.results.signals import results_called_back, results_released
from yuemian.trust.vault import organization_key

N, MINUTES = NoticeState, timedelta(minutes=1)


def deliveries(**fields: object) -> list[tuple[str, str]]:
    return sorted(Delivery.objects.filter(**fields).values_list("state", "reason"))


def sending_of(batch: ResultBatch) -> Batch:
    assert batch.sending_id
    return Batch.objects.get(pk=batch.sending_id)


def test_a_release_waits_its_window_and_tells_only_that_there_is_news(tale: Tale) -> None:
    heard: list[list[ResultNotice]] = []

    def hear(sender: object, *, notices: list[ResultNotice], **_: object) -> None:
        heard.append(notices)

    results_released.connect(hear)
    batch = tale.released(2)
    results_released.disconnect(hear)
    assert batch.leaves_at == tale.now + 10 * MINUTES
    assert len(heard[0]) == 2
    sending = sending_of(batch)
    assert (sending.purpose, sending.total, sending.due_at) == (Purpose.RESULT, 2, batch.leaves_at)
    assert {each.due_at for each in Delivery.objects.filter(batch=sending)} == {batch.leaves_at}
    # Both channels of both people at once.
    assert deliveries(batch=sending) == [("queued", "")] * 4


def test_in_order_the_second_channel_waits_for_the_first(tale: Tale) -> None:
    batch = tale.drafts()
    tale.submit(batch)
    tale.approve(batch)
    tale.release(batch, in_order=True)
    rows = Delivery.objects.filter(batch__purpose=Purpose.RESULT).order_by("position")
    assert [each.state for each in rows][:2] == ["queued", "created"]


def test_nothing_leaves_without_approval(tale: Tale) -> None:
    batch = tale.drafts()
    for step in (lambda: None, lambda: tale.submit(batch)):
        step()
        with pytest.raises(NothingToRelease):
            tale.release(batch)


def test_many_need_their_number_by_hand(tale: Tale) -> None:
    batch = tale.drafts(51)
    tale.submit(batch)
    tale.approve(batch)
    for typed in (None, 50):
        with pytest.raises(WrongCount):
            tale.release(batch, typed=typed)
    tale.release(batch, typed=51)
    assert tale.states(batch) == [N.RELEASED] * 51


def test_no_window_at_all_only_for_a_single_one(tale: Tale) -> None:
    ApprovalRule.objects.create(organization=tale.cast.organization, hold_minutes=0)
    assert tale.released().leaves_at == tale.now
    batch = tale.drafts(2, name="慕容")
    for each in tale.of(batch):
        for problem in each.problems:
            notices.accept_problem(tale.cast.recruiter, each.pk, problem, now=tale.now)
    tale.submit(batch)
    tale.approve(batch)
    assert tale.release(batch).leaves_at == tale.now + MINUTES


def test_a_large_batch_outside_rehearsal_tries_five_first(tale: Tale) -> None:

    organization = tale.cast.organization
    organization.is_rehearsal = False
    organization.save()
    ProviderAccount.objects.create(
        organization=organization,
        channel=Channel.SMS,
        provider="http_sms",
        name="网关",
        key=organization_key(organization.pk),
        config_sealed=b"x",
        created_at=tale.now,
    )
    batch = tale.released(52)
    assert sending_of(batch).canary == 5
    assert Delivery.objects.filter(is_canary=True).count() == 5


def test_a_recall_in_the_window_stops_everything(tale: Tale) -> None:
    heard: list[list[ResultNotice]] = []

    def hear(sender: object, *, notices: list[ResultNotice], **_: object) -> None:
        heard.append(notices)

    batch = tale.released(3)
    results_called_back.connect(hear)
    done = release.recall_batch(tale.cast.recruiter, batch.pk, now=tale.now + MINUTES)
    results_called_back.disconnect(hear)
    assert (done.stopped, done.told, len(heard[0])) == (3, 0, 3)
    assert tale.states(batch) == [N.RECALLED] * 3
    assert set(deliveries(batch=batch.sending)) == {("cancelled", "result_recalled")}
    assert not AccessLink.objects.filter(subject_kind="result", revoked_at=None).exists()
    assert sending_of(batch).state == "cancelled"


def test_a_recall_says_exactly_who_had_heard(tale: Tale) -> None:
    batch = tale.released(3)
    first = tale.of(batch)[0]
    left = Delivery.objects.filter(notification__subject_id=first.pk)[0]
    Delivery.objects.filter(pk=left.pk).update(state=DeliveryState.SENT, sent_at=tale.now, provider="x")
    done = release.recall_batch(tale.cast.lead, batch.pk, now=tale.now + 11 * MINUTES)
    assert (done.stopped, done.told) == (2, 1)
    first.refresh_from_db()
    assert first.state == N.RELEASED
    assert tale.states(batch) == [N.RECALLED, N.RECALLED, N.RELEASED]


def test_a_recall_makes_void_what_was_for_somebody_who_is_erased(tale: Tale) -> None:
    """Put back it could be neither read nor written, and kept everybody else of the batch from being told."""
    batch = tale.released(2)
    erased, other = tale.of(batch)
    erase_by_hand(tale.cast.owner, erased.candidate, now=tale.now)
    assert release.recall_batch(tale.cast.lead, batch.pk, now=tale.now).stopped == 2
    assert tale.states(batch) == [N.RECALLED, N.VOID]
    back = approvals.put_back(tale.cast.recruiter, [erased.pk, other.pk], now=tale.now)
    assert (back, tale.submit(batch).count) == (1, 1)


def test_after_a_recall_it_takes_the_whole_way_again(tale: Tale) -> None:
    batch = tale.released()
    release.recall_batch(tale.cast.lead, batch.pk, now=tale.now)
    with pytest.raises(NothingToRelease):
        tale.release(batch)
    approvals.put_back(tale.cast.recruiter, [tale.only(batch).pk], now=tale.now)
    tale.submit(batch)
    tale.approve(batch)
    tale.release(batch)
    assert tale.states(batch) == [N.RELEASED]
    revisions = Notification.objects.filter(purpose=Purpose.RESULT).values_list(
        "subject_revision", "occurrence"
    )
    assert sorted(revisions) == [(1, 1), (2, 2)]


def test_a_changed_decision_calls_back_what_has_not_left(tale: Tale) -> None:
    batch = tale.released()
    decision = tale.only(batch).decision
    tale.decide([decision.interview], Outcome.PASS)
    (gone,) = void_notices([decision.pk], now=tale.now)
    assert (gone.state, tale.states(batch)) == (N.VOID, [N.VOID])
    assert set(deliveries(batch=batch.sending)) == {("cancelled", "result_changed")}


def test_a_changed_decision_leaves_what_was_told_and_shuts_its_link(tale: Tale) -> None:
    batch = tale.released()
    notice = tale.only(batch)
    Delivery.objects.filter(notification__subject_id=notice.pk, channel=Channel.EMAIL).update(
        state=DeliveryState.SENT, sent_at=tale.now, provider="x"
    )
    tale.decide([notice.decision.interview], Outcome.PASS)
    assert void_notices([notice.decision_id], now=tale.now) == []
    assert tale.states(batch) == [N.RELEASED]
    assert not AccessLink.objects.filter(subject_kind="result", revoked_at=None).exists()


def test_another_name_in_the_window_calls_it_back_to_its_author(tale: Tale) -> None:
    batch = tale.released(2)
    candidate = tale.of(batch)[0].candidate
    candidate.name = "欧阳晓雨"
    candidate.save()
    person_changed.send(type(candidate), candidate=candidate, at=tale.now)
    assert tale.states(batch) == [N.DRAFT, N.RELEASED]
    assert deliveries(reason="result_changed") == [("cancelled", "result_changed")] * 2


def test_a_batch_is_seen_by_hr_alone(tale: Tale) -> None:
    tale.released()
    assert ResultBatch.objects.visible_to(tale.cast.interviewer).count() == 0
