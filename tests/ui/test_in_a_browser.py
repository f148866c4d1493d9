"""The components in a real browser: keyboard, dialogs, selection, policy, accessibility."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import running_browser
from tests.looking import is_within_the_screen, violations

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


def opened(
    chromium: Browser, address: str, *, width: int = 1440, theme: str = "light", language: str = "zh-hans"
) -> Page:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "language", "value": language, "url": address}])
    context.add_cookies([{"name": "theme", "value": theme, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/ui/gallery")
    return page


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """The gallery; whatever the browser complains about (a refused style, a script error) fails the test."""
    page = opened(chromium, address)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.reload()
    yield page
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize(("width", "theme"), [(375, "dark"), (1440, "light"), (1440, "dark")])
def test_the_gallery_is_accessible(chromium: Browser, address: str, width: int, theme: str) -> None:
    page = opened(chromium, address, width=width, theme=theme)
    assert not (found := violations(page)), found
    page.context.close()


def test_what_is_not_accessible_is_named_and_what_is_mended_is_not(page: Page) -> None:
    page.set_content("<html lang='en'><title>Jobs</title><main><h1>Jobs</h1><img src='data:,'></main></html>")
    assert "image-alt" in violations(page)
    page.evaluate("document.querySelector('img').alt = 'Our office'")
    assert violations(page) == ""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_width_scrolls_sideways(chromium: Browser, address: str, language: str) -> None:
    page = opened(chromium, address, language=language)
    for width in (320, 375, 820, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert is_within_the_screen(page), width
    page.context.close()


def test_slash_focuses_the_search_and_question_mark_shows_the_help(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).not_to_be_visible()


def test_rows_are_walked_selected_and_opened_by_keyboard(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-selected-count]")).to_have_text("1")
    expect(page.locator("tr.at input")).to_be_checked()
    page.locator("tr.at th a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer")).to_be_visible()
    expect(page.locator("#drawer-title")).to_have_text("张伟")
    expect(page.locator("#drawer .timeline")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).not_to_be_visible()


def test_all_that_match_are_selected_across_pages(page: Page) -> None:
    bar = page.locator(".selection-bar")
    expect(bar).not_to_be_visible()
    page.locator("[data-select-page]").check()
    expect(bar.locator("[data-selected-count]")).to_have_text("6")
    bar.locator("[data-select-all-matching]").click()
    expect(bar.locator("[data-selected-count]")).to_have_text("128")
    expect(page.locator('input[name="all_matching"]')).to_have_value("1")
    page.locator('tbody input[name="ids"]').first.uncheck()
    expect(bar.locator("[data-selected-count]")).to_have_text("5")
    expect(page.locator('input[name="all_matching"]')).to_have_value("")


def test_a_filter_applies_itself_and_stands_in_the_address(page: Page) -> None:
    page.locator('select[name="branch"]').select_option("上海")
    page.wait_for_url("**/ui/gallery?branch=*")
    expect(page.locator('select[name="branch"]')).to_be_visible()


def test_a_dialog_opens_closes_and_returns_the_focus(page: Page) -> None:
    opener = page.locator('[data-open="send"]')
    opener.click()
    expect(page.locator("#send")).to_be_visible()
    page.locator("#send .dialog-actions [data-close]").first.click()
    expect(page.locator("#send")).not_to_be_visible()
    expect(opener).to_be_focused()


def test_a_toast_is_announced_and_can_be_closed(page: Page) -> None:
    page.evaluate("yuemian.toast('已发送', 'success')")
    toast = page.locator("#toasts .toast")
    expect(toast).to_contain_text("已发送")
    toast.locator("[data-close]").click()
    expect(toast).to_have_count(0)


def test_a_chosen_file_is_uploaded_and_leads_on(page: Page) -> None:
    content = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x" * 2000}
    page.locator(".dropzone input").set_input_files(content)  # type: ignore[arg-type]
    page.wait_for_url("**/ui/gallery?bytes=2000")


def test_a_refused_file_shows_why_in_place(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    content = {"name": "a.png", "mimeType": "image/png", "buffer": b"x"}
    page.locator(".dropzone input").set_input_files(content)  # type: ignore[arg-type]
    expect(page.locator("#content")).to_have_text("no spreadsheet")
    page.context.close()


def test_language_and_theme_switch_at_once(page: Page) -> None:
    page.locator(".top .language-switch button").click()
    expect(page.locator("h1")).to_have_text("Design system")
    page.locator("details.menu summary").click()
    page.locator('.menu button[value="dark"]').click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_page_works_without_javascript(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/ui/gallery")
    expect(page.locator(".filters button[data-without-script]")).to_be_visible()
    expect(page.locator(".selection-bar .button.primary")).to_be_visible()
    expect(page.locator('.dropzone input[type="file"]')).to_be_visible()
    page.locator("details.menu summary").click()
    page.locator('.menu button[value="dark"]').click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()


def asked_by_itself(page: Page) -> str | None:
    """What a request of the page's own says of being unattended."""
    with page.expect_request("**/ui/gallery?itself") as asked:
        page.evaluate(
            "() => { htmx.ajax('GET', '/ui/gallery?itself', { target: '#toasts', swap: 'none' }); }"
        )
    return asked.value.headers.get("x-unattended")


def test_a_page_says_when_nobody_touches_it(page: Page) -> None:
    page.clock.install()
    page.reload()
    assert asked_by_itself(page) == "1"
    page.locator("h1").click()
    assert asked_by_itself(page) is None
    page.clock.fast_forward(61_000)
    assert asked_by_itself(page) == "1"
    page.keyboard.press("j")
    assert asked_by_itself(page) is None


def test_reading_and_typing_are_told_every_two_minutes(page: Page) -> None:
    page.clock.install()
    page.reload()
    told: list[str] = []
    page.on("request", lambda request: told.append(request.url) if "?seen" in request.url else None)
    page.evaluate("() => { document.body.dataset.attended = '/ui/gallery?seen'; }")
    page.keyboard.press("j")
    page.clock.fast_forward(119_000)
    page.wait_for_timeout(50)
    assert told == []
    page.clock.fast_forward(2_000)
    with page.expect_request("**/ui/gallery?seen"):
        page.keyboard.press("j")
    page.keyboard.press("k")
    assert len(told) == 1
