"""A thousand results: written by one person, approved by a second and released; and one that is read.

Takes minutes, so it is run by name: `python -m pytest tests/journeys/thousand_results.py`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ROOT, House

pytestmark = pytest.mark.journey

COUNT = 1000
RECRUITER, LEAD, ADMINISTRATOR = "linyue@galaxy.example", "xu@galaxy.example", "admin@galaxy.example"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True}
#: What the recruiter of the story has decided before it begins.
DECIDED = """
from datetime import timedelta
from django.utils import timezone
from yuemian.accounts.models import Organization, User
from yuemian.hiring.models import Job
from yuemian.interviews.actions.schedule import Appointment, Person, schedule_interviews
from yuemian.interviews.models import Interview
from yuemian.results.models import Decision
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import acting_in

now, organization = timezone.now(), Organization.objects.get()
family, given = "赵钱孙李周吴郑王冯陈", "涵语宇怡轩泽曦远瑶熙"
with acting_in(organization.pk):
    recruiter = User.objects.get(email="linyue@galaxy.example")
    job = Job.objects.order_by("title").first()
    people = [Person(name=a + b + c, name_key=a + b + c, email=f"r{n}@example.com", phone=f"+86137{n:08d}",
                     locale="zh-hans", time_zone="")
              for n, (a, b, c) in enumerate((a, b, c) for a in family for b in given for c in given)]
    found = schedule_interviews(recruiter, [
        Appointment(person=person, job=job, branch=job.branch, round="初试", starts_at=now + timedelta(days=2),
                    time_zone="Asia/Shanghai", recruiter=recruiter, source=None, mode="onsite", place_name="",
                    place_address="", materials="", flow="", interviewers=())
        for person in people], now=now)
    rows = Interview.objects.in_bulk(found)
    Decision.objects.bulk_create([
        Decision(id=uuid7(), organization=organization, application_id=rows[pk].application_id, interview=rows[pk],
                 number=1, outcome="advance" if n % 10 == 0 else "reject", decided_by=recruiter, decided_at=now)
        for n, pk in enumerate(found)])
"""


class Clicks:
    """A person's presses, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, selector: str) -> None:
        self.count += 1
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()


def decide(house: House) -> None:
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("YUEMIAN_", "DATABASE_"))
        },
        "YUEMIAN_DATA": str(house.data),
        "PYTHONPATH": str(ROOT / "src"),
    }
    command = [sys.executable, "-m", "yuemian.config.cli", "manage", "shell"]
    done = subprocess.run(  # noqa: PLW1510 - the code is looked at below
        command, input=DECIDED, text=True, capture_output=True, cwd=ROOT, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]


def violations(page: Page) -> str:
    result = Axe().run(page, options={"runOnly": RULES})
    return result.generate_report() if result.violations_count else ""


def is_within_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_thousand_results(house: House, desk: Callable[..., Page], phone: Callable[..., Page]) -> None:
    decide(house)
    boss = desk(ADMINISTRATOR)
    boss.goto(f"{house.address}/results/letters/rules")
    assert violations(boss) == ""
    boss.fill("[name=hold_minutes]", "1")
    boss.click("main button.primary")

    recruiter = Clicks(desk(RECRUITER))
    recruiter.on(".main-nav a[href='/results/letters']")
    assert violations(recruiter.page) == ""
    recruiter.on("button[name=all]")
    address = recruiter.page.url
    assert re.search(r"/results/letters/[0-9a-f-]{36}$", address)
    recruiter.on("form[action$='/submit'] button")
    expect(recruiter.page.locator("[data-state=submitted]").first).to_be_visible()
    assert recruiter.count <= 10

    lead = Clicks(desk(LEAD, locale="en-US"))
    lead.on(".main-nav a[href='/results/letters']")
    lead.on("table a[href*='/results/letters/']")
    assert violations(lead.page) == ""
    # Two texts for a thousand people.
    expect(lead.page.locator(".letter-group")).to_have_count(2)
    lead.on("[data-approve]")
    lead.on("a[href$='/release']")
    lead.page.fill("[name=typed]", str(COUNT))
    lead.page.fill("[name=password]", house.passphrase)
    assert violations(lead.page) == ""
    lead.on("main button.primary")
    assert lead.count <= 10
    expect(lead.page.locator("[data-countdown]")).to_be_visible()
    assert violations(lead.page) == ""
    on_the_phone = desk(LEAD, **PHONE)
    on_the_phone.goto(address)
    assert is_within_the_screen(on_the_phone)

    # The window runs down, and it goes by itself, live; then somebody stops it with one press.
    expect(lead.page.locator("#results-live progress")).to_be_visible(timeout=120_000)
    recruiter.page.goto(address)
    expect(recruiter.page.locator("#results-live")).to_contain_text("2,000", timeout=120_000)
    read_by_the_candidate(house, desk, phone)


def read_by_the_candidate(house: House, desk: Callable[..., Page], phone: Callable[..., Page]) -> None:
    lab = desk(RECRUITER)
    lab.goto(f"{house.address}/lab")
    link = lab.locator("a[href*='/c/']").first.get_attribute("href")
    assert link
    reader = phone()
    reader.goto(link)
    expect(reader).to_have_url(re.compile(r"/result$"))
    assert violations(reader) == ""
    assert is_within_the_screen(reader)
    reader.wait_for_timeout(2500)
    reader.tap("button.send")
    expect(reader.locator("#step-code")).to_be_visible()
    assert violations(reader) == ""
