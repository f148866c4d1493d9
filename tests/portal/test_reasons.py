"""Why a candidate does not come: one tap, changeable, sealed, and before the recruiter at once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_user, sign_in_client
from tests.interviews.test_invite import facts_of
from tests.portal.stories import TAP, Invited, confirm, hidden, invite, phone, tap
from yuemian.accounts.models import Role
from yuemian.domain.reasons import SHIPPED, Option
from yuemian.domain.states import Answer
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.actions.reasons import save_reasons
from yuemian.interviews.actions.respond import respond
from yuemian.interviews.models import Interview, Response, StatedReason
from yuemian.interviews.reasons.reading import options_of, reasons_for_job, reasons_of_week
from yuemian.trust.models import AuditEntry


def give(client: Client, who: Invited, code: str, **fields: Any) -> Any:
    content = {"token": who.token, "nonce": who.page_nonce(now=timezone.now()), "report": TAP, "reason": code}
    return client.post("/c/reason", content | fields)


def declined(cast: Cast, **fields: Any) -> Invited:
    now = timezone.now()
    who = invite(cast, now=now - timedelta(hours=1), **fields)
    respond(who.link, Answer.DECLINED, "", now=now, was_confirmed=True)
    return who


def test_a_tap_after_the_answer_is_the_reason(cast: Cast) -> None:
    who = invite(cast, now=timezone.now() - timedelta(hours=1))
    browser = phone()
    tap(browser, who, "declined", now=timezone.now())
    assert "太远" in browser.get(who.address).content.decode()
    answer = give(browser, who, "too_far")
    assert answer.status_code == 303
    assert answer["Location"] == f"{who.address}#answer"
    reason = StatedReason.objects.get(interview=who.interview)
    assert (reason.code, reason.answer, reason.words_sealed) == ("too_far", "declined", None)
    assert 'value="too_far" aria-pressed="true"' in browser.get(who.address).content.decode()
    entry = AuditEntry.objects.get(action="interview.reason_given")
    assert entry.details == {"reason": "too_far"}


def test_it_can_be_changed_and_said_in_words(cast: Cast) -> None:
    who = declined(cast)
    give(phone(), who, "pay")
    give(phone(), who, "other", words="孩子病了")
    reason = StatedReason.objects.get(interview=who.interview)
    assert reason.code == "other"
    assert "孩子病了".encode() not in bytes(reason.words_sealed or b"")
    assert "孩子病了" in phone().get(who.address).content.decode()


def test_a_reason_that_can_be_helped_leads_on(cast: Cast) -> None:
    who = declined(cast)
    assert give(phone(), who, "information")["Location"].endswith("#questions")
    assert 'href="#text"' in phone().get(who.address).content.decode()


def test_a_machine_gives_none(cast: Cast) -> None:
    who = declined(cast)
    asked = give(phone(), who, "pay", report="")
    assert asked.status_code == 200
    assert hidden(asked, "reason") == "pay"
    assert not StatedReason.objects.exists()
    confirm(phone(), who, "reason", now=timezone.now(), path="/c/reason", reason="pay")
    assert StatedReason.objects.get().code == "pay"


def test_without_such_an_answer_there_is_no_reason(cast: Cast) -> None:
    who = invite(cast, now=timezone.now() - timedelta(hours=1))
    give(phone(), who, "pay")
    respond(who.link, Answer.ACCEPTED, "", now=timezone.now(), was_confirmed=True)
    give(phone(), who, "pay")
    assert not StatedReason.objects.exists()


def test_whoever_wants_another_time_is_offered_what_fits(cast: Cast) -> None:
    who = invite(cast, now=timezone.now() - timedelta(hours=1))
    respond(who.link, Answer.RESCHEDULE_REQUESTED, "周二", now=timezone.now(), was_confirmed=True)
    text = phone().get(who.address).content.decode()
    assert 'value="clash"' in text
    assert 'value="pay"' not in text
    give(phone(), who, "pay")
    assert not StatedReason.objects.exists()


def test_an_organization_offers_its_own(cast: Cast) -> None:
    own = Option("shift", "倒班", "The shifts")
    save_reasons(cast.recruiter, [own, SHIPPED[1]], [], now=timezone.now())
    who = declined(cast)
    text = phone().get(who.address).content.decode()
    assert text.index("倒班") < text.index("薪资不合适")
    assert "太远" not in text
    give(phone(), who, "shift")
    assert StatedReason.objects.get().code == "shift"
    # archived: no longer offered, and what was said with it still has its words
    save_reasons(cast.recruiter, [SHIPPED[1]], [own], now=timezone.now())
    assert 'value="shift"' not in phone().get(who.address).content.decode()
    (counted,) = reasons_for_job(cast.recruiter, cast.backend.pk, timezone.now() - timedelta(days=1))
    assert counted.label in {"倒班", "The shifts"}


def test_a_reason_holds_as_long_as_its_answer(cast: Cast) -> None:
    who, since = declined(cast), timezone.now() - timedelta(days=1)
    give(phone(), who, "pay")
    respond(who.link, Answer.ACCEPTED, "", now=timezone.now(), was_confirmed=True)
    assert reasons_for_job(cast.recruiter, cast.backend.pk, since) == []
    respond(who.link, Answer.DECLINED, "", now=timezone.now(), was_confirmed=True)
    cancel_interview(cast.recruiter, who.interview.pk, now=timezone.now())
    (counted,) = reasons_for_job(cast.recruiter, cast.backend.pk, since)
    assert (counted.code, counted.count, counted.share) == ("pay", 1, 100)


def say_again(who: Invited, code: str) -> None:
    """The interview was moved, and they declined that, too."""
    Interview.objects.filter(pk=who.interview.pk).update(revision=2)
    at, own = timezone.now(), {"organization_id": who.interview.organization_id, "interview": who.interview}
    Response.objects.create(revision=2, answer=Answer.DECLINED, at=at, **own)
    StatedReason.objects.create(revision=2, answer=Answer.DECLINED, code=code, at=at, **own)


def test_who_declines_a_moved_interview_again_is_one_person(cast: Cast) -> None:
    who, other = declined(cast), declined(cast)
    give(phone(), who, "pay")
    say_again(who, "pay")
    give(phone(), other, "pay")
    say_again(other, "too_far")
    own, since = cast.recruiter, timezone.now() - timedelta(days=1)
    counted = {each.code: each.count for each in reasons_for_job(own, cast.backend.pk, since)}
    assert counted == {"pay": 1, "too_far": 1}
    assert not reasons_of_week(own, recruiter=None, branch=None, now=timezone.now())


def test_who_declines_two_interviews_of_a_job_is_one_person(cast: Cast) -> None:
    who, other = declined(cast), declined(cast)
    other.interview.application = who.interview.application
    other.interview.save()
    since = timezone.now() - timedelta(days=1)
    for each in (who, other):
        give(phone(), each, "pay")
    (counted,) = reasons_for_job(cast.recruiter, cast.backend.pk, since)
    assert (counted.count, counted.share) == (1, 100)
    assert not reasons_of_week(cast.recruiter, recruiter=None, branch=None, now=timezone.now())


def test_an_old_link_that_declined_says_why_as_well(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now - timedelta(hours=1))
    later = facts_of(who.interview, starts_at=who.interview.starts_at + timedelta(days=1))
    change_interview(cast.recruiter, who.interview.pk, later, now=now)
    browser = phone()
    assert confirm(browser, who, "declined", now=now, revision=2).status_code == 303
    given = who.page_nonce(now=now, revision=2)
    answer = give(browser, who, "other", words="孩子病了", nonce=given)
    assert answer["Location"] == f"{who.address}#answer"
    reason = StatedReason.objects.get()
    assert (reason.code, reason.revision) == ("other", 2)
    assert "孩子病了" in browser.get(who.address).content.decode()
    assert give(browser, who, "clash", nonce=given)["Location"] == f"{who.address}/times"
    assert "看看其他时间" in browser.get(who.address).content.decode()


def test_a_reason_ends_with_its_answer_behind_an_old_link_too(cast: Cast) -> None:
    who, now = declined(cast), timezone.now()
    later = facts_of(who.interview, starts_at=who.interview.starts_at + timedelta(days=1))
    change_interview(cast.recruiter, who.interview.pk, later, now=now)
    give(phone(), who, "pay", nonce=who.page_nonce(now=now, revision=2))
    cancel_interview(cast.recruiter, who.interview.pk, now=now)
    give(phone(), who, "pay", nonce=who.page_nonce(now=now, revision=2))
    assert not StatedReason.objects.exists()


def test_what_several_say_in_a_week_is_a_line_on_today(cast: Cast) -> None:
    now = timezone.now()
    for code in ("pay", "pay", "pay", "too_far"):
        give(phone(), declined(cast), code)
    (line,) = reasons_of_week(cast.recruiter, recruiter=cast.recruiter.pk, branch=None, now=now)
    assert (line.count, line.job_id) == (3, cast.backend.pk)
    page = sign_in_client(cast.recruiter).get("/today").content.decode()
    assert f"/jobs/{cast.backend.pk}" in page
    assert not reasons_of_week(cast.interviewer, recruiter=None, branch=None, now=now)
    assert not reasons_of_week(cast.recruiter, recruiter=cast.owner.pk, branch=None, now=now)
    later = now + timedelta(days=8)
    assert not reasons_of_week(cast.recruiter, recruiter=None, branch=None, now=later)


def test_hr_reads_it_where_they_look_and_interviewers_do_not(cast: Cast) -> None:
    who = declined(cast, name="周岚")
    give(phone(), who, "other", words="薪水低于预期")
    for address in (f"/interviews/{who.interview.pk}", "/interviews", f"/jobs/{cast.backend.pk}"):
        assert "其他原因" in _zh(cast.recruiter).get(address).content.decode(), address
    assert "薪水低于预期" in _zh(cast.recruiter).get(f"/interviews/{who.interview.pk}").content.decode()
    page = _zh(cast.interviewer).get(f"/interviews/{who.interview.pk}").content.decode()
    assert "其他原因" not in page
    assert "薪水低于预期" not in page
    assert _zh(cast.interviewer).get(f"/jobs/{cast.backend.pk}").status_code == 404


def test_whoever_lacks_information_waits_for_an_answer(cast: Cast) -> None:
    who = declined(cast, name="周岚")
    give(phone(), who, "information")
    page = _zh(cast.recruiter).get("/today").content.decode()
    assert 'id="waiting"' in page
    assert "周岚" in page


def test_the_job_page_is_the_organizations_own(cast: Cast) -> None:
    stranger = create_user(cast.organization, Role.HIRING_LEAD, "另一位")
    assert _zh(stranger).get(f"/jobs/{cast.backend.pk}").status_code == 200
    assert _zh(cast.recruiter).get("/jobs/0198b2f0-0000-7000-8000-000000000000").status_code == 404
    assert _zh(cast.auditor).get(f"/jobs/{cast.backend.pk}").status_code in {403, 404}
    page = _zh(cast.lead).get(f"/jobs/{cast.sales.pk}?period=30").content.decode()
    assert 'href="?period=30" aria-current="true"' in page


def test_the_list_is_kept_in_the_settings(cast: Cast) -> None:
    client = _zh(cast.recruiter)
    page = client.get("/settings/reasons").content.decode()
    fields = dict(re.findall(r'name="(r\d+-\w+)"[^>]*value="([^"]*)"', page))
    fields = {name: value for name, value in fields.items() if not name.endswith(("is_off", "is_for_moving"))}
    fields |= {"r0-label": "通勤太久", "r0-label_en": "The commute", "r1-is_off": "on"}
    fields |= {"r6-code": "shifts", "r6-label": "倒班", "r6-position": "1"}
    assert client.post("/settings/reasons", fields).status_code == 303
    options = options_of(cast.organization.pk)
    assert [option.code for option in options][:2] == ["too_far", "shifts"]
    assert "pay" not in {option.code for option in options}
    assert options[0].label == "通勤太久"
    refused = client.post("/settings/reasons", fields | {"r6-code": "Shift work"})
    assert refused.status_code == 422
    assert _zh(cast.lead).get("/settings/reasons").status_code == 403


def _zh(user: Any) -> Client:
    client = sign_in_client(user)
    client.cookies["language"] = "zh-hans"
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return client
