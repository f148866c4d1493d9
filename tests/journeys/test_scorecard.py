"""After an interview: a mail asks the interviewer, who writes on the phone without a password; HR sees it at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import House, wait_until
from tests.journeys.test_real_mail import body_of, first_with, go_live
from tests.looking import assert_sound
from yuemian.postgres import Server

pytestmark = pytest.mark.journey
NOTE = "写 LRU 缓存时先问了并发要求，边界都测了"
LONG = 60_000
WORDS = {"zh": ("提交", "谢谢，已提交", "已保存"), "en": ("Submit", "Thank you", "Saved at")}


def hold(recruiter: Page, house: House, name: str) -> str:
    """An interview that ended three hours ago, made by hand; its address."""
    day = (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=3)).date()
    recruiter.goto(f"{house.address}/interviews/new")
    recruiter.fill("[name=name]", name)
    recruiter.fill("[name=email]", f"scored.{ord(name[-1])}@example.com")
    recruiter.select_option("[name=job]", label=first_with(recruiter, "[name=job]", "后端工程师"))
    recruiter.fill("[name=date]", day.isoformat())
    recruiter.fill("[name=time]", "14:00")
    recruiter.fill("[name=place_name]", "星河大厦 12 层")
    recruiter.get_by_label("陈默").check()
    recruiter.click("button[name=save]")
    recruiter.goto(f"{house.address}/interviews?q={name}")
    path = str(recruiter.locator("tbody th a").first.get_attribute("href"))
    with psycopg.connect(Server(house.data).conninfo("postgres"), autocommit=True) as database:
        database.execute(
            "UPDATE interviews_interview SET starts_at = now() - interval '4 hours', answer = 'accepted' WHERE id = %s",
            [path.rpartition("/")[2]],
        )
    return path


def link_to_score(house: House, before: int) -> str:
    """The link in the next mail to the interviewer."""

    def found() -> list[str]:
        mails = [mail for mail in house.mailbox.mails()[before:] if "/s/" in body_of(mail, "plain")]
        pattern = re.escape(house.address) + r"/s/[\w-]{43}"
        return [match[0] for mail in mails if (match := re.search(pattern, body_of(mail, "plain")))]

    wait_until(lambda: bool(found()), 90, house.data / "house.log")
    return found()[-1]


def score(page: Page, locale: str) -> None:
    press, thanks, saved = WORDS[locale]
    if locale == "en":
        page.locator(".language-switch button").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    assert_sound(page)
    cards = page.locator("[data-competency]")
    for number in range(cards.count()):
        cards.nth(number).locator(".rating").nth(3).click()
        cards.nth(number).locator("textarea").fill(NOTE)
    page.locator("#c-recommendation .rating").nth(1).click()
    expect(page.locator("#sheet-status")).to_contain_text(saved, timeout=LONG)
    assert_sound(page)
    page.get_by_role("button", name=press, exact=True).click()
    expect(page.locator("#closed")).to_contain_text(thanks, timeout=LONG)
    assert_sound(page)


@pytest.mark.parametrize(("locale", "name"), [("zh", "评价甲"), ("en", "评价乙")])
def test_an_interviewer_on_the_phone(
    house: House, desk: Callable[..., Page], phone: Callable[..., Page], locale: str, name: str
) -> None:
    if locale == "zh":
        go_live(desk("admin@galaxy.example"), house.passphrase)
    recruiter, before = desk("linyue@galaxy.example"), len(house.mailbox.raw)
    path = hold(recruiter, house, name)
    recruiter.goto(house.address + path)
    scorecards = recruiter.locator("#scorecards")
    expect(scorecards).to_contain_text("陈默")
    if scorecards.get_by_role("button", name="现在提醒").count():
        scorecards.get_by_role("button", name="现在提醒").click()
    page = phone()
    page.goto(link_to_score(house, before))
    expect(page.locator("h1")).to_have_text(name)
    score(page, locale)
    # The recruiter's open page has followed by itself.
    expect(recruiter.locator("#scorecards")).to_contain_text(NOTE, timeout=LONG)
    expect(recruiter.locator("#scorecards")).to_contain_text("推荐")
    assert_sound(recruiter)
