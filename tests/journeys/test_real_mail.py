"""Out of rehearsal: an interview made by hand, invited, answered, moved and cancelled, through a real mail server."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.journeys.conftest import House, wait_until
from tests.looking import press_as_a_person

pytestmark = pytest.mark.journey
ADDRESS = "han.meimei@example.com"


def test_a_candidate_is_invited_moved_and_cancelled_by_mail(
    house: House, desk: Callable[..., Page], phone: Callable[..., Page]
) -> None:
    go_live(desk("admin@galaxy.example"), house.passphrase)
    recruiter = desk("linyue@galaxy.example")
    invite_by_hand(recruiter, "韩梅梅", ADDRESS)
    invitation = mail_number(house, 1)
    read_as_people_do(invitation)
    appointment = event_in(invitation, "REQUEST")

    candidate = phone()
    first_link = link_in(invitation, house)
    candidate.goto(first_link)
    expect(candidate.locator("h1")).to_contain_text("后端工程师")
    # Real mail went out a moment ago: a press within seconds of delivery might be a scanner's, so it may ask once more.
    candidate.wait_for_timeout(2200)
    answered = candidate.locator("#answer", has_text="你的答复")
    press_as_a_person(candidate.get_by_role("button", name="能来", exact=True), candidate, answered)
    expect(candidate.locator("#answer")).to_contain_text("能来")

    recruiter.goto(f"{house.address}/interviews?q=韩梅梅")
    row = recruiter.locator("tbody tr", has_text="韩梅梅")
    expect(row).to_contain_text("能来")
    row.locator("a").first.click()
    recruiter.goto(f"{house.address}{row.locator('th a').get_attribute('href')}/change")
    move_to_the_next_day(recruiter)
    moved = mail_number(house, 2)
    assert "韩梅梅" in body_of(moved, "plain")
    later = event_in(moved, "REQUEST")
    assert (later["UID"], later["SEQUENCE"]) == (appointment["UID"], appointment["SEQUENCE"] + 1)
    assert later["DTSTART"].dt == appointment["DTSTART"].dt + timedelta(days=1)
    candidate.goto(first_link)
    expect(candidate.locator(".banner")).to_contain_text("时间")
    candidate.goto(link_in(moved, house))
    expect(candidate.locator("#answer")).to_contain_text("你能来吗")

    recruiter.goto(re.sub(r"/change.*$", "", recruiter.url).rstrip("/") + "/cancel")
    recruiter.fill("[name=reason]", "该职位暂停招聘")
    recruiter.click("button.danger")
    cancelled = mail_number(house, 3)
    assert "取消" in str(cancelled["Subject"])
    gone = event_in(cancelled, "CANCEL")
    assert (gone["UID"], gone["STATUS"]) == (appointment["UID"], "CANCELLED")
    assert gone["SEQUENCE"] == appointment["SEQUENCE"] + 2
    candidate.goto(first_link)
    expect(candidate.locator(".banner")).to_contain_text("已取消")


def go_live(admin: Page, passphrase: str) -> None:
    admin.goto(re.sub(r"(?<![:/])/.*", "/settings/rehearsal", admin.url))
    admin.fill("input[name=password]", passphrase)
    admin.click("button.danger")
    admin.wait_for_url("**/settings")


def invite_by_hand(recruiter: Page, name: str, email: str) -> None:
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    recruiter.goto(re.sub(r"(?<![:/])/.*", "/interviews/new", recruiter.url))
    recruiter.fill("[name=name]", name)
    recruiter.fill("[name=email]", email)
    recruiter.select_option("[name=job]", label=first_with(recruiter, "[name=job]", "后端工程师"))
    recruiter.fill("[name=date]", day.isoformat())
    recruiter.fill("[name=time]", "14:00")
    recruiter.fill("[name=place_name]", "星河大厦 12 层")
    recruiter.click("button[name=invite]")
    recruiter.wait_for_url("**/send/*")
    recruiter.click("#press button.primary")
    recruiter.click("dialog[open] button.primary")
    recruiter.wait_for_url("**/batches/*")


def first_with(page: Page, select: str, text: str) -> str:
    return next(label for label in page.locator(f"{select} option").all_inner_texts() if text in label)


def move_to_the_next_day(recruiter: Page) -> None:
    day = datetime.fromisoformat(recruiter.input_value("[name=date]")).date() + timedelta(days=1)
    recruiter.fill("[name=date]", day.isoformat())
    recruiter.click("form.stack button.primary")
    expect(recruiter.locator(".consequences")).to_contain_text("韩梅梅")
    recruiter.click("button[name=confirmed]")
    recruiter.wait_for_url(re.compile(r"/interviews/[0-9a-f-]{36}$"))


def mail_number(house: House, number: int) -> EmailMessage:
    wait_until(lambda: len(house.mailbox.raw) >= number, 60, house.data / "house.log")
    return house.mailbox.mails()[number - 1]


def body_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def event_in(mail: EmailMessage, method: str) -> Any:
    """The appointment as a calendar program finds it."""
    (part,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert part["Content-Type"].params["method"] == method
    calendar: Any = Calendar.from_ical(str(part.get_content()))
    assert calendar["METHOD"] == method
    (event,) = calendar.walk("VEVENT")
    assert event["ATTENDEE"] == f"mailto:{ADDRESS}"
    return event


def link_in(mail: EmailMessage, house: House) -> str:
    found = re.search(re.escape(house.address) + r"/c/[\w-]{43}", body_of(mail, "plain"))
    assert found
    return found[0]


def read_as_people_do(mail: EmailMessage) -> None:
    """What any mail program relies on: headers that decode, a plain text that stands alone, an HTML beside it."""
    body, file = mail.iter_parts()
    assert [part.get_content_type() for part in body.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert file.get_filename() == "invite.ics"
    assert ADDRESS in str(mail["To"])
    assert "星河科技" in str(mail["Subject"])
    assert "jobs@galaxy.example" in str(mail["From"])
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"]
    assert mail["Date"]
    for words in ("韩梅梅", "14:00", "周", "星河大厦 12 层"):
        assert words in body_of(mail, "plain")
        assert words in body_of(mail, "html")
    assert not mail.defects
