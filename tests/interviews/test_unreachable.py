"""Whoever has no address in use is told nothing by an answer, and HR reads so, before and after."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import Cast, create_interview, sign_in_client
from tests.interviews import conversations
from tests.interviews.slots import press
from tests.portal.stories import invite
from yuemian.accounts.models import Organization
from yuemian.domain.states import Purpose
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.interviews.actions.consult import consult
from yuemian.interviews.actions.reschedule import propose_times
from yuemian.interviews.actions.respond import reply
from yuemian.interviews.models import Interview, RescheduleRequest
from yuemian.messaging.defaults import install_defaults
from yuemian.messaging.models import Conversation, Message, Notification

SAID = "候选人的页面上已写明，但没能发出消息。"
BEFORE = "该候选人没有可用的联系方式"


def leave_no_address(interview: Interview) -> None:
    points = ContactPoint.objects.filter(candidate=interview.application.candidate_id)
    points.update(state=ContactState.OPTED_OUT)


def answers_planned() -> int:
    return Notification.objects.filter(purpose=Purpose.ANSWER).count()


@pytest.mark.parametrize("page", ["interview", "inbox"])
def test_an_answer_that_reaches_nobody_is_not_said_to_be_on_its_way(
    cast: Cast, recruiter_client: Client, now: datetime, page: str
) -> None:
    interview = create_interview(cast, now=now)
    conversations.ask(interview, "要带什么？", at=now)
    conversation = Conversation.objects.get()
    address = f"/interviews/{interview.pk}" if page == "interview" else f"/inbox/{conversation.pk}"
    assert BEFORE not in recruiter_client.get(address).content.decode()
    leave_no_address(interview)
    assert BEFORE in recruiter_client.get(address).content.decode()
    deed = (
        reverse("interview-answer", args=[interview.pk])
        if page == "interview"
        else reverse("inbox-answer", args=[conversation.pk])
    )
    for _twice in range(2):
        text = recruiter_client.post(deed, {"text": "身份证。"}, follow=True).content.decode()
        assert SAID in text
    assert Message.objects.filter(is_from_candidate=False).count() == 1
    assert answers_planned() == 0


def test_a_request_that_is_declined_says_so_too(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    who = invite(cast, now=now)
    propose_times(press(who, now), [now + timedelta(days=5)], words="", note="")
    leave_no_address(who.interview)
    deed = f"/requests/{RescheduleRequest.objects.get().pk}/decline"
    assert SAID in recruiter_client.post(deed, {"text": "很抱歉"}, follow=True).content.decode()
    assert answers_planned() == 0


@pytest.mark.parametrize("is_direct", [True, False])
def test_an_interviewers_answer_says_so_to_whoever_lets_it_out(
    cast: Cast, recruiter_client: Client, now: datetime, is_direct: bool
) -> None:
    Organization.objects.filter(pk=cast.organization.pk).update(is_direct_answer_allowed=is_direct)
    interview = create_interview(cast, now=now)
    install_defaults(cast.organization, now)
    question = conversations.ask(interview, "用什么语言？", at=now)
    asked = consult(
        cast.recruiter,
        question,
        cast.interviewer,
        interview,
        is_name_shown=False,
        with_conversation=False,
        now=now,
    )
    leave_no_address(interview)
    answered = sign_in_client(cast.interviewer).post(
        f"/asked/{asked.pk}/answer", {"text": "Python。"}, follow=True
    )
    assert (SAID in answered.content.decode()) is is_direct
    if not is_direct:
        released = recruiter_client.post(
            f"/inbox/asked/{asked.pk}/release", {"text": "Python。"}, follow=True
        )
        assert SAID in released.content.decode()
    assert answers_planned() == 0


def test_the_same_words_again_say_what_came_of_them_the_first_time(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    assert [reply(cast.recruiter, interview, "身份证。", now=now).is_told for _ in range(2)] == [True, True]
