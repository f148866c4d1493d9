"""Many results: decided by one, approved by another, released through a real mail server, stopped, and released anew.

With `MANY_RESULTS=1000` a thousand; it takes minutes then.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.houses import ROOT, environment_of
from tests.journeys.conftest import House, Mailbox, wait_until
from tests.journeys.test_real_mail import body_of, go_live
from tests.looking import is_within_the_screen, violations

pytestmark = pytest.mark.journey

COUNT = int(os.environ.get("MANY_RESULTS", "60"))
ADVANCED = COUNT // 10
MOST_CLICKS = 10
#: So long the mail server thinks about each mail, for somebody to press in the middle of it. Eight connections.
THINKS = 120 / COUNT
RECRUITER, LEAD, ADMINISTRATOR = "linyue@galaxy.example", "xu@galaxy.example", "admin@galaxy.example"
PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True}
#: Whom the recruiter of the story saw yesterday; every tenth for another job.
SEEN = """
from datetime import timedelta
from django.utils import timezone
from yuemian.accounts.models import Organization, User
from yuemian.domain.names import comparable_name
from yuemian.hiring.models import Job
from yuemian.interviews.actions.schedule import Appointment, Person, schedule_interviews
from yuemian.results.actions.waits import note_waits
from yuemian.trust.tenancy import acting_in

now, organization = timezone.now(), Organization.objects.get()
names = [a + b + c for a in "赵钱孙李周吴郑王冯陈" for b in "涵语宇怡轩泽曦远瑶熙" for c in "涵语宇怡轩泽曦远瑶熙"]
with acting_in(organization.pk):
    recruiter = User.objects.get(email="linyue@galaxy.example")
    jobs = list(Job.objects.filter(recruiter=recruiter).order_by("title")[:2])
    schedule_interviews(recruiter, [
        Appointment(person=Person(name=name, name_key=comparable_name(name), email=f"r{n}@example.com"),
                    job=jobs[n % 10 == 0], branch=jobs[0].branch, round="初试", starts_at=now - timedelta(days=1),
                    time_zone="Asia/Shanghai", recruiter=recruiter, source=None, mode="onsite", place_name="",
                    place_address="", materials="", flow="", interviewers=())
        for n, name in enumerate(names[:COUNT])], now=now - timedelta(days=3))
    note_waits(organization.pk, now)  # as the clock does every minute
    print(jobs[0].pk, jobs[1].pk)
"""


class Clicks:
    """A person's presses, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, selector: str) -> None:
        self.count += 1
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()


def figure(count: int, before: str = "") -> re.Pattern[str]:
    """With or without a sign between the thousands."""
    return re.compile(rf"{before}({count:,}|{count})\b")


def recipient(mail: EmailMessage) -> str:
    return str(mail["To"].addresses[0].addr_spec)


def letters(mailbox: Mailbox) -> list[EmailMessage]:
    """Mails to the people of this story; the house writes to others, too."""
    return [mail for mail in mailbox.mails() if re.fullmatch(r"r\d+@example\.com", recipient(mail))]


def seen_yesterday(house: House) -> list[str]:
    """The two jobs' ids."""
    command = [sys.executable, "-m", "yuemian.config.cli", "manage", "shell"]
    done = subprocess.run(
        command,
        input=f"COUNT = {COUNT}\n{SEEN}",
        text=True,
        capture_output=True,
        cwd=ROOT,
        env=environment_of(house.data),
        timeout=300,
        check=True,
    )
    return done.stdout.split()[-2:]


def test_many_results(house: House, desk: Callable[..., Page], phone: Callable[..., Page]) -> None:
    _, other = seen_yesterday(house)
    boss = desk(ADMINISTRATOR)
    boss.goto(f"{house.address}/interviews")
    go_live(boss, house.passphrase)
    boss.goto(f"{house.address}/results/letters/rules")
    assert violations(boss) == ""
    hold_for(boss, 1)

    recruiter = desk(RECRUITER)
    decided(recruiter, house, other)
    address = submitted(recruiter)
    lead = desk(LEAD, locale="en-US")
    approved(lead, address)
    released(lead, house)
    on_the_phone = desk(LEAD, **PHONE)
    on_the_phone.goto(address)
    assert is_within_the_screen(on_the_phone)
    told = stopped_in_the_middle(lead, house.mailbox)

    house.mailbox.thinks = 0
    hold_for(boss, 0)
    recruiter.goto(address)
    recruiter.click("button[value=put-back]")
    recruiter.click("form[action$='/submit'] button")
    approved(lead, address, COUNT - told)
    released(lead, house, COUNT - told)
    wait_until(lambda: len(letters(house.mailbox)) >= COUNT, 180, house.data / "house.log")
    expect(lead.locator("#results-live")).to_contain_text(figure(COUNT - told, "sent "))
    time.sleep(2)  # one mail too many would come about now
    heard = Counter(recipient(mail) for mail in letters(house.mailbox))
    assert len(heard) == COUNT
    assert set(heard.values()) == {1}
    read_on_the_phone(house, phone)


def hold_for(boss: Page, minutes: int) -> None:
    boss.fill("[name=hold_minutes]", str(minutes))
    boss.click("main button.primary")
    expect(boss.locator("[name=hold_minutes]")).to_have_value(str(minutes))


def decided(page: Page, house: House, other_job: str) -> None:
    """All of one job go on, all others are turned down: by two looks at the list."""
    page.goto(f"{house.address}/results?job={other_job}")
    clicks = Clicks(page)
    on_all(clicks, "advance", ADVANCED)
    clicks.on("main button.primary[name=press]")
    assert clicks.count <= MOST_CLICKS
    page.goto(f"{house.address}/results?round=初试")
    clicks = Clicks(page)
    on_all(clicks, "reject", COUNT - ADVANCED)
    clicks.on("fieldset.only-reject label.reason")
    clicks.on("main button.primary[name=press]")
    assert clicks.count <= MOST_CLICKS
    expect(page.locator(".messages, main").first).to_contain_text(figure(COUNT - ADVANCED))


def on_all(clicks: Clicks, outcome: str, count: int) -> None:
    clicks.on("[data-select-page]")
    if clicks.page.locator("[data-select-all-matching]").is_visible():
        clicks.on("[data-select-all-matching]")
    clicks.on(f"button[name=outcome][value={outcome}]")
    expect(clicks.page.locator("h1")).to_contain_text(figure(count))


def submitted(page: Page) -> str:
    """Every letter written and handed in; the batch's address."""
    clicks = Clicks(page)
    clicks.on("nav a[href='/results/letters']")
    assert violations(page) == ""
    button = page.locator("button[name=all]")
    clicks.on("button[name=all]" if button.count() else "form[action$='/prepare'] button.primary")
    assert re.search(r"/results/letters/[0-9a-f-]{36}$", page.url)
    clicks.on("form[action$='/submit'] button")
    expect(page.locator("[data-state=submitted]").first).to_be_visible()
    assert clicks.count <= MOST_CLICKS
    return page.url


def approved(page: Page, address: str, count: int = COUNT) -> None:
    """A text for each decision, however many people get it."""
    page.goto(address)
    assert violations(page) == ""
    if count == COUNT:
        expect(page.locator(".letter-group")).to_have_count(2)
    clicks = Clicks(page)
    clicks.on("[data-approve]")
    expect(page.locator("a[href$='/release']")).to_contain_text(figure(count))


def released(page: Page, house: House, count: int = COUNT) -> None:
    page.click("a[href$='/release']")
    expect(page.locator("[name=password]")).to_be_visible()
    if page.locator("[name=typed]").count():
        page.fill("[name=typed]", str(count))
    page.fill("[name=password]", house.passphrase)
    assert violations(page) == ""
    page.click("main button.primary")
    expect(page.locator("#results-live")).to_be_visible()
    assert violations(page) == ""


def stopped_in_the_middle(page: Page, mailbox: Mailbox) -> int:
    """One press while mails leave, live; what was on its way arrives, nothing else does. How many were told."""
    mailbox.thinks = THINKS
    expect(page.locator("[data-countdown]")).to_be_visible()
    expect(page.locator("#results-live progress")).to_be_visible(timeout=120_000)
    wait_until(lambda: len(letters(mailbox)) > COUNT // 10, 120)
    page.click("form[action$='/recall'] button")
    expect(page.locator("[data-state=recalled]").first).to_be_visible()
    wait_until(lambda: _is_still(mailbox), 60)
    told = len(letters(mailbox))
    assert len({recipient(mail) for mail in letters(mailbox)}) == told
    assert COUNT // 10 < told < COUNT
    expect(page.locator("[data-state=recalled] + .number").first).to_have_text(figure(COUNT - told))
    return told


def _is_still(mailbox: Mailbox) -> bool:
    before = len(letters(mailbox))
    time.sleep(THINKS * 2 + 1)
    return len(letters(mailbox)) == before


def read_on_the_phone(house: House, phone: Callable[..., Page]) -> None:
    """The mail tells nothing, the page asks for a code, and the letter is this person's own."""
    mail = next(each for each in letters(house.mailbox) if recipient(each) == "r1@example.com")
    assert not re.search("遗憾|未通过|通过|录用", f"{mail['Subject']} {body_of(mail, 'plain')}")
    found = re.search(rf"{re.escape(house.address)}/c/\S+", body_of(mail, "plain"))
    assert found
    reader = phone()
    reader.goto(found[0])
    expect(reader).to_have_url(re.compile(r"/result$"))
    assert violations(reader) == ""
    reader.wait_for_timeout(2500)  # a press within two seconds may be a machine's
    reader.tap("button.send")
    wait_until(lambda: len(letters(house.mailbox)) > COUNT, 60, house.data / "house.log")
    code = re.search(r"\b\d{6}\b", body_of(letters(house.mailbox)[-1], "plain"))
    assert code
    reader.fill("[name=code]", code[0])
    reader.tap("#code button.send")
    expect(reader.locator("main")).to_contain_text("赵涵语")
    expect(reader.locator("main")).not_to_contain_text("赵涵涵")
    assert violations(reader) == ""
    assert is_within_the_screen(reader)
