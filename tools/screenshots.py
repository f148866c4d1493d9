"""Takes the README's pictures from a running demo: `.venv/bin/python tools/screenshots.py ADDRESS DATA`.

Start one with fresh data (`make demo`; DATA is then `var/demo`): the example file is imported, invited and answered
on the way.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "screenshots"
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
)
NAME = "赵一鸣"
#: Of a handset in the lab: mail, text messages, WeChat.
TEXT_MESSAGES = 1


def main(address: str, data: Path) -> None:
    passphrase = re.search(r"[a-z]+(?:-[a-z]+){3}-\d+", (data / "demo-accounts.txt").read_text())
    assert passphrase
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=[*flags, "--disable-blink-features=AutomationControlled"],
        )
        people = {
            "zh": sign_in(browser, address, passphrase[0], "zh-CN"),
            "en": sign_in(browser, address, passphrase[0], "en-US"),
        }
        story(people["zh"], people["en"], address)
        for code, page in people.items():
            standing(browser, page, address, code)
        browser.close()


def sign_in(browser: Browser, address: str, passphrase: str, locale: str) -> Page:
    context = browser.new_context(
        viewport={"width": 1280, "height": 860}, locale=locale, user_agent=AGENT, device_scale_factor=1.5
    )
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("input[name=email]", "linyue@galaxy.example")
    page.fill("input[name=password]", passphrase)
    page.click("form button.primary")
    page.wait_for_url("**/today")
    return page


def story(zh: Page, en: Page, address: str) -> None:
    """Import, invite, answer; the pictures of what exists only on the way."""
    zh.goto(f"{address}/imports")
    zh.set_input_files("input[type=file]", ROOT / "examples" / "interviews.xlsx")
    zh.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}$"))
    zh.wait_for_selector(".confirm-bar")
    for code, page in (("zh", zh), ("en", en)):
        page.goto(zh.url)
        picture(page, f"check-{code}")
    zh.click("button[name=row][value=all]")
    zh.wait_for_timeout(800)
    zh.click("button[name=order][value=day]")
    zh.wait_for_timeout(800)
    zh.locator(".confirm-bar button.primary").click()
    zh.wait_for_selector(".done-card")
    zh.locator("form[action$='/invite'] button.primary").click()
    zh.wait_for_url("**/send/*")
    for code, page in (("zh", zh), ("en", en)):
        page.goto(zh.url)
        page.wait_for_timeout(1500)
        picture(page, f"send-{code}")
    # On every channel, so that the phones show mail and text message.
    zh.check("input[name=routing][value=ticked]")
    zh.wait_for_timeout(1500)
    zh.click("#press button.primary")
    zh.click("dialog[open] button.primary")
    zh.wait_for_url("**/batches/*")
    zh.wait_for_timeout(6000)
    for number, words in enumerate(("能来", "能来", "不能来", "能来")):
        answer(zh, address, number, words)
    ask(zh, address)


def answer(page: Page, address: str, number: int, words: str) -> None:
    page.goto(f"{address}/lab")
    handset = page.locator(".lab-phones > li").nth(number)
    handset.locator("nav a").nth(TEXT_MESSAGES).click()
    handset.locator(".bubble a").first.click()
    frame = handset.frame_locator("iframe")
    frame.locator("h1").wait_for()
    page.wait_for_timeout(2300)
    frame.get_by_role("button", name=words, exact=True).or_(
        frame.get_by_role("button", name={"能来": "I’ll be there", "不能来": "I can’t come"}[words])
    ).first.click()
    page.wait_for_timeout(1500)


def ask(page: Page, address: str) -> None:
    page.goto(f"{address}/lab?q={NAME}")
    handset = page.locator(".lab-phones > li").first
    handset.locator("nav a").nth(TEXT_MESSAGES).click()
    handset.locator(".bubble a").first.click()
    frame = handset.frame_locator("iframe")
    frame.locator("#text").fill("请问需要带电脑吗？附近好停车吗？")
    page.wait_for_timeout(2300)
    frame.locator("#questions form button").click()
    page.wait_for_timeout(1500)
    if frame.locator("input[name=confirm]").count():
        page.wait_for_timeout(2300)
        frame.locator("button.yes").click()
        page.wait_for_timeout(1500)


def standing(browser: Browser, page: Page, address: str, code: str) -> None:
    """The pictures of what stands when the story is over."""
    page.goto(f"{address}/plans")
    page.goto(address + str(page.locator(".plan-table tbody th a").first.get_attribute("href")))
    page.wait_for_timeout(800)
    picture(page, f"plan-{code}")
    page.goto(f"{address}/interviews")
    picture(page, f"board-{code}")
    page.goto(f"{address}/interviews?q={NAME}")
    page.goto(address + str(page.locator("tbody th a").first.get_attribute("href")))
    picture(page, f"interview-{code}")
    page.goto(f"{address}/lab")
    page.locator(".lab-phones > li").nth(1).locator("nav a").nth(TEXT_MESSAGES).click()
    page.wait_for_timeout(800)
    page.evaluate("window.scrollTo(0, 0)")
    picture(page, f"lab-{code}")
    page.goto(f"{address}/lab?q=何思齐")
    page.locator(".lab-phones > li").first.locator("nav a").nth(TEXT_MESSAGES).click()
    link = page.locator(".lab-phones > li").first.locator(".bubble a").first
    href = link.inner_text().strip()
    phone = browser.new_context(
        viewport={"width": 390, "height": 844},
        locale={"zh": "zh-CN", "en": "en-US"}[code],
        user_agent=AGENT,
        device_scale_factor=2,
    ).new_page()
    phone.goto(href)
    if code == "en":
        phone.locator("button[name=language][value=en]").click()
    phone.wait_for_timeout(500)
    phone.screenshot(path=TARGET / f"candidate-phone-{code}.png")


def picture(page: Page, name: str) -> None:
    page.wait_for_load_state()
    page.wait_for_timeout(500)
    page.screenshot(path=TARGET / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
