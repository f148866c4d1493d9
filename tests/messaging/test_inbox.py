"""Moves of conversations in the database: by messages, by hand, by the clock; read marks, notes, constraints."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import Cast, create_interview
from tests.interviews.conversations import ask, asking, interview_of, of, say
from yuemian.domain.conversation import Voice
from yuemian.domain.states import ConversationState
from yuemian.messaging.actions import inbox
from yuemian.messaging.actions.conversation import add_message
from yuemian.messaging.models import Conversation, Message, Note, ReadMark
from yuemian.portal.page_data import read
from yuemian.trust.identifiers import uuid7
from yuemian.trust.models import AuditEntry

HOUR = timedelta(hours=1)


def actions_of(conversation: Conversation) -> list[str]:
    entries = AuditEntry.objects.filter(subject_kind="conversation", subject_id=conversation.pk)
    return list(entries.order_by("sequence").values_list("action", flat=True))


def test_a_question_waits_from_the_first_unanswered_message_on(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    interview = interview_of(conversation)
    ask(interview, "还有，要带电脑吗？", at=now + HOUR)
    conversation = of(interview)
    assert (conversation.waiting_since, conversation.asked_at) == (now, now + HOUR)
    say(interview, cast.recruiter, "有的。", at=now + 2 * HOUR)
    conversation = of(interview)
    assert (conversation.state, conversation.waiting_since) == ("pending", None)
    assert conversation.first_reply_at == now + 2 * HOUR
    assert conversation.job_id == interview.application.job_id


def test_resolving_can_be_taken_back_with_the_waiting(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    done = inbox.move(cast.recruiter, conversation, "resolved", now=now + HOUR)
    assert (done.state, done.waiting_since) == ("resolved", None)
    back = inbox.move(cast.recruiter, conversation, "undo", now=now + HOUR)
    assert (back.state, back.waiting_since, back.state_before) == ("open", now, "")
    assert actions_of(conversation) == ["conversation.resolved", "conversation.undo"]


def test_resolving_twice_leaves_one_trace(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    for _ in range(2):
        inbox.move(cast.recruiter, conversation, "resolved", now=now)
    assert actions_of(conversation) == ["conversation.resolved"]


def test_the_clock_wakes_what_has_slept_long_enough(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    inbox.snooze(cast.recruiter, conversation, now + HOUR, now=now)
    organization = cast.organization.pk
    assert inbox.wake_conversations(organization, now + HOUR - timedelta(seconds=1)) == 0
    assert inbox.wake_conversations(organization, now + HOUR) == 1
    assert inbox.wake_conversations(organization, now + HOUR) == 0
    conversation.refresh_from_db()
    assert (conversation.state, conversation.waiting_since, conversation.snoozed_until) == ("open", now, None)


def test_a_message_reopens_unless_muted(cast: Cast, now: datetime) -> None:
    loud, quiet = asking(cast, now=now), asking(cast, now=now)
    inbox.mute(cast.recruiter, quiet, is_muted=True, now=now)
    for conversation in (loud, quiet):
        inbox.move(cast.recruiter, conversation, "resolved", now=now)
        ask(interview_of(conversation), "谢谢！", at=now + HOUR)
        conversation.refresh_from_db()
    assert [loud.state, quiet.state] == ["open", "resolved"]
    assert quiet.waiting_since is None


def test_unread_is_per_person_and_only_what_the_candidate_wrote(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    rows = Conversation.objects.filter(pk=conversation.pk)
    assert rows.unread_by(cast.recruiter).exists()
    inbox.mark_read(cast.recruiter.pk, conversation, now=now + HOUR)
    inbox.mark_read(cast.recruiter.pk, conversation, now=now)
    assert ReadMark.objects.get().read_at == now + HOUR
    assert not rows.unread_by(cast.recruiter).exists()
    assert rows.unread_by(cast.owner).exists()
    say(interview_of(conversation), cast.owner, "您好", at=now + 2 * HOUR)
    assert not rows.unread_by(cast.recruiter).exists()
    assert not rows.unread_by(cast.owner).exists(), "who answers has read"
    ask(interview_of(conversation), "好的", at=now + 3 * HOUR)
    assert rows.unread_by(cast.recruiter).exists()


def test_a_note_moves_nothing_and_no_candidate_page_reads_it(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    before = conversation.standing
    inbox.add_note(cast.recruiter, conversation, "别答应他薪资", now=now + HOUR)
    conversation.refresh_from_db()
    assert conversation.standing == before
    interview = interview_of(conversation)
    page = read(interview.pk)
    assert page is not None
    assert len(page.messages) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT page::text FROM read_candidate_page(%s)", [interview.pk])
        (text,) = cursor.fetchone()
    note = Note.objects.get()
    assert bytes(note.body_sealed).hex() not in text
    assert str(note.pk) not in text


def test_a_note_has_an_author_of_the_company(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    note = Note(
        id=uuid7(),
        organization_id=cast.organization.pk,
        conversation=conversation,
        body_sealed=b"x",
        created_at=now,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        note.save(force_insert=True)


def test_what_was_said_and_noted_cannot_be_rewritten(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    inbox.add_note(cast.recruiter, conversation, "x", now=now)
    for table in ("messaging_message", "messaging_note"):
        for verb in (f"UPDATE {table} SET body_sealed = ''", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="permission denied"), transaction.atomic():
                connection.cursor().execute(verb)


@pytest.mark.parametrize("fields", [{"state": "lost"}, {"state": "snoozed", "snoozed_until": None}])
def test_the_database_refuses_a_state_that_does_not_exist(
    cast: Cast, now: datetime, fields: dict[str, object]
) -> None:
    conversation = asking(cast, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk).update(**fields)


def test_an_automatic_line_is_nobodys_answer(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    interview = interview_of(conversation)
    line = add_message(
        interview.application, "x", interview_id=None, author=None, now=now + HOUR, voice=Voice.AUTOMATIC
    )
    conversation.refresh_from_db()
    assert not line.is_from_candidate
    assert (conversation.state, conversation.waiting_since) == (ConversationState.OPEN, now)
    assert conversation.first_reply_at is None


def test_a_conversation_that_the_company_begins_has_no_first_reply(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    say(interview, cast.recruiter, "您好", at=now)
    conversation = of(interview)
    assert (conversation.state, conversation.first_reply_at, conversation.asked_at) == ("pending", None, None)
    assert Message.objects.get().voice == Voice.COMPANY
