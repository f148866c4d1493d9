"""Answers from calendar clients: they count where all is certain, and are shown to HR where it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.factories import Cast, create_interview
from yuemian.domain.invitation import CalendarReply, ReplyKind, interview_uid
from yuemian.domain.states import Answer
from yuemian.hiring.models import Candidate
from yuemian.interviews.actions.calendar_replies import Doubt, TakenReply, Taking, take_calendar_reply
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.models import Interview, Response
from yuemian.interviews.timeline import conversation, note_of
from yuemian.messaging.models import Message
from yuemian.trust.identifiers import uuid7
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import destroy

from .test_invite import facts_of

ADDRESS = "xiaoyu.wang@example.com"


@pytest.fixture
def interview(cast: Cast, now: datetime) -> Interview:
    return create_interview(cast, now=now, name="王小雨", email=ADDRESS)


def said(interview: Interview, kind: ReplyKind = ReplyKind.ACCEPTED, **fields: Any) -> CalendarReply:
    uid = interview_uid(interview.pk, interview.application.candidate_id)
    return replace(CalendarReply(kind, uid, interview.revision - 1, ADDRESS), **fields)


def take(interview: Interview, reply: CalendarReply, now: datetime, **fields: Any) -> TakenReply:
    given: dict[str, Any] = {"sender": "Xiaoyu.Wang@Example.com", "is_authenticated": True, "now": now}
    return take_calendar_reply(interview.pk, interview.application.candidate_id, reply, **given | fields)


def fresh(interview: Interview) -> Interview:
    return Interview.objects.with_people().get(pk=interview.pk)


@pytest.mark.parametrize(
    ("kind", "answer"), [(ReplyKind.ACCEPTED, Answer.ACCEPTED), (ReplyKind.DECLINED, Answer.DECLINED)]
)
def test_a_certain_reply_is_the_answer(
    interview: Interview, now: datetime, kind: ReplyKind, answer: Answer
) -> None:
    taken = take(interview, said(interview, kind, comment="请走东门？"), now)
    assert taken == TakenReply(Taking.ANSWERED)
    found = fresh(interview)
    assert (found.answer, found.answered_at) == (answer, now)
    assert note_of(found) == "请走东门？"
    response = Response.objects.get()
    assert (response.answer, response.revision, response.link) == (answer, 1, None)
    entry = AuditEntry.objects.get(action="interview.answered")
    assert (entry.actor_kind, entry.actor_id) == ("candidate", interview.application.candidate_id)
    assert entry.details == {"revision": 1, "answer": str(answer), "via": "calendar"}


def test_another_time_is_a_wish_with_the_time_in_its_note(interview: Interview, now: datetime) -> None:
    start = interview.starts_at + timedelta(days=1)
    reply = said(
        interview,
        ReplyKind.COUNTER,
        comment="下午可以吗",
        proposed_start=start,
        proposed_end=start + timedelta(hours=1),
    )
    assert take(interview, reply, now).taking is Taking.ANSWERED
    found = fresh(interview)
    assert found.answer == Answer.RESCHEDULE_REQUESTED
    assert note_of(found) == "日历中提出的时间：2026年11月29日 周日 09:00（北京时间）\n下午可以吗"


def test_maybe_is_no_yes(interview: Interview, now: datetime) -> None:
    take(interview, said(interview, ReplyKind.TENTATIVE), now)
    found = fresh(interview)
    assert found.answer == Answer.RESCHEDULE_REQUESTED
    assert "暂定" in note_of(found)


@pytest.mark.parametrize(
    ("reply", "fields", "doubt"),
    [
        ({"uid": str(uuid7())}, {}, Doubt.OTHER_EVENT),
        ({"attendee": "else@example.com"}, {"sender": "else@example.com"}, Doubt.OTHER_ATTENDEE),
        ({}, {"sender": "else@example.com"}, Doubt.OTHER_SENDER),
        ({}, {"sender": ""}, Doubt.OTHER_SENDER),
        ({}, {"is_authenticated": False}, Doubt.NOT_AUTHENTIC),
        ({"sequence": -1}, {}, Doubt.OLD_VERSION),
        ({"kind": ReplyKind.OTHER}, {}, Doubt.NO_ANSWER),
    ],
)
def test_anything_doubtful_is_a_note_and_never_an_answer(
    interview: Interview, now: datetime, reply: dict[str, Any], fields: dict[str, Any], doubt: Doubt
) -> None:
    taken = take(interview, replace(said(interview), comment="我会来的", **reply), now, **fields)
    assert taken == TakenReply(Taking.NOTED, doubt)
    found = fresh(interview)
    assert (found.answer, found.answered_at) == (Answer.NEEDS_ACTION, None)
    assert not Response.objects.exists()
    (message,) = conversation(found)
    assert message.is_from_candidate
    assert "我会来的" in message.text
    assert ("else@example.com" in message.text) == (fields.get("sender") == "else@example.com")


def test_a_reply_to_an_earlier_time_is_not_an_answer_to_the_new_one(
    cast: Cast, interview: Interview, now: datetime
) -> None:
    old = said(interview)
    later = facts_of(interview, starts_at=interview.starts_at + timedelta(days=1))
    change_interview(cast.recruiter, interview.pk, later, now=now)
    assert take(interview, old, now).doubt is Doubt.OLD_VERSION
    assert fresh(interview).answer == Answer.NEEDS_ACTION
    assert take(interview, said(fresh(interview)), now).taking is Taking.ANSWERED


def test_a_reply_after_the_cancellation_or_the_start_is_noted(
    cast: Cast, interview: Interview, now: datetime
) -> None:
    assert take(interview, said(interview), interview.starts_at).doubt is Doubt.CLOSED
    cancel_interview(cast.recruiter, interview.pk, now=now)
    assert take(interview, said(fresh(interview)), now).doubt is Doubt.CLOSED
    assert fresh(interview).answer == Answer.NEEDS_ACTION


def test_a_mail_that_comes_late_does_not_undo_a_later_answer(interview: Interview, now: datetime) -> None:
    take(interview, said(interview, ReplyKind.DECLINED, stamp=now), now)
    early = said(interview, ReplyKind.ACCEPTED, stamp=now - timedelta(hours=1))
    assert take(interview, early, now + timedelta(minutes=1)).doubt is Doubt.OVERTAKEN
    assert fresh(interview).answer == Answer.DECLINED
    again = said(interview, ReplyKind.ACCEPTED, stamp=now + timedelta(hours=1))
    assert take(interview, again, now + timedelta(hours=1)).taking is Taking.ANSWERED


def test_the_same_reply_read_twice_changes_nothing(interview: Interview, now: datetime) -> None:
    start = interview.starts_at + timedelta(days=1)
    for reply in (
        said(interview, stamp=now),
        said(interview, comment="好的", stamp=now),
        said(interview, ReplyKind.COUNTER, proposed_start=start, stamp=now + timedelta(minutes=2)),
    ):
        at = (reply.stamp or now) + timedelta(seconds=30)
        take(interview, reply, at)
        count = Response.objects.count()
        assert take(interview, reply, at + timedelta(minutes=1)).taking is Taking.UNCHANGED
        assert Response.objects.count() == count
    assert not Message.objects.exists()


def test_nobody_answers_for_another_persons_interview(
    cast: Cast, interview: Interview, now: datetime
) -> None:
    other = create_interview(cast, now=now, name="李雷", email="lilei@example.com")
    taken = take_calendar_reply(
        other.pk,
        interview.application.candidate_id,
        said(interview),
        sender=ADDRESS,
        is_authenticated=True,
        now=now,
    )
    assert taken == TakenReply(Taking.UNKNOWN)
    assert fresh(other).answer == Answer.NEEDS_ACTION


def test_an_erased_person_answers_nothing(interview: Interview, now: datetime) -> None:
    destroy([Candidate.objects.get().key], now)
    assert take(interview, said(interview), now).taking is Taking.UNKNOWN
    assert fresh(interview).answer == Answer.NEEDS_ACTION


def test_a_note_holds_no_words_in_the_audit_trail(interview: Interview, now: datetime) -> None:
    take(interview, replace(said(interview), comment="秘密"), now, sender="else@example.com")
    entry = AuditEntry.objects.get(action="conversation.calendar_reply_noted")
    assert entry.details == {"doubt": "other_sender"}
