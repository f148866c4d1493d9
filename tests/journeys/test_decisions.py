"""A recruiter decides, in a real browser: by keyboard, one person, many as recommended, taken back, the next round."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.houses import ROOT
from tests.journeys.conftest import House
from tests.journeys.test_today import RECRUITER
from tests.looking import is_within_the_screen, keys, violations

pytestmark = pytest.mark.journey

#: Eight people who were interviewed, some of whom have waited long, with scorecards of two interviewers.
_INTERVIEWED = """
import django; django.setup()
from datetime import timedelta
from django.db import connection
from django.utils import timezone
from yuemian.accounts.models import Organization, User
from yuemian.hiring.models import Job
from yuemian.interviews.actions.schedule import Appointment, Person, schedule_interviews
from yuemian.interviews.models import Interview, Participant
from yuemian.results.models import Scorecard, ScorecardEntry
from yuemian.results.actions.waits import note_waits
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault
with connection.cursor() as cursor:
    cursor.execute("SELECT list_organizations()")
    organization_id = cursor.fetchone()[0]
with acting_in(organization_id):
    now, people = timezone.now(), list(User.objects.filter(role__in=["interviewer", "hiring_lead"]).order_by("role"))
    recruiter, job = User.objects.get(email="linyue@galaxy.example"), Job.objects.order_by("title").first()
    said = [("yes", "yes"), ("strong_yes",), ("no",), ("no", "strong_no"), ("yes", "no"), (), ("yes",), ("no",)]
    names = ["周静", "吴磊", "郑爽", "王芳", "冯远", "陈一", "褚蓝", "卫国"]
    ids = schedule_interviews(recruiter, [
        Appointment(person=Person(name, name, email=f"r{n}@example.com"), job=job, branch=job.branch, round="初试",
                    starts_at=now - timedelta(days=n + 1), time_zone="Asia/Shanghai", recruiter=recruiter,
                    place_name="星河大厦")
        for n, name in enumerate(names)], now=now)
    Interview.objects.filter(pk__in=ids).update(state="completed", attendance="attended", answer="accepted")
    vault = Vault(organization_id)
    for pk, words in zip(ids, said):
        interview = Interview.objects.with_people().get(pk=pk)
        key = interview.application.candidate.key
        for user, word in zip(people, words):
            card = Scorecard(organization_id=organization_id, interview=interview, interviewer=user, state="submitted",
                             recommendation=word, started_at=now, saved_at=now, submitted_at=now)
            card.summary_sealed = vault.seal(key, Scorecard.PLACE, card.pk, "思路清楚，表达有条理。")
            card.save()
            Participant.objects.create(organization_id=organization_id, interview=interview, user=user)
            asked = [("coding", "编码能力", "Coding"), ("talk", "沟通表达", "Communication")]
            for place, (code, zh, en) in enumerate(asked):
                entry = ScorecardEntry(organization_id=organization_id, scorecard=card, key=code, name=zh, name_en=en,
                                       position=place, rating=4 if "yes" in word else 2 - place)
                entry.note_sealed = vault.seal(key, ScorecardEntry.PLACE, entry.pk, "用例子说明了如何定位线上问题。")
                entry.save()
    note_waits(organization_id, now)
"""


@pytest.fixture(scope="module")
def interviewed(house: House) -> House:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("YUEMIAN_", "DATABASE_"))
    }
    environment |= {
        "YUEMIAN_DATA": str(house.data),
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "yuemian.config.settings",
    }
    subprocess.run([sys.executable, "-c", _INTERVIEWED], env=environment, check=True)
    return house


@pytest.mark.parametrize(("width", "theme"), [(375, "dark"), (1440, "light")])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_the_pages_are_accessible(
    interviewed: House, desk: Callable[..., Page], width: int, theme: str, language: str
) -> None:
    page = desk(RECRUITER, viewport={"width": width, "height": 900}, color_scheme=theme, locale=language)
    page.goto(f"{interviewed.address}/results")
    page.locator("#board tbody tr").first.wait_for()
    assert violations(page) == ""
    assert is_within_the_screen(page)
    page.locator("#board th a", has_text="冯远").click()
    expect(page.locator(".compare .is-apart").first).to_be_visible()
    page.locator("input[data-outcome=advance]").check()
    assert violations(page) == ""
    assert is_within_the_screen(page)
    page.goto(f"{interviewed.address}/results")
    page.wait_for_load_state()
    page.locator("[data-select-page]").check()
    page.locator("button[value=suggested]").click()
    expect(page.locator(".consequences")).to_be_visible()
    assert violations(page) == ""
    assert is_within_the_screen(page)
    page.goto(f"{interviewed.address}/settings/decision-reasons")
    assert violations(page) == ""


def test_a_recruiter_decides(interviewed: House, desk: Callable[..., Page]) -> None:
    page, complaints = desk(RECRUITER), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{interviewed.address}/results")
    rows = page.locator("#board tbody tr")
    expect(rows).to_have_count(8)
    expect(rows.first).to_contain_text("卫国")  # who has waited longest
    one_by_keyboard(page)
    many_as_recommended(page)
    the_next_round_at_once(page, interviewed)
    assert complaints == []


def one_by_keyboard(page: Page) -> None:
    """Down to the first name, `r`, the reason `1`, and the button."""
    keys(page).press("j")
    keys(page).press("r")
    page.wait_for_url("**/results/decide")
    expect(page.locator("input[data-outcome=reject]")).to_be_checked()
    keys(page).press("1")
    expect(page.locator("input[name=reasons_reject]").first).to_be_checked()
    page.locator("button[name=press]").click()
    page.wait_for_url(re.compile(r"/results$"))
    expect(page.locator("#board tbody tr")).to_have_count(7)
    page.locator(".undo button").click()
    expect(page.locator("#board tbody tr")).to_have_count(8)


def many_as_recommended(page: Page) -> None:
    page.wait_for_load_state()
    page.locator("[data-select-page]").check()
    page.locator("button[value=suggested]").click()
    expect(page.locator(".consequences")).to_contain_text("3")
    page.locator("input[name=reasons_reject]").first.check()
    page.locator("button[name=press]").click()
    page.wait_for_url(re.compile(r"/results$"))
    # Who is divided and who has no scorecard stay open.
    expect(page.locator("#board tbody tr")).to_have_count(2)


def the_next_round_at_once(page: Page, house: House) -> None:
    page.locator("#board th a", has_text="冯远").click()
    page.locator(".compare").wait_for()
    keys(page).press("a")
    expect(page.locator("input[data-outcome=advance]")).to_be_checked()
    expect(page.locator("[name=until]")).to_be_hidden()
    page.locator("input[name=follow][value=choose]").check()
    expect(page.locator("[name=round]")).to_have_value("复试")
    page.locator("button[value=next]").click()
    # The next one who waits follows by itself.
    expect(page.locator("h1")).to_contain_text("陈一")
    page.goto(f"{house.address}/results?q=冯远&state=decided")
    expect(page.locator("#board")).to_contain_text("进入下一轮")
