"""What a candidate needs at the interview: sealed, before those who must know at once, arranged in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_template, create_user, sign_in_client
from tests.portal.stories import TAP, Invited, confirm, invite, phone, tap
from yuemian.accounts.models import Role
from yuemian.domain.states import Purpose
from yuemian.hiring.models import Candidate
from yuemian.interviews.actions.attendance import record_attendance
from yuemian.interviews.models import Interview, Need
from yuemian.interviews.needs import marks_of, read_need
from yuemian.messaging.models import Conversation, Notification
from yuemian.messaging.snapshots import snapshot_of
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault, destroy


def say(client: Client, who: Invited, **fields: Any) -> Any:
    content = {"token": who.token, "nonce": who.page_nonce(now=timezone.now()), "report": TAP}
    return client.post("/c/need", content | fields)


def wheelchair(cast: Cast, **fields: Any) -> Invited:
    who = invite(cast, now=timezone.now() - timedelta(hours=1), **fields)
    assert say(phone(), who, need_wheelchair="1", words="电动轮椅，宽 70 厘米").status_code == 303
    return who


def zh(user: Any) -> Client:
    client = sign_in_client(user)
    client.cookies["language"] = "zh-hans"
    return client


def test_it_is_said_after_the_answer_and_read_by_those_who_must_know(cast: Cast) -> None:
    who = invite(cast, now=timezone.now() - timedelta(hours=1), name="周岚")
    browser = phone()
    tap(browser, who, "accepted", now=timezone.now())
    assert f"{who.address}/needs" in browser.get(who.address).content.decode()
    say(browser, who, need_wheelchair="1", need_quiet_room="1", words="电动轮椅")
    assert "我们已了解你的需要" in browser.get(who.address).content.decode()
    for user in (cast.recruiter, cast.interviewer, cast.owner):
        page = zh(user).get(f"/interviews/{who.interview.pk}").content.decode()
        assert "轮椅无障碍通行" in page, user.name
        assert "电动轮椅" in page, user.name
    assert "有需要" in zh(cast.recruiter).get("/interviews").content.decode()
    assert "面试时有需要" in zh(cast.recruiter).get("/today").content.decode()
    for address in ("/interviews", f"/interviews/{who.interview.pk}", f"/jobs/{cast.backend.pk}"):
        page = zh(cast.lead).get(address).content.decode()
        assert "轮椅" not in page, address
        assert "有需要" not in page, address


def test_nothing_of_it_stands_in_the_clear(cast: Cast) -> None:
    who = wheelchair(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(n)::text FROM interviews_need n")
        (row,) = cursor.fetchone()
    assert "wheelchair" not in row
    entry = AuditEntry.objects.get(action="needs.said")
    assert entry.details == {}
    key = who.interview.application.candidate.key
    destroy([key], timezone.now())
    assert read_need(Interview.objects.with_people().get(pk=who.interview.pk)) is None


def test_recruiter_and_interviewers_hear_of_it_by_mail_that_does_not_say_what(cast: Cast) -> None:
    create_template(cast.organization, Purpose.NEEDS, now=timezone.now(), body="{{ interview_link }}")
    wheelchair(cast)
    mails = Notification.objects.filter(purpose=Purpose.NEEDS)
    assert {mail.user_id for mail in mails} == {cast.recruiter.pk, cast.interviewer.pk}


def test_reception_knows_and_only_the_kinds(cast: Cast) -> None:
    starts_at = timezone.now() + timedelta(minutes=1)
    who = wheelchair(cast, starts_at=starts_at)
    whole = {"today": "", "tomorrow": "tomorrow"}
    pages = [zh(cast.recruiter).get(f"/today/reception?day={day}").content.decode() for day in whole.values()]
    assert any("轮椅无障碍通行" in page for page in pages)
    assert not any("电动轮椅" in page for page in pages)
    assert who.interview.pk in marks_of(cast.recruiter, [who.interview])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "提出的需要已经安排好"),
        ("ja", "ご希望の件を手配しました。"),
        ("de", "Was Sie gewünscht haben, ist eingerichtet."),
    ],
)
def test_that_it_is_arranged_is_written_in_the_candidates_language(
    cast: Cast, language: str, words: str
) -> None:
    who = wheelchair(cast)
    Candidate.objects.filter(pk=who.interview.application.candidate_id).update(locale=language)
    zh(cast.recruiter).post(f"/interviews/{who.interview.pk}/need", {"words": "北门"})
    told = Notification.objects.get(purpose=Purpose.ANSWER, subject_id=who.interview.pk)
    assert snapshot_of(told, Vault(told.organization_id))["context"]["hr_answer"].startswith(words)


def test_what_is_arranged_stands_on_the_page_and_a_neutral_message_goes_out(cast: Cast) -> None:
    who = wheelchair(cast)
    client = zh(cast.recruiter)
    answer = client.post(f"/interviews/{who.interview.pk}/need", {"words": "从北门坡道进，前台会迎您"})
    assert answer.status_code == 302
    text = phone().get(f"{who.address}/needs").content.decode()
    assert "已经安排好了" in text
    assert "从北门坡道进" in text
    assert "你需要的已安排好" not in phone().get(who.address).content.decode()  # nothing answered yet
    told = Notification.objects.filter(purpose=Purpose.ANSWER, subject_id=who.interview.pk)
    assert told.count() == 1
    assert not Conversation.objects.exists()
    assert "面试时有需要" not in client.get("/today").content.decode()
    assert AuditEntry.objects.filter(action="needs.arranged").count() == 1
    # what is needed changes: to be arranged anew
    say(phone(), who, need_interpreter="1")
    need = read_need(Interview.objects.with_people().get(pk=who.interview.pk))
    assert need is not None
    assert need.arranged_at is None
    assert need.arrangement == ""


def test_it_can_be_taken_back(cast: Cast) -> None:
    who = wheelchair(cast)
    say(phone(), who, nothing="1")
    assert Need.objects.get().content_sealed is None
    assert "有需要" not in zh(cast.recruiter).get("/interviews").content.decode()
    answer = zh(cast.recruiter).post(f"/interviews/{who.interview.pk}/need", {"words": "坡道"})
    assert answer.status_code == 302
    assert Need.objects.get().arranged_at is None


def test_a_machine_says_nothing_and_an_empty_form_neither(cast: Cast) -> None:
    who = invite(cast, now=timezone.now() - timedelta(hours=1))
    assert say(phone(), who).status_code == 303
    asked = say(phone(), who, need_more_time="1", report="")
    assert asked.status_code == 200
    assert not Need.objects.exists()
    confirm(phone(), who, "needs", now=timezone.now(), path="/c/need", need_more_time="1")
    assert Need.objects.exists()


def test_after_the_interview_nothing_more_is_said(cast: Cast) -> None:
    starts_at = timezone.now() - timedelta(minutes=30)
    who = invite(cast, now=timezone.now() - timedelta(days=1), starts_at=starts_at)
    say(phone(), who, need_wheelchair="1")
    assert not Need.objects.exists()
    record_attendance(cast.recruiter, who.interview.pk, "attended", now=timezone.now())  # type: ignore[arg-type]
    assert phone().get(f"{who.address}/needs").status_code == 200


def test_an_interviewer_of_another_interview_does_not_see_it(cast: Cast) -> None:
    who = wheelchair(cast)
    stranger = create_user(cast.organization, Role.INTERVIEWER, "别人")
    assert not marks_of(stranger, [who.interview])
    assert zh(stranger).post(f"/interviews/{who.interview.pk}/need", {}).status_code in {403, 404}
