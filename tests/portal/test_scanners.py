"""Seven kinds of machines at every candidate page and form: none of them changes what HR sees of the candidate.

Nothing is listed by hand: a page, a form or an address that is new is walked, or fails the tests at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, resolve, reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page

from tests.interviews.places import create_place, held_at
from tests.interviews.slots import create_series, offers, press
from tests.interviews.test_invite import facts_of
from tests.onboarding.stories import hire
from tests.portal.conftest import Story
from tests.portal.stories import Invited, invite, invited
from tests.portal.test_voices_in_a_browser import asked
from tests.results.stories import Tale
from yuemian.domain.states import Answer
from yuemian.hiring.models import Candidate, ContactPoint, Correction, Erasure
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.actions.reschedule import choose_slot
from yuemian.interviews.actions.respond import respond
from yuemian.interviews.models import (
    ArrivalSignal,
    Interview,
    Need,
    RescheduleRequest,
    Response,
    Seat,
    StatedReason,
    SurveyDrop,
    SurveyInvitation,
    SurveySigned,
    SurveyStop,
)
from yuemian.messaging.models import AccessLink, Challenge, Conversation, Message, Notification
from yuemian.portal import urls
from yuemian.portal.subpages import SUBPAGES
from yuemian.results.models import ResultNotice

OUTLOOK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
PATTERNS: dict[str, URLPattern] = {str(pattern.name): pattern for pattern in urls.urlpatterns}
#: What a machine might fill in anywhere.
GUESSES = {
    "answer": "accepted",
    "signal": "here",
    "minutes": "10",
    "reason": "pay",
    "text": "test",
    "words": "test",
    "wheelchair": "1",
    "impression": "5",
    "recommend": "10",
    "field": "name",
    "value": "test",
    "word": "ERASE",
    "channel": "email",
    "wanted": "0",
    "locale": "en",
    "purpose": "data",
    "code": "000000",
    "format": "json",
    "contact": "test@example.com",
    "language": "en",
    "name": "test",
    "digits": "0000",
    "slot": "x",
}
FORM = re.compile(r"<form[^>]*action=\"([^\"]*)\"[^>]*>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"<(?:input|button)[^>]*name=\"(\w+)\"(?:[^>]*value=\"([^\"]*)\")?")
MOMENT = re.compile(r"<input type=\"datetime-local\"[^>]*name=\"(\w+)\"")
AREA = re.compile(
    r"<(?:textarea|select|input(?![^>]*(?:value=|type=\"(?:hidden|checkbox|radio|datetime-local)\")))[^>]*name=\"(\w+)\""
)


def pages(story: Story) -> list[Invited]:
    """Open, answered, re-scheduled (old and new link), cancelled, with a request, without a time, about to begin, and
    the links of a survey, a result and an onboarding."""
    cast, now = story.cast, story.now
    asking_how = asked(story, 1, now)
    create_series(cast, now=now)
    answered, moved, cancelled, asking, unsettled = (
        invite(cast, now=now - timedelta(hours=1)) for _ in range(5)
    )
    choose_slot(press(asking, now), offers(asking.interview, now)[0].key, words="")
    ask_to_choose(cast.recruiter, unsettled.interview.pk, until=now + timedelta(days=9), reason="", now=now)
    respond(answered.link, Answer.DECLINED, "", now=now, was_confirmed=True)
    later = facts_of(moved.interview, starts_at=moved.interview.starts_at + timedelta(days=1))
    change_interview(cast.recruiter, moved.interview.pk, later, now=now)
    cancel_interview(cast.recruiter, cancelled.interview.pk, now=now)
    soon = held_at(cast, create_place(cast), now=now)
    arriving = invite(cast, now=now - timedelta(hours=1), interview=soon)
    return [
        story.who,
        arriving,
        answered,
        moved,
        cancelled,
        asking,
        unsettled,
        invited(moved.interview),
        *asking_how,
        told(story),
        hired(story),
    ]


def told(story: Story) -> Invited:
    """Somebody whose result left an hour ago."""
    tale = Tale(story.cast, story.now - timedelta(hours=1))
    notice = tale.only(tale.released())
    link, token = tale.link(notice)
    return Invited(Interview.objects.with_people().get(pk=notice.decision.interview_id), link, token)


def hired(story: Story) -> Invited:
    """Somebody who is asked for what is needed before the first day."""
    somebody = hire(story.cast, now=story.now)
    link = AccessLink.objects.get(candidate=somebody.case.application.candidate_id, purpose="onboarding")
    interview = Interview.objects.with_people().get(application=somebody.case.application_id)
    return Invited(interview, link, somebody.token)


def state() -> list[Any]:
    return [
        sorted(
            Candidate.objects.values_list(
                "pk", "name", "locale", "time_zone", "preferred_channel", "erased_at"
            )
        ),
        sorted(ContactPoint.objects.values_list("pk", "state", "is_discreet")),
        Correction.objects.count(),
        Erasure.objects.count(),
        Challenge.objects.count(),
        sorted(Notification.objects.values_list("purpose", "pk")),
        sorted(Interview.objects.values_list("pk", "answer", "answered_at", "revision", "state")),
        sorted(Response.objects.values_list("pk", "answer")),
        sorted(Conversation.objects.values_list("pk", "waiting_since")),
        Message.objects.count(),
        sorted(RescheduleRequest.objects.values_list("pk", "state")),
        sorted(Seat.objects.values_list("pk", "held_until")),
        sorted(ArrivalSignal.objects.values_list("pk", "kind")),
        sorted(StatedReason.objects.values_list("pk", "code", "at")),
        sorted(Need.objects.values_list("pk", "said_at")),
        sorted(ResultNotice.objects.values_list("pk", "state")),
        SurveyDrop.objects.count(),
        SurveySigned.objects.count(),
        sorted(SurveyInvitation.objects.values_list("pk", "is_spent")),
        SurveyStop.objects.count(),
        sorted(AccessLink.objects.values_list("pk", "revoked_at")),
    ]


def addresses(who: Invited) -> list[str]:
    """Everything behind a link, the pages without one, and the poster's page of the place."""
    place = who.interview.place
    behind = [who.address, *(f"{who.address}/{name}" for name in SUBPAGES), "/verify", "/c/nothing"]
    return [*behind, f"/arrive/{place.code}"] if place else behind


def forms(response: Any, filling: str) -> list[tuple[str, dict[str, str]]]:
    """Every form of a page with its default values, once per submit button; areas are filled in."""
    found = []
    for action, inner in FORM.findall(response.content.decode()):
        fields = {name: unescape(value) for name, value in FIELD.findall(inner)}
        fields |= dict.fromkeys(AREA.findall(inner), filling)
        if filling:
            fields |= dict.fromkeys(
                MOMENT.findall(inner), f"{timezone.now() + timedelta(days=5):%Y-%m-%dT10:00}"
            )
        buttons = re.findall(r"<button[^>]*name=\"(\w+)\" value=\"([^\"]*)\"", inner) or [("", "")]
        address = action.partition("#")[0]  # where on the page the answer opens is the browser's business
        found += [(address, fields | ({name: value} if name else {})) for name, value in buttons]
    return found


def head(who: Invited) -> None:
    for each in addresses(who):
        Client(headers={"user-agent": OUTLOOK}).head(each)


def get(who: Invited) -> None:
    for each in addresses(who):
        Client(headers={"user-agent": OUTLOOK}).get(each)


def get_from_twenty_addresses(who: Invited) -> None:
    for last in range(20):
        Client(headers={"user-agent": OUTLOOK}, REMOTE_ADDR=f"203.0.113.{last}").get(who.address)


def submit_every_form(who: Invited) -> None:
    _submit(who, "")


def submit_every_form_filled(who: Invited) -> None:
    _submit(who, "test")


def _submit(who: Invited, filling: str) -> None:
    client = Client(headers={"user-agent": OUTLOOK})
    for each in addresses(who):
        for action, fields in forms(client.get(each), filling):
            answer = client.post(action, fields)
            # it goes on with what it gets, at once
            for further, inner in forms(answer, filling) if answer.status_code == 200 else []:
                client.post(further, inner)


def knock_at_every_address(who: Invited) -> None:
    """Whatever address there is, opened and posted to with the page's own token and nonce, and nobody's hand."""
    client = Client(headers={"user-agent": OUTLOOK})
    page = client.get(who.address).content.decode()
    nonce = (re.findall('name="nonce" value="([^"]*)"', page) or [""])[0]
    for name, pattern in PATTERNS.items():
        if not name.startswith("preview-"):  # signed in, tested with the console
            path = _filled(pattern, who)
            client.head(path)
            client.get(path)
            for each in ({}, GUESSES):
                client.post(path, {"token": who.token, "nonce": nonce, "report": ""} | each)


def _filled(pattern: URLPattern, who: Invited) -> str:
    """A new kind of argument must be taught here, or its address is not walked."""
    names = set(pattern.pattern.converters) | set(pattern.pattern.regex.groupindex)
    known = {
        "token": who.token,
        "digest": "0" * 64,
        "code": who.interview.place.code if who.interview.place else "x",
    }
    return reverse(pattern.name, kwargs={name: known[name] for name in names})


@pytest.mark.parametrize(
    "machine",
    [
        head,
        get,
        get_from_twenty_addresses,
        submit_every_form,
        submit_every_form_filled,
        knock_at_every_address,
    ],
)
def test_machines_without_a_browser_change_nothing(
    story: Story, inside: Callable[[], Any], machine: Callable[[Invited], None]
) -> None:
    with inside():
        links = pages(story)
        before = state()
    for who in links:
        machine(who)
    with inside():
        assert state() == before


def test_every_page_and_every_form_is_among_those_that_are_walked(
    story: Story, inside: Callable[[], Any]
) -> None:
    """Else a machine that submits what it finds would prove nothing about them."""
    with inside():
        links = pages(story)
    client = Client(headers={"user-agent": OUTLOOK})
    opened, offered = set(), set()
    for path in [each for who in links for each in addresses(who)]:
        answer = client.get(path)
        if answer.status_code == 200:
            opened.add(path.rpartition("/")[2])
        offered |= {action for action, _ in forms(answer, "")}
    assert set(SUBPAGES) <= opened
    names = {name for name, pattern in PATTERNS.items() if "POST" in _methods(pattern, links[0])}
    posted = {resolve(action).url_name for action in offered if action}
    assert names - posted == BEHIND_THE_CODE


#: Forms that stand on the page only once a code was typed; `seen` and `save` are the script's own.
BEHIND_THE_CODE = {
    *("candidate-export", "candidate-erase", "candidate-prove", "candidate-seen"),
    *("candidate-result-prove", "candidate-result-ask", "candidate-result-opinion"),
    *("candidate-onboarding-prove", "candidate-onboarding-form", "candidate-onboarding-file"),
    "candidate-onboarding-save",
}


def _methods(pattern: URLPattern, who: Invited) -> set[str]:
    """What an address takes: forms refuse a GET with 404 or 405, or take both."""
    if str(pattern.name).startswith("preview-"):
        return set()
    client, path = Client(), _filled(pattern, who)
    takes_post = client.post(path, {"token": "x"}).status_code != 405
    return {"POST"} if takes_post else set()


@pytest.mark.journey
def test_machines_that_run_the_page_change_nothing(
    story: Story, inside: Callable[[], Any], address: str, pocket: Callable[..., BrowserContext]
) -> None:
    """The script runs; every button is clicked by script, and every required field filled with “test”.

    A form that stands on several pages of a link is sent from one of them; the menu of languages from one page of all.
    One tab goes to them all, and remembers nothing from one page to the next: a new one costs four pages.
    """
    with inside():
        links = pages(story)
        before = state()
    menu: set[str] = set()
    context = pocket(user_agent=OUTLOOK)
    page = context.new_page()
    for who in links:
        pressed = set(menu)
        for each in addresses(who):
            if not each.endswith(".ics"):
                context.clear_cookies()
                _click_everything(page, address + each, pressed)
        menu = {key for key in pressed if key.startswith("/c/language ")}
    assert menu
    with inside():
        assert state() == before


#: Where a button's form goes, and with which fields: the same for the same form on another page.
KEYS = """(buttons) => buttons.map((each) => [
    new URL(each.form.action).pathname, each.name, each.value,
    ...[...each.form.elements].map((field) => field.name).sort()].join(" "))"""
#: Everything is chosen, opened, and filled with “test”.
FILLED_IN = """() => {
    document.querySelectorAll("[type=radio]").forEach((each) => { each.checked = true })
    document.querySelectorAll("details").forEach((each) => { each.open = true })
    document.querySelectorAll(
        "textarea, input[required]:not([type=radio], [type=datetime-local])"
    ).forEach((each) => { each.value = "test"; each.form.noValidate = true })
}"""


def _click_everything(page: Page, address: str, pressed: set[str]) -> None:
    page.goto(address)
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    buttons, is_untouched = page.locator("form button"), True
    for number, key in enumerate(buttons.evaluate_all(KEYS)):
        if key in pressed:
            continue
        pressed.add(key)
        if not is_untouched:
            page.goto(address)
        is_untouched = False
        page.evaluate(FILLED_IN)
        with page.expect_navigation():
            buttons.nth(number).evaluate("(button) => button.click()")
