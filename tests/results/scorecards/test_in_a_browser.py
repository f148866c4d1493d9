"""An interviewer with a phone: taps, writes, loses the connection, comes back, submits. In Chinese and English."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from tests.factories import Cast, create_cast, create_user, install_texts
from tests.looking import assert_sound
from tests.portal.conftest import desk
from tests.results.scorecards.held import KEYS, NOTE, create_held, draft, join, link_to
from yuemian.accounts.models import Role, User
from yuemian.domain.results import Rating
from yuemian.domain.states import Purpose
from yuemian.interviews.models import Interview
from yuemian.results.actions.scorecards import submit
from yuemian.results.models import Scorecard
from yuemian.results.scorecards.reading import read_draft
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault

pytestmark = pytest.mark.journey
PATIENCE = 30_000
Pocket = Callable[..., BrowserContext]


@dataclass
class Story:
    """An interview that is over, and the link in its interviewer's mail."""

    cast: Cast
    held: Interview
    link: str

    def inside(self) -> AbstractContextManager[None]:
        return acting_in(self.cast.organization.pk)

    def notes(self) -> dict[str, str]:
        with self.inside():
            card = Scorecard.objects.select_related("interview__application__candidate__key").get()
            key = card.interview.application.candidate.key
            return {
                k: m.note for k, m in read_draft(card, Vault(self.cast.organization.pk), key).marks.items()
            }


@pytest.fixture
def story(transactional_db: None) -> Story:
    now = timezone.now()
    with transaction.atomic():
        cast = create_cast(now=now)
        install_texts(cast, Purpose.CODE, Purpose.SCORECARD, now=now)
        held = create_held(cast, now=now)
        return Story(cast, held, link_to(held, cast.interviewer, now=now)[1])


def opened(pocket: Pocket, url: str, **options: Any) -> Page:
    context = pocket(**options)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(url)
    return page


def saved(page: Page, words: str) -> None:
    expect(page.locator("#sheet-status")).to_contain_text(words, timeout=PATIENCE)


def kept(page: Page) -> str | None:
    found: str | None = page.evaluate(
        "Object.keys(localStorage).filter(k => k.startsWith('scorecard:')).map(k => localStorage[k])[0] ?? null"
    )
    return found


WORDS = {
    "zh-hans": ("已保存", "写下您看到的", "不应作为考虑因素", "网络已断开", "还差", "提交", "谢谢，已提交"),
    "en": (
        "Saved at",
        "Say what you saw",
        "must not count",
        "No connection",
        "Still missing",
        "Submit",
        "submitted",
    ),
}


@pytest.mark.parametrize("locale", ["zh-hans", "en"])
def test_an_interviewer_on_the_phone(story: Story, address: str, pocket: Pocket, locale: str) -> None:
    is_saved, example, must_not, offline, missing, press, thanks = WORDS[locale]
    with story.inside():
        User.objects.filter(pk=story.cast.interviewer.pk).update(locale=locale)
    page = opened(pocket, address + story.link)
    expect(page.locator("h1")).to_have_text(story.held.application.candidate.name)
    assert_sound(page)

    page.locator("#c-coding .rating").nth(3).click()
    saved(page, is_saved)
    expect(page.locator("#hints-coding")).to_contain_text(example)
    page.fill("#note-coding", NOTE)
    expect(page.locator("#hints-coding")).to_be_empty(timeout=PATIENCE)
    page.fill("#note-ownership", "她有孩子，加班困难，周末从来不接电话")
    expect(page.locator("#hints-ownership")).to_contain_text(must_not, timeout=PATIENCE)
    assert_sound(page)

    page.context.set_offline(True)
    page.fill("#note-system_design", "先画了数据流，再说分库的代价")
    saved(page, offline)
    assert "分库的代价" in (kept(page) or "")
    assert story.notes()["system_design"] == ""
    page.get_by_role("button", name=press).click()
    expect(page).to_have_url(address + story.link)
    page.context.set_offline(False)
    saved(page, is_saved)
    assert story.notes()["system_design"] == "先画了数据流，再说分库的代价"
    assert kept(page) is None

    page.get_by_role("button", name=press).click()
    expect(page.locator("#missing")).to_contain_text(missing, timeout=PATIENCE)
    assert_sound(page)
    for key in KEYS:
        page.locator(f"#c-{key} .rating").nth(3).click()
        page.fill(f"#note-{key}", NOTE)
    page.locator("#c-recommendation .rating").nth(1).click()
    page.get_by_role("button", name=press).click()
    expect(page.locator("#closed")).to_contain_text(thanks, timeout=PATIENCE)
    assert_sound(page)
    assert kept(page) is None
    with story.inside():
        assert Scorecard.objects.get().state == "submitted"


def test_what_is_written_while_a_saving_is_under_way_goes_with_the_next(
    story: Story, address: str, pocket: Pocket
) -> None:
    page = opened(pocket, address + story.link)
    page.evaluate(
        """() => {
            const real = window.fetch;
            window.fetch = async (...a) => { await new Promise((r) => setTimeout(r, 1500)); return real(...a); };
        }"""
    )
    page.locator("#c-coding .rating").nth(3).click()
    page.fill("#note-coding", NOTE)
    page.locator("#c-ownership .rating").nth(2).click()
    saved(page, "已保存")
    assert story.notes()["coding"] == NOTE
    with story.inside():
        assert Scorecard.objects.get().entries.get(key="ownership").rating == 3


def test_what_was_not_sent_is_there_after_the_page_was_closed(
    story: Story, address: str, pocket: Pocket
) -> None:
    page = opened(pocket, address + story.link)
    page.locator("#c-coding .rating").nth(3).click()
    saved(page, "已保存")
    page.context.set_offline(True)
    page.fill("#note-coding", "电梯里写的一句话")
    saved(page, "网络已断开")
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(address + story.link)
    expect(again.locator("#note-coding")).to_have_value("电梯里写的一句话")
    saved(again, "已保存")
    assert story.notes()["coding"] == "电梯里写的一句话"


def test_two_tabs_never_write_over_each_other(story: Story, address: str, pocket: Pocket) -> None:
    first = opened(pocket, address + story.link)
    first.fill("#note-coding", "第一个标签页的话")
    saved(first, "已保存")
    second = first.context.new_page()
    second.goto(address + story.link)
    first.fill("#note-coding", "第一个标签页改过的话")
    first.fill("#note-ownership", "只在第一个标签页写的话")
    first.locator("#c-ownership .rating").nth(2).click()
    expect(first.locator("#sheet-status")).to_contain_text("已保存", timeout=PATIENCE)
    first.wait_for_timeout(1500)
    second.fill("#note-coding", "第二个标签页的话")
    expect(second.locator("[data-conflict]")).to_have_count(1, timeout=PATIENCE)
    expect(second.locator("#conflict")).to_contain_text("陈默")
    # What only the other tab wrote is simply there.
    expect(second.locator("#note-ownership")).to_have_value("只在第一个标签页写的话")
    assert story.notes()["coding"] == "第一个标签页改过的话"
    assert_sound(second)
    second.get_by_role("button", name="两边都留").click()
    saved(second, "已保存")
    assert story.notes()["coding"] == "第二个标签页的话\n第一个标签页改过的话"


def test_without_script_it_is_a_form(story: Story, address: str, pocket: Pocket) -> None:
    page = opened(pocket, address + story.link, java_script_enabled=False)
    page.locator("#c-coding .rating").nth(3).click()
    page.fill("#note-coding", NOTE)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#note-coding")).to_have_value(NOTE)
    expect(page.locator("main")).to_contain_text("随时可以继续")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#missing")).to_contain_text("系统设计")


def test_another_browser_is_asked_for_a_code(story: Story, address: str, pocket: Pocket) -> None:
    page = opened(pocket, address + story.link)
    page.locator("#c-coding .rating").nth(3).click()
    saved(page, "已保存")
    other = opened(pocket, address + story.link)
    expect(other.locator("h1")).to_contain_text("是你本人吗")
    assert_sound(other)
    other.get_by_role("button", name="发送验证码").click()
    expect(other.locator("#code")).to_be_visible()
    assert_sound(other)


def test_the_recruiter_sees_them_side_by_side_and_who_is_late(
    story: Story, address: str, pocket: Pocket
) -> None:
    cast, now = story.cast, timezone.now()
    with story.inside():
        for name, rating in (("第二面试官", Rating.WEAK), ("第三面试官", None)):
            person = create_user(cast.organization, Role.INTERVIEWER, name)
            join(story.held, person)
            if rating:
                submit(person, story.held.pk, draft(rating), 0, now=now)
        submit(cast.interviewer, story.held.pk, draft(Rating.OUTSTANDING), 0, now=now)
        Interview.objects.update(starts_at=now - timedelta(hours=27))
    page = desk(pocket, address, story.inside, cast.recruiter, f"/interviews/{story.held.pk}")
    expect(page.locator("#scorecards")).to_contain_text("分歧较大")
    assert_sound(page)
    page.locator("#scorecards").get_by_role("button", name="现在提醒").click()
    expect(page.locator("#scorecards")).to_contain_text("已提醒 1 次")
    page.goto(f"{address}/today")
    expect(page.locator("#scorecards")).to_contain_text("第三面试官")
    assert_sound(page)
    page.set_viewport_size({"width": 375, "height": 667})
    assert_sound(page)
    page.goto(f"{address}/interviews/{story.held.pk}")
    assert_sound(page)


def test_the_forms_are_edited(story: Story, address: str, pocket: Pocket) -> None:
    page = desk(pocket, address, story.inside, story.cast.owner, "/settings/scorecards")
    assert_sound(page)
    page.locator("tr", has_text="技术").get_by_role("link", name="改成自己的").click()
    page.locator("summary", has_text="编码能力").click()
    page.locator("[name=c0-name]").fill("写代码")
    assert_sound(page)
    page.locator("#edit button.primary").click()
    page.wait_for_url("**/settings/scorecards/*-*")
    expect(page.frame_locator("iframe").locator("legend").first).to_have_text("写代码")
    page.set_viewport_size({"width": 375, "height": 667})
    assert_sound(page)
