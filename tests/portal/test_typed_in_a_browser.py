"""What could not be taken comes back in a real phone: filled in, marked, and in sight, with script and without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.interviews.slots import create_series
from tests.looking import assert_sound
from tests.portal.conftest import Story
from tests.portal.data_stories import code_for
from tests.portal.test_in_a_browser import READING
from tests.portal.test_my_data_in_a_browser import keep_picture
from yuemian.hiring.models import Candidate

pytestmark = pytest.mark.journey
Pocket = Callable[..., BrowserContext]
#: Language, width, scheme, and whether there is script.
Look = tuple[str, int, str, bool]
LOOKS: list[Look] = [("zh-hans", 375, "light", False), ("en", 320, "dark", True)]


@pytest.fixture
def opened(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket
) -> Callable[[str, Look], Page]:
    """One of the candidate's pages in a phone."""

    def open_page(part: str, look: Look) -> Page:
        language, width, scheme, has_script = look
        with inside():
            Candidate.objects.update(locale=language)
        page = pocket(width=width, color_scheme=scheme, java_script_enabled=has_script).new_page()
        page.goto(f"{address}{story.who.address}{part}")
        if language == "en":
            page.locator(".languages summary").click()
            page.get_by_role("button", name="English").click()
        return page

    return open_page


def press(page: Page, form: str, *, has_script: bool) -> None:
    """Whoever has no script is asked once more."""
    page.wait_for_timeout(READING)
    page.locator(f"form[action^='{form}'] .send").click()
    if not has_script:
        page.wait_for_timeout(READING)
        page.locator(".confirm .yes").click()


def look_at(page: Page, name: str, look: Look) -> None:
    """A picture for a person; accessible, where there is script to find out, and no wider than the screen."""
    language, width, scheme, has_script = look
    keep_picture(page, f"{name}-{language}-{width}-{scheme}")
    if has_script:
        assert_sound(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("look", LOOKS)
def test_a_correction_stays_in_its_form_until_it_could_be_sent(
    story: Story, inside: Callable[[], Any], opened: Callable[[str, Look], Page], look: Look
) -> None:
    page = opened("/data", look)
    page.locator("#field").select_option("sms")
    page.locator("#value").fill("139000000")
    page.locator("form[action^='/c/correct'] .send").click()
    expect(page.locator("#value-wrong")).to_be_in_viewport()
    expect(page.locator("#value")).to_have_value("139000000")
    expect(page.locator("#field")).to_have_value("sms")
    look_at(page, "typed-number", look)
    page.locator("#value").fill("13900000001")
    press(page, "/c/correct", has_script=look[3])
    expect(page.locator("#value-wrong")).to_be_in_viewport()
    look_at(page, "typed-proof", look)
    page.locator("#value-wrong a").click()
    press(page, "/c/code", has_script=look[3])
    expect(page.locator("#step-code")).to_be_in_viewport()
    with inside():
        page.locator("#step-code").fill(code_for(story.who))
    page.locator("form[action^='/c/prove'] .send").click()
    expect(page.locator("#value")).to_have_value("+8613900000001")
    look_at(page, "typed-proved", look)
    press(page, "/c/correct", has_script=look[3])
    expect(page.locator("#address-code")).to_be_in_viewport()


@pytest.mark.parametrize("look", LOOKS)
def test_one_wrong_time_costs_neither_the_others_nor_the_note(
    story: Story, inside: Callable[[], Any], opened: Callable[[str, Look], Page], look: Look
) -> None:
    with inside():
        create_series(story.cast, now=story.now)
    page = opened("/times", look)
    page.locator("#proposal > summary").click()
    good = f"{story.now + timedelta(days=6):%Y-%m-%dT10:00}"
    page.locator("#time1").fill(good)
    page.locator("#note").fill("线上也可以")
    past = "2020-01-01T10:00"
    page.locator("#time2").fill(past)
    page.locator("form[action^='/c/proposal']").evaluate("form => { form.noValidate = true }")
    page.locator("form[action^='/c/proposal'] .send").click()
    expect(page.locator("#time2-wrong")).to_be_in_viewport()
    assert [page.locator(f"#{name}").input_value() for name in ("time1", "time2", "note")] == [
        good,
        past,
        "线上也可以",
    ]
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    look_at(page, "typed-times", look)


@pytest.mark.parametrize("has_script", [True, False])
def test_another_language_leaves_what_is_typed(
    story: Story, inside: Callable[[], Any], opened: Callable[[str, Look], Page], has_script: bool
) -> None:
    with inside():
        create_series(story.cast, now=story.now)
    page = opened("/times", ("zh-hans", 375, "light", has_script))
    page.locator("#proposal > summary").click()
    page.locator("#time2").fill("2020-01-01T10:00")
    page.locator("#note").fill("线上也可以")
    page.locator("form[action^='/c/proposal']").evaluate("form => { form.noValidate = true }")
    page.locator("form[action^='/c/proposal'] .send").click()
    expect(page.locator("#time1-wrong, #time2-wrong").first).to_be_in_viewport()
    page.locator("#note").fill("线上也可以，下午更好")
    page.locator(".languages summary").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#note")).to_be_visible()
    expect(page.locator("#note")).to_have_value("线上也可以，下午更好")
    expect(page.locator("#time2")).to_have_value("2020-01-01T10:00")
    if has_script:
        assert page.evaluate("sessionStorage.length") == 0
        page.reload()
        expect(page.locator("#note")).to_have_value("")


@pytest.mark.parametrize("has_script", [True, False])
def test_enter_sends_the_form_and_presses_no_language(
    opened: Callable[[str, Look], Page], has_script: bool
) -> None:
    page = opened("/data", ("zh-hans", 375, "light", has_script))
    page.locator("#field").select_option("other")
    page.locator("#value").fill("请改用英文名")
    page.wait_for_timeout(READING)
    page.locator("#value").press("Enter")
    expect(page.locator("#asked" if has_script else ".confirm")).to_be_in_viewport()


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_that_says_whether_a_message_is_genuine_says_how_to_get_back(
    opened: Callable[[str, Look], Page], look: Look
) -> None:
    page = opened("", look)
    page.locator("footer a[href='/verify']").click()
    if look[0] == "en":
        page.locator(".languages summary").click()
        page.get_by_role("button", name="English").click()
    words = "最新一条面试消息" if look[0] == "zh-hans" else "open our newest message about it"
    expect(page.locator("main")).to_contain_text(words)
    look_at(page, "typed-verify", look)
