"""What candidates say beside their answer, on a phone and before the recruiter, with and without script."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from tests.factories import create_interview, create_template
from tests.looking import assert_sound
from tests.portal.conftest import Story, desk
from tests.portal.stories import Invited, invited
from yuemian.accounts.models import Branch
from yuemian.domain.states import Attendance, Purpose
from yuemian.interviews.actions.attendance import record_attendance
from yuemian.interviews.actions.steps import do_due_steps
from yuemian.interviews.actions.surveys import mix_answers
from yuemian.interviews.models import Cadence, Plan

pytestmark = pytest.mark.journey
#: A page younger than two seconds was not read.
READING = 2200
Pocket = Callable[..., BrowserContext]
STEPS = [{"key": "survey", "purpose": "survey", "anchor": "after_end", "offset": 60}]


def opened(pocket: Pocket, address: str, **options: Any) -> Page:
    page = pocket(**options).new_page()
    page.on("console", lambda message: pytest.fail(message.text))
    page.goto(address)
    return page


def press(page: Page, name: str, *, is_sure: bool) -> None:
    """A press, and without script the second one."""
    page.wait_for_timeout(READING)
    page.get_by_role("button", name=name, exact=True).click()
    if not is_sure:
        page.wait_for_timeout(READING)
        page.locator("main button.yes").click()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (True, ("不能来", "薪资不合适", "你的原因")),
        (False, ("不能来", "薪资不合适", "你的原因")),
        (True, ("I can’t come", "The pay", "Your reason")),
    ],
)
def test_a_reason_is_one_tap_and_stands_before_the_recruiter(
    story: Story,
    inside: Callable[[], Any],
    address: str,
    pocket: Pocket,
    script: bool,
    words: tuple[str, ...],
) -> None:
    decline, reason, title = words
    page = opened(pocket, address + story.who.address, java_script_enabled=script)
    if decline.startswith("I"):
        page.locator(".languages summary").click()
        page.get_by_role("button", name="English").click()
    press(page, decline, is_sure=script)
    press(page, reason, is_sure=script)
    expect(page.locator("#why")).to_contain_text(title)
    expect(page.get_by_role("button", name=reason)).to_have_attribute("aria-pressed", "true")
    if script:
        assert_sound(page)
    recruiter = desk(pocket, address, inside, story.cast.recruiter, f"/jobs/{story.cast.backend.pk}")
    expect(recruiter.locator(".reason-list")).to_contain_text("薪资")
    expect(recruiter.locator(".reason-people").first).to_contain_text("候选人0")
    assert_sound(recruiter)


@pytest.mark.parametrize("script", [True, False])
def test_a_need_is_said_seen_and_arranged(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket, script: bool
) -> None:
    page = opened(pocket, address + story.who.address, java_script_enabled=script)
    press(page, "能来", is_sure=script)
    page.get_by_role("link", name="有什么需要吗").click()
    page.get_by_label("轮椅无障碍通行").check()
    if script:
        assert_sound(page)
    press(page, "告诉他们", is_sure=script)
    expect(page.locator(".voice")).to_contain_text("正在安排")
    recruiter = desk(pocket, address, inside, story.cast.recruiter, "/today")
    expect(recruiter.locator("#waiting")).to_contain_text("面试时有需要")
    recruiter.locator("#waiting a.button", has_text="去安排").click()
    expect(recruiter.locator("#needs")).to_contain_text("轮椅无障碍通行")
    assert_sound(recruiter)
    recruiter.locator("#arranged").fill("从北门坡道进")
    recruiter.get_by_role("button", name="已安排，告诉候选人").click()
    expect(recruiter.locator("#needs")).to_contain_text("林悦已安排")
    page.reload()
    expect(page.locator(".voice")).to_contain_text("从北门坡道进")


def asked(story: Story, count: int, now: datetime) -> list[Invited]:
    """So many candidates who came and hold the link of a survey."""
    cast = story.cast
    Branch.objects.update(quiet_from=time(0), quiet_until=time(0))
    create_template(cast.organization, Purpose.SURVEY, now=now)
    Plan.objects.all().delete()
    Plan.objects.create(
        organization=cast.organization,
        name=secrets.token_hex(4),
        steps=STEPS,
        updated_at=now - timedelta(days=30),
    )
    found = []
    for _ in range(count):
        interview = create_interview(cast, now=now - timedelta(days=2), starts_at=now - timedelta(hours=3))
        record_attendance(cast.recruiter, interview.pk, Attendance.ATTENDED, now=now)
        found.append(interview)
    Cadence.objects.filter(interview__in=found).update(next_at=now)
    do_due_steps(cast.organization.pk, now=now)
    return [invited(interview) for interview in found]


def test_five_answers_become_figures(
    story: Story, inside: Callable[[], Any], address: str, pocket: Pocket
) -> None:
    with inside():
        links = asked(story, 5, timezone.now())
    for number, who in enumerate(links):
        script = number != 1
        page = opened(pocket, address + who.address, java_script_enabled=script)
        if number == 2:
            page.locator(".languages summary").click()
            page.get_by_role("button", name="English").click()
            expect(page.locator("h1")).to_contain_text("How was the interview?")
        page.locator("input[name=impression]").nth(4 - number % 2).check()
        page.locator("input[name=recommend]").nth(10 - number).check()
        page.locator("#well").fill(f"第 {number} 个答复")
        if not number:
            assert_sound(page)
        press(page, "Send my answers" if number == 2 else "提交", is_sure=script)
        expect(page.locator(".voice [role=status]")).to_be_visible()
    recruiter = desk(pocket, address, inside, story.cast.recruiter, "/surveys")
    expect(recruiter.locator("main")).to_contain_text("答复太少")
    with inside():
        assert mix_answers(story.cast.organization.pk, timezone.now()) == 5
    recruiter.reload()
    expect(recruiter.locator(".survey-figures")).to_contain_text("4.6")
    expect(recruiter.locator("svg.survey-chart")).to_be_visible()
    expect(recruiter.locator(".survey-words")).to_contain_text("第 4 个答复")
    assert_sound(recruiter)
