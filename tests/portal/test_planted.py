"""525 planted values of a hundred persons: in no address, log or referrer; and after the erasure in no table at all."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

import orjson
import psycopg
import pytest
import structlog
from django.db import connection
from django.test import Client

from tests.factories import install_texts
from tests.portal.conftest import Story
from tests.portal.data_stories import Browser
from tests.portal.stories import Invited, invite
from yuemian.config import logs
from yuemian.domain.states import Answer, Purpose
from yuemian.hiring.actions.erase import ask_erasure
from yuemian.hiring.models import Candidate
from yuemian.interviews.actions.consult import answer_consultation, consult
from yuemian.interviews.actions.reschedule import Press, propose_times
from yuemian.interviews.actions.respond import ask, respond
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.conversation import add_system_note
from yuemian.messaging.actions.inbox import add_note
from yuemian.messaging.models import Message
from yuemian.trust import audit

PEOPLE = 100
#: So many walk through every page themselves; the others are erased by the same action.
WALKERS = 5


class Planted:
    """One person and the values by which they are recognised: five of their own, five that were said beside them."""

    def __init__(self, number: int) -> None:
        self.name = f"植入{number:03}甲"
        self.email = f"planted{number:03}@secret.example"
        self.phone = f"+86139876{number:05}"
        self.note = f"备注植入{number:03}"
        self.question = f"提问植入{number:03}"

    @property
    def values(self) -> list[str]:
        return [self.name, self.email, self.phone[3:], self.note, self.question]

    @property
    def beside(self) -> list[str]:
        """What colleagues, an interviewer and a calendar wrote: no page of the candidate ever shows it."""
        number = self.question.removeprefix("提问")
        return [f"{word}{number}" for word in ("内部", "转告", "答复", "日历", "时间")]


def dump() -> str:
    """Every row of every table as a superuser sees it, row-level security passed by."""
    settings = connection.settings_dict
    if "DATABASE_URL" in os.environ:
        pytest.skip("only the suite's own server lets a superuser in")
    with psycopg.connect(host=settings["HOST"], dbname=settings["NAME"], user="postgres") as link:
        who = link.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert who == (True,)
        tables = [
            row[0] for row in link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        rows = [str(row[0]) for table in tables for row in link.execute(f'SELECT t::text FROM "{table}" t')]
    assert len(tables) > 30
    return "\n".join(rows)


def found(values: list[str], text: str) -> list[str]:
    """In clear, or as the hexadecimal digits in which PostgreSQL writes bytes."""
    return [value for value in values if value in text or value.encode().hex() in text]


def say_beside(story: Story, person: Planted, who: Invited) -> None:
    """A colleague's note, a question passed on and answered, a calendar's doubtful reply, another time asked for."""
    note, remark, answer, calendar, time = person.beside
    cast, now, interview = story.cast, story.now, Interview.objects.with_people().get(pk=who.interview.pk)
    question = Message.objects.get(conversation__application=interview.application)
    add_note(cast.recruiter, question.conversation, note, now=now)
    asked = consult(
        cast.recruiter,
        question,
        cast.interviewer,
        interview,
        remark,
        is_name_shown=False,
        with_conversation=False,
        now=now,
    )
    answer_consultation(cast.interviewer, asked, interview, answer, now=now)
    add_system_note(interview.application, calendar, now=now)
    propose_times(Press(who.link, now, was_confirmed=True), [], words="", note=time)


def walk(browser: Browser, hidden: list[str]) -> list[str]:
    """Every page and form of My data. Returns the addresses that were asked for or led to."""
    addresses = []

    def note(response: Any) -> None:
        addresses.extend([response.request["PATH_INFO"], response.headers.get("Location", "")])
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert not found(hidden, response.content.decode())

    for path in ("", "/data", "/phone"):
        note(browser.client.get(browser.who.address + path))
    note(browser.press("correct", field="name", value="植入更正"))
    browser.step_up()
    note(browser.press("export", format="json"))
    note(browser.press("export", format="html"))
    note(browser.press("correct", field="email", value="planted.more@secret.example"))
    note(browser.press("prefer", locale="en", time_zone="Europe/Berlin"))
    note(browser.press("channel", channel="sms", wanted="0"))
    note(browser.press("erase", word="ERASE"))
    note(browser.client.get(f"{browser.who.address}/data"))
    note(Client().post("/c/link", {"contact": "planted000@secret.example"}))
    note(Client().post("/verify", {"code": "planted000"}))
    return addresses


def test_planted_values_stand_nowhere(
    story: Story, inside: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    people = [Planted(number) for number in range(PEOPLE)]
    values = [value for person in people for value in person.values]
    assert len(set(values)) == 500
    invited: list[Invited] = []
    with inside():
        for person in people:
            fields: dict[str, Any] = {"name": person.name, "email": person.email, "phone": person.phone}
            who = invite(story.cast, now=story.now, **fields)
            respond(who.link, Answer.DECLINED, person.note, now=story.now, was_confirmed=True)
            ask(who.link, person.question, now=story.now)
            invited.append(who)
        install_texts(story.cast, Purpose.CONSULTATION, now=story.now)
        for person, who in zip(people[:WALKERS], invited, strict=False):
            say_beside(story, person, who)
    values += [value for person in people[:WALKERS] for value in person.beside]
    before = dump()
    # Names stand in clear, so the search works; nothing else does.
    assert found(values, before) == [person.name for person in people]
    with structlog.testing.capture_logs(processors=[logs._describe_exception]) as events:
        addresses = []
        for person, who in zip(people[:WALKERS], invited, strict=False):
            with inside():
                addresses += walk(Browser(who), person.beside[:-1])
        with inside():
            for who in invited[WALKERS:]:
                candidate = Candidate.objects.select_related("key", "organization").get(
                    pk=who.interview.application.candidate_id
                )
                assert ask_erasure(candidate, now=story.now).receipt
    assert addresses
    assert not found(values, "\n".join(addresses))
    lines = [orjson.dumps(logs.keep_listed(None, "", event), default=str).decode() for event in events]
    lines += [
        logs.mask_text(record.getMessage())
        for record in caplog.records
        if record.name != "django.db.backends"
    ]
    assert not found(values, "\n".join(lines))
    after = dump()
    assert len(after) > 10_000
    assert found([*values, "植入", "planted", "139876"], after) == []
    with inside():
        assert audit.verify(story.cast.organization.pk) is None
