"""Who gets a question: the interview's recruiter, the job's, a deputy while somebody is away; and what is said then."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.factories import Cast, create_interview, create_user
from tests.interviews.conversations import ask, asking, interview_of, of
from yuemian.accounts.models import Role, User
from yuemian.domain.conversation import Voice
from yuemian.interviews.models import Interview
from yuemian.messaging.actions import inbox
from yuemian.messaging.models import Conversation, Message
from yuemian.trust.vault import Vault

HOUR = timedelta(hours=1)


@pytest.fixture
def deputy(cast: Cast) -> User:
    return create_user(cast.organization, Role.RECRUITER, "周代班", branch=cast.shanghai)


def go_away(user: User, deputy: User | None, now: datetime, *, is_told: bool = True) -> None:
    User.objects.filter(pk=user.pk).update(
        away_from=now - HOUR, away_until=now + timedelta(days=2), deputy=deputy, is_absence_told=is_told
    )


def automatic_lines(conversation: Conversation) -> list[str]:
    vault, key = Vault(conversation.organization_id), conversation.application.candidate.key
    lines = Message.objects.filter(conversation=conversation, voice=Voice.AUTOMATIC)
    return [vault.open(key, Message.PLACE, each.pk, each.body_sealed) for each in lines]


def test_the_interviews_recruiter_gets_the_question(cast: Cast, now: datetime) -> None:
    assert asking(cast, now=now).assignee == cast.recruiter


def test_without_one_it_is_the_jobs_and_else_nobodys(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    Interview.objects.update(recruiter=None)
    ask(interview, "?", at=now)
    assert of(interview).assignee == cast.backend.recruiter
    other = create_interview(cast, now=now, job=cast.analyst)
    Interview.objects.update(recruiter=None)
    ask(other, "?", at=now)
    assert of(other).assignee is None


def test_who_can_no_longer_sign_in_gets_nothing(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    User.objects.filter(pk=cast.recruiter.pk).update(is_active=False)
    ask(interview, "?", at=now)
    assert of(interview).assignee is None


def test_what_a_person_assigned_stays(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    inbox.assign(cast.owner, conversation, cast.owner, now=now)
    ask(interview_of(conversation), "?", at=now + HOUR)
    conversation.refresh_from_db()
    assert conversation.assignee == cast.owner
    inbox.assign(cast.owner, conversation, None, now=now)
    ask(interview_of(conversation), "?", at=now + HOUR)
    conversation.refresh_from_db()
    assert conversation.assignee is None


def test_the_deputy_gets_new_ones_and_the_candidate_is_told_once(
    cast: Cast, now: datetime, deputy: User
) -> None:
    go_away(cast.recruiter, deputy, now)
    conversation = asking(cast, now=now)
    assert conversation.assignee == deputy
    assert automatic_lines(conversation) == [
        "林悦 目前不在，11月27日 周五 09:00 回来；你的问题已转给 周代班。"
    ]
    ask(interview_of(conversation), "急！", at=now + HOUR)
    inbox.move(deputy, conversation, "resolved", now=now + HOUR)
    ask(interview_of(conversation), "又有一个问题", at=now + 2 * HOUR)
    assert len(automatic_lines(conversation)) == 1
    conversation.refresh_from_db()
    assert conversation.waiting_since == now + 2 * HOUR, "an automatic line answers nobody"


def test_the_line_is_in_the_candidates_language(cast: Cast, now: datetime) -> None:
    go_away(cast.recruiter, None, now)
    conversation = asking(cast, now=now, locale="en")
    assert conversation.assignee == cast.recruiter
    (line,) = automatic_lines(conversation)
    assert line == "林悦 is away until Fri, 27 Nov, 09:00, and will answer your question then."


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "ご質問は 周代班 に引き継ぎました。"), ("de", "wurde an 周代班 weitergegeben.")],
)
def test_the_line_is_in_every_language(
    cast: Cast, now: datetime, deputy: User, language: str, words: str
) -> None:
    go_away(cast.recruiter, deputy, now)
    (line,) = automatic_lines(asking(cast, now=now, locale=language))
    assert line.endswith(words)
    assert "away" not in line


def test_nothing_is_said_where_that_is_not_wished_or_the_absence_is_over(
    cast: Cast, now: datetime, deputy: User
) -> None:
    go_away(cast.recruiter, deputy, now, is_told=False)
    silent = asking(cast, now=now)
    assert (silent.assignee, automatic_lines(silent)) == (deputy, [])
    go_away(cast.recruiter, deputy, now)
    back = asking(cast, now=now, at=now + timedelta(days=2))
    assert (back.assignee, automatic_lines(back)) == (cast.recruiter, [])


def test_an_open_one_stays_and_a_resolved_one_goes_to_the_deputy(
    cast: Cast, now: datetime, deputy: User
) -> None:
    kept, reopened = asking(cast, now=now), asking(cast, now=now)
    inbox.move(cast.recruiter, reopened, "resolved", now=now)
    go_away(cast.recruiter, deputy, now)
    for conversation in (kept, reopened):
        ask(interview_of(conversation), "?", at=now + HOUR)
        conversation.refresh_from_db()
    assert (kept.assignee, reopened.assignee) == (cast.recruiter, deputy)


def test_a_deputy_who_is_away_has_a_deputy_and_a_circle_stays(
    cast: Cast, now: datetime, deputy: User
) -> None:
    go_away(cast.recruiter, deputy, now)
    go_away(deputy, cast.owner, now)
    assert asking(cast, now=now).assignee == cast.owner
    go_away(deputy, cast.recruiter, now)
    assert asking(cast, now=now).assignee == cast.recruiter
