"""A recruiter reviews feedback without the mouse, in both languages, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.looking import assert_sound, keys
from tests.portal.conftest import Story, address, chromium, desk, inside, pocket, story
from tests.results.feedback.factories import USUAL, create_reason, create_scorecard, drafted, rejected
from yuemian.results.models import Feedback

__all__ = ["address", "chromium", "inside", "pocket", "story"]
pytestmark = pytest.mark.journey
OTHERS = (
    ("sales_drive", "开拓", 5, "从展会名片里找到了关键联系人", True),
    ("planning", "计划", 2, "拜访安排比较随意", True),
    ("customer_focus", "客户意识", 4, "", False),
)
Pocket = Callable[..., BrowserContext]


def furnish(story: Story) -> None:
    """Three rejections with drafts, one of which two interviewers see differently."""
    cast, now = story.cast, story.now
    reason = create_reason(cast)
    for number, (name, seen) in enumerate([("周小满", USUAL), ("何以安", OTHERS), ("林知夏", USUAL)]):
        decision = rejected(cast, now=now, seen=seen, reasons=[reason], name=name)
        if number == 2:
            create_scorecard(
                cast, decision.interview, [("coding", "编码", 1, "", False)], by=cast.lead, now=now
            )
        drafted(cast, decision, now=now + timedelta(seconds=number))


def reviewed(inside: Callable[[], Any]) -> set[str]:
    with inside():
        rows = Feedback.objects.filter(reviewed_at__isnull=False)
        return set(rows.values_list("decision__application__candidate__name", flat=True))


def test_a_recruiter_reviews_one_after_another_by_keyboard(
    story: Story, inside: Callable[[], Any], pocket: Pocket, address: str
) -> None:
    with inside():
        furnish(story)
    page = desk(pocket, address, inside, story.cast.recruiter, "/results/feedback")
    assert_sound(page)
    keys(page).press("j")
    keys(page).press("Enter")
    expect(page.locator("h1")).to_have_text("周小满")
    assert_sound(page)
    # A sentence and its facts light up together.
    page.locator(".feedback-lines li", has_text="链表").first.focus()
    expect(page.locator("#fact-1")).to_have_class("is-linked")
    keys(page).press("Control+Enter")
    expect(page.locator("h1")).to_have_text("何以安")
    assert reviewed(inside) == {"周小满"}
    # What nobody may say cannot be let through; the answer comes while one types.
    keys(page).press("e")
    keys(page).press("Control+End")
    keys(page).type("您的年龄偏大。")
    expect(page.locator("#checked")).to_have_attribute("data-verdict", "blocked")
    assert_sound(page)
    keys(page).press("Control+Enter")
    expect(page.locator("h1")).to_have_text("何以安")
    for _ in range(7):
        keys(page).press("Backspace")
    expect(page.locator("#checked")).to_have_attribute("data-verdict", "fine")
    keys(page).press("Control+Enter")
    expect(page.locator("h1")).to_have_text("林知夏")
    expect(page.locator(".feedback-facts")).to_contain_text("面试官看法不同")
    assert reviewed(inside) == {"周小满", "何以安"}
    another_length_asks_first(page)


def another_length_asks_first(page: Page) -> None:
    page.locator("#text").fill("谢谢您来面试。")
    expect(page.locator("#checked .feedback-lines li")).to_have_count(1)
    page.get_by_role("button", name="短", exact=True).click()
    expect(page.locator("h1")).to_have_text("重新起草吗？")
    page.get_by_role("button", name="重新起草").click()
    expect(page.locator("#text")).to_contain_text("大型系统的设计经验")
    expect(page.get_by_role("button", name="短", exact=True)).to_have_attribute("aria-current", "true")


def test_many_at_once_after_a_look_at_some_on_a_phone_in_english(
    story: Story, inside: Callable[[], Any], pocket: Pocket, address: str
) -> None:
    with inside():
        furnish(story)
    page = desk(
        pocket,
        address,
        inside,
        story.cast.recruiter,
        "/results/feedback",
        width=375,
        height=812,
        locale="en-GB",
    )
    assert_sound(page)
    page.get_by_role("link", name="Look at some and review all").click()
    expect(page.locator("h1")).to_contain_text("Review 3 drafts at once")
    assert_sound(page)
    page.get_by_role("button", name="Mark 3 as reviewed").click()
    expect(page.locator(".empty")).to_contain_text("Nothing to review")
    assert reviewed(inside) == {"周小满", "何以安", "林知夏"}
    page.goto(f"{address}/results/feedback/phrases/coding")
    page.locator("[name=text]").fill("您的代码整洁大方。")
    page.locator("[name=locale]").select_option("zh-hans")
    expect(page.locator("#phrase-preview mark")).to_have_text("您的代码整洁大方。")
    assert_sound(page)


def test_settings(
    story: Story, inside: Callable[[], Any], pocket: Pocket, address: str, now: datetime
) -> None:
    page = desk(pocket, address, inside, story.cast.owner, "/settings/feedback")
    page.locator("details.settings-group summary").click()
    assert_sound(page)
