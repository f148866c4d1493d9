"""A plan edited in a real browser, with and without JavaScript: preview, consequences, and what the interview shows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import House
from tests.journeys.test_story import bring_in

pytestmark = pytest.mark.journey

RECRUITER = "zhouhang@galaxy.example"


def open_plan(page: Page, house: House) -> None:
    """In English: then the sentences can be read here."""
    page.context.add_cookies([{"name": "language", "value": "en", "url": house.address}])
    page.goto(f"{house.address}/plans")
    page.locator("tbody th a").first.click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}$"))


def step(page: Page, words: str) -> Locator:
    return page.locator(".plan-step", has_text=words).first


def press_check_and_save(page: Page) -> None:
    page.locator(".plan-bar button[name=check]").click()
    expect(page.locator("h1")).to_have_text("Save this plan?")
    page.locator("button[name=confirmed]").click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}$"))


def test_a_step_is_moved_seen_in_the_preview_saved_and_on_the_interviews_page(
    house: House, desk: Callable[..., Page]
) -> None:
    page = desk(RECRUITER)
    bring_in(page, house)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    open_plan(page, house)
    preview = page.locator("#preview")
    expect(preview).to_contain_text("2 hours before")
    number = page.locator(".plan-step").count()

    near = step(page, "2 hours before the interview")
    near.locator("summary").first.click()
    near.locator("input[name$=-amount]").fill("5")
    expect(preview).to_contain_text("5 hours before")
    expect(page.locator(".plan-line", has_text="5 hours before the interview")).to_be_visible()

    page.locator("button[name=add]").click()
    expect(page.locator(".plan-step")).to_have_count(number + 1)
    fresh = page.locator(".plan-step > details[open] summary:focus")
    expect(fresh).to_have_count(1)
    added = page.locator(".plan-step:has(> details > summary:focus)")
    added.locator("input[name$=-amount]").fill("4")
    # It moves to its place in time under the hands, and keeps the focus.
    expect(page.locator(".plan-line", has_text="4 days before the interview")).to_be_visible()
    expect(page.locator("input:focus")).to_have_value("4")
    expect(page.locator(".plan-step").first).to_contain_text("4 days before the interview")

    page.locator(".plan-bar button[name=check]").click()
    effects = page.locator(".plan-effects")
    expect(effects).to_contain_text("Reminder")
    expect(effects).to_contain_text("Nobody loses a message.")
    page.locator("button[name=confirmed]").click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}$"))
    expect(page.locator(".plan-step")).to_have_count(number + 1)
    page.locator("#preview .who a").click()
    expect(page.locator("main")).to_contain_text("5 hours before")
    assert complaints == []


def test_without_javascript_everything_is_there(house: House, desk: Callable[..., Page]) -> None:
    page = desk(RECRUITER, java_script_enabled=False)
    open_plan(page, house)
    number = page.locator(".plan-step").count()
    page.select_option("select[name=add_purpose]", "reminder")
    page.locator("button[name=add]").click()
    expect(page.locator(".plan-step")).to_have_count(number + 1)
    added = page.locator(".plan-step:has(> details[open])")
    added.locator("input[name$=-amount]").fill("400")
    page.locator(".plan-bar button[name=check]").click()
    expect(page.locator(".error-summary")).to_contain_text("at most 90 days")
    added = page.locator(".plan-step:has(> details[open])")
    added.locator("input[name$=-amount]").fill("6")
    page.locator("button[name=look]").click()
    expect(page.locator("#preview")).to_contain_text("6 days before")
    press_check_and_save(page)
    expect(page.locator(".plan-step")).to_have_count(number + 1)
    mine = step(page, "6 days before the interview")
    mine.locator("summary").first.click()
    mine.locator("button[name=remove]").click()
    expect(page.locator(".plan-step")).to_have_count(number)
    press_check_and_save(page)
    expect(page.locator(".plan-line", has_text="6 days before the interview")).to_have_count(0)


def test_a_plan_is_edited_by_keyboard_alone(house: House, desk: Callable[..., Page]) -> None:
    page = desk(RECRUITER)
    open_plan(page, house)
    summary = page.locator(".plan-step summary").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".plan-step > details").first).to_have_attribute("open", "")
    page.locator("a.marker").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".plan-step > details > summary:focus")).to_have_count(1)
    # Enter in a field checks; it never removes or adds a step.
    page.locator(".plan-step > details[open] input[name$=-amount]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}$"))
    expect(page.locator(".toast")).to_contain_text("Nothing has changed")
