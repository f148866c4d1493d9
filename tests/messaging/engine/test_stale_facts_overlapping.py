"""Things change at random moments of a send, really at the same time: what was false at the hand-over never leaves.

`test_stale_facts` has everybody take turns, so that a lock is never waited for. Here two workers run whole; their
databases call the world at every statement of their own. There a recruiter changes or cancels
an interview, a candidate answers or opts out: either before the statement goes on, or while it runs. Everything that
happens is noted with the interval in which it was committed; where two intervals overlap, either order is right.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings

from tests.interviews.test_invite import facts_of
from tests.messaging.engine.conftest import FakeProvider, Story, create_worker, engine_settings, run
from yuemian.domain.states import Answer, ReasonCode
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.interviews.actions.change import CannotChange, cancel_interview, change_interview
from yuemian.interviews.actions.respond import Refused, respond
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.messaging.actions.call_off import leave_out_contacts
from yuemian.messaging.engine import budget, statements
from yuemian.messaging.engine.database import Database, Values
from yuemian.messaging.models import AccessLink, Delivery
from yuemian.messaging.subjects import SUBJECTS
from yuemian.trust.tenancy import acting_in

PEOPLE = 50
#: What happens at least in each round.
LEAST = 50
ROUNDS = 3 if os.environ.get("CHAOS") != "long" else 200
POINTS = {
    statements.CLAIM: "claim",
    SUBJECTS[SUBJECT_KIND].truth_sql: "last look",
    statements.HAND_OVER: "hand-over",
    statements.SETTLE_SENT: "settle",
}
ASKING = {"invitation", "nudge"}


@dataclass(frozen=True)
class Fact:
    """From some moment between `begun` and `done` on, this holds of an interview."""

    begun: int
    done: int
    what: str
    value: Any


@dataclass
class World:
    """Everybody but the engine."""

    story: Story
    interviews: list[UUID]
    chance: random.Random
    tick: Callable[[], int]
    facts: dict[UUID, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    handed_over: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    happened: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    committed: int = 0
    running: set[asyncio.Future[None]] = field(default_factory=set)
    is_over: bool = False

    async def intervene(self, point: str) -> None:
        """Perhaps somebody does something now; perhaps the engine goes on before they are done."""
        if self.is_over or self.chance.random() > 0.6:
            return
        interview = self.chance.choice(self.interviews)
        act = self.chance.choice([self._change, self._cancel, self._answer, self._opt_out])
        future = asyncio.get_running_loop().run_in_executor(None, self._alone, act, interview)
        self.happened[point, act.__name__] += 1
        if self.chance.random() < 0.5:
            await future
        else:
            self.running.add(future)
            future.add_done_callback(self.running.discard)

    def _alone(self, act: Callable[[UUID], list[tuple[str, Any]]], interview: UUID) -> None:
        begun = self.tick()
        with closing(connection), acting_in(self.story.cast.organization.pk):
            found = act(interview)
        done = self.tick()
        self.committed += bool(found)
        self.facts[interview] += [Fact(begun, done, what, value) for what, value in found]

    def _change(self, interview: UUID) -> list[tuple[str, Any]]:
        fresh = Interview.objects.get(pk=interview)
        later = facts_of(fresh, starts_at=fresh.starts_at + timedelta(days=1))
        try:
            changed = change_interview(self.story.cast.recruiter, interview, later, now=self.story.now)
        except CannotChange:
            return []
        return [("revision", changed.revision), ("answer", "")]

    def _cancel(self, interview: UUID) -> list[tuple[str, Any]]:
        try:
            changed = cancel_interview(self.story.cast.recruiter, interview, now=self.story.now)
        except CannotChange:
            return []
        return [("revision", changed.revision), ("cancelled", True)]

    def _answer(self, interview: UUID) -> list[tuple[str, Any]]:
        link = AccessLink.objects.filter(subject_id=interview).order_by("-subject_revision").first()
        answer = self.chance.choice([Answer.ACCEPTED, Answer.DECLINED])
        try:
            assert link is not None
            respond(link, answer, "", now=self.story.now, was_confirmed=False)
        except Refused:
            return []
        return [("answer", answer)]

    def _opt_out(self, interview: UUID) -> list[tuple[str, Any]]:
        points = ContactPoint.objects.filter(candidate__applications__interviews=interview, channel="email")
        ids = list(points.values_list("pk", flat=True))
        points.update(state=ContactState.OPTED_OUT)
        leave_out_contacts(ids, ReasonCode.OPTED_OUT, now=self.story.now)
        return [("opted_out", True)]


class WatchedDatabase(Database):
    """The engine's database, where the world has its say before and after every statement that matters."""

    world: World

    async def fetch(self, statement: str, values: Values = None) -> list[Any]:
        point = POINTS.get(statement)
        if point is None:
            return await super().fetch(statement, values)
        await self.world.intervene(f"before {point}")
        begun = self.world.tick()
        rows = await super().fetch(statement, values)
        if point == "hand-over":
            done = self.world.tick()
            self.world.handed_over |= {row[0]: (begun, done) for row in rows}
        await self.world.intervene(f"after {point}")
        return rows


def play(story: Story, seed: int) -> tuple[World, FakeProvider]:
    interviews = [interview.pk for interview in story.invite(PEOPLE)]
    ticks, provider = count(), FakeProvider()
    world = World(story, interviews, random.Random(seed), lambda: next(ticks))

    async def works() -> None:
        workers = [create_worker(provider, database=watched(world), chunk=2, batch=8) for _ in range(2)]
        for worker in workers:
            await worker.open()
        await asyncio.gather(*(worker.drain() for worker in workers))
        world.is_over = True
        if world.running:
            await asyncio.wait(set(world.running))
        await workers[0].drain()
        for worker in workers:
            await worker.close()

    run(works())
    return world, provider


def watched(world: World) -> WatchedDatabase:
    database = WatchedDatabase(engine_settings())
    database.world = world
    return database


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_what_was_false_when_it_was_handed_over_never_leaves(
    live: Story, settings: Settings, seed: int
) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned
    world, provider = play(live, seed)
    sent = [UUID(message.delivery_id) for message in provider.sent]
    assert len(sent) == len(set(sent))
    assert set(sent) == set(world.handed_over)
    rows = live.rows(Delivery.objects.select_related("notification"))
    for delivery in rows:
        if delivery.pk in world.handed_over:
            assert delivery.state == "sent"
            assert lies(world, delivery) == []
    assert {row.state for row in rows} <= {"sent", "cancelled", "skipped"}
    for interview in world.interviews:
        assert uncorrected(world, rows, interview) == []
    # Each of them was committed, with something that is now true of an interview.
    assert world.committed >= LEAST
    met = {point for point, _ in world.happened}
    assert met == {f"{side} {point}" for side in ("before", "after") for point in POINTS.values()}


def lies(world: World, delivery: Delivery) -> list[str]:
    """What was certainly false of this message when its hand-over was committed."""
    notification = delivery.notification
    begun, done = world.handed_over[delivery.pk]
    facts = world.facts[notification.subject_id]
    false = []
    revisions = [fact for fact in facts if fact.what == "revision"]
    if any(fact.done < begun and fact.value > notification.subject_revision for fact in revisions):
        false.append("an old revision")
    if any(fact.begun > done and fact.value == notification.subject_revision for fact in revisions):
        false.append("a revision that did not exist yet")
    is_cancelled = any(fact.what == "cancelled" and fact.done < begun for fact in facts)
    if is_cancelled and notification.purpose != "cancellation":
        false.append("cancelled")
    if any(fact.what == "opted_out" and fact.done < begun for fact in facts):
        false.append("opted out")
    if notification.purpose in ASKING:
        answers = [fact for fact in facts if fact.what == "answer"]
        # Where a change and an answer overlap their order is not known, and nothing is claimed of them.
        settled = [fact for fact in answers if fact.done < begun]
        last = max(settled, key=lambda fact: fact.done, default=None)
        others = [fact for fact in answers if fact is not last and last and fact.done > last.begun]
        if last is not None and last.value and not others:
            false.append("answered")
    return false


def uncorrected(world: World, rows: list[Delivery], interview: UUID) -> list[str]:
    """Changes that somebody who was told the old facts was not told, or that were told to somebody who had not been."""
    wrong = []
    mine = [row for row in rows if row.notification.subject_id == interview]
    for fact in world.facts[interview]:
        if fact.what != "revision":
            continue
        before = [
            world.handed_over[row.pk]
            for row in mine
            if row.pk in world.handed_over and row.notification.subject_revision < fact.value
        ]
        corrections = {
            row.notification.purpose
            for row in mine
            if row.notification.subject_revision == fact.value
            and row.notification.purpose in {"change", "cancellation"}
        }
        opted_out = any(other.what == "opted_out" for other in world.facts[interview])
        if any(done < fact.begun for _, done in before) and not corrections and not opted_out:
            wrong.append(f"revision {fact.value} was not told")
        if not before and corrections:
            wrong.append(f"revision {fact.value} corrects what nobody had heard")
    return wrong


class ForgetfulDatabase(Database):
    """Somebody opts out just before the hand-over, and calls nothing off: they did not see the message yet."""

    story: Story

    async def fetch(self, statement: str, values: Values = None) -> list[Any]:
        if statement in {statements.HAND_OVER, budget.HAND_OVER_PRICED}:
            await asyncio.get_running_loop().run_in_executor(None, self._opt_out)
        return await super().fetch(statement, values)

    def _opt_out(self) -> None:
        with closing(connection), acting_in(self.story.cast.organization.pk):
            first = ContactPoint.objects.filter(channel="email").order_by("id")[:1]
            ContactPoint.objects.filter(pk__in=first.values("pk")).update(state=ContactState.OPTED_OUT)


@pytest.mark.parametrize("cost", [None, "0.05"])
def test_who_opts_out_unseen_before_the_hand_over_gets_nothing_and_the_row_says_why(
    live: Story, settings: Settings, cost: str | None
) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"
    provider, accounts = FakeProvider(), {}
    if cost:
        live.account("priced", cost=cost)
        accounts = {"priced": provider}
    live.invite(3)

    async def works() -> None:
        database = ForgetfulDatabase(engine_settings())
        database.story = live
        worker = create_worker(provider, database=database, accounts=accounts)
        await worker.open()
        await worker.drain()
        await worker.close()

    run(works())
    assert len(provider.sent) == 2
    assert sorted(live.deliveries()) == [("sent", ""), ("sent", ""), ("skipped", "opted_out")]
