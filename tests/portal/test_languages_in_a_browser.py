"""The switch of languages in a real browser, with and without script, and pages that run from right to left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.looking import violations
from tests.portal.conftest import Story
from yuemian.domain.languages import LANGUAGES

pytestmark = pytest.mark.journey
Pocket = Callable[..., BrowserContext]


def opened(pocket: Pocket, address: str, story: Story, **options: Any) -> Page:
    """The page; whatever the browser complains about fails the test."""
    page = pocket(**options).new_page()
    page.on("console", lambda message: pytest.fail(message.text))
    page.goto(address + story.who.address)
    return page


def switch(page: Page, language: str) -> None:
    page.locator(".languages summary").click()
    page.get_by_role("button", name=LANGUAGES[language], exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("has_script", [True, False])
def test_the_language_is_switched_at_once_and_remembered(
    story: Story, address: str, pocket: Pocket, has_script: bool
) -> None:
    page = opened(pocket, address, story, java_script_enabled=has_script)
    for language, title, runs in (
        ("ar", "هل ستحضرون؟", "rtl"),
        ("en", "Will you come?", "ltr"),
        ("zh-hans", "你能来吗", "ltr"),
    ):
        switch(page, language)
        expect(page.locator("html")).to_have_attribute("dir", runs)
        expect(page.locator("#answer-title")).to_contain_text(title)
        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.locator(".languages summary").click()
        expect(page.locator(".languages [aria-current]")).to_have_text(LANGUAGES[language])
        page.locator(".languages summary").click()


def test_the_menu_opens_and_chooses_by_keyboard(story: Story, address: str, pocket: Pocket) -> None:
    page = opened(pocket, address, story, width=1440, height=900, has_touch=False)
    page.locator(".languages summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".languages button")).to_have_count(len(LANGUAGES))
    page.get_by_role("button", name=LANGUAGES["th"], exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "th")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_a_page_from_right_to_left_is_accessible_and_fits(
    story: Story, address: str, pocket: Pocket, width: int, scheme: str
) -> None:
    page = opened(pocket, address, story, width=width, color_scheme=scheme)
    switch(page, "ar")
    page.locator(".languages summary").click()
    assert not (found := violations(page)), found
    assert overflow(page) <= 0
    box = page.locator(".languages form").bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= width


def test_every_language_fits_the_narrowest_phone(story: Story, address: str, pocket: Pocket) -> None:
    page = opened(pocket, address, story, width=320)
    for language in LANGUAGES:
        switch(page, language)
        assert overflow(page) <= 0, language
        for button in page.locator("#answer .yes, #answer .tile").all():
            assert button.evaluate("e => e.scrollWidth <= e.clientWidth"), (language, button.inner_text())
