"""A recruiter's morning on the phone, in a real browser: one press for a list, and the day follows by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import House
from tests.journeys.lab import page_behind_the_first_message
from tests.looking import is_within_the_screen, violations

pytestmark = pytest.mark.journey

RECRUITER, INTERVIEWER = "linyue@galaxy.example", "chenmo@galaxy.example"
PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True}


def enter(page: Page, house: House, name: str, number: int) -> None:
    """An interview tomorrow at ten, by hand."""
    tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=1)
    page.goto(f"{house.address}/interviews/new")
    page.fill("[name=name]", name)
    page.fill("[name=phone]", f"138001380{number:02d}")
    page.fill("[name=email]", f"today{number}@example.com")
    page.select_option("[name=job]", index=1)
    page.fill("[name=date]", tomorrow.isoformat())
    page.fill("[name=time]", f"1{number}:00")
    page.locator("[name=interviewers]").first.check()
    page.click("button[name=save]")
    page.wait_for_url(re.compile(r"/interviews/[0-9a-f-]{36}$"))


def test_a_morning_on_the_phone(house: House, desk: Callable[..., Page]) -> None:
    phone = desk(RECRUITER, **PHONE)
    complaints: list[str] = []
    phone.on("console", lambda message: complaints.append(message.text))
    phone.on("pageerror", lambda error: complaints.append(str(error)))
    expect(phone.locator(".empty")).to_be_visible()
    names = ["今早一", "今早二", "今早三"]
    for number, name in enumerate(names):
        enter(phone, house, name, number)
    phone.goto(f"{house.address}/today")
    assert is_within_the_screen(phone)
    invited_by_one_press(phone, names)
    answered_while_one_looks(phone, desk(RECRUITER), house, names[0])
    assert complaints == []


def invited_by_one_press(phone: Page, names: list[str]) -> None:
    part = phone.locator("#invite")
    for name in names:
        expect(part).to_contain_text(name)
    part.locator("summary").press("Enter")
    expect(part.locator(".strip-body")).to_contain_text("3")
    assert violations(phone) == ""
    part.locator("form[action$='/today/invite'] button.primary").click()
    expect(phone.locator("#invite")).to_have_count(0)
    # What was pressed is on its way, and the worker's news arrive without a reload.
    silent = phone.locator("#unanswered")
    for name in names:
        expect(silent).to_contain_text(name)
    expect(silent).to_contain_text("已通知")


def answered_while_one_looks(phone: Page, lab: Page, house: House, name: str) -> None:
    candidate = page_behind_the_first_message(lab, house, name)
    lab.wait_for_timeout(2200)
    candidate.get_by_role("button", name="能来", exact=True).click()
    row = phone.locator("#tomorrow li", has_text=name)
    expect(row).to_contain_text("能来")
    expect(phone.locator("#unanswered")).not_to_contain_text(name)


@pytest.mark.parametrize(("width", "theme"), [(375, "dark"), (1440, "light")])
def test_an_interviewers_day_is_accessible(
    house: House, desk: Callable[..., Page], width: int, theme: str
) -> None:
    page = desk(INTERVIEWER, viewport={"width": width, "height": 900}, color_scheme=theme)
    for path in ("/today", "/today/reception?day=tomorrow"):
        page.goto(f"{house.address}{path}")
        assert violations(page) == "", path
        assert is_within_the_screen(page), path


def test_without_script_the_list_is_invited_all_the_same(house: House, desk: Callable[..., Page]) -> None:
    scripted = desk(RECRUITER)
    enter(scripted, house, "无脚本", 5)
    plain = desk(RECRUITER, java_script_enabled=False)
    plain.goto(f"{house.address}/today")
    expect(plain.locator("#invite")).to_contain_text("无脚本")
    plain.locator("#accept summary").click()
    plain.locator("form[action$='/today/invite'] button.primary").click()
    plain.wait_for_url("**/today?whose=me")
    expect(plain.locator("#invite")).to_have_count(0)
