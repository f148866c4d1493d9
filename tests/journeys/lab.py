"""The phones of a rehearsal: what a candidate would do with the messages on theirs."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.journeys.conftest import House

MAIL, TEXTS = "邮件", "短信"


def handset_of(lab: Page, house: House, name: str) -> Locator:
    lab.goto(f"{house.address}/lab?q={name}")
    return lab.locator(".lab-phones li", has_text=name).first


def handset(lab: Page, house: House, name: str, channel: str) -> Locator:
    phone = handset_of(lab, house, name)
    phone.locator("nav a", has_text=channel).click()
    return phone


def page_in_the_lab(lab: Page, house: House, name: str) -> FrameLocator:
    """Take the candidate's phone, open the text message, tap its link."""
    phone = handset(lab, house, name, TEXTS)
    phone.locator(".bubble a").first.click()
    return phone.frame_locator("iframe")


def page_behind_the_first_message(lab: Page, house: House, name: str) -> FrameLocator:
    """The same by mail where there is one: the route decides whether a text message goes out as well, or instead."""
    phone = handset_of(lab, house, name)
    frame = phone.frame_locator("iframe")
    if opened_mail(phone):
        frame.locator("a[href*='/c/']").first.click()
    else:
        phone.locator(".bubble a").first.click()
    return frame


def link_of(lab: Page, house: House, name: str) -> str:
    """The address behind the candidate's first message, for a browser of their own."""
    phone = handset_of(lab, house, name)
    if opened_mail(phone):
        link = phone.frame_locator("iframe").locator("a[href*='/c/']").first.get_attribute("href")
    else:
        phone.locator(".bubble a").first.click()
        link = phone.locator("iframe[src*='/c/']").get_attribute("src")
    assert link
    return re.sub(r"^.*(?=/c/)", house.address, link)


def opened_mail(phone: Locator) -> bool:
    """Whether the first message is a mail, which is open then."""
    expect(phone.locator("a.mail-row, .bubble a").first).to_be_visible()
    mails = phone.locator("a.mail-row")
    if is_mail := mails.count() > 0:
        mails.first.click()
    return is_mail
