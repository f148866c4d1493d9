"""A colleague leaves: their work is nobody's at once, and goes over to others with one press."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, create_user, sign_in_client
from tests.interviews.conversations import ask, asking, interview_of, of
from tests.interviews.slots import create_series, offers
from tests.portal.stories import invite
from yuemian.accounts.models import Role, User
from yuemian.interviews.chosen import read_chosen
from yuemian.interviews.facts import InterviewFacts
from yuemian.interviews.models import Change, Interview
from yuemian.interviews.today.incomplete import incomplete
from yuemian.interviews.today.scope import Scope
from yuemian.messaging.actions import inbox
from yuemian.messaging.models import Message, Notification
from yuemian.trust.models import AuditEntry

DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def successor(cast: Cast) -> User:
    return create_user(
        cast.organization, Role.RECRUITER, "周接手", branch=cast.shanghai, phone="021-5555 0200"
    )


@pytest.fixture
def owner_client(cast: Cast) -> Client:
    return sign_in_client(cast.owner)


def leaves(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def address(person: User) -> str:
    return f"/settings/users/{person.pk}/hand-over"


def holders(interview: Interview) -> list[str]:
    return list(interview.participants.values_list("user__name", flat=True))


def test_everything_goes_over_and_nothing_is_sent(
    cast: Cast, owner_client: Client, successor: User, now: datetime
) -> None:
    coming, other = create_interview(cast, now=now), create_interview(cast, now=now)
    held = create_interview(cast, now=now, starts_at=now - 10 * DAY)
    long_ago = create_interview(cast, now=now, starts_at=now - 90 * DAY)
    conversation = asking(cast, now=now)
    other.participants.create(organization=cast.organization, user=successor)
    notifications = Notification.objects.count()
    answer = owner_client.post(
        address(cast.recruiter), {"contact": successor.pk}, headers={"accept-language": "en"}
    )
    assert answer["Location"] == address(cast.recruiter)
    for interview, is_over in ((coming, True), (held, True), (long_ago, False)):
        interview.refresh_from_db()
        assert (interview.recruiter == successor) is is_over
    conversation.refresh_from_db()
    cast.backend.refresh_from_db()
    assert (conversation.assignee, cast.backend.recruiter) == (successor, successor)
    assert Notification.objects.count() == notifications
    entry = AuditEntry.objects.get(action="user.handed_over")
    assert entry.details["contact"] == str(successor.pk)
    assert (entry.details["conversations"], entry.details["jobs"]) == (1, 2)
    assert Change.objects.filter(interview=coming, actor=cast.owner).exists()
    owner_client.post(address(cast.interviewer), {"interviewer": successor.pk})
    assert holders(coming) == holders(other) == [successor.name]
    assert holders(held) == [cast.interviewer.name], "whoever held it, held it"
    assert "没有" in owner_client.get(address(cast.interviewer)).content.decode()


def test_somebody_has_to_be_chosen(cast: Cast, owner_client: Client, now: datetime) -> None:
    create_interview(cast, now=now)
    answer = owner_client.post(address(cast.recruiter), {})
    assert answer.status_code == 422
    assert "请选择由谁接手" in answer.content.decode()


def test_only_administrators_hand_over(cast: Cast, recruiter_client: Client) -> None:
    assert recruiter_client.get(address(cast.interviewer)).status_code == 403


def test_disabling_somebody_leads_to_what_they_leave(
    cast: Cast, owner_client: Client, successor: User
) -> None:
    fields = {"name": successor.name, "email": successor.email, "role": "recruiter", "locale": "zh-hans"}
    answer = owner_client.post(f"/settings/users/{successor.pk}", fields)
    assert answer["Location"] == address(successor)
    assert "不再能登录" in owner_client.get(address(successor)).content.decode()


def test_a_question_to_somebody_who_left_while_away_is_kept_and_is_nobodys(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    inbox.move(cast.recruiter, conversation, "resolved", now=now)
    User.objects.update(away_from=now - DAY, away_until=now + DAY)
    leaves(cast.recruiter)
    ask(interview_of(conversation), "还有一个问题", at=now + timedelta(hours=1))
    assert Message.objects.count() == 2
    assert of(interview_of(conversation)).assignee is None


def test_the_work_of_somebody_who_left_stands_before_the_others(
    cast: Cast, recruiter_client: Client, successor: User, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    Interview.objects.update(recruiter=successor)
    conversation = asking(cast, now=now)
    inbox.assign(cast.owner, conversation, successor, now=now)

    def missing() -> set[str]:
        mine = Scope(is_mine=True, branch=None)
        return {pick.why for pick in incomplete(cast.recruiter, mine, now).picks if pick.id == interview.pk}

    unassigned = "/inbox?whose=unassigned"
    name = conversation.application.candidate.name
    assert "recruiter" not in missing()
    assert name not in recruiter_client.get(unassigned).content.decode()
    leaves(successor)
    assert "recruiter" in missing()
    assert name in recruiter_client.get(unassigned).content.decode()


def test_candidates_are_not_told_to_ask_somebody_who_left(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    page = Client().get(who.address).content.decode()
    assert cast.recruiter.name in page
    leaves(cast.recruiter)
    assert cast.recruiter.name not in Client().get(who.address).content.decode()
    (chosen,) = read_chosen(cast.organization.pk, [who.interview.pk])
    assert chosen.facts.contact_name == ""
    assert InterviewFacts.of(Interview.objects.with_people().get(pk=who.interview.pk)) == chosen.facts


def test_nobody_books_a_time_with_somebody_who_left(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    interview = create_interview(cast, now=now)
    assert offers(interview, now)
    leaves(cast.interviewer)
    assert not offers(interview, now)
