"""Answers from calendar clients: they count where all is certain, and are shown to HR where it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview
from tests.interviews.conversations import ask
from tests.interviews.slots import create_policy
from tests.portal.stories import invite, phone
from yuemian.domain.invitation import CalendarReply, ReplyKind, interview_uid
from yuemian.domain.states import Answer, Channel
from yuemian.hiring.actions.correct import propose_address
from yuemian.hiring.models import Candidate
from yuemian.interviews.actions.calendar_replies import Doubt, TakenReply, Taking, take_calendar_reply
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.actions.reschedule import accept_request
from yuemian.interviews.inbox.reading import count_unread
from yuemian.interviews.models import Interview, RescheduleRequest, Response
from yuemian.interviews.timeline import note_of
from yuemian.messaging.actions.inbox import move
from yuemian.messaging.models import Conversation, Message, Note
from yuemian.trust.identifiers import uuid7
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault, destroy

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


def proposed(interview: Interview, start: datetime, **fields: Any) -> CalendarReply:
    end = start + timedelta(hours=1)
    return said(interview, ReplyKind.COUNTER, proposed_start=start, proposed_end=end, **fields)


@pytest.mark.parametrize("kind", [ReplyKind.COUNTER, ReplyKind.TENTATIVE])
def test_a_time_that_the_calendar_proposes_is_accepted_with_one_press(
    cast: Cast, interview: Interview, now: datetime, kind: ReplyKind
) -> None:
    start = interview.starts_at + timedelta(days=1)
    take(interview, replace(proposed(interview, start), kind=kind), now)
    request = RescheduleRequest.objects.get()
    assert (request.state, request.times, request.revision) == ("open", [start], 1)
    assert AuditEntry.objects.filter(action="reschedule.requested").count() == 1
    accept_request(cast.recruiter, request.pk, start, now=now)
    found = fresh(interview)
    assert (found.starts_at, found.answer, found.revision) == (start, Answer.ACCEPTED, 2)


def test_another_proposal_takes_the_place_of_the_first(interview: Interview, now: datetime) -> None:
    day = timedelta(days=1)
    for number in (1, 2):
        at = now + number * timedelta(minutes=1)
        take(interview, proposed(interview, interview.starts_at + number * day, stamp=at), at)
    states = RescheduleRequest.objects.order_by("at").values_list("state", "times")
    assert list(states) == [
        ("withdrawn", [interview.starts_at + day]),
        ("open", [interview.starts_at + 2 * day]),
    ]


@pytest.mark.parametrize("policy", [{"proposals": 0}, {"most": 0}])
def test_where_nobody_may_propose_the_calendars_time_is_only_a_wish(
    cast: Cast, interview: Interview, now: datetime, policy: dict[str, int]
) -> None:
    create_policy(cast, now=now, **policy)
    take(interview, proposed(interview, interview.starts_at + timedelta(days=1)), now)
    assert fresh(interview).answer == Answer.RESCHEDULE_REQUESTED
    assert "2026年11月29日" in note_of(fresh(interview))
    assert not RescheduleRequest.objects.exists()


def test_a_proposed_time_that_has_passed_is_only_a_wish(interview: Interview, now: datetime) -> None:
    take(interview, proposed(interview, now - timedelta(days=1)), now)
    assert fresh(interview).answer == Answer.RESCHEDULE_REQUESTED
    assert not RescheduleRequest.objects.exists()


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
    note = Note.objects.select_related("conversation").get()
    assert (note.kind, note.author) == ("system", None)
    text = text_of(note, found)
    assert "我会来的" in text
    assert ("else@example.com" in text) == (fields.get("sender") == "else@example.com")
    assert note.conversation.waiting_since is None
    assert not Message.objects.exists()


def text_of(note: Note, interview: Interview) -> str:
    vault, key = Vault(note.organization_id), interview.application.candidate.key
    return vault.open(key, Note.PLACE, note.pk, note.body_sealed)


def test_hr_finds_a_doubtful_reply_unread_in_the_inbox_and_the_candidate_never_does(
    cast: Cast, now: datetime, recruiter_client: Client
) -> None:
    now = timezone.now()
    who = invite(cast, now=now, email=ADDRESS)
    reply = replace(said(who.interview), comment="我是黑客")
    take(who.interview, reply, now, sender="evil@example.com")
    found = Conversation.objects.get()
    assert found.assignee == cast.recruiter
    assert count_unread(cast.recruiter) == 1
    assert "我是黑客" in recruiter_client.get("/inbox").content.decode()
    thread = recruiter_client.get(f"/inbox/{found.pk}").content.decode()
    assert "said-system_note" in thread
    assert "said-candidate" not in thread
    recruiter_client.post(f"/inbox/{found.pk}/read")
    assert count_unread(cast.recruiter) == 0
    assert "黑客" not in phone().get(who.address).content.decode()
    take(who.interview, reply, now + timedelta(seconds=5), sender="evil@example.com")
    assert count_unread(cast.recruiter) == 1


def test_a_note_opens_a_resolved_conversation_but_keeps_nobody_waiting(
    cast: Cast, interview: Interview, now: datetime
) -> None:
    ask(interview, "？", at=now)
    resolved = move(cast.recruiter, Conversation.objects.get(), "resolved", now=now)
    take(interview, said(interview), now, is_authenticated=False)
    found = Conversation.objects.get(pk=resolved.pk)
    assert (found.state, found.waiting_since, found.asked_at) == ("open", None, now)


@pytest.mark.parametrize("wrong", [{"kind": "colleague"}, {"kind": "system", "author": True}, {"kind": "?"}])
def test_only_the_systems_own_notes_have_no_author(
    cast: Cast, interview: Interview, now: datetime, wrong: dict[str, Any]
) -> None:
    take(interview, said(interview), now, is_authenticated=False)
    note = Note.objects.get()
    note.pk, note._state.adding = uuid7(), True
    note.kind, note.author = wrong["kind"], cast.recruiter if wrong.get("author") else None
    with pytest.raises(IntegrityError), transaction.atomic():
        note.save(force_insert=True)


def test_an_address_that_nobody_proved_answers_nothing(interview: Interview, now: datetime) -> None:
    typed = "typed@example.net"
    propose_address(interview.application.candidate, Channel.EMAIL, typed, now=now)
    taken = take(interview, said(interview, attendee=typed), now, sender=typed)
    assert taken == TakenReply(Taking.NOTED, Doubt.OTHER_ATTENDEE)
    assert fresh(interview).answer == Answer.NEEDS_ACTION


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
