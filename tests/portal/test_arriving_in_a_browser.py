"""The way there and the arrival in a real browser, with and without script, in both languages."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.interviews.places import create_place, held_at
from tests.looking import assert_sound
from tests.portal.conftest import Story, founded
from tests.portal.stories import Invited, invite
from tests.portal.test_in_a_browser import READING
from yuemian.interviews.models import ArrivalSignal, Interview
from yuemian.interviews.photo import small_jpeg
from yuemian.messaging.models import Delivery

pytestmark = pytest.mark.journey
Pocket = Callable[..., BrowserContext]
WORDS = {
    "zh-hans": ("怎么去", "我到了", "我会迟到，或找不到地方", "10 分钟"),
    "en": ("Getting there", "I’m here", "I’m late, or can’t find it", "10 min"),
}


@pytest.fixture
def story(transactional_db: None) -> Story:
    """Somebody who is expected at the tower in half an hour."""
    with transaction.atomic(), founded() as made:
        place = create_place(made.cast, photo=small_jpeg(_photo()))
        interview = held_at(made.cast, place, now=made.now)
        made.who = invite(made.cast, now=made.now - timedelta(days=1), interview=interview)
        Delivery.objects.update(state="sent", sent_at=made.now - timedelta(days=1))
    return made


def _photo() -> bytes:
    target = io.BytesIO()
    Image.linear_gradient("L").resize((1200, 800)).save(target, "PNG")
    return target.getvalue()


def opened(pocket: Pocket, address: str, path: str, **options: Any) -> Page:
    page = pocket(**options).new_page()
    page.on("console", lambda message: pytest.fail(message.text))
    page.goto(address + path)
    return page


def signals(inside: Callable[[], Any]) -> list[tuple[str, int | None, bool]]:
    with inside():
        return list(ArrivalSignal.objects.values_list("kind", "minutes", "was_confirmed"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_late_then_here_with_a_tap_each(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, language: str
) -> None:
    way, here, late, ten = WORDS[language]
    page = opened(pocket, address, story.who.address)
    if language == "en":
        page.locator(".languages summary").tap()
        page.get_by_role("button", name="English").tap()
    page.get_by_role("link", name=way).tap()
    expect(page.locator(".maps a").first).to_be_visible()
    assert_sound(page)
    page.go_back()
    page.get_by_role("link", name=late).tap()
    page.wait_for_timeout(READING)
    page.get_by_role("button", name=ten).tap()
    expect(page.locator("#arrival")).to_contain_text("10")
    page.wait_for_timeout(READING)
    page.get_by_role("button", name=here, exact=True).tap()
    expect(page.locator("#arrival .received")).to_be_visible()
    expect(page.get_by_role("button", name=here, exact=True)).to_have_count(0)
    assert signals(inside) == [("late", 10, False), ("here", None, False)]


def test_enter_in_the_words_says_no_delay_that_nobody_chose(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket
) -> None:
    page = opened(pocket, address, f"{story.who.address}/arrival")
    page.wait_for_timeout(READING)
    page.locator("#late-words").type("地铁停了")
    page.locator("#late-words").press("Enter")
    page.wait_for_timeout(READING)
    assert page.url.endswith("/arrival")
    assert signals(inside) == []
    page.get_by_role("button", name="30 分钟").tap()
    expect(page.locator("#arrival")).to_contain_text("30")
    assert signals(inside) == [("late", 30, False)]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_without_script_two_presses_each(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, language: str
) -> None:
    here = WORDS[language][1]
    page = opened(pocket, address, story.who.address, java_script_enabled=False)
    if language == "en":
        page.locator(".languages summary").click()
        page.get_by_role("button", name="English").click()
    page.get_by_role("button", name=here, exact=True).click()
    assert signals(inside) == []
    page.wait_for_timeout(READING)
    page.locator("button.yes").click()
    expect(page.locator("#arrival .received")).to_be_visible()
    assert signals(inside) == [("here", None, True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 1440])
def test_every_page_is_accessible_and_fits(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, width: int, scheme: str
) -> None:
    place = place_of(story.who, inside)
    paths = [
        story.who.address,
        f"{story.who.address}/way",
        f"{story.who.address}/arrival",
        f"/arrive/{place}",
    ]
    page = opened(pocket, address, paths[0], width=width, color_scheme=scheme)
    for path in [*paths, f"/arrive/{place}?done=1"]:
        page.goto(address + path)
        assert_sound(page)
    page.goto(f"{address}{paths[2]}")
    page.locator("#lost-words").fill("我在北门")
    page.locator("form:has(#lost-words) button").click()
    expect(page.locator("main .confirm")).to_be_visible()
    assert_sound(page)  # the summary, as the page was not read for two seconds


def place_of(who: Invited, inside: Callable[[], Any]) -> str:
    with inside():
        place = Interview.objects.select_related("place").get(pk=who.interview.pk).place
        assert place is not None
        return place.code


def test_the_poster_signs_in_without_script(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket
) -> None:
    page = opened(
        pocket, address, f"/arrive/{place_of(story.who, inside)}", java_script_enabled=False, locale="zh-CN"
    )
    page.fill("#name", "候")
    page.fill("#digits", "0000")
    page.locator("button.yes").click()
    expect(page.locator("h1")).to_have_text("谢谢")
    assert signals(inside) == [("here", None, False)]
    page.goto(address + story.who.address)
    expect(page.locator("#arrival .received")).to_be_visible()


def test_the_token_stays_with_us_on_the_way_page(story: Story, address: str, pocket: Pocket) -> None:
    context = pocket()
    seen: list[Request] = []
    context.on("request", lambda request: seen.append(request))  # noqa: PLW0108
    page = context.new_page()
    page.goto(f"{address}{story.who.address}/way")
    context.route("https://**", lambda route: route.abort())
    with context.expect_page() as popup:
        page.locator(".maps a").first.tap()
    popup.value.wait_for_timeout(300)
    away = [request for request in seen if not request.url.startswith(address)]
    assert away
    assert not any(story.who.token in request.url + request.headers.get("referer", "") for request in away)
