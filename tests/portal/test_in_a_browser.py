"""The candidate's own story in a real browser: one tap, with and without script, in both languages."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.looking import assert_sound
from tests.portal.conftest import Story
from yuemian.domain.states import Answer
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.actions.respond import ask, respond
from yuemian.interviews.models import Interview, Response
from yuemian.messaging.models import Message, Visit

pytestmark = pytest.mark.journey
#: A page younger than two seconds was not read.
READING = 2200
Pocket = Callable[..., BrowserContext]


def opened(pocket: Pocket, address: str, story: Story, **options: Any) -> Page:
    """The page; whatever the browser complains about fails the test."""
    page = pocket(**options).new_page()
    page.on("console", lambda message: pytest.fail(message.text))
    page.goto(address + story.who.address)
    return page


def answers(inside: Callable[[], Any]) -> list[tuple[str, bool]]:
    with inside():
        return list(Response.objects.values_list("answer", "was_confirmed"))


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "能来"), ("en", "I’ll be there")])
def test_one_tap_answers(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, language: str, word: str
) -> None:
    page = opened(pocket, address, story)
    if language == "en":
        page.locator(".languages summary").tap()
        page.get_by_role("button", name="English").tap()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    page.wait_for_timeout(READING)
    page.get_by_role("button", name=word, exact=True).tap()
    expect(page.locator("#answer h2")).to_contain_text(word)
    assert answers(inside) == [("accepted", False)]
    with inside():
        assert Visit.objects.filter(kind="viewed", is_suspected_bot=False).exists()


def test_the_keyboard_answers_with_one_press(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket
) -> None:
    page = opened(pocket, address, story, width=1440, height=900, has_touch=False)
    page.wait_for_timeout(READING)
    page.get_by_role("button", name="不能来").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#answer h2")).to_contain_text("不能来")
    assert answers(inside) == [("declined", False)]


def test_without_script_two_presses_answer(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket
) -> None:
    page = opened(pocket, address, story, java_script_enabled=False)
    page.get_by_role("link", name="需要调整时间").click()
    page.locator("#note").fill("周二下午")
    page.get_by_role("button", name="发送我的时间").click()
    assert answers(inside) == []
    page.wait_for_timeout(READING)
    page.locator("button.yes").click()
    expect(page.locator("#answer")).to_contain_text("周二下午")
    assert answers(inside) == [("reschedule_requested", True)]


def test_a_question_is_asked_and_shown(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket
) -> None:
    page = opened(pocket, address, story)
    page.get_by_role("link", name="咨询").tap()
    expect(page.locator("#text")).to_be_focused()
    page.locator("#text").fill("附近可以停车吗？")
    page.wait_for_timeout(READING)
    page.get_by_role("button", name="发送", exact=True).tap()
    expect(page.locator("#questions")).to_contain_text("附近可以停车吗？")
    with inside():
        assert Message.objects.count() == 1


def test_a_script_that_taps_gets_the_summary(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket
) -> None:
    page = opened(pocket, address, story)
    page.wait_for_timeout(READING)
    page.evaluate("document.querySelector('button.yes').click()")
    expect(page.get_by_role("heading")).to_contain_text("你即将答复")
    assert answers(inside) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_every_state_is_accessible_and_fits(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, width: int, scheme: str
) -> None:
    page = opened(pocket, address, story, width=width, color_scheme=scheme)
    assert_sound(page)
    page.get_by_role("button", name="不能来").click()
    expect(page.get_by_role("heading")).to_contain_text("你即将答复")
    assert_sound(page)  # the summary, as the page was not read for two seconds
    with inside():
        interview, link = Interview.objects.get(), story.who.link
        respond(link, Answer.DECLINED, "", now=story.now, was_confirmed=True)
        ask(link, "附近可以停车吗？", now=story.now)
    page.goto(address + story.who.address)
    page.locator("details.change > summary").last.click()
    assert_sound(page)
    with inside():
        cancel_interview(story.cast.recruiter, interview.pk, now=story.now)
    page.reload()
    assert_sound(page)


def test_the_lost_page_is_accessible(address: str, pocket: Pocket, transactional_db: None) -> None:
    page = pocket(width=320).new_page()
    page.goto(f"{address}/c/lost")
    assert_sound(page)


def test_the_token_goes_nowhere_but_to_our_own_forms(
    story: Story, address: str, pocket: Pocket, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    context = pocket()
    seen: list[Request] = []
    context.on("request", lambda request: seen.append(request))  # noqa: PLW0108  (the driver refuses builtins)
    page = context.new_page()
    page.goto(address + story.who.address)
    page.wait_for_timeout(READING)
    page.get_by_role("button", name="能来", exact=True).tap()
    expect(page.locator("#answer h2")).to_contain_text("能来")
    others = [request for request in seen if not request.url.startswith(address + story.who.address)]
    assert others
    assert all(request.url.startswith(address) for request in seen)
    assert not any(story.who.token in request.url for request in others)
    assert not any(story.who.token in request.headers.get("referer", "") for request in seen)
    assert not any(
        story.who.token in record.getMessage() for record in caplog.records if record.name != "asyncio"
    )
