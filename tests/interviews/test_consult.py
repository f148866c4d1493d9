"""A question to an interviewer through HR: who sees what, what leaves when, and that each step is written down."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.factories import Cast, create_template, create_user, sign_in_client
from tests.interviews.conversations import ask, asking, interview_of, of, say
from yuemian.accounts.models import Organization, Role
from yuemian.domain.conversation import Voice
from yuemian.domain.moves import ForbiddenMove
from yuemian.domain.states import ConsultationState, Purpose
from yuemian.interviews.actions import consult as consultations
from yuemian.messaging.actions import inbox
from yuemian.messaging.actions.content import NoTemplate
from yuemian.messaging.models import Consultation, Conversation, Message, Notification
from yuemian.portal import page as portal_page
from yuemian.portal.page_data import read
from yuemian.trust.models import AuditEntry

HOUR = timedelta(hours=1)
QUESTION = "请问这个岗位用什么技术栈？"


@pytest.fixture
def conversation(cast: Cast, now: datetime) -> Conversation:
    create_template(
        cast.organization,
        Purpose.CONSULTATION,
        now=now,
        subject="{{ job_title }}",
        body="{{ staff_name }}: {{ asked_by }} {{ candidate_name }} {{ question_link }}",
    )
    conversation = asking(cast, "我住得远，薪资能谈吗？", now=now, name="李雷")
    ask(interview_of(conversation), QUESTION, at=now + HOUR)
    return of(interview_of(conversation))


@pytest.fixture
def interviewer(cast: Cast) -> Client:
    return sign_in_client(cast.interviewer)


def pass_on(cast: Cast, conversation: Conversation, now: datetime, **options: bool) -> Consultation:
    question = Message.objects.filter(conversation=conversation).latest("created_at")
    flags = {"is_name_shown": False, "with_conversation": False} | options
    interview = interview_of(conversation)
    return consultations.consult(
        cast.recruiter, question, cast.interviewer, interview, "请简单说说", now=now + HOUR, **flags
    )


def candidate_sees(conversation: Conversation, now: datetime) -> list[tuple[str, str]]:
    data = read(interview_of(conversation).pk)
    assert data is not None
    said = portal_page.thread(data, data.vault(), "zh-hans", now=now)["messages"]
    return [(each.author, each.text) for each in said if not each.is_mine]


def test_the_interviewer_gets_a_mail_that_does_not_repeat_the_question(
    cast: Cast, conversation: Conversation, now: datetime
) -> None:
    consultation = pass_on(cast, conversation, now)
    (mail,) = Notification.objects.filter(purpose=Purpose.CONSULTATION)
    assert (mail.user, mail.candidate) == (cast.interviewer, None)
    assert mail.subject_id == consultation.pk
    assert consultation.state == ConsultationState.ASKED


def test_passing_the_same_on_again_changes_nothing(
    cast: Cast, conversation: Conversation, now: datetime
) -> None:
    assert pass_on(cast, conversation, now).pk == pass_on(cast, conversation, now).pk
    assert Notification.objects.filter(purpose=Purpose.CONSULTATION).count() == 1


def test_the_interviewer_sees_the_one_question_and_nothing_else(
    cast: Cast, conversation: Conversation, interviewer: Client, now: datetime
) -> None:
    inbox.add_note(cast.recruiter, conversation, "内部备注", now=now)
    consultation = pass_on(cast, conversation, now)
    ask(interview_of(conversation), "后来又问的", at=now + 2 * HOUR)
    text = interviewer.get(f"/asked/{consultation.pk}").content.decode()
    assert QUESTION in text
    assert "请简单说说" in text
    for hidden in ("薪资", "内部备注", "后来又问的"):
        assert hidden not in text
    assert "李雷" in interviewer.get("/asked").content.decode()
    assert interviewer.get(f"/inbox/{conversation.pk}").status_code == 404
    assert interviewer.get("/inbox")["Location"] == "/asked"


def test_with_hrs_leave_the_messages_before_it_are_shown_but_never_a_note(
    cast: Cast, conversation: Conversation, interviewer: Client, now: datetime
) -> None:
    inbox.add_note(cast.recruiter, conversation, "内部备注", now=now)
    consultation = pass_on(cast, conversation, now, with_conversation=True)
    text = interviewer.get(f"/asked/{consultation.pk}").content.decode()
    assert "薪资" in text
    assert "内部备注" not in text


def test_an_answer_waits_for_release_and_then_speaks_as_interviewer(
    cast: Cast, conversation: Conversation, interviewer: Client, recruiter_client: Client, now: datetime
) -> None:
    consultation = pass_on(cast, conversation, now)
    interviewer.post(f"/asked/{consultation.pk}/answer", {"text": "主要是 Python。"})
    assert candidate_sees(conversation, now) == []
    assert not Notification.objects.filter(purpose=Purpose.ANSWER).exists()
    page = recruiter_client.get(f"/inbox/{conversation.pk}").content.decode()
    assert "主要是 Python。" in page
    recruiter_client.post(f"/inbox/asked/{consultation.pk}/release", {"text": "主要是 Python 和 Go。"})
    assert candidate_sees(conversation, now) == [("面试官", "主要是 Python 和 Go。")]
    assert Notification.objects.filter(purpose=Purpose.ANSWER).count() == 1
    conversation.refresh_from_db()
    assert (conversation.state, conversation.waiting_since) == ("pending", None)


def test_the_name_is_shown_only_where_hr_says_so(
    cast: Cast, conversation: Conversation, interviewer: Client, recruiter_client: Client, now: datetime
) -> None:
    consultation = pass_on(cast, conversation, now)
    interviewer.post(f"/asked/{consultation.pk}/answer", {"text": "Python。"})
    form = {"text": "Python。", "is_name_shown": "on"}
    recruiter_client.post(f"/inbox/asked/{consultation.pk}/release", form)
    assert candidate_sees(conversation, now) == [("面试官 陈默", "Python。")]
    assert Message.objects.get(consultation=consultation).voice == Voice.NAMED_INTERVIEWER


def test_without_a_name_it_does_not_even_reach_the_page_in_the_rows(
    cast: Cast, conversation: Conversation, now: datetime
) -> None:
    consultation = pass_on(cast, conversation, now)
    interview = interview_of(conversation)
    consultations.answer_consultation(cast.interviewer, consultation, interview, "Python", now=now)
    consultations.release(cast.recruiter, consultation, interview, "Python", is_name_shown=False, now=now)
    data = read(interview.pk)
    assert data is not None
    assert cast.interviewer.name not in str(data.messages)


def test_where_the_organization_allows_it_the_answer_goes_out_at_once(
    cast: Cast, conversation: Conversation, interviewer: Client, now: datetime
) -> None:
    Organization.objects.filter(pk=cast.organization.pk).update(is_direct_answer_allowed=True)
    consultation = pass_on(cast, conversation, now)
    interviewer.post(f"/asked/{consultation.pk}/answer", {"text": "Python。"})
    assert candidate_sees(conversation, now) == [("面试官", "Python。")]
    consultation.refresh_from_db()
    assert consultation.state == ConsultationState.RELEASED


def test_what_was_withdrawn_is_gone_for_the_interviewer(
    cast: Cast, conversation: Conversation, interviewer: Client, recruiter_client: Client, now: datetime
) -> None:
    consultation = pass_on(cast, conversation, now)
    recruiter_client.post(f"/inbox/asked/{consultation.pk}/withdraw")
    assert interviewer.get(f"/asked/{consultation.pk}").status_code == 404
    assert interviewer.post(f"/asked/{consultation.pk}/answer", {"text": "x"}).status_code == 404
    assert "李雷" not in interviewer.get("/asked").content.decode()


def test_an_answer_is_given_and_released_once(cast: Cast, conversation: Conversation, now: datetime) -> None:
    consultation, interview = pass_on(cast, conversation, now), interview_of(conversation)
    consultations.answer_consultation(cast.interviewer, consultation, interview, "一", now=now)
    with pytest.raises(ForbiddenMove):
        consultations.answer_consultation(cast.interviewer, consultation, interview, "二", now=now)
    consultations.release(cast.recruiter, consultation, interview, "一", is_name_shown=False, now=now)
    with pytest.raises(ForbiddenMove):
        consultations.release(cast.recruiter, consultation, interview, "一", is_name_shown=False, now=now)
    assert [text for _, text in candidate_sees(conversation, now)] == ["一"]


def test_every_step_is_in_the_audit_trail(cast: Cast, conversation: Conversation, now: datetime) -> None:
    consultation, interview = pass_on(cast, conversation, now), interview_of(conversation)
    consultations.answer_consultation(cast.interviewer, consultation, interview, "一", now=now)
    consultations.release(cast.recruiter, consultation, interview, "一", is_name_shown=True, now=now)
    entries = AuditEntry.objects.filter(subject_kind="consultation").order_by("sequence")
    assert [(each.action, each.actor_id) for each in entries] == [
        ("consultation.asked", cast.recruiter.pk),
        ("consultation.answered", cast.interviewer.pk),
        ("consultation.released", cast.recruiter.pk),
    ]


def test_only_an_interviewer_of_this_candidate_can_be_asked(
    cast: Cast, conversation: Conversation, recruiter_client: Client
) -> None:
    stranger = create_user(cast.organization, Role.INTERVIEWER, "王外人")
    recruiter_client.post(f"/inbox/{conversation.pk}/consult", {"interviewer": stranger.pk})
    assert not Consultation.objects.exists()
    recruiter_client.post(f"/inbox/{conversation.pk}/consult", {"interviewer": cast.interviewer.pk})
    assert Consultation.objects.get().interviewer == cast.interviewer


def test_another_interviewer_sees_nothing_of_it(
    cast: Cast, conversation: Conversation, now: datetime
) -> None:
    consultation = pass_on(cast, conversation, now)
    other = sign_in_client(create_user(cast.organization, Role.INTERVIEWER, "王外人"))
    assert other.get(f"/asked/{consultation.pk}").status_code == 404
    assert other.post(f"/inbox/asked/{consultation.pk}/release", {"text": "x"}).status_code == 403


def test_without_a_template_nothing_is_passed_on(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    with pytest.raises(NoTemplate):
        pass_on(cast, conversation, now)


def test_hr_answers_may_stand_before_it(cast: Cast, conversation: Conversation, now: datetime) -> None:
    say(interview_of(conversation), cast.recruiter, "稍等", at=now + 2 * HOUR)
    consultation = consultations.consult(
        cast.recruiter,
        Message.objects.filter(is_from_candidate=True).latest("created_at"),
        cast.interviewer,
        interview_of(conversation),
        is_name_shown=False,
        with_conversation=False,
        now=now + 3 * HOUR,
    )
    assert consultation.remark_sealed is None
