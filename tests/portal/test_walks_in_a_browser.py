"""Every story of a candidate on one phone at 375 px, in Chinese, English and Arabic, with and without script.

One site for all of them, and one walk per language: the pages of all stories stand open beside each other, so that the
seconds in which a page is read pass once. What a single story does besides is told in the files of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from wsgiref.simple_server import make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.utils import timezone, translation
from playwright.sync_api import BrowserContext, Page, expect

from tests.interviews.places import create_place, held_at
from tests.interviews.slots import create_policy, create_series
from tests.looking import is_within_the_screen, violations
from tests.portal.conftest import Story, _Quiet, _Server, founded
from tests.portal.data_stories import code_for
from tests.portal.stories import Invited, invite
from tests.portal.test_in_a_browser import READING
from tests.portal.test_voices_in_a_browser import asked
from yuemian.domain.languages import direction
from yuemian.domain.short_code import grouped
from yuemian.domain.states import Answer
from yuemian.hiring.models import Candidate, Erasure
from yuemian.interviews.actions.respond import respond
from yuemian.interviews.models import (
    ArrivalSignal,
    Interview,
    Need,
    Place,
    RescheduleRequest,
    StatedReason,
    SurveyDrop,
)
from yuemian.messaging.models import Delivery, Message, Notification
from yuemian.messaging.verifying import printed_code
from yuemian.trust.tenancy import acting_in

pytestmark = pytest.mark.journey
WALKS = [(language, has_script) for language in ("ar", "zh-hans", "en") for has_script in (True, False)]


@dataclass
class Site:
    """The site, and a company on it."""

    address: str
    story: Story

    def inside(self) -> Any:
        return acting_in(self.story.cast.organization.pk)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    made = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{made.server_port}"
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def site(transactional_db: None, server: str) -> Site:
    with founded() as story:
        create_series(story.cast, now=story.now)
        create_policy(story.cast, now=story.now, is_automatic=True)
        create_place(story.cast)
    return Site(server, story)


@dataclass
class Walk:
    """One candidate's phone with the pages of all stories open; each story is another interview."""

    site: Site
    context: BrowserContext
    language: str
    has_script: bool
    who: dict[str, Invited] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)

    def open(self, name: str, part: str = "") -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: pytest.fail(f"{name}: {message.text}"))
        page.goto(f"{self.site.address}{self.who[name].address}{part}")
        expect(page.locator("html")).to_have_attribute("lang", self.language)
        expect(page.locator("html")).to_have_attribute("dir", direction(self.language))
        self.look(page)
        self.pages[name] = page
        return page

    def look(self, page: Page) -> None:
        """Nothing sticks out, and a screen reader finds its way."""
        assert is_within_the_screen(page), page.url
        if self.has_script:
            assert not (found := violations(page)), found

    def press(self, **buttons: str) -> None:
        """A press on each page, and without script the second one; nothing counts before that."""
        self.pages["answer"].wait_for_timeout(READING)
        for name, button in buttons.items():
            self.pages[name].locator(button).first.click()
        if not self.has_script:
            with self.site.inside():
                assert self.done(buttons) == {}
            for name in buttons:
                expect(self.pages[name].locator(".confirm button.yes")).to_be_visible()
                self.look(self.pages[name])
            self.pages["answer"].wait_for_timeout(READING)
            for name in buttons:
                self.pages[name].locator(".confirm button.yes").click()
        for name in buttons:
            expect(self.pages[name].locator(".confirm")).to_have_count(0)

    def done(self, names: Any) -> dict[str, Any]:
        """What HR sees of each story; a story in which nothing was done is missing."""
        found = {name: _seen(name, self.who[name].interview.pk) for name in names}
        return {name: seen for name, seen in found.items() if seen}

    def says(self, name: str, *words: str) -> None:
        with translation.override(self.language):
            for each in words:
                expect(self.pages[name].locator("main")).to_contain_text(translation.gettext(each))


def _seen(name: str, interview: UUID) -> Any:
    row = Interview.objects.select_related("application").get(pk=interview)
    codes = Notification.objects.filter(candidate=row.application.candidate_id, purpose="code")
    of_interview: dict[str, Callable[[], Any]] = {
        "answer": lambda: row.answer if row.answer != "needs_action" else None,
        "mind": lambda: row.answer if row.answer != "accepted" else None,
        "slot": lambda: (row.answer, row.revision) if row.revision > 1 else None,
        "times": lambda: [len(each.times) for each in RescheduleRequest.objects.filter(interview=row)],
        "question": lambda: Message.objects.filter(interview_id=interview).count(),
        "late": lambda: list(ArrivalSignal.objects.filter(interview=row).values_list("kind", "minutes")),
        "here": lambda: list(ArrivalSignal.objects.filter(interview=row).values_list("kind", "minutes")),
        "reason": lambda: list(StatedReason.objects.filter(interview=row).values_list("code", flat=True)),
        "need": lambda: Need.objects.filter(interview=row).count(),
        "survey": SurveyDrop.objects.count,
        "data": codes.count,
    }
    return of_interview[name]()


def meet(site: Site, walk: Walk, now: datetime) -> None:
    """Everybody whose story is told: invited an hour ago, in their language."""
    cast, back = site.story.cast, now - timedelta(hours=1)
    for name in ("answer", "mind", "slot", "times", "question", "reason", "need", "data"):
        walk.who[name] = invite(cast, now=back)
    for name in ("late", "here"):
        walk.who[name] = invite(cast, now=back, interview=held_at(cast, Place.objects.get(), now=now))
    respond(walk.who["mind"].link, Answer.ACCEPTED, "", now=back, was_confirmed=True)
    respond(walk.who["need"].link, Answer.ACCEPTED, "", now=back, was_confirmed=True)
    respond(walk.who["reason"].link, Answer.DECLINED, "", now=back, was_confirmed=True)
    walk.who["survey"] = asked(site.story, 1, now)[0]
    Candidate.objects.update(locale=walk.language)
    Notification.objects.update(locale=walk.language)
    Delivery.objects.update(state="sent", sent_at=back)


@pytest.fixture
def walk(site: Site, pocket: Callable[..., BrowserContext], request: pytest.FixtureRequest) -> Iterator[Walk]:
    language, has_script = request.param
    tongue = {"zh-hans": "zh-CN"}.get(language, language)
    made = Walk(site, pocket(java_script_enabled=has_script, locale=tongue), language, has_script)
    with site.inside():
        meet(site, made, timezone.now())
    yield made
    for page in made.pages.values():
        page.close()


@pytest.mark.parametrize(
    "walk", WALKS, indirect=True, ids=lambda each: f"{each[0]}-{'' if each[1] else 'no-'}script"
)
def test_every_story(walk: Walk) -> None:
    for name in ("answer", "mind", "question", "reason", "here"):
        walk.open(name)
    parts = {
        "slot": "times",
        "times": "times",
        "late": "arrival",
        "need": "needs",
        "survey": "survey",
        "data": "data",
    }
    for name, part in parts.items():
        walk.open(name, f"/{part}")
    walk.pages["mind"].locator("details.change > summary").last.click()
    walk.pages["question"].locator("#text").fill("附近可以停车吗？ هل يوجد موقف؟")
    _choose_and_propose(walk)
    walk.pages["need"].locator(".tick input").first.check()
    walk.pages["survey"].locator("input[name=impression]").nth(4).check(force=True)
    walk.pages["survey"].locator("input[name=recommend]").nth(10).check(force=True)
    walk.press(
        answer="[name=answer][value=accepted]",
        mind="[name=answer][value=declined]",
        slot=".press .yes",
        times="form[action^='/c/proposal'] .send",
        question="form[action='/c/ask'] .send",
        reason="[name=reason][value=pay]",
        need="form[action='/c/need'] .yes",
        late="[name=minutes][value='10']",
        here="[name=signal][value=here]",
        survey="form[action='/c/opinion'] .yes, form[action='/c/opinion'] .send",
        data="form[action^='/c/code'] button",
    )
    with walk.site.inside():
        assert walk.done(walk.who) == {
            "answer": "accepted", "mind": "declined", "slot": ("accepted", 2), "times": [1], "question": 1,
            "reason": ["pay"], "need": 1, "late": [("late", 10)], "here": [("here", None)], "survey": 1, "data": 1,
        }  # fmt: skip
    walk.says("answer", "I’ll be there", "We look forward to meeting you.")
    walk.says("mind", "I can’t come", "Would you tell us why?")
    walk.says("question", "Your question has been sent.")
    walk.says("reason", "Your reason")
    walk.says("need", "We know, and see to it.")
    walk.says("survey", "Thank you, your answer has arrived.")
    _from_the_code_to_the_proof(walk)
    _is_it_genuine(walk)


def _choose_and_propose(walk: Walk) -> None:
    walk.pages["slot"].locator(".clock-tile input").nth(1).check(force=True)
    page, moment = walk.pages["times"], walk.site.story.now + timedelta(days=6)
    if page.locator("#proposal:not([open])").count():
        page.locator("#proposal > summary").click()
    page.locator("#time1").fill(f"{moment:%Y-%m-%dT}10:00")


def _from_the_code_to_the_proof(walk: Walk) -> None:
    """My data: the code from the message, the file, the erasure, and its proof on the public page."""
    page = walk.pages["data"]
    with walk.site.inside():
        code = code_for(walk.who["data"])
    page.locator("#step-code").fill(code)
    page.locator("form[action^='/c/prove'] .send").click()
    expect(page.locator("#word")).to_be_visible()
    walk.look(page)
    with page.expect_download() as download:
        page.locator("[name=format][value=json]").click()
    assert download.value.suggested_filename == "my-data.json"
    with translation.override(walk.language):
        page.locator("#word").fill(translation.gettext("ERASE"))
    page.locator("form[action='/c/erase'] button").click()
    receipt = page.locator(".receipt").inner_text()
    walk.look(page)
    with walk.site.inside():
        assert (
            Erasure.objects.get(candidate=walk.who["data"].interview.application.candidate_id).state == "done"
        )
    _verified(walk, receipt)


def _is_it_genuine(walk: Walk) -> None:
    with walk.site.inside():
        told = Notification.objects.get(subject_id=walk.who["answer"].interview.pk, purpose="invitation")
        code = grouped(printed_code(told.pk))
    _verified(walk, code)
    page = walk.pages["verify"]
    page.locator("#code").fill("ABCD-EFGH")
    page.locator("button.send").click()
    with translation.override(walk.language):
        expect(page.locator("main")).to_contain_text(translation.gettext("We do not know this code"))
    walk.look(page)


def _verified(walk: Walk, code: str) -> None:
    page = walk.pages.setdefault("verify", walk.context.new_page())
    page.goto(f"{walk.site.address}/verify")
    expect(page.locator("html")).to_have_attribute("lang", walk.language)
    page.locator("#code").fill(code)
    page.locator("button.send").click()
    expect(page.get_by_role("status")).to_be_visible()
    walk.look(page)
