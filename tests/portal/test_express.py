"""The express lane says only yes: it shows what the long way shows, and counts what the long way would count."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.interviews.test_invite import facts_of
from tests.portal.conftest import Story
from tests.portal.stories import PHONE, TAP, phone
from yuemian.config.listening import Statements
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.models import Interview, Response
from yuemian.messaging.models import AccessLink, Delivery, Visit
from yuemian.portal import actions, nonce
from yuemian.portal.express import Express
from yuemian.trust import audit
from yuemian.trust.limits import Limit
from yuemian.trust.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
Inside = Callable[[], Any]
LONG_WAY = 299


class Answered:
    """What came back; status 299 is the long way's."""

    def __init__(self, messages: list[Any], body_of_long_way: bytes) -> None:
        self.status = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        content = b"".join(message.get("body", b"") for message in messages[1:])
        self.text = (gzip.decompress(content) if "content-encoding" in self.headers else content).decode()
        self.body_of_long_way = body_of_long_way


def ride(
    method: str, path: str, body: bytes = b"", *, headers: dict[str, str] | None = None, ask: Any = None
) -> Answered:
    """One request through the lane, with real statements of a pool of its own."""

    async def story() -> Answered:
        statements, sent, seen = Statements(connection.settings_dict), [], b""
        incoming = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Any:
            return next(incoming)

        async def send(message: Any) -> None:
            sent.append(message)

        async def long_way(_scope: Any, receive: Any, send: Any) -> None:
            nonlocal seen
            seen = (await receive())["body"]
            await send({"type": "http.response.start", "status": LONG_WAY, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        given = {"host": "localhost", "user-agent": PHONE} | (headers or {})
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "client": ("203.0.113.9", 1),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }
        await statements.open()
        try:
            await Express(ask or statements.ask, long_way)(scope, receive, send)
        finally:
            await statements.close()
        return Answered(sent, seen)

    return asyncio.run(story())


def press(
    story: Story, answer: str = "accepted", *, agent: str = PHONE, age: float = 10, **fields: str
) -> Answered:
    moment = timezone.now() - timedelta(seconds=age)
    form = {
        "token": story.who.token,
        "nonce": nonce.issue(story.who.token, "page", 1, now=moment),
        "report": TAP,
        "answer": answer,
    }
    headers = {"content-type": "application/x-www-form-urlencoded", "user-agent": agent}
    headers |= {"sec-fetch-site": fields.pop("site", "same-origin")}
    body = urlencode(form | fields).encode()
    answered = ride("POST", "/c/answer", body, headers=headers)
    assert answered.status != LONG_WAY or answered.body_of_long_way == body, (
        "the long way gets the whole form"
    )
    return answered


def without_nonce(text: str) -> str:
    return re.sub(r'name="nonce" value="[^"]*"', "", text)


def test_the_page_is_the_same_on_both_ways(story: Story, inside: Inside) -> None:
    express, long_way = ride("GET", story.who.address), phone().get(story.who.address)
    assert express.status == 200
    assert without_nonce(express.text) == without_nonce(long_way.content.decode())
    theirs = {name.lower(): value for name, value in long_way.items()}
    assert {**express.headers, "content-length": ""} == {**theirs, "content-length": ""}
    with inside():
        assert Visit.objects.get().kind == "fetched"


def test_it_compresses_and_speaks_the_language_that_was_chosen(story: Story) -> None:
    browser = phone()
    browser.post("/c/language", {"token": story.who.token, "language": "en"})
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    express = ride("GET", story.who.address, headers={"cookie": cookie, "accept-encoding": "gzip"})
    assert express.headers["content-encoding"] == "gzip"
    assert '<html lang="en"' in express.text


def test_a_head_is_no_visit_and_has_no_body(story: Story, inside: Inside) -> None:
    express = ride("HEAD", story.who.address)
    assert (express.status, express.text) == (200, "")
    assert int(express.headers["content-length"]) > 1000
    with inside():
        assert not Visit.objects.exists()


@pytest.mark.parametrize("path", ["/c/" + "x" * 43, "/c/short", "/c/language", "/elsewhere"])
def test_whatever_is_not_an_open_link_goes_the_long_way(story: Story, path: str) -> None:
    assert ride("GET", path).status == LONG_WAY


def test_a_wrong_host_goes_the_long_way(story: Story) -> None:
    assert ride("GET", story.who.address, headers={"host": "evil.example"}).status == LONG_WAY


def test_one_press_of_a_person_answers_and_its_audit_entry_fits_the_chain(
    story: Story, inside: Inside
) -> None:
    answered = press(story)
    assert (answered.status, answered.headers["location"]) == (303, f"{story.who.address}#answer")
    with inside():
        response = Response.objects.get()
        assert (response.answer, response.revision, response.was_confirmed) == ("accepted", 1, False)
        assert response.link_id == story.who.link.pk
        assert Interview.objects.get().answer == "accepted"
        assert audit.verify(story.cast.organization.pk) is None
        entry = AuditEntry.objects.latest("sequence")
        assert (entry.action, entry.actor_id) == ("interview.answered", story.who.link.candidate_id)
        assert (entry.subject_id, entry.details) == (
            story.who.interview.pk,
            {"answer": "accepted", "revision": 1},
        )


def test_the_same_press_again_changes_nothing(story: Story, inside: Inside) -> None:
    assert press(story).status == press(story).status == 303
    with inside():
        assert Response.objects.count() == 1


def test_the_second_press_counts(story: Story, inside: Inside) -> None:
    given = nonce.issue(story.who.token, "summary:declined", 1, now=timezone.now() - timedelta(seconds=5))
    assert press(story, "declined", nonce="", report="", confirm=given, agent="curl/8").status == 303
    with inside():
        assert Response.objects.get().was_confirmed is True


@pytest.mark.parametrize(
    "doubtful",
    [
        {"report": ""},
        {"report": "1.1.touch.1.1"},
        {"nonce": ""},
        {"nonce": "0.1.abc"},
        {"age": 1},
        {"age": 1900},
        {"agent": "curl/8"},
        {"note": "words need the candidate's key"},
        {"answer": "question"},
        {"answer": "needs_action"},
        {"confirm": "0.1.abc", "nonce": ""},
        {"site": "cross-site"},
        {"token": "x" * 43},
        {"padding": "x" * 5000},
    ],
    ids=str,
)
def test_a_press_in_doubt_goes_the_long_way_and_counts_nothing(
    story: Story, inside: Inside, doubtful: dict[str, Any]
) -> None:
    assert press(story, **doubtful).status == LONG_WAY
    with inside():
        assert not Response.objects.exists()


def test_a_press_within_seconds_of_the_delivery_goes_the_long_way(story: Story, inside: Inside) -> None:
    with inside():
        Delivery.objects.update(sent_at=timezone.now(), is_rehearsal=False)
    assert press(story).status == LONG_WAY


def test_another_button_soon_after_goes_the_long_way(story: Story, inside: Inside) -> None:
    assert press(story, "accepted").status == 303
    assert press(story, "declined").status == LONG_WAY
    with inside():
        assert Interview.objects.get().answer == "accepted"


def test_too_many_presses_go_the_long_way(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PER_LINK", Limit("candidate-link", 2, timedelta(minutes=10)))
    assert [press(story).status for _ in range(3)] == [303, 303, LONG_WAY]


def test_an_old_link_and_a_cancelled_interview_go_the_long_way(story: Story, inside: Inside) -> None:
    later = facts_of(story.who.interview, starts_at=story.who.interview.starts_at + timedelta(days=1))
    with transaction.atomic(), inside():
        change_interview(story.cast.recruiter, story.who.interview.pk, later, now=story.now)
    assert press(story).status == LONG_WAY
    shown = nonce.issue(story.who.token, "page", 2, now=timezone.now() - timedelta(seconds=9))
    assert press(story, nonce=shown).status == LONG_WAY, (
        "only a second press answers what the link did not show"
    )
    with transaction.atomic(), inside():
        cancel_interview(story.cast.recruiter, story.who.interview.pk, now=story.now)
    assert press(story, nonce=shown).status == LONG_WAY
    with inside():
        assert not Response.objects.exists()


@pytest.mark.parametrize("field", ["revoked_at", "expires_at"])
def test_a_dead_link_goes_the_long_way(story: Story, inside: Inside, field: str) -> None:
    with inside():
        AccessLink.objects.update(**{field: timezone.now()})
    assert press(story).status == LONG_WAY
    assert ride("GET", story.who.address).status == LONG_WAY


def test_without_a_database_everything_goes_the_long_way(story: Story) -> None:
    async def ask(_statement: str, _values: list[Any]) -> Any:
        raise psycopg.OperationalError("gone")

    assert ride("GET", story.who.address, ask=ask).status == LONG_WAY
