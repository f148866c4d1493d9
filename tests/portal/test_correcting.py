"""A correction on “My data”: what cannot be taken comes back as it was typed, with a sentence that says what to do."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.http import HttpResponse
from django.utils import timezone

from tests.factories import Cast, create_interview, install_texts
from tests.portal.data_stories import Browser, code_for, machine, newest
from tests.portal.stories import Invited, confirm, invite
from yuemian.domain.states import Purpose
from yuemian.hiring.actions.correct import MOST_OPEN
from yuemian.hiring.models import ContactPoint, Correction
from yuemian.messaging.models import Delivery
from yuemian.trust.vault import Vault

NEW = "new@secret.example"


@pytest.fixture
def who(cast: Cast) -> Invited:
    now = timezone.now()
    install_texts(cast, Purpose.CODE, Purpose.LINK, now=now)
    return invite(cast, now=now)


@pytest.fixture
def browser(who: Invited) -> Browser:
    return Browser(who)


def typed(response: HttpResponse) -> tuple[str, str]:
    """The field that is chosen in the form, and what stands in it."""
    page = response.content.decode()
    chosen = re.search(r'<option value="(name|email|sms|other)" selected>', page)
    value = re.search(r'<input id="value" name="value" value="([^"]*)"', page)
    assert value
    return chosen[1] if chosen else "", unescape(value[1])


def sentence(response: HttpResponse) -> str:
    """What the form says is wrong, where the field itself points to it."""
    page = response.content.decode()
    field = re.search(r'<input id="value"[^>]*>', page)
    assert field
    assert 'aria-invalid="true" aria-describedby="value-wrong value-hint"' in field[0]
    said = re.search(r'<p class="wrong" id="value-wrong" role="alert">(.*?)</p>', page)
    assert said
    return re.sub("<[^>]+>", "", said[1])


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "a@b.example", "请只填写你的姓名。"),
        ("name", "https://secret.example", "请只填写你的姓名。"),
        ("email", "not a mail", "这不是邮箱地址。请这样填写：name@example.com。"),
        ("email", "<script>@x.y", "这不是邮箱地址。请这样填写：name@example.com。"),
        ("sms", "139000000", "号码太短，少了数字。"),
        ("sms", "139000000011", "号码太长，多了数字。"),
        ("sms", "021-55550100", "这不是手机号，收不到短信。"),
        ("sms", "call me", "这不是手机号。请核对数字；国外号码请以 + 和国家代码开头。"),
        ("sms", "", "请填写。"),
        ("other", "  ", "请填写。"),
    ],
)
def test_what_cannot_be_taken_comes_back_with_what_to_do(
    browser: Browser, field: str, value: str, words: str
) -> None:
    browser.step_up()
    response = browser.press("correct", field=field, value=value)
    assert response.status_code == 422
    assert typed(response) == (field, value.strip())
    assert sentence(response) == words
    assert ContactPoint.objects.count() == 2
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "番号が短すぎます"), ("de", "Diese Nummer ist zu kurz")]
)
def test_what_to_do_is_said_in_the_language_of_the_page(browser: Browser, language: str, words: str) -> None:
    browser.client.post("/c/language", {"token": browser.who.token, "language": language})
    assert words in sentence(browser.press("correct", field="sms", value="139000000"))


def test_the_form_is_where_its_answer_opens(browser: Browser) -> None:
    page = browser.page()
    assert 'action="/c/correct#correct"' in page
    assert "aria-invalid" not in page
    summary = machine().post("/c/correct", {"token": browser.who.token, "field": "name", "value": "欧阳正名"})
    assert 'action="/c/correct#correct"' in summary.content.decode()


def test_a_field_that_the_page_does_not_have_is_none(browser: Browser) -> None:
    assert browser.press("correct", field="salary", value="1").status_code == 303


def test_a_new_address_needs_the_proof_first_and_waits_for_it_in_its_form(
    browser: Browser, who: Invited
) -> None:
    response = browser.press("correct", field="email", value=NEW)
    assert response.status_code == 422
    assert typed(response) == ("email", NEW)
    assert sentence(response) == "请先在上方验证是你本人。"
    assert ContactPoint.objects.count() == 2
    waiting = (
        f'<input type="hidden" name="field" value="email"><input type="hidden" name="value" value="{NEW}">'
    )
    assert waiting in response.content.decode()
    asked = browser.press("code", field="email", value=NEW)
    assert (asked.status_code, typed(asked)) == (200, ("email", NEW))
    assert asked.content.decode().count(waiting) == 2
    assert 'id="step-code"' in asked.content.decode()
    wrong = "000000" if code_for(who) != "000000" else "111111"
    refused = browser.press("prove", purpose="data", code=wrong, field="email", value=NEW)
    assert typed(refused) == ("email", NEW)
    proved = browser.press("prove", purpose="data", code=code_for(who), field="email", value=NEW)
    assert typed(proved) == ("email", NEW)
    assert "aria-invalid" not in proved.content.decode()
    assert browser.press("correct", field="email", value=NEW)["Location"].endswith("/data#address")
    assert ContactPoint.objects.filter(state="unconfirmed").count() == 1


def test_an_address_waits_through_the_second_press_of_a_browser_without_script(
    browser: Browser, who: Invited
) -> None:
    asked = confirm(browser.client, who, "code", now=timezone.now(), path="/c/code", field="email", value=NEW)
    assert (asked.status_code, typed(asked)) == (200, ("email", NEW))
    assert 'id="step-code"' in asked.content.decode()


def test_what_is_one_too_many_is_not_lost_either(browser: Browser) -> None:
    for number in range(MOST_OPEN):
        browser.press("correct", field="other", value=f"第 {number} 条")
    response = browser.press("correct", field="other", value="又一条")
    assert (response.status_code, typed(response)) == (429, ("other", "又一条"))


def test_a_shared_address_that_is_one_too_many_is_not_said_to_be_sent(
    cast: Cast, browser: Browser, who: Invited
) -> None:
    create_interview(cast, now=timezone.now(), name="别人", email=NEW)
    for number in range(MOST_OPEN):
        browser.press("correct", field="other", value=f"第 {number} 条")
    browser.step_up()
    browser.press("correct", field="email", value=NEW)
    response = browser.type_code(code_for(who), purpose="address")
    assert (response.status_code, typed(response)) == (429, ("email", NEW))
    assert sentence(response) == "你已经提交了几项更正，我们会先处理这些。"
    assert Correction.objects.count() == MOST_OPEN


def test_an_address_whose_code_cannot_be_sent_yet_is_not_lost(browser: Browser) -> None:
    browser.step_up()
    for _ in range(3):
        browser.press("correct", field="email", value=NEW)
    response = browser.press("correct", field="email", value=NEW)
    assert (response.status_code, typed(response)) == (429, ("email", NEW))


def test_why_nothing_was_sent_is_said_in_the_form_and_in_the_language_of_the_page(browser: Browser) -> None:
    browser.step_up()
    browser.client.post("/c/language", {"token": browser.who.token, "language": "de"})
    for _ in range(3):
        browser.press("correct", field="email", value=NEW)
    assert "Es wurden zu viele Codes angefordert" in sentence(
        browser.press("correct", field="email", value=NEW)
    )


def own_mail(who: Invited) -> ContactPoint:
    point = who.interview.application.candidate.contact_points.get(channel="email")
    point.candidate = who.interview.application.candidate
    return point


@pytest.mark.parametrize("state", ["invalid", "suppressed"])
def test_an_address_that_failed_is_in_use_again_once_its_code_is_typed(
    cast: Cast, browser: Browser, who: Invited, state: str
) -> None:
    """Somebody else may have it too, as before."""
    point = own_mail(who)
    value = point.value(Vault(cast.organization.pk))
    create_interview(cast, now=timezone.now(), name="别人", email=value)
    browser.step_up()
    ContactPoint.objects.filter(pk=point.pk).update(state=state)
    assert browser.press("correct", field="email", value=value)["Location"].endswith("/data#address")
    point.refresh_from_db()
    assert point.state == state
    assert Delivery.objects.get(notification=newest(who)).contact_point_id == point.pk
    assert browser.type_code(code_for(who), purpose="address")["Location"].endswith("/data#confirmed")
    point.refresh_from_db()
    assert point.state == "active"


def test_an_address_that_was_stopped_takes_no_code_before_it_is_wanted_again(
    cast: Cast, browser: Browser, who: Invited
) -> None:
    point = own_mail(who)
    value = point.value(Vault(cast.organization.pk))
    browser.step_up()
    ContactPoint.objects.filter(pk=point.pk).update(state="opted_out")
    before = Delivery.objects.count()
    response = browser.press("correct", field="email", value=value)
    assert (response.status_code, typed(response)) == (409, ("email", value))
    assert "重新接收" in sentence(response)
    assert Delivery.objects.count() == before
    browser.press("channel", channel="email", wanted="1")
    assert browser.press("correct", field="email", value=value)["Location"].endswith("/data#address")


def test_a_code_speaks_the_language_that_was_chosen(browser: Browser, who: Invited) -> None:
    browser.press("prefer", locale="en")
    browser.press("code")
    assert newest(who).locale == "en"
