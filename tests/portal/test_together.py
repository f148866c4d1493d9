"""Answers that come at once share a statement, and each is judged for itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.factories import create_interviews
from tests.portal.conftest import Story, founded
from tests.portal.stories import PHONE, TAP, Invited, invite
from yuemian.config.listening import Statements
from yuemian.interviews.models import Interview, Response
from yuemian.portal import actions, nonce, together
from yuemian.portal.express import Express
from yuemian.portal.together import PRESSES, Together
from yuemian.trust import audit
from yuemian.trust.limits import Limit
from yuemian.trust.tenancy import acting_in

LONG_WAY = 299
Inside = Callable[[], Any]


class Desk:
    """In the place of the database: notes what it is asked, answers when told."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.answers: list[asyncio.Future[Any]] = []

    async def ask(self, statement: str, values: list[Any]) -> tuple[Any, ...]:
        assert statement == PRESSES
        self.asked.append(orjson.loads(values[0]))
        self.answers.append(asyncio.get_running_loop().create_future())
        return (await self.answers[-1],)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_who_comes_alone_waits_for_nobody_and_the_others_share_the_next() -> None:
    async def story() -> None:
        desk = Desk()
        presses = Together(desk.ask)
        first = asyncio.create_task(presses.press("a", "1"))
        await settle()
        others = [asyncio.create_task(presses.press(link, press)) for link, press in (("b", "2"), ("c", "3"))]
        await settle()
        assert desk.asked == [[1]]
        desk.answers[0].set_result(["done"])
        assert await first == "done"
        await settle()
        assert desk.asked == [[1], [2, 3]]
        desk.answers[1].set_result(["wait", "lost"])
        assert await asyncio.gather(*others) == ["wait", "lost"]

    asyncio.run(story())


def test_who_presses_in_the_moment_a_statement_ends_is_not_forgotten() -> None:
    async def story() -> None:
        desk = Desk()
        presses = Together(desk.ask)

        async def press_twice() -> list[str]:
            return [await presses.press("a", "1"), await presses.press("a", "2")]

        both = asyncio.create_task(press_twice())
        for number in range(2):
            await settle()
            assert len(desk.answers) == number + 1
            desk.answers[number].set_result(["done"])
        assert await both == ["done", "done"]

    asyncio.run(story())


def test_two_presses_of_one_link_never_share() -> None:
    async def story() -> None:
        desk = Desk()
        presses = Together(desk.ask)
        given = [("a", "1"), ("b", "2"), ("b", "3"), ("c", "4"), ("b", "5")]
        tasks = [asyncio.create_task(presses.press(link, press)) for link, press in given]
        for number in range(3):
            await settle()
            desk.answers[number].set_result(["done"] * len(desk.asked[number]))
        await asyncio.gather(*tasks)
        assert desk.asked == [[1, 2, 4], [3], [5]]

    asyncio.run(story())


def test_no_statement_grows_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 2)

    async def story() -> None:
        desk = Desk()
        presses = Together(desk.ask)
        tasks = [asyncio.create_task(presses.press(str(number), str(number))) for number in range(5)]
        for number in range(3):
            await settle()
            desk.answers[number].set_result(["done"] * len(desk.asked[number]))
        await asyncio.gather(*tasks)
        assert desk.asked == [[0, 1], [2, 3], [4]]

    asyncio.run(story())


def test_an_error_is_everybodys_and_the_next_go_on() -> None:
    async def story() -> None:
        desk = Desk()
        presses = Together(desk.ask)
        tasks = [asyncio.create_task(presses.press(link, "1")) for link in "ab"]
        await settle()
        desk.answers[0].set_exception(psycopg.OperationalError("gone"))
        for task in tasks:
            with pytest.raises(psycopg.OperationalError):
                await task
        later = asyncio.create_task(presses.press("a", "2"))
        await settle()
        desk.answers[1].set_result(["done"])
        assert await later == "done"

    asyncio.run(story())


def test_who_no_longer_waits_holds_up_nobody() -> None:
    async def story() -> None:
        desk = Desk()
        presses = Together(desk.ask)
        gone, other = (asyncio.create_task(presses.press(link, "1")) for link in "ab")
        await settle()
        gone.cancel()
        desk.answers[0].set_result(["done", "done"])
        assert await other == "done"

    asyncio.run(story())


def test_a_statement_that_is_held_up_does_not_hold_up_those_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "PATIENCE", 0.01)
    monkeypatch.setattr(together, "LANES", 2)

    async def story() -> None:
        desk = Desk()
        presses = Together(desk.ask)
        held_up = asyncio.create_task(presses.press("a", "1"))
        await settle()
        second = asyncio.create_task(presses.press("b", "2"))
        await asyncio.sleep(0.1)
        assert desk.asked == [[1], [2]]
        later = [asyncio.create_task(presses.press(link, press)) for link, press in (("c", "3"), ("d", "4"))]
        await asyncio.sleep(0.1)
        assert desk.asked == [[1], [2]], "but no more than so many at once"
        desk.answers[1].set_result(["done"])
        await settle()
        assert desk.asked == [[1], [2], [3, 4]]
        desk.answers[2].set_result(["done", "done"])
        assert list(await asyncio.gather(second, *later)) == ["done"] * 3
        desk.answers[0].set_result(["wait"])
        assert await held_up == "wait"

    asyncio.run(story())


def test_who_comes_while_all_are_held_up_waits_for_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "PATIENCE", 0.01)

    async def story() -> None:
        desk = Desk()
        presses = Together(desk.ask)
        held_up = asyncio.create_task(presses.press("a", "1"))
        await asyncio.sleep(0.1)
        later = asyncio.create_task(presses.press("b", "2"))
        await settle()
        assert desk.asked == [[1], [2]]
        for answer in desk.answers:
            answer.set_result(["done"])
        assert list(await asyncio.gather(held_up, later)) == ["done", "done"]

    asyncio.run(story())


def posted(who: Invited, answer: str) -> bytes:
    moment = timezone.now() - timedelta(seconds=10)
    shown = nonce.issue(who.token, "page", 1, now=moment)
    fields = {"token": who.token, "nonce": shown, "report": TAP, "answer": answer}
    return "&".join(f"{name}={value}" for name, value in fields.items()).encode()


def press_at_once(*pressed: tuple[Invited, str]) -> tuple[list[int], list[int]]:
    """(status of each, how many each statement held), by one process; the first is on its way when the others come."""

    async def one(express: Express, body: bytes) -> int:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = {
            "host": "localhost",
            "user-agent": PHONE,
            "content-type": "application/x-www-form-urlencoded",
            "sec-fetch-site": "same-origin",
        }
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/c/answer",
            "query_string": b"",
            "client": ("203.0.113.9", 1),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        await express(scope, receive, send)
        return int(sent[0]["status"])

    async def story() -> tuple[list[int], list[int]]:
        statements = Statements(connection.settings_dict)
        sizes: list[int] = []

        async def ask(statement: Any, values: list[Any]) -> tuple[Any, ...]:
            sizes.append(len(orjson.loads(values[0])))
            return await statements.ask(statement, values)

        async def long_way(_scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": LONG_WAY, "headers": []})

        await statements.open()
        express = Express(ask, long_way)
        try:
            return await asyncio.gather(*(one(express, posted(*each)) for each in pressed)), sizes
        finally:
            await statements.close()

    return asyncio.run(story())


def crowd(story: Story, count: int) -> list[Invited]:
    with transaction.atomic(), acting_in(story.cast.organization.pk):
        interviews = create_interviews(story.cast, count, now=story.now)
        return [
            invite(story.cast, now=story.now - timedelta(hours=1), interview=interview)
            for interview in interviews
        ]


@pytest.mark.django_db(transaction=True)
def test_one_statement_holds_two_companies_and_each_audit_chain_fits(story: Story) -> None:
    with founded(organization={"name": "月面科技"}) as other:
        pass
    ours, theirs = crowd(story, 2), crowd(other, 2)
    pressed = [(who, "accepted") for pair in zip(ours, theirs, strict=True) for who in pair]
    statuses, sizes = press_at_once(*pressed)
    assert statuses == [303] * 4
    assert max(sizes) > 1
    for of, people in ((story, ours), (other, theirs)):
        with acting_in(of.cast.organization.pk):
            found = Response.objects.filter(interview__in=[who.interview.pk for who in people])
            assert sorted(found.values_list("answer", flat=True)) == ["accepted", "accepted"]
            assert Response.objects.count() == 2, "nobody else's"
            assert audit.verify(of.cast.organization.pk) is None


@pytest.mark.django_db(transaction=True)
def test_each_is_judged_for_itself(story: Story, inside: Inside) -> None:
    people = crowd(story, 5)
    first, cancelled, wrong, unknown, last = people
    with inside():
        Interview.objects.filter(pk=cancelled.interview.pk).update(state="cancelled")
        Interview.objects.filter(pk=wrong.interview.pk).update(revision=2)
    unknown.token = "x" * 43
    pressed = [(who, "declined") for who in people]
    statuses, _ = press_at_once(*pressed)
    assert statuses == [303, LONG_WAY, LONG_WAY, LONG_WAY, 303]
    with inside():
        answered = set(Response.objects.values_list("interview", flat=True))
        assert answered == {first.interview.pk, last.interview.pk}


@pytest.mark.django_db(transaction=True)
def test_a_limit_is_kept_to_the_press_by_those_who_come_at_once(
    story: Story, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "PER_ADDRESS", Limit("candidate-address", 3, timedelta(minutes=10)))
    statuses, sizes = press_at_once(*((who, "accepted") for who in crowd(story, 6)))
    assert sorted(statuses) == [LONG_WAY] * 3 + [303] * 3
    assert max(sizes) > 3
    with inside():
        assert Response.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_an_interview_that_is_being_changed_goes_the_long_way_and_holds_up_nobody(
    story: Story, inside: Inside
) -> None:
    """The change is not over before all have been answered: it would deadlock if anybody waited for it."""
    first, busy, last = crowd(story, 3)
    is_locked, is_over = threading.Event(), threading.Event()

    def change() -> None:
        try:
            with transaction.atomic(), acting_in(story.cast.organization.pk):
                Interview.objects.select_for_update().get(pk=busy.interview.pk)
                is_locked.set()
                is_over.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    assert is_locked.wait(30)
    statuses, _ = press_at_once((first, "accepted"), (busy, "accepted"), (last, "accepted"))
    is_over.set()
    thread.join()
    assert statuses == [303, LONG_WAY, 303]
    with inside():
        assert set(Response.objects.values_list("interview", flat=True)) == {
            first.interview.pk,
            last.interview.pk,
        }


@pytest.mark.django_db(transaction=True)
def test_whoever_changes_their_mind_in_the_same_moment_has_the_last_word(
    story: Story, inside: Inside
) -> None:
    """The second press is doubted by the first, as it is when they come one after the other."""
    [who] = crowd(story, 1)
    statuses, sizes = press_at_once((who, "accepted"), (who, "declined"))
    assert statuses == [303, LONG_WAY]
    assert sizes == [1, 1]
    with inside():
        assert Interview.objects.get(pk=who.interview.pk).answer == "accepted"
