"""A recruiter answers without the mouse; an interviewer helps; the candidate reads who spoke."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import House
from tests.journeys.lab import link_of
from tests.journeys.test_today import RECRUITER, enter
from tests.looking import is_within_the_screen, keys, press_as_a_person, violations

pytestmark = pytest.mark.journey

#: The first on the form, whom `enter` ticks.
INTERVIEWER, INTERVIEWERS_NAME = "daniel@galaxy.example", "Daniel Lim"
NAMES = ["收件一", "收件二", "收件三"]
QUESTIONS = ["请问附近有停车位吗？", "面试结果多久能知道？", "请问这个岗位用什么技术栈？"]


def invite_all(page: Page, house: House) -> None:
    for number, name in enumerate(NAMES):
        enter(page, house, name, number)
    page.goto(f"{house.address}/today")
    page.locator("#invite summary").press("Enter")
    page.locator("form[action$='/today/invite'] button.primary").click()
    expect(page.locator("#invite")).to_have_count(0)


def save_reply(page: Page, house: House) -> None:
    page.goto(f"{house.address}/inbox/replies/new")
    page.fill("[name=code]", "结果")
    page.fill("[name=title]", "结果时间")
    page.fill("[name=body]", "{{ candidate_name }}，三个工作日内告诉您。")
    page.click("main form button.primary")
    expect(page.locator(".content-list")).to_contain_text("/结果")


def save_answer(page: Page, house: House) -> None:
    page.goto(f"{house.address}/inbox/faq/new")
    page.fill("[name=question]", "公司有停车位吗？")
    page.fill("[name=answer]", "有，地下二层免费停车。")
    page.click("main form button.primary")
    expect(page.locator(".content-list")).to_contain_text("公司有停车位吗？")


def asked_by_candidates(lab: Page, phone: Callable[..., Page], house: House, inbox: Page) -> list[Page]:
    """Each asks on the page behind the invitation; the recruiter's list grows without a reload."""
    candidates = []
    for name, question in zip(NAMES, QUESTIONS, strict=True):
        candidate = phone()
        candidate.goto(link_of(lab, house, name))
        candidate.wait_for_timeout(2200)
        candidate.fill("#text", question)
        asked = candidate.locator(".said", has_text=question)
        press_as_a_person(candidate.locator("#questions form button"), candidate, asked)
        expect(inbox.locator(".inbox-rows")).to_contain_text(question)
        candidates.append(candidate)
    return candidates


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def answered_with_the_keyboard_alone(page: Page, house: House) -> None:
    """From the list on no pointer is used."""
    page.goto(f"{house.address}/inbox")
    keys(page).press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    keys(page).press("Escape")
    keys(page).press("j")
    assert NAMES[0] in focused(page)
    keys(page).press("j")
    keys(page).press("k")
    assert NAMES[0] in focused(page)
    keys(page).press("Enter")
    expect(page.locator("#thread-name")).to_have_text(NAMES[0])
    # What is offered is reached by Tab, taken by Enter, and sent by the person.
    page.locator("[data-use]").first.focus()
    keys(page).press("Enter")
    expect(page.locator("#answer-text")).to_have_value("有，地下二层免费停车。")
    keys(page).press("Control+Enter")
    expect(page.locator("#thread-name")).to_have_text(NAMES[1])
    a_phrase_a_note_and_undo(page)
    found_and_assigned(page)


def a_phrase_a_note_and_undo(page: Page) -> None:
    keys(page).press("r")
    keys(page).type("/结")
    expect(page.locator("#phrase-list [aria-selected=true]")).to_contain_text("/结果")
    keys(page).press("Enter")
    expect(page.locator("#answer-text")).to_have_value(f"{NAMES[1]}，三个工作日内告诉您。")
    keys(page).press("Control+Shift+Enter")
    expect(page.locator(".said")).to_contain_text("三个工作日内告诉您")
    keys(page).press("n")
    keys(page).type("很礼貌")
    keys(page).press("Control+Enter")
    expect(page.locator(".said-note")).to_contain_text("很礼貌")
    keys(page).press("e")
    expect(page.locator("#thread-name")).to_have_text(NAMES[2])
    expect(page.locator(".inbox-done")).to_contain_text(NAMES[1])
    keys(page).press("z")
    expect(page.locator("#thread-name")).to_have_text(NAMES[1])


def found_and_assigned(page: Page) -> None:
    keys(page).press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    keys(page).type("技术栈")
    keys(page).press("Enter")
    expect(page.locator(".inbox-item")).to_have_count(1)
    keys(page).press("j")
    keys(page).press("Enter")
    expect(page.locator("#thread-name")).to_have_text(NAMES[2])
    keys(page).press("a")
    keys(page).press("Enter")
    expect(page.locator("details[data-key=a] summary")).to_contain_text("林悦")


def passed_on_to_the_interviewer(page: Page, interviewer: Page, candidate: Page, house: House) -> None:
    keys(page).press("i")
    keys(page).press("Tab")
    keys(page).type("麻烦简单说说")
    keys(page).press("Control+Enter")
    expect(page.locator(".said-consultation")).to_contain_text(INTERVIEWERS_NAME)
    interviewer.goto(f"{house.address}/asked")
    expect(interviewer.locator(".main-nav a[href='/asked'] .nav-count")).to_contain_text("1")
    assert violations(interviewer) == ""
    interviewer.locator(".content-list a").first.click()
    expect(interviewer.locator(".said")).to_contain_text(QUESTIONS[2])
    assert violations(interviewer) == ""
    assert is_within_the_screen(interviewer)
    interviewer.fill("#asked-text", "主要是 Python。")
    interviewer.click("form.reply button.primary")
    # It stands in the recruiter's open thread by itself, and not yet on the candidate's page.
    expect(page.locator(".said-consultation textarea")).to_have_value("主要是 Python。")
    candidate.reload()
    expect(candidate.locator(".thread")).not_to_contain_text("Python")
    page.locator(".said-consultation button.primary").press("Enter")
    expect(page.locator(".said-interviewer")).to_contain_text("主要是 Python。")
    candidate.reload()
    expect(candidate.locator(".thread")).to_contain_text("主要是 Python。")
    expect(candidate.locator(".thread")).to_contain_text("面试官")
    expect(candidate.locator(".thread")).not_to_contain_text(INTERVIEWERS_NAME)


def test_thirty_people_would_be_answered_without_the_mouse(
    house: House, desk: Callable[..., Page], phone: Callable[..., Page]
) -> None:
    page = desk(RECRUITER)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    invite_all(page, house)
    save_reply(page, house)
    save_answer(page, house)
    page.goto(f"{house.address}/inbox?whose=mine")
    candidates = asked_by_candidates(desk(RECRUITER), phone, house, page)
    expect(page.locator(".main-nav a[href='/inbox'] .nav-count")).to_contain_text("3", timeout=15_000)
    answered_with_the_keyboard_alone(page, house)
    expect(candidates[1].locator("body")).not_to_contain_text("很礼貌")
    candidates[1].reload()
    expect(candidates[1].locator(".thread")).to_contain_text("三个工作日内告诉您")
    expect(candidates[1].locator("body")).not_to_contain_text("很礼貌")
    interviewer = desk(INTERVIEWER, viewport={"width": 375, "height": 812}, has_touch=True)
    passed_on_to_the_interviewer(page, interviewer, candidates[2], house)
    assert complaints == []


@pytest.mark.parametrize(
    ("width", "language", "theme"),
    [(1440, "zh-CN", "light"), (1440, "en-GB", "dark"), (375, "zh-CN", "dark"), (375, "en-GB", "light")],
)
def test_every_page_of_the_inbox_is_accessible(
    house: House, desk: Callable[..., Page], width: int, language: str, theme: str
) -> None:
    page = desk(RECRUITER, viewport={"width": width, "height": 900}, locale=language, color_scheme=theme)
    code = "en" if language == "en-GB" else "zh-hans"
    page.context.add_cookies([{"name": "language", "value": code, "url": house.address}])
    page.goto(f"{house.address}/inbox?whose=all&state=any")
    expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{code}", re.IGNORECASE))
    addresses = [page.locator(".inbox-item").first.get_attribute("href")]
    addresses += ["/inbox?whose=all&state=any", "/inbox?q=停车", "/inbox/replies", "/inbox/replies/new"]
    addresses += ["/inbox/faq", "/inbox/faq/new", "/settings/account/absence"]
    for address in addresses:
        page.goto(f"{house.address}{address}")
        assert violations(page) == "", address
        assert is_within_the_screen(page), address
    page.goto(f"{house.address}{addresses[0]}")
    for key in ("n", "i", "s", "?"):
        page.keyboard.press(key)
        page.evaluate("scrollTo(0, 0)")  # half under the bar at the top, a link is no target
        assert violations(page) == "", key
        page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.type("/")
    expect(page.locator("#phrase-list")).to_be_visible()
    assert violations(page) == ""
    assert is_within_the_screen(page)


def test_without_script_everything_is_there(house: House, desk: Callable[..., Page]) -> None:
    page = desk(RECRUITER, java_script_enabled=False)
    page.goto(f"{house.address}/inbox?whose=all&state=any")
    page.locator(".inbox-item", has_text=NAMES[0]).click()
    page.locator("#phrase-choice").select_option(index=0)
    page.locator("form", has=page.locator("#phrase-choice")).locator("button").click()
    expect(page.locator("#answer-text")).to_have_value(f"{NAMES[0]}，三个工作日内告诉您。")
    page.locator("button[value=stay]").click()
    expect(page.locator(".said")).to_contain_text("三个工作日内告诉您")
    page.locator("#resolve button").click()
    page.locator(".inbox-done button").click()
    expect(page.locator("#thread-name")).to_have_text(NAMES[0])
    page.locator("details[data-key=s] summary").click()
    page.locator("details[data-key=s] button").first.click()
    page.goto(f"{house.address}/inbox?whose=all&state=snoozed")
    expect(page.locator(".inbox-rows")).to_contain_text(NAMES[0])
