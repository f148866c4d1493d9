"""Pages in the browser: what each owes a screen reader and a narrow screen, and when it is ready for a press."""

from __future__ import annotations

from typing import Final

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Error, FrameLocator, Keyboard, Locator, Page, expect

RULES: Final = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")
#: Whatever moves in and then stands still; what is half transparent on its way has no contrast.
_AT_REST: Final = """() => Promise.all(document.getAnimations()
    .filter((each) => each.effect.getTiming().iterations !== Infinity)
    .map((each) => each.finished.catch(() => {}))).then(() => {})"""
#: What is right is not reported: to gather it and send it over costs as much as to look.
_FOUND: Final = "(options) => axe.run(options).then((result) => result.violations)"


def violations(page: Page) -> str:
    """The report of what is not accessible on the page, or nothing.

    A page that makes way for another while it is looked at is no finding: the other is looked at. The caller has
    seen that the page is the one it means.
    """
    try:
        return _look(page)
    except Error:
        return _look(page)


def _look(page: Page) -> str:
    page.wait_for_load_state()
    page.evaluate(_AT_REST)
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_FOUND, {"runOnly": list(RULES), "resultTypes": ["violations"]})
    return AxeResults({"violations": found}).generate_report() if found else ""


def is_within_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def assert_sound(page: Page) -> None:
    """Accessible, and no wider than the screen."""
    found = violations(page)
    assert not found, found
    assert is_within_the_screen(page), page.url


def keys(page: Page) -> Keyboard:
    """The keyboard of a page whose scripts have run: until then a shortcut is nobody's."""
    page.wait_for_load_state()
    return page.keyboard


def press_as_a_person(button: Locator, within: Page | FrameLocator, then: Locator) -> None:
    """Press on a candidate's page, and once more where it asks whether that was a machine; `then` is what it brings."""
    button.click()
    asks = within.locator("input[name=confirm]")
    expect(asks.or_(then).first).to_be_attached()
    if asks.count():
        button.page.wait_for_timeout(2200)
        within.locator("button.yes").click()
    expect(then.first).to_be_visible()
