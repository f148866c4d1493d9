"""“My data” in a real browser at 375 px: the whole way from the code to the proof, with and without script."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from tests.factories import create_user, sign_in_client
from tests.looking import assert_sound
from tests.portal.conftest import Story
from tests.portal.data_stories import code_for
from tests.portal.test_in_a_browser import READING
from yuemian.accounts.models import Role
from yuemian.hiring.actions.correct import ask_correction
from yuemian.hiring.actions.retain import look_for_what_is_over
from yuemian.hiring.models import Candidate, Erasure

pytestmark = pytest.mark.journey
Pocket = Callable[..., BrowserContext]
#: Pictures for a person to look at, where this is set.
PICTURES = os.environ.get("PICTURES", "")
WORDS = {
    "zh-hans": ("给我发送验证码", "继续", "删除我的全部资料", "删除", "你的资料已删除", "确认发送", "核验"),
    "en": (
        *("Send me a code", "Continue", "Erase everything about me", "ERASE", "Your data is erased"),
        *("Yes, send me a code", "Check"),
    ),
}


def keep_picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("has_script", [True, False])
def test_from_the_code_to_the_proof(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, language: str, has_script: bool
) -> None:
    ask, go_on, erase, word, erased, confirm, verify = WORDS[language]
    with inside():
        Candidate.objects.update(locale=language)
    tongue = "en" if language == "en" else "zh-CN"
    page = pocket(java_script_enabled=has_script, locale=tongue).new_page()
    page.on("console", lambda message: pytest.fail(message.text))
    page.goto(f"{address}{story.who.address}/data")
    if language == "en":
        page.locator(".languages summary").click()
        page.get_by_role("button", name="English").click()
    page.wait_for_timeout(READING)
    page.get_by_role("button", name=ask, exact=True).click()
    if not has_script:
        page.wait_for_timeout(READING)
        page.get_by_role("button", name=confirm).click()
    expect(page.locator("#step-code")).to_be_visible()
    page.locator("#step-code").fill("000000")
    page.get_by_role("button", name=go_on, exact=True).click()
    expect(page.locator("#code [role=alert]")).to_be_visible()
    with inside():
        code = code_for(story.who)
    page.locator("#step-code").fill(f"{code[:3]} {code[3:]}")
    page.get_by_role("button", name=go_on, exact=True).click()
    expect(page.locator("#word")).to_be_visible()
    keep_picture(page, f"data-open-{language}-{has_script}")
    with page.expect_download() as download:
        page.locator("[name=format][value=json]").click()
    assert download.value.suggested_filename == "my-data.json"
    page.locator("#word").fill(word)
    page.get_by_role("button", name=erase).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(erased)
    receipt = page.locator(".receipt").inner_text()
    keep_picture(page, f"erased-{language}-{has_script}")
    page.goto(f"{address}/verify")
    page.locator("#code").fill(receipt)
    page.get_by_role("button", name=verify, exact=True).click()
    expect(page.get_by_role("status")).to_be_visible()
    keep_picture(page, f"verified-{language}-{has_script}")
    with inside():
        assert Erasure.objects.get().state == "done"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_accessible_and_fits(
    story: Story,
    inside: Callable[[], Any],
    address: str,
    pocket: Pocket,
    width: int,
    scheme: str,
    language: str,
) -> None:
    with inside():
        Candidate.objects.update(locale=language)
    page = pocket(
        width=width, height=800, color_scheme=scheme, locale="zh-CN" if language != "en" else "en"
    ).new_page()
    page.goto(f"{address}{story.who.address}/data")
    if language == "en":
        page.locator(".languages summary").click()
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    name = f"{language}-{width}-{scheme}"
    keep_picture(page, f"data-{name}")
    assert_sound(page)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert_sound(page)
    page.evaluate("document.querySelector('form[action^=\"/c/code\"] button').click()")
    expect(page.locator("main .confirm")).to_be_visible()  # a script pressed, not a person
    assert_sound(page)
    page.wait_for_timeout(READING)
    page.get_by_role("button", name=WORDS[language][5]).click()
    expect(page.locator("#step-code")).to_be_visible()
    assert_sound(page)
    page.goto(f"{address}{story.who.address}/phone")
    keep_picture(page, f"phone-{name}")
    assert_sound(page)
    page.goto(address + story.who.address)
    keep_picture(page, f"page-{name}")
    page.goto(f"{address}/verify")
    page.locator("#code").fill("ABCD-EFGH")
    page.locator("button.send").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    keep_picture(page, f"unknown-{name}")
    assert_sound(page)
    page.goto(f"{address}/c/lost")
    keep_picture(page, f"lost-{name}")
    assert_sound(page)
    page.locator("#contact").fill("nobody@secret.example")
    page.locator("button.send").click()
    expect(page.locator("#contact")).to_have_count(0)
    assert_sound(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_the_officers_pages_are_accessible_and_fit(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, width: int, scheme: str
) -> None:
    with inside():
        officer = create_user(story.cast.organization, Role.PRIVACY_OFFICER, "隐私专员")
        client = sign_in_client(officer)
        candidate = Candidate.objects.select_related("key").get()
        ask_correction(candidate, "name", "欧阳正名", now=timezone.now())
        story.cast.organization.refresh_from_db()
        look_for_what_is_over(story.cast.organization, now=timezone.now())
        person = candidate.pk
    context = pocket(width=width, height=900, color_scheme=scheme, locale="zh-CN")
    cookies: Any = [
        {"name": name, "value": each.value, "url": address} for name, each in client.cookies.items()
    ]
    context.add_cookies(cookies)
    page = context.new_page()
    for path, name in (("/privacy", "privacy"), (f"/privacy/people/{person}", "person")):
        page.goto(address + path)
        keep_picture(page, f"{name}-{width}-{scheme}")
        assert_sound(page)
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
        assert_sound(page)
