"""How it was: asked of those who came, once; answered without a trace; read only together with others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, create_template, sign_in_client
from tests.portal.stories import TAP, Invited, invite, invited, phone
from yuemian.accounts.models import Branch
from yuemian.domain.states import Attendance, InterviewState, Purpose
from yuemian.domain.survey import SurveyKind
from yuemian.interviews.actions.attendance import record_attendance
from yuemian.interviews.actions.respond import ask
from yuemian.interviews.actions.steps import do_due_steps
from yuemian.interviews.actions.surveys import (
    Given,
    answer_survey,
    ask_after_result,
    mix_answers,
    save_policy,
    save_question,
)
from yuemian.interviews.models import (
    Cadence,
    Interview,
    Plan,
    SurveyAnswer,
    SurveyDrop,
    SurveyInvitation,
    SurveyQuestion,
    SurveySigned,
    SurveyStop,
)
from yuemian.messaging.models import AccessLink, Notification
from yuemian.portal import nonce
from yuemian.trust.identifiers import uuid7
from yuemian.trust.models import AuditEntry

LONG = timedelta(days=30)
GOOD = Given(impression=5, recommend=10, notice=4, words={"well": "很专业"})
STEPS = [{"key": "survey", "purpose": "survey", "anchor": "after_end", "offset": 60}]


@pytest.fixture
def asking(cast: Cast, now: datetime) -> Cast:
    """The plan asks an hour after the interview, at any hour of the day."""
    Branch.objects.update(quiet_from=time(0), quiet_until=time(0))
    create_template(cast.organization, Purpose.SURVEY, now=now)
    Plan.objects.filter(organization=cast.organization).delete()
    Plan.objects.create(organization=cast.organization, name="只问感受", steps=STEPS, updated_at=now - LONG)
    return cast


def came(cast: Cast, now: datetime, **fields: Any) -> Interview:
    """An interview of three hours ago, to which the candidate came."""
    attendance = fields.pop("attendance", Attendance.ATTENDED)
    interview = create_interview(
        cast, now=now - timedelta(days=2), starts_at=now - timedelta(hours=3), **fields
    )
    if attendance != Attendance.UNKNOWN:
        record_attendance(cast.recruiter, interview.pk, attendance, now=now)
    return Interview.objects.with_people().get(pk=interview.pk)


def run(cast: Cast, now: datetime) -> None:
    Cadence.objects.update(next_at=now)
    do_due_steps(cast.organization.pk, now=now)


def asked(cast: Cast, now: datetime, **fields: Any) -> Invited:
    """Somebody who holds the link of a survey."""
    interview = came(cast, now, **fields)
    run(cast, now)
    return invited(interview)


def surveys() -> int:
    return Notification.objects.filter(purpose=Purpose.SURVEY).count()


def test_who_came_is_asked_and_the_link_opens_the_survey_alone(asking: Cast, now: datetime) -> None:
    who = asked(asking, now)
    assert who.link.purpose == "survey"
    assert who.link.expires_at >= now + timedelta(days=30)
    assert SurveyInvitation.objects.get().kind == SurveyKind.INTERVIEW


@pytest.mark.parametrize("attendance", [Attendance.UNKNOWN, Attendance.NO_SHOW, Attendance.EXCUSED])
def test_who_did_not_come_or_may_not_have_is_not(asking: Cast, now: datetime, attendance: Attendance) -> None:
    came(asking, now, attendance=attendance)
    run(asking, now)
    assert surveys() == 0


def test_noting_that_they_came_is_what_asks(asking: Cast, now: datetime) -> None:
    interview = came(asking, now, attendance=Attendance.UNKNOWN)
    run(asking, now)
    cadence = Cadence.objects.get(interview=interview)
    assert cadence.next_at is not None
    assert cadence.next_at > now + timedelta(hours=12)  # nobody looks again and again
    record_attendance(asking.recruiter, interview.pk, Attendance.ATTENDED, now=now)
    do_due_steps(asking.organization.pk, now=now)
    assert surveys() == 1


def _cancel(cast: Cast, interview: Interview, now: datetime) -> None:
    Interview.objects.filter(pk=interview.pk).update(state=InterviewState.CANCELLED)


def _stop(cast: Cast, interview: Interview, now: datetime) -> None:
    candidate = interview.application.candidate
    SurveyStop.objects.create(id=uuid7(), organization=cast.organization, candidate=candidate, at=now)


def _asked_of_late(cast: Cast, interview: Interview, now: datetime) -> None:
    SurveyInvitation.objects.create(
        organization=cast.organization,
        interview=create_interview(cast, now=now),
        candidate=interview.application.candidate,
        kind=SurveyKind.INTERVIEW,
        at=now - timedelta(days=29),
    )


def _asks_us(cast: Cast, interview: Interview, now: datetime) -> None:
    link = AccessLink.objects.create(
        organization=cast.organization,
        token_hash=b"x" * 32,
        candidate=interview.application.candidate,
        subject_kind="interview",
        subject_id=interview.pk,
        subject_revision=1,
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    ask(link, "什么时候有结果？", now=now)


def _switch_off(cast: Cast, interview: Interview, now: datetime) -> None:
    save_policy(cast.owner, is_on=False, minimum=5, now=now)


@pytest.mark.parametrize("reason", [_cancel, _stop, _asked_of_late, _asks_us, _switch_off])
def test_nor_who_has_a_reason_against_it(
    asking: Cast, now: datetime, reason: Callable[[Cast, Interview, datetime], None]
) -> None:
    interview = came(asking, now)
    reason(asking, interview, now)
    run(asking, now)
    assert surveys() == 0


def test_after_a_result_once(asking: Cast, now: datetime) -> None:
    told = came(asking, now)
    ids = [told.pk]
    assert ask_after_result(asking.organization, ids, now=now) == 1
    invitation = SurveyInvitation.objects.get()
    assert (invitation.interview_id, invitation.kind) == (told.pk, SurveyKind.RESULT)
    assert ask_after_result(asking.organization, ids, now=now) == 0
    who = invited(told)
    assert who.link.purpose == "survey"
    # within 30 days of it the interview's own survey is not sent
    run(asking, now)
    assert not SurveyInvitation.objects.filter(interview=told, kind=SurveyKind.INTERVIEW).exists()


@pytest.fixture
def today(asking: Cast) -> Callable[[], Invited]:
    """Asked just now, by the clock of the browser."""

    return lambda: asked(asking, timezone.now())


def page(who: Invited) -> str:
    return str(phone().get(f"{who.address}/survey").content.decode())


def post(who: Invited, **fields: str) -> Any:

    content = {"token": who.token, "nonce": who.page_nonce(now=timezone.now()), "report": TAP}
    return phone().post(fields.pop("path", "/c/opinion"), content | fields)


def test_a_candidate_says_how_it_was_once(today: Callable[[], Invited]) -> None:
    who = today()
    moved = phone().get(who.address)
    assert (moved.status_code, moved["Location"]) == (303, f"{who.address}/survey")
    assert "谁能看到什么" in page(who)
    post(who, impression="4", recommend="9", well="接待很热情", badly="等了半小时")
    drop = SurveyDrop.objects.get()
    assert (drop.impression, drop.recommend, drop.notice) == (4, 9, None)
    assert "已收到" in page(who)
    post(who, impression="1", recommend="0")
    assert SurveyDrop.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"impression": "4"}, {"impression": "6", "recommend": "9"}, {"impression": "4", "recommend": "-1"}, {}],
)
def test_what_is_out_of_bounds_is_nothing(today: Callable[[], Invited], fields: dict[str, str]) -> None:
    assert post(today(), **fields).status_code == 303
    assert not SurveyDrop.objects.exists()


def test_a_machine_answers_nothing_and_stops_nothing(today: Callable[[], Invited]) -> None:
    who = today()
    assert post(who, impression="4", recommend="9", report="").status_code == 200
    assert post(who, path="/c/survey-stop", report="").status_code == 200
    assert not SurveyDrop.objects.exists()
    assert not SurveyStop.objects.exists()

    given = nonce.issue(who.token, "summary:survey", 1, now=timezone.now() - timedelta(seconds=5))
    post(who, confirm=given, impression="4", recommend="9")
    assert SurveyDrop.objects.exists()


def test_one_press_stops_it(today: Callable[[], Invited]) -> None:
    who = today()
    post(who, path="/c/survey-stop")
    assert SurveyStop.objects.get().candidate_id == who.link.candidate_id
    assert "不会再询问" in page(who)


def test_links_of_one_purpose_do_nothing_of_another(today: Callable[[], Invited], cast: Cast) -> None:

    who, guest = today(), invite(cast, now=timezone.now() - timedelta(hours=1))
    assert phone().get(f"{guest.address}/survey").status_code == 404
    assert phone().get(f"{who.address}/needs").status_code == 404
    for path, fields in (
        ("/c/answer", {"answer": "declined"}),
        ("/c/ask", {"text": "?"}),
        ("/c/reason", {"reason": "pay"}),
        ("/c/need", {"need_wheelchair": "1"}),
    ):
        assert post(who, path=path, **fields).status_code == 404, path
    content = {"token": guest.token, "nonce": guest.page_nonce(now=timezone.now()), "report": TAP}
    assert phone().post("/c/opinion", content | {"impression": "4", "recommend": "9"}).status_code == 404
    assert (
        phone()
        .post("/c/language", {"token": who.token, "language": "en", "part": "survey"})["Location"]
        .endswith("/survey")
    )


def answers(cast: Cast, now: datetime, count: int, given: Given = GOOD, **fields: Any) -> None:
    for _ in range(count):
        who = asked(cast, now, **fields)
        answer_survey(who.link, given, now=now)


def test_nothing_leads_from_the_link_to_the_answer(asking: Cast, now: datetime) -> None:
    answers(asking, now, 5)
    before = set(SurveyDrop.objects.values_list("pk", flat=True))
    assert mix_answers(asking.organization.pk, now) == 5
    assert not SurveyDrop.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(a)::text, a.xmin::text FROM interviews_surveyanswer a")
        rows = cursor.fetchall()
        personal = [str(pk) for pk in SurveyInvitation.objects.values_list("interview_id", flat=True)]
        personal += [str(pk) for pk in SurveyInvitation.objects.values_list("candidate_id", flat=True)]
    assert not any(each in row for row, _ in rows for each in personal)
    assert "很专业" not in str(rows)
    # one transaction wrote all of them, under new ids of chance
    assert len({xmin for _, xmin in rows}) == 1
    ids = set(SurveyAnswer.objects.values_list("pk", flat=True))
    assert not ids & before
    assert {each.version for each in ids} == {4}
    assert not AuditEntry.objects.filter(action__startswith="survey.", actor_kind="candidate").exists()


def see(cast: Cast, query: str = "", *, user: Any = None) -> str:
    client = sign_in_client(user or cast.recruiter)
    client.cookies["language"] = "zh-hans"
    return str(client.get(f"/surveys{query}").content.decode())


def test_four_answers_are_too_few_and_five_are_shown(asking: Cast, now: datetime) -> None:
    answers(asking, now, 4)
    mix_answers(asking.organization.pk, now)
    text = see(asking)
    assert "答复太少" in text
    assert "很专业" not in text
    answers(asking, now, 1, Given(impression=1, recommend=0, words={"badly": "太吵"}))
    mix_answers(asking.organization.pk, now)
    text = see(asking)
    assert "4.2" in text  # (4 · 5 + 1) / 5
    assert "太吵" in text
    assert re.search(r'survey-figure number">\s*60', text)  # 80 % less 20 %


def test_a_group_below_the_minimum_is_not_told_whatever_is_filtered(asking: Cast, now: datetime) -> None:
    answers(asking, now, 5)
    answers(asking, now, 2, Given(impression=1, recommend=0), job=asking.sales)
    mix_answers(asking.organization.pk, now)
    assert SurveyAnswer.objects.count() == 5
    # the two wait; after a week they are still too few for anything but the whole, and go on waiting
    mix_answers(asking.organization.pk, now + timedelta(days=8))
    assert SurveyDrop.objects.count() == 2
    assert "答复太少" in see(asking, f"?job={asking.sales.pk}")
    assert "5.0" in see(asking)


def test_who_signs_is_shown_with_their_name_and_counts(asking: Cast, now: datetime) -> None:
    signed = Given(impression=2, recommend=3, words={"badly": "请联系我"}, may_contact=True)
    who = asked(asking, now, name="周岚")
    answer_survey(who.link, signed, now=now)
    assert not SurveyDrop.objects.exists()
    text = see(asking)
    assert "周岚" in text
    assert "请联系我" in text
    assert "周岚" not in see(asking, user=asking.lead)
    client = sign_in_client(asking.recruiter)
    client.post(f"/surveys/signed/{SurveySigned.objects.get().pk}")
    assert SurveySigned.objects.get().contacted_at is not None


def test_questions_of_ones_own_keep_their_wording(asking: Cast, now: datetime) -> None:
    def worded(text: str, code: Any) -> SurveyQuestion:
        return save_question(
            asking.recruiter,
            SurveyQuestion(
                code=code,
                kind=SurveyKind.INTERVIEW,
                answered_by="choice",
                text=text,
                options=[["前台", "Reception"], ["自己找", "By myself"]],
            ),
            now=now,
        )

    code = uuid7()
    first = worded("谁接待了您？", code)
    assert "谁接待了您？" in page(asked(asking, timezone.now()))
    answers(asking, now, 5, Given(impression=4, recommend=8, extras={str(first.pk): 1}))
    mix_answers(asking.organization.pk, now)
    second = worded("到达后谁接待了您？", code)
    assert (second.number, SurveyQuestion.objects.get(pk=first.pk).is_current) == (2, False)
    text = see(asking)
    assert "谁接待了您？" in text
    assert "自己找" in text
    assert "原措辞" in text


def test_the_file_is_safe_and_tells_nothing_more(asking: Cast, now: datetime) -> None:
    answers(asking, now, 5, round="=1+1")
    mix_answers(asking.organization.pk, now)
    client = sign_in_client(asking.recruiter)
    answer = client.post("/surveys/export", {"filter": ""})
    text = answer.content.decode()
    assert "'=1+1" in text
    assert ",=1+1" not in text
    assert text.count("5,10,4") == 5
    assert "很专业" not in text
    assert Client().post("/surveys/export").status_code in {302, 303, 403}


def test_it_is_for_hr_alone(asking: Cast) -> None:
    for user in (asking.interviewer, asking.auditor):
        assert sign_in_client(user).get("/surveys").status_code == 403
    assert sign_in_client(asking.lead).get("/surveys").status_code == 200
    assert sign_in_client(asking.lead).get("/surveys/questions").status_code == 403


def test_the_minimum_cannot_be_set_below_five(asking: Cast) -> None:
    client = sign_in_client(asking.owner)
    assert client.post("/surveys/questions", {"is_on": "on", "minimum": "4"}).status_code == 422
    assert client.post("/surveys/questions", {"is_on": "on", "minimum": "8"}).status_code == 303
