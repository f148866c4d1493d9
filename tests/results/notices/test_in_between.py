"""Between release and hand-over something changes without a word to anybody: nothing of it leaves.

By the tables, with the rights of the web role: no action, and no signal that an action sends.
"""

from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.messaging.engine.conftest import FakeProvider, Story, deliver, live, story
from tests.results.stories import Tale
from yuemian.domain.results import Outcome
from yuemian.domain.states import Channel, DeliveryState, Purpose
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.messaging.models import Delivery, Notification
from yuemian.results.models import Decision, ResultBatch, ResultNotice

__all__ = ["live", "story"]


def give_another_address(tale: Tale, notice: ResultNotice, _: ResultNotice) -> None:
    point = ContactPoint.objects.filter(candidate=notice.candidate_id, channel=Channel.EMAIL).get()
    ContactPoint.objects.create(
        organization=tale.cast.organization,
        candidate_id=notice.candidate_id,
        channel=Channel.EMAIL,
        value_sealed=point.value_sealed,
        blind_index=b"\7" * 16,
    )


def turn_the_delivery(_: Tale, notice: ResultNotice, other: ResultNotice) -> None:
    """To another person's address: it is sealed with their key, which the message has not."""
    theirs = ContactPoint.objects.filter(candidate=other.candidate_id, channel=Channel.EMAIL).get()
    Delivery.objects.filter(notification__subject_id=notice.pk).update(contact_point=theirs)


def turn_the_message(_: Tale, notice: ResultNotice, other: ResultNotice) -> None:
    """The delivery of one is made to carry the message of the other."""
    theirs = Notification.objects.get(subject_id=other.pk)
    Delivery.objects.filter(notification__subject_id=notice.pk).update(notification=theirs, occurrence=9)


def rename(_: Tale, notice: ResultNotice, __: ResultNotice) -> None:
    Candidate.objects.filter(pk=notice.candidate_id).update(name="别人")


def decide_anew(_: Tale, notice: ResultNotice, __: ResultNotice) -> None:
    Decision.objects.filter(pk=notice.decision_id).update(is_current=False)
    # Put back into the queue, as by "try again".
    mine = Delivery.objects.filter(notification__subject_id=notice.pk)
    mine.update(state=DeliveryState.QUEUED, reason="", batch=None)


def decide_the_next_round(tale: Tale, notice: ResultNotice, _: ResultNotice) -> None:
    early = Decision.objects.select_related("interview__application__candidate").get(pk=notice.decision_id)
    tale.decide(tale.next_rounds([early.interview]), Outcome.PASS)


def erase(tale: Tale, notice: ResultNotice, _: ResultNotice) -> None:
    erase_by_hand(tale.cast.owner, Candidate.objects.get(pk=notice.candidate_id), now=tale.now)
    mine = Delivery.objects.filter(notification__subject_id=notice.pk)
    mine.update(state=DeliveryState.QUEUED, reason="", batch=None)


def released(story: Story, settings: Settings) -> tuple[Tale, ResultBatch, ResultNotice, ResultNotice]:
    """Two letters, whose window is over."""
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned
    tale = Tale(story.cast, story.now)
    batch = tale.released(2)
    Delivery.objects.filter(batch=batch.sending_id).update(due_at=story.now)
    ResultNotice.objects.filter(batch=batch).update(leaves_at=story.now)
    first, second = tale.of(batch)
    return tale, batch, first, second


@pytest.mark.parametrize(
    "deed",
    [
        give_another_address,
        turn_the_delivery,
        turn_the_message,
        rename,
        decide_anew,
        decide_the_next_round,
        erase,
    ],
    ids=lambda deed: deed.__name__,
)
def test_what_changed_without_a_word_does_not_leave(live: Story, settings: Settings, deed: object) -> None:
    tale, _, notice, other = live.act(lambda: released(live, settings))
    own = live.rows(
        Delivery.objects.filter(notification__subject_id=notice.pk, channel=Channel.EMAIL).values_list(
            "pk", flat=True
        )
    )
    live.act(lambda: deed(tale, notice, other))  # type: ignore[operator]
    outside = FakeProvider()
    deliver(outside)
    left = {each.delivery_id for each in outside.sent}
    assert own
    assert not left & {str(pk) for pk in own}
    theirs = Delivery.objects.filter(notification__subject_id=other.pk, channel=Channel.EMAIL)
    assert left >= {str(pk) for pk in live.rows(theirs.values_list("pk", flat=True))} - {
        str(pk) for pk in own
    }


def test_what_was_released_in_rehearsal_stays_in_the_house(story: Story, settings: Settings) -> None:
    """Also when the organization goes live in the window."""
    _, batch, *_ = story.act(lambda: released(story, settings))
    story.go_live()
    outside = FakeProvider()
    deliver(outside)
    results = Delivery.objects.filter(batch=batch.sending_id, notification__purpose=Purpose.RESULT)
    rows = story.rows(results.values_list("pk", flat=True))
    assert rows
    assert not {str(pk) for pk in rows} & {each.delivery_id for each in outside.sent}
