"""Another time in a real browser: chosen with a tap, asked for without script, taken by somebody else meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.factories import sign_in_client
from tests.interviews.slots import SHANGHAI, create_policy, create_series, offers, press
from tests.looking import assert_sound
from tests.portal.conftest import Story
from tests.portal.stories import invite
from tests.portal.test_in_a_browser import READING
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.reschedule import choose_slot
from yuemian.interviews.models import Interview, RescheduleRequest, Seat, SlotSeries

pytestmark = pytest.mark.journey
Pocket = Callable[..., BrowserContext]
#: Where to put pictures of every state, for a person to look at.
PICTURES = os.environ.get("YUEMIAN_PICTURES", "")


def check(page: Page, name: str = "") -> None:
    """Accessible, no wider than the screen, and in the candidate's own script without anything of the console."""
    if PICTURES and name:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    assert_sound(page)


def prepare(story: Story, *, is_automatic: bool, **fields: Any) -> None:
    create_series(story.cast, now=story.now, **fields)
    create_policy(story.cast, now=story.now, is_automatic=is_automatic)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_tap_and_a_press_move_the_interview(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, language: str
) -> None:
    with inside():
        prepare(story, is_automatic=True)
    page = pocket().new_page()
    page.goto(address + story.who.address)
    page.locator(".choices a.tile").first.tap()
    if language == "en":
        page.locator(".languages summary").tap()
        page.get_by_role("button", name="English").tap()
        expect(page.locator("h1")).to_have_text("Another time")
    expect(page.locator(".clock-tile").first).to_be_visible()
    check(page, f"times-{language}")
    page.locator(".clock-tile").nth(2).tap()
    chosen = page.locator(".clock-tile").nth(2).inner_text().strip()
    page.wait_for_timeout(READING)
    page.locator(".press .yes").tap()
    expect(page.locator("#answer h2")).to_contain_text("能来" if language == "zh-hans" else "I’ll be there")
    expect(page.locator(".ticket .clock")).to_contain_text(chosen)
    check(page, f"times-moved-{language}")
    with inside():
        interview = Interview.objects.get()
        assert (interview.answer, interview.revision, Seat.objects.count()) == ("accepted", 2, 1)


@pytest.mark.parametrize("how", ["came back", "waited"])
def test_a_form_whose_answer_never_came_can_be_sent_again(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, how: str
) -> None:
    with inside():
        prepare(story, is_automatic=True)
    page = pocket().new_page()
    page.clock.install()
    sent: list[str] = []

    def keep(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)

    page.route("**/c/slot", keep)
    page.goto(f"{address}{story.who.address}/times")
    page.locator(".clock-tile").nth(2).tap()
    for _ in range(2):
        page.locator(".press .yes").tap()
    expect(page.locator(".press [aria-busy]")).to_have_count(1)
    assert sent == ["POST"]
    if how == "waited":
        page.clock.fast_forward("00:11")
    else:
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page.locator(".press [aria-busy]")).to_have_count(0)
    page.locator(".press .yes").tap()
    expect(page.locator(".press [aria-busy]")).to_have_count(1)
    assert sent == ["POST", "POST"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_without_script_a_time_is_asked_for_and_taken_back(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, language: str
) -> None:
    with inside():
        prepare(story, is_automatic=False)
    page = pocket(java_script_enabled=False).new_page()
    page.goto(f"{address}{story.who.address}/times")
    if language == "en":
        page.locator(".languages summary").click()
        page.get_by_role("button", name="English").click()
    page.locator(".clock-tile input").nth(1).check(force=True)
    page.locator(".press .yes").click()
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"times-summary-{language}.png", full_page=True)
    page.wait_for_timeout(READING)
    page.locator("button.yes").click()
    expect(page.locator("#answer")).to_be_visible()
    page.locator("#answer .links a").click()
    expect(page.locator(".asked li")).to_be_visible()
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"times-asked-{language}.png", full_page=True)
    with inside():
        assert (RescheduleRequest.objects.get().state, Seat.objects.count()) == ("open", 1)
    page.locator(".asked button").click()
    page.wait_for_timeout(READING)
    page.locator("button.yes").click()
    with inside():
        assert (RescheduleRequest.objects.get().state, Seat.objects.count()) == ("withdrawn", 0)


def test_times_are_proposed_with_the_fields_of_the_phone(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket
) -> None:
    page = pocket(timezone_id="America/New_York").new_page()
    page.goto(f"{address}{story.who.address}/times")
    moment = (story.now + timedelta(days=6)).replace(hour=6, minute=0, second=0, microsecond=0)
    page.locator("#time1").fill(f"{moment + timedelta(hours=8):%Y-%m-%dT%H:%M}")
    page.locator("#note").fill("线上也可以")
    check(page, "times-propose")
    page.wait_for_timeout(READING)
    page.get_by_role("button", name="发送我的时间").tap()
    expect(page.locator("#answer")).to_contain_text("线上也可以")
    with inside():
        # Beijing's clock, as the page says, whatever the phone's is.
        assert RescheduleRequest.objects.get().times == [moment]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 1440])
def test_every_state_is_accessible_and_fits(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, width: int, scheme: str
) -> None:
    with inside():
        prepare(story, is_automatic=False, ahead_days=9)
        abroad = invite(story.cast, now=story.now, candidate_zone="Europe/London", locale="en")
        asking, unsettled, late = (invite(story.cast, now=story.now) for _ in range(3))
        choose_slot(
            press(asking, story.now), offers(asking.interview, story.now)[3].key, words="周五", note="上午"
        )
        ask_to_choose(
            story.cast.recruiter,
            unsettled.interview.pk,
            until=story.now + timedelta(days=9),
            reason="",
            now=story.now,
        )
        Interview.objects.filter(pk=late.interview.pk).update(starts_at=story.now + timedelta(hours=3))
    page = pocket(width=width, color_scheme=scheme).new_page()
    for who, name in (
        (story.who, "offered"),
        (abroad, "abroad"),
        (asking, "asking"),
        (unsettled, "unsettled"),
        (late, "late"),
    ):
        page.goto(f"{address}{who.address}/times")
        check(page, f"times-{name}-{width}-{scheme}")
    page.goto(f"{address}{story.who.address}/times?said=taken")
    check(page, f"times-taken-{width}-{scheme}")
    page.goto(address + unsettled.address)
    check(page, f"unsettled-{width}-{scheme}")


@pytest.fixture
def console(story: Story, inside: Callable[[], Any], pocket: Pocket, address: str) -> Callable[..., Page]:
    """A browser in which somebody of the company has signed in."""
    with inside():
        cookies = {
            role: dict(sign_in_client(getattr(story.cast, role)).cookies)
            for role in ("recruiter", "interviewer")
        }

    def sign_in(role: str = "recruiter", **options: Any) -> Page:
        context = pocket(**({"width": 1440, "height": 900, "has_touch": False, "locale": "zh-CN"} | options))
        values = [
            {"name": name, "value": morsel.value, "url": address} for name, morsel in cookies[role].items()
        ]
        context.add_cookies(values)  # type: ignore[arg-type]
        return context.new_page()

    return sign_in


def test_hr_sees_the_wish_accepts_it_and_the_candidate_reads_so(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, console: Callable[..., Page]
) -> None:
    with inside():
        prepare(story, is_automatic=False)
        found = offers(story.who.interview, story.now)[2]
        choose_slot(press(story.who, story.now), found.key, words="上午", note="上午更好")
    page = console()
    page.goto(f"{address}/today")
    check(page, "console-today")
    page.goto(f"{address}/interviews/{story.who.interview.pk}")
    expect(page.locator("#request")).to_contain_text("上午更好")
    check(page, "console-request")
    page.locator("#request button.primary").click()
    expect(page.locator("#request")).to_have_count(0)
    phone = pocket().new_page()
    phone.goto(address + story.who.address)
    expect(phone.locator(".ticket .clock")).to_contain_text(f"{found.span.start.astimezone(SHANGHAI):%H:%M}")
    expect(phone.locator("#answer h2")).to_contain_text("能来")


@pytest.mark.parametrize(
    ("width", "language", "scheme"),
    [(1440, "zh", "light"), (1440, "en", "dark"), (375, "zh", "dark"), (375, "en", "light")],
)
def test_the_pages_of_bookable_times_are_accessible_and_fit(
    story: Story, inside: Callable[[], Any], address: str, console: Callable[..., Page],
    width: int, language: str, scheme: str,
) -> None:  # fmt: skip
    with inside():
        prepare(
            story, is_automatic=False, capacity=2, buffer=timedelta(minutes=15), length=timedelta(minutes=45)
        )
        other = invite(story.cast, now=story.now, name="欧阳若兰")
        key = offers(other.interview, story.now)[0].key
        for who in (story.who, other):
            choose_slot(press(who, story.now), key, words="")
        series = SlotSeries.objects.get()
    page = console(width=width, color_scheme=scheme, locale="zh-CN" if language == "zh" else "en-GB")
    day = key.start.astimezone(SHANGHAI).date()
    held = story.who.interview.starts_at.astimezone(SHANGHAI).date()
    places = {
        "slots": "/slots", "week": f"/slots/{series.pk}?week={day}", "new": "/slots/new", "rules": "/slots/rules",
        "absence": f"/slots/absence?interviewer={story.cast.interviewer.pk}&day={held}",
        "choose": f"/interviews/{story.who.interview.pk}/choose", "board": "/interviews",
    }  # fmt: skip
    for name, path in places.items():
        page.goto(address + path)
        check(page, f"console-{name}-{width}-{language}-{scheme}")
