"""Six kinds of machines at every candidate page: none of them changes what HR sees of the candidate."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext

from tests.interviews.places import create_place, held_at
from tests.interviews.slots import create_series, offers, press
from tests.interviews.test_invite import facts_of
from tests.portal.conftest import Story
from tests.portal.stories import Invited, invite, invited
from yuemian.domain.states import Answer
from yuemian.hiring.models import Candidate, ContactPoint, Correction, Erasure
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.actions.reschedule import choose_slot
from yuemian.interviews.actions.respond import respond
from yuemian.interviews.models import ArrivalSignal, Interview, RescheduleRequest, Response, Seat
from yuemian.messaging.models import Challenge, Conversation, Message, Notification
from yuemian.portal.subpages import SUBPAGES

OUTLOOK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
FORM = re.compile(r"<form[^>]*action=\"([^\"]*)\"[^>]*>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"<(?:input|button)[^>]*name=\"(\w+)\"(?:[^>]*value=\"([^\"]*)\")?")
MOMENT = re.compile(r"<input type=\"datetime-local\"[^>]*name=\"(\w+)\"")
AREA = re.compile(
    r"<(?:textarea|select|input(?![^>]*(?:value=|type=\"(?:hidden|checkbox|radio|datetime-local)\")))[^>]*name=\"(\w+)\""
)


def pages(story: Story) -> list[Invited]:
    """Open, answered, re-scheduled (old and new link), cancelled, with a request, without a time, about to begin."""
    cast, now = story.cast, story.now
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
        *([invited(moved.interview)] if moved else []),
    ]


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
    ]


def addresses(who: Invited) -> list[str]:
    """Everything behind a link, and the poster's page of the place."""
    place = who.interview.place
    behind = [who.address, *(f"{who.address}/{name}" for name in SUBPAGES)]
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
        found += [(action, fields | ({name: value} if name else {})) for name, value in buttons]
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


@pytest.mark.parametrize(
    "machine", [head, get, get_from_twenty_addresses, submit_every_form, submit_every_form_filled]
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


@pytest.mark.journey
def test_machines_that_run_the_page_change_nothing(
    story: Story, inside: Callable[[], Any], address: str, pocket: Callable[..., BrowserContext]
) -> None:
    """The script runs; every button is clicked by script, and every required field filled with “test”."""
    with inside():
        links = pages(story)
        before = state()
    for each in [each for who in links for each in addresses(who) if not each.endswith(".ics")]:
        _click_everything(pocket, address + each)
    with inside():
        assert state() == before


def _click_everything(pocket: Callable[..., BrowserContext], address: str) -> None:
    context = pocket(user_agent=OUTLOOK)
    page = context.new_page()
    page.goto(address)
    for number in range(page.locator("form button").count()):
        page.goto(address)
        page.evaluate("document.querySelectorAll('[type=radio]').forEach((each) => { each.checked = true })")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        for area in page.locator("textarea, input[required]:not([type=radio], [type=datetime-local])").all():
            area.evaluate("(each) => { each.value = 'test'; each.form.noValidate = true }")
        if page.locator("form button").count() > number:
            with page.expect_navigation():
                page.locator("form button").nth(number).evaluate("(button) => button.click()")
    context.close()
