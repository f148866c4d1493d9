"""The day of an interview: a place is described, the candidate is late and then there, and everybody follows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import House
from tests.journeys.lab import page_behind_the_first_message
from tests.looking import assert_sound

pytestmark = pytest.mark.journey

RECRUITER, INTERVIEWER = "linyue@galaxy.example", "chenmo@galaxy.example"
NAME = "到场甲"


def describe_the_place(page: Page, house: House) -> None:
    page.goto(f"{house.address}/settings/places/new")
    page.fill("[name=name]", "星河大厦")
    page.fill("[name=room]", "12 层前台")
    page.fill("[name=address]", "上海市浦东新区世纪大道 100 号")
    page.fill("[name=reception]", "报公司名")
    page.fill("[name=map_link]", "https://uri.amap.com/marker?position=121.5,31.2")
    expect(page.locator("#place-look")).to_contain_text("31.200000")
    assert_sound(page)
    page.locator("form button.primary").click()
    page.wait_for_url(re.compile(r"/settings/places/[0-9a-f-]{36}$"))
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("报公司名")
    assert_sound(page)
    page.locator("a[href$='/poster']").click()
    expect(page.locator(".poster svg")).to_be_visible()
    assert_sound(page)


def invite_for_today(page: Page, house: House) -> str:
    start = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(minutes=40)
    page.goto(f"{house.address}/interviews/new")
    page.fill("[name=name]", NAME)
    page.fill("[name=phone]", "13800138066")
    page.fill("[name=email]", "arriving@example.com")
    page.select_option("[name=job]", index=1)
    page.select_option("[name=place]", label="星河大厦")
    page.fill("[name=date]", start.date().isoformat())
    page.fill("[name=time]", f"{start:%H:%M}")
    page.get_by_label("陈默").check()
    page.click("button[name=invite]")
    page.wait_for_url("**/send/*")
    page.click("#press button.primary")
    if page.locator("dialog[open] button.primary").count():
        page.click("dialog[open] button.primary")
    page.wait_for_url("**/batches/*")
    page.goto(f"{house.address}/interviews?q={NAME}")
    return str(page.locator("tbody th a").first.get_attribute("href"))


def test_the_day_of_an_interview(house: House, desk: Callable[..., Page]) -> None:
    recruiter = desk(RECRUITER)
    describe_the_place(recruiter, house)
    interview = invite_for_today(recruiter, house)
    recruiter.goto(f"{house.address}/today")
    reception, interviewer = desk(RECRUITER), desk(INTERVIEWER)
    reception.goto(f"{house.address}/today/reception?whose=all")
    row = reception.locator("tr", has_text=NAME)
    expect(row).to_contain_text("星河大厦")

    lab = desk(RECRUITER)
    candidate = page_behind_the_first_message(lab, house, NAME)
    candidate.locator("#arrival a").click()
    candidate.locator("#late-words").fill("地铁停运")
    lab.wait_for_timeout(2200)
    candidate.get_by_role("button", name="20 分钟").click()
    expect(row).to_contain_text("预计迟到 20 分钟")
    expect(interviewer.locator("#today li", has_text=NAME)).to_contain_text("预计迟到 20 分钟")
    late = recruiter.locator("#arriving")
    expect(late).to_contain_text("地铁停运")
    assert_sound(recruiter)
    late.get_by_role("button", name="我来处理").click()
    expect(recruiter.locator("#arriving")).to_have_count(0)

    expect(candidate.locator("#arrival .received")).to_contain_text("20")
    lab.wait_for_timeout(2200)
    candidate.get_by_role("button", name="我到了", exact=True).click()
    expect(row).to_contain_text("已到")
    assert_sound(reception)
    expect(interviewer.locator("#today li", has_text=NAME)).to_contain_text("已到")

    answer_who_came(interviewer, house, interview)
    expect(recruiter.locator("#today li", has_text=NAME)).to_contain_text("到面")


def answer_who_came(interviewer: Page, house: House, interview: str) -> None:
    interviewer.set_viewport_size({"width": 375, "height": 812})
    interviewer.goto(f"{house.address}{interview}/came")
    assert_sound(interviewer)
    # Suggested because the candidate signed in, and not recorded by that.
    suggested = interviewer.locator(".came-choices .button.primary")
    expect(suggested).to_have_text(re.compile("到面"))
    expect(suggested).to_have_attribute("aria-pressed", "false")
    suggested.click()
    expect(interviewer.locator(".came")).to_contain_text("已记录")
    assert_sound(interviewer)
