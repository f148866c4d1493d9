"""One interleaving: twenty people, two workers on connections of their own, and everything that may happen to them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from tests.factories import create_cast, create_interviews, create_template
from tests.interviews.test_steps import create_plan
from tests.messaging.engine.conftest import Story, create_worker, engine_settings
from tests.messaging.engine.interleaving.clock import Clock, kept_clock
from tests.messaging.engine.interleaving.deeds import DAY, DEEDS, HOUR, People, keep_plans
from tests.messaging.engine.interleaving.outside import Late, LateTexts, Outside
from tests.messaging.engine.interleaving.turns import Stage, TakingTurns
from tests.messaging.engine.interleaving.witness import Witness
from yuemian.channels.base import Dedup
from yuemian.domain.cadence import Anchor, Pick, Step
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import send_chosen
from yuemian.interviews.models import Cadence, Interview
from yuemian.messaging.engine import statements
from yuemian.messaging.engine.database import Values
from yuemian.messaging.engine.worker import Options, Worker
from yuemian.messaging.models import Delivery, TemplateVariant
from yuemian.trust.tenancy import acting_in

#: A Wednesday morning in Shanghai, ahead of every machine's clock: nothing here is over for what asks that one.
NOW = datetime(2030, 11, 27, 1, 0, tzinfo=UTC)
PEOPLE = 20
#: What somebody does in each, refused or not.
DEEDS_EACH = 24
BOTH = (Channel.EMAIL, Channel.SMS)
STEPS = (
    Step("invite", Purpose.INVITATION, Anchor.BEFORE_START, 3 * DAY),
    Step("nudge", Purpose.NUDGE, Anchor.AFTER_SILENCE, DAY, pick=Pick.NEXT),
    Step("remind", Purpose.REMINDER, Anchor.BEFORE_START, DAY),
    Step("both", Purpose.REMINDER, Anchor.BEFORE_START, 4 * HOUR, pick=Pick.ALL, channels=BOTH),
)
BODY = "{{ candidate_name }}\n{{ interview_when }}\n{{ place_name }}\n{{ answer_link }}"


@dataclass
class Play:
    """`dedup` is what the provider of text messages can do; mail can do nothing of it."""

    story: Story
    stage: Stage
    people: People
    outside: Outside
    witness: Witness
    dedup: Dedup

    def run(self) -> list[str]:
        """To its end, weeks later. Returns what must not have happened."""
        with kept_clock():
            asyncio.run(self._run())
        self.outside.arrive()
        overdue = [f"{delivery} left after its lease" for delivery in self.outside.overdue]
        return overdue + self.witness.faults(self.outside.taken)

    async def _run(self) -> None:
        workers = [self._worker("one"), self._worker("two")]
        tasks: list[asyncio.Task[None]] = []
        try:
            for worker in workers:
                await worker.open()
                for account in worker.accounts:
                    account.is_watched = False  # its rests are counted by the real clock
                tasks += [asyncio.create_task(shift) for shift in self._shifts(worker)]
            begun = 0
            while begun < DEEDS_EACH:
                begun += await self._something_happens()
            await self._come_to_an_end()
        finally:
            self.stage.end()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for worker in workers:
                await worker.close()

    # --- the engine

    def _worker(self, who: str) -> Worker:
        database = TakingTurns(self.stage, who, engine_settings(), self._hear)
        mail, texts = Late(self.outside, who, Dedup.NONE), LateTexts(self.outside, who, self.dedup)
        return create_worker(mail, accounts={"texts": texts}, database=database, batch=6, chunk=3)

    def _hear(self, statement: str, values: Values, rows: list[Any], asked_at: datetime, link: Any) -> None:
        if statement not in {statements.CLAIM, statements.RENEW, statements.HAND_OVER}:
            return
        ids = [row[0] for row in rows]
        if statement == statements.HAND_OVER:
            self.witness.see(ids, link)
        else:
            self.outside.leased(ids, self.stage.clock.now + timedelta(seconds=Options().lease))
        if statement != statements.CLAIM:
            self.outside.may_leave_from(ids, asked_at)

    def _shifts(self, worker: Worker) -> list[Coroutine[Any, Any, None]]:
        """What a worker does beside one another, for ever."""

        async def again(where: str, work: Callable[[], Awaitable[object]]) -> None:
            while True:
                await self.stage.turn("", where)
                await work()

        async def renew() -> None:
            await worker.renew_leases(older_than=0)

        return [
            again("rest", worker.drain),
            again("before a sweep", worker.sweeper.sweep),
            again("before renewing", renew),
        ]

    # --- what happens

    async def _something_happens(self) -> bool:
        """Somebody goes on with what they do, or begins something: then True."""
        for _ in range(self.stage.chance.randrange(12)):
            await self.stage.engine_goes_on()
        self.stage.time_passes()
        web = self.stage.chance.choice(self.stage.webs)
        if web.is_open:
            web.go_on()
            return False
        (deed,) = self.stage.chance.choices(list(DEEDS), list(DEEDS.values()))
        interview, now = self.stage.chance.choice(self.people.interviews), self.stage.clock.now
        chance = random.Random(self.stage.chance.random())
        self.stage.begin(web, lambda: self.people.do(deed, interview, now, chance))
        return True

    async def _come_to_an_end(self) -> None:
        """Nobody does anything any more, every provider takes what it is given, and the days go by."""
        self.stage.is_over = True
        self.stage.finish()
        goes_on = "UPDATE messaging_batch SET state = 'running' WHERE state = 'paused'"
        self.stage.webs[0].at_once(lambda: self.story.change(goes_on))
        for _ in range(60):
            await self._rest()
            soonest = self.stage.webs[0].at_once(self._next_moment)
            if soonest is None:
                break
            self.stage.clock.now = max(self.stage.clock.now + 5 * HOUR, soonest)

    async def _rest(self) -> None:
        """The plans are looked at, and both workers do whatever there is for them to do."""
        first, now = self.people.interviews[0], self.stage.clock.now
        self.stage.webs[0].at_once(lambda: self.people.do(keep_plans, first, now, self.stage.chance))
        for turn in [each for each in self.stage.waiting if each.is_resting]:
            await self.stage.go_on(turn)
            while busy := [each for each in self.stage.waiting if not each.is_resting]:
                await self.stage.go_on(busy[0])

    def _next_moment(self) -> datetime | None:
        """When something is due, within twelve days."""
        due = self.story.rows(Delivery.objects.filter(state="queued").values_list("due_at", flat=True))
        leases = self.story.rows(
            Delivery.objects.filter(state="sending").values_list("lease_until", flat=True)
        )
        looks = self.story.rows(Cadence.objects.exclude(next_at=None).values_list("next_at", flat=True))
        end = self.stage.clock.began + 12 * DAY
        return min((each for each in (*due, *leases, *looks) if each < end), default=None)


def prepared(seed: int) -> Play:
    """Half of the people are being invited by hand; the others' plan invites them two hours later."""
    with transaction.atomic():
        cast = create_cast(now=NOW)
    story = Story(cast)
    story.go_live()
    story.account("texts", Channel.SMS)
    clock = Clock(NOW)
    random.seed(seed)  # the engine spreads its retries by it
    stage = Stage(seed, clock)
    with acting_in(cast.organization.pk):
        create_template(cast.organization, Purpose.NUDGE, now=NOW)
        TemplateVariant.objects.update(body=BODY)
        create_plan(cast, *STEPS, now=NOW)
        interviews = create_interviews(cast, PEOPLE, now=NOW, starts_at=NOW + 3 * DAY + 2 * HOUR)
        Interview.objects.update(created_at=NOW)
        Cadence.objects.update(next_at=NOW)
        ids = [each.pk for each in interviews]
        version = cast.templates[Purpose.INVITATION]
        send_chosen(cast.recruiter, ids[: PEOPLE // 2], version, Purpose.INVITATION, BOTH, now=NOW)
    people = People(cast, stage.chance, ids, NOW)
    outside = Outside(stage)
    return Play(story, stage, people, outside, Witness(story), stage.chance.choice(list(Dedup)))
