"""Calendars end to end in a real browser: who is free, the candidate's file, and the interviewer's subscription."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.journeys.conftest import House
from tests.journeys.lab import link_of
from tests.simulators import radicale_server
from tests.simulators.radicale_server import PASSWORD, USER, RadicaleServer

pytestmark = pytest.mark.journey

SHANGHAI = ZoneInfo("Asia/Shanghai")
RECRUITER, INTERVIEWER = "linyue@galaxy.example", "chenmo@galaxy.example"


def test_calendars_of_everybody_say_the_same(
    house: House,
    desk: Callable[..., Page],
    phone: Callable[..., Page],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    day = (datetime.now(SHANGHAI) + timedelta(days=8)).replace(hour=14, minute=0, second=0, microsecond=0)
    with radicale_server.running(tmp_path_factory.mktemp("radicale")) as server:
        mine = desk(INTERVIEWER)
        feed = subscribe(mine, house)
        connect(mine, house, server, day)
        recruiter = desk(RECRUITER)
        interview = invite_by_hand(recruiter, house, day)
    candidate = phone()
    address = link_of(desk(RECRUITER), house, "周晓")
    take_the_file(candidate, address, day)
    event = event_in(urlopen(feed).read())
    assert event["DTSTART"].dt == day
    assert str(event["URL"]).endswith(interview)
    assert "周晓" in event["SUMMARY"]
    mine.goto(f"{house.address}/settings/account/calendar")
    mine.click("form[action$='/feed/off'] button")
    with pytest.raises(HTTPError, match="404"):
        urlopen(feed)
    # Opening and fetching answered nothing.
    recruiter.reload()
    expect(recruiter.locator("main")).to_contain_text("待答复")
    log = (house.data / "house.log").read_text()
    assert feed.rpartition("/")[2] not in log
    assert "/feeds/[token]" in log


def subscribe(page: Page, house: House) -> str:
    page.goto(f"{house.address}/settings/account")
    page.locator("#calendar a.button").click()
    page.click("form[action$='/calendar/feed'] button")
    address = page.locator("#feed").input_value()
    assert re.fullmatch(rf"{house.address}/feeds/[\w-]{{43}}\.ics", address)
    assert page.locator("a.primary").get_attribute("href") == address.replace("http://", "webcal://")
    assert Calendar.from_ical(urlopen(address).read()).walk("VEVENT") == []
    return address


def connect(page: Page, house: House, server: RadicaleServer, day: datetime) -> None:
    work = server.calendar("work")
    server.event(work, "busy", f"DTSTART;TZID=Asia/Shanghai:{day:%Y%m%dT%H%M%S}", "DURATION:PT1H")
    page.goto(f"{house.address}/settings/account/calendar")
    page.get_by_label("其他日历").check()
    page.fill("input[name=url]", server.address)
    page.fill("input[name=user]", USER)
    page.fill("input[name=password]", "wrong")
    page.locator(".calendar-form button.primary").click()
    page.click("form[action$='/calendar/test'] button")
    expect(page.locator("main")).to_contain_text("拒绝了用户名、密码或密钥")
    page.fill("input[name=password]", PASSWORD)
    page.locator(".calendar-form button.primary").click()
    page.click("form[action$='/calendar/test'] button")
    expect(page.locator("main")).to_contain_text("已连接")


def invite_by_hand(page: Page, house: House, day: datetime) -> str:
    """The form says busy at two and free at four; the interview is made for two all the same."""
    page.goto(f"{house.address}/interviews/new")
    page.fill("input[name=name]", "周晓")
    page.fill("input[name=email]", "zhouxiao@example.com")
    page.select_option("select[name=job]", index=1)
    page.fill("input[name=date]", f"{day:%Y-%m-%d}")
    page.fill("input[name=time]", "14:00")
    page.get_by_label("陈默").check()
    seat = page.locator(".seats li", has_text="陈默")
    expect(seat).to_contain_text("忙碌")
    page.fill("input[name=time]", "16:00")
    page.locator("input[name=time]").blur()
    expect(seat).to_contain_text("有空")
    page.fill("input[name=time]", "14:00")
    page.locator("input[name=time]").blur()
    expect(seat).to_contain_text("忙碌")
    page.click("button[name=invite]")
    page.wait_for_url("**/send/*")
    page.click("#press button.primary")
    page.click("dialog[open] button.primary")
    page.wait_for_url("**/batches/*")
    expect(page.locator("#batch-live")).to_contain_text("已完成")
    page.goto(f"{house.address}/interviews?q=周晓")
    link = page.locator("tbody tr", has_text="周晓").locator("th a")
    link.click()
    # In the drawer, the part stands in its own place and leaves the rest alone.
    drawer = page.locator("dialog[open]")
    expect(drawer.locator(".seats li", has_text="陈默")).to_contain_text("忙碌")
    expect(drawer).to_contain_text("时间线")
    address = link.get_attribute("href")
    assert address
    page.goto(house.address + address)
    expect(page.locator(".seats li", has_text="陈默")).to_contain_text("忙碌")
    expect(page.locator("main")).to_contain_text("时间线")
    return address.rpartition("/")[2]


def take_the_file(candidate: Page, address: str, day: datetime) -> None:
    candidate.goto(address)
    link = candidate.get_by_role("link", name="添加到我的日历")
    expect(link).to_be_visible()
    with candidate.expect_download() as found:
        link.click()
    raw = found.value.path().read_bytes()
    assert found.value.suggested_filename == "interview.ics"
    event = event_in(raw)
    assert event["DTSTART"].dt == day
    assert str(event["URL"]) == address
    assert vobject.readOne(raw.decode()).vevent.dtstart.value == day


def event_in(raw: bytes) -> Any:
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    return event
