"""Another language pressed on a form without script: nothing is decided, and what was typed stands there again."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from tests.factories import Cast, install_texts
from tests.interviews.slots import create_series
from tests.onboarding.stories import Browser, hire
from tests.portal.stories import TAP, Invited, confirm, invite, phone
from yuemian.domain.states import Answer, Purpose
from yuemian.domain.survey import SurveyKind
from yuemian.interviews.actions.respond import respond
from yuemian.interviews.models import (
    Interview,
    Need,
    RescheduleRequest,
    StatedReason,
    SurveyDrop,
    SurveyInvitation,
)
from yuemian.messaging.models import AccessLink, Message
from yuemian.portal.showing import LANGUAGE_COOKIE

WORDS = "可以线上吗？<b>"


@pytest.fixture
def who(cast: Cast) -> Invited:
    create_series(cast, now=timezone.now())
    return invite(cast, now=timezone.now())


def in_german(who: Invited, address: str, **fields: Any) -> HttpResponse:
    """What a browser sends that knows nothing but the form: all its fields, and the button."""
    content = {"token": who.token, "nonce": who.page_nonce(now=timezone.now()), "report": TAP}
    client = phone()
    response = client.post(address, content | fields | {"language": "de"})
    assert client.cookies[LANGUAGE_COOKIE].value.endswith(".de")
    return response  # type: ignore[return-value]


def value_of(response: HttpResponse, name: str) -> str:
    """What stands in a field of the page, which is in German."""
    assert response.status_code == 200
    text = response.content.decode()
    assert '<html lang="de"' in text
    area = re.search(rf'<textarea[^>]* name="{name}"[^>]*>([^<]*)</textarea>', text)
    field = re.search(rf'<input[^>]* name="{name}" value="([^"]*)"', text)
    found = area or field
    assert found, name
    return unescape(found[1])


def test_a_question_and_a_reason_in_own_words(cast: Cast, who: Invited) -> None:
    respond(who.link, Answer.DECLINED, "", now=timezone.now(), was_confirmed=True)
    page = in_german(who, "/c/ask", text=WORDS, words="孩子病了")
    assert (value_of(page, "text"), value_of(page, "words")) == (WORDS, "孩子病了")
    assert '<details class="change" open>' in page.content.decode()
    assert not Message.objects.exists()
    assert not StatedReason.objects.exists()


def test_other_times_that_are_proposed(who: Invited) -> None:
    time = f"{timezone.now() + timedelta(days=6):%Y-%m-%dT10:00}"
    page = in_german(who, "/c/proposal", time1=time, time2="bald", note=WORDS)
    assert [value_of(page, name) for name in ("time1", "time2", "note")] == [time, "bald", WORDS]
    assert "aria-invalid" not in page.content.decode()
    assert not RescheduleRequest.objects.exists()


def test_a_correction_of_ones_data(who: Invited) -> None:
    page = in_german(who, "/c/correct", field="other", value=WORDS)
    assert value_of(page, "value") == WORDS
    assert '<option value="other" selected>' in page.content.decode()


def test_what_one_needs(who: Invited) -> None:
    page = in_german(who, "/c/need", need_quiet_room="1", words=WORDS)
    assert value_of(page, "words") == WORDS
    assert len(re.findall(r'type="checkbox"[^>]* checked', page.content.decode())) == 1
    assert not Need.objects.exists()


@pytest.mark.parametrize(
    ("address", "part"), [("/c/ask", ""), ("/c/proposal", "/times"), ("/c/correct", "/data")]
)
def test_an_empty_form_leads_to_its_page(who: Invited, address: str, part: str) -> None:
    response = in_german(who, address)
    assert (response.status_code, response["Location"]) == (303, f"{who.address}{part}")


def test_how_it_was(cast: Cast, who: Invited) -> None:
    interview = who.interview
    AccessLink.objects.update(purpose="survey")
    Interview.objects.update(state="completed", attendance="attended", starts_at=timezone.now())
    SurveyInvitation.objects.create(
        organization=cast.organization,
        interview=interview,
        candidate=interview.application.candidate,
        kind=SurveyKind.INTERVIEW,
        at=timezone.now(),
    )
    page = in_german(who, "/c/opinion", impression="4", recommend="10", badly=WORDS, may_contact="1")
    assert value_of(page, "badly") == WORDS
    checked = re.findall(r'name="(\w+)" value="(\d+)"[^>]* checked', page.content.decode())
    assert checked == [("impression", "4"), ("recommend", "10"), ("may_contact", "1")]
    assert not SurveyDrop.objects.exists()


def test_an_onboarding_is_saved_before_it_comes_in_another_language(cast: Cast) -> None:
    install_texts(cast, Purpose.CODE, now=timezone.now())
    browser = Browser(hire(cast, now=timezone.now()))
    browser.prove()
    answer = browser.post("onboarding-form", language="de", mobile="138", address="世纪大道 100 号")
    text = answer.content.decode()
    assert (answer.status_code, 'value="138"' in text, '<html lang="de"' in text) == (200, True, True)
    answer = browser.post("onboarding-form", language="de", mobile="13800138000")
    assert answer["Location"].endswith("/onboarding")
    assert "世纪大道 100 号" in browser.page()
    assert "Ihr Formular" in browser.page()
    # Enter presses the first button of the form.
    assert '<button class="hidden" form="entries" name="deed" value="save"' in browser.page()
    pressed = browser.post("onboarding-form", deed="save", mobile="13800138001")
    assert 'value="13800138001"' in pressed.content.decode()


def test_a_language_that_there_is_not_changes_none(who: Invited) -> None:
    response = phone().post("/c/ask", {"token": who.token, "text": WORDS, "language": "xx"})
    assert '<html lang="zh-hans"' in response.content.decode()
    assert not response.cookies


def test_a_reason_in_own_words_has_words(cast: Cast, who: Invited) -> None:
    respond(who.link, Answer.DECLINED, "", now=timezone.now(), was_confirmed=True)
    confirm(phone(), who, "reason", now=timezone.now(), path="/c/reason", reason="other", words=" ")
    assert not StatedReason.objects.exists()


def test_every_button_of_the_menu_posts_a_form_that_is_there(cast: Cast, who: Invited) -> None:
    """Also where there is nothing to type any more: then it is the menu's own."""
    pages = ("", "/times", "/data", "/needs", "/way", "/arrival")
    for starts_at in (who.interview.starts_at, timezone.now() - timedelta(hours=1)):
        Interview.objects.update(starts_at=starts_at)
        for page in pages:
            text = phone().get(f"{who.address}{page}").content.decode()
            for form in set(re.findall(r'<button name="language"[^>]* form="([^"]*)"', text)):
                assert f'id="{form}">' in text, (page, form)
