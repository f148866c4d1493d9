"""What a press says goes out once, however often the button is pressed; and it stays in the send it belongs to."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import Cast, create_interview, create_interviews
from tests.interviews import conversations
from tests.interviews.test_invite import facts_of
from yuemian.domain.reasons import NeedKind
from yuemian.domain.states import BatchState, Channel, Purpose, ReasonCode
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.actions.choose import StoppedElsewhere, stop
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.actions.needs import Needed, arrange_need, say_needs
from yuemian.interviews.actions.respond import reply
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.batches import pause_batch
from yuemian.messaging.models import AccessLink, Batch, Delivery, Message, Notification

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def told(interview: Interview, purpose: Purpose) -> int:
    return Notification.objects.filter(subject_id=interview.pk, purpose=purpose).count()


def invite(cast: Cast, interviews: list[Interview], now: datetime) -> Batch:
    version = cast.templates[Purpose.INVITATION]
    summary = summarize(interviews, version, Purpose.INVITATION, [Channel.EMAIL], now=now)
    return send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)


def test_an_answer_pressed_twice_is_said_once(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    conversations.ask(interview, "要带什么？", at=now)
    first = reply(cast.recruiter, interview, "身份证。", now=now + MINUTE)
    again = reply(cast.recruiter, interview, "身份证。", now=now + MINUTE + timedelta(seconds=1))
    assert first == again
    assert Message.objects.filter(is_from_candidate=False).count() == 1
    assert told(interview, Purpose.ANSWER) == 1


@pytest.mark.parametrize("between", ["other words", "another person", "a question", "a while"])
def test_the_same_words_as_a_new_answer_are_one(cast: Cast, now: datetime, between: str) -> None:
    interview = create_interview(cast, now=now)
    conversations.ask(interview, "可以停车吗？", at=now)
    author, at = cast.recruiter, now + MINUTE
    reply(author, interview, "可以。", now=at)
    if between == "other words":
        reply(author, interview, "地下一层。", now=at + timedelta(seconds=1))
    elif between == "another person":
        author = cast.owner
    elif between == "a question":
        conversations.ask(interview, "带家人呢？", at=at + timedelta(seconds=1))
    at += timedelta(minutes=3) if between == "a while" else timedelta(seconds=2)
    reply(author, interview, "可以。", now=at)
    assert Message.objects.filter(is_from_candidate=False).count() == (3 if between == "other words" else 2)


def test_a_time_left_to_the_candidate_twice_is_told_once(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    invite(cast, [interview], now)
    Delivery.objects.update(state="sent", sent_at=now, provider="smtp")
    until = now + timedelta(days=2)
    first = ask_to_choose(cast.recruiter, interview.pk, until=until, reason="", now=now)
    again = ask_to_choose(cast.recruiter, interview.pk, until=until, reason="", now=now)
    assert (first.is_told, again.is_told, again.revision) == (True, False, first.revision)
    assert told(interview, Purpose.CHANGE) == 1
    assert ask_to_choose(
        cast.recruiter, interview.pk, until=until + timedelta(days=1), reason="", now=now
    ).is_told


def test_a_need_arranged_twice_is_told_once_and_other_words_again(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    invite(cast, [interview], now)
    link = AccessLink.objects.get(subject_id=interview.pk)
    say_needs(link, Needed((next(iter(NeedKind)),), "慢一点"), now=now)
    for words in ("已安排", "已安排", "已安排在一层"):
        assert arrange_need(cast.recruiter, interview.pk, words, now=now)
    assert told(interview, Purpose.ANSWER) == 2


def test_what_was_paused_stays_paused_when_one_of_its_interviews_changes(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 2, now=now)
    batch = invite(cast, interviews, now)
    pause_batch(cast.recruiter, batch.pk, now=now)
    later = facts_of(interviews[0], starts_at=interviews[0].starts_at + timedelta(days=1))
    change_interview(cast.recruiter, interviews[0].pk, later, now=now)
    anew = Delivery.objects.filter(notification__subject_revision=2)
    assert set(anew.values_list("state", "batch")) == {("queued", batch.pk)}
    count = anew.count()
    assert stop(cast.recruiter, batch.pk, now=now) == 1 + count
    assert not Delivery.objects.filter(state="queued").exists()


def test_what_was_stopped_is_not_sent_for_a_change(cast: Cast, now: datetime) -> None:
    (interview,) = create_interviews(cast, 1, now=now)
    stop(cast.recruiter, invite(cast, [interview], now).pk, now=now)
    later = facts_of(interview, starts_at=interview.starts_at + timedelta(days=1))
    change_interview(cast.recruiter, interview.pk, later, now=now)
    assert not Delivery.objects.filter(state="queued").exists()


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_an_answer_that_waits_is_still_true_when_the_interview_changes(
    cast: Cast, now: datetime, is_cancelled: bool
) -> None:
    interview = create_interview(cast, now=now)
    conversations.ask(interview, "要带什么？", at=now)
    reply(cast.recruiter, interview, "身份证。", now=now)
    waiting = Delivery.objects.filter(notification__purpose=Purpose.ANSWER)
    before = sorted(waiting.values_list("pk", "state"))
    assert before
    if is_cancelled:
        cancel_interview(cast.recruiter, interview.pk, now=now)
    else:
        later = facts_of(interview, starts_at=interview.starts_at + timedelta(days=1))
        change_interview(cast.recruiter, interview.pk, later, now=now)
    assert sorted(waiting.values_list("pk", "state")) == before


def test_results_are_stopped_where_their_letters_are(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    """There their people wait to be told again; here they would count as told and hear nothing."""
    batch = invite(cast, [create_interview(cast, now=now)], now)
    Batch.objects.filter(pk=batch.pk).update(purpose=Purpose.RESULT)
    with pytest.raises(StoppedElsewhere):
        stop(cast.recruiter, batch.pk, now=now)
    page = recruiter_client.get(reverse("batch", args=[batch.pk])).content.decode()
    assert reverse("batch-stop", args=[batch.pk]) not in page
    assert reverse("result-batches") in page
    answer = recruiter_client.post(reverse("batch-stop", args=[batch.pk]))
    assert answer.headers["Location"] == reverse("result-batches")
    batch.refresh_from_db()
    assert batch.state == BatchState.RUNNING
    assert not Delivery.objects.filter(reason=ReasonCode.STOPPED_BY_PERSON).exists()
