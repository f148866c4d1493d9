"""What every page owes a screen reader and a narrow screen, looked for in the browser."""

from __future__ import annotations

from typing import Final

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Error, Page

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
