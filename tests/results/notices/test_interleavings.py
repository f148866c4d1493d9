"""The real engine on PostgreSQL, and people who change their minds at every boundary of its work.

Each letter of each round has its own moment and its own deed. Nothing wrong, stale, doubled or called back is handed
over.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from threading import Thread
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings

from tests.messaging.engine.conftest import FakeProvider, Story, create_database, drain, live, run, story
from tests.results.stories import Tale
from yuemian.channels.base import Message, Receipt
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Channel, DeliveryState, Purpose
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.hiring.signals import person_changed
from yuemian.messaging.engine.accounts import Account, Accounts
from yuemian.messaging.engine.claim import Claimed
from yuemian.messaging.engine.render import Renderer
from yuemian.messaging.engine.worker import Options, Worker
from yuemian.messaging.models import Delivery
from yuemian.results.actions.release import recall_batch
from yuemian.results.actions.void import void_notices
from yuemian.results.models import ApprovalRule, Decision, ResultBatch, ResultNotice
from yuemian.trust.tenancy import acting_in

__all__ = ["live", "story"]
ROUNDS, LETTERS = 26, 20
BEFORE, RENDERED, SENDING, NEVER = "before the claim", "before the hand-over", "while it is sent", "never"
MOMENTS = (BEFORE, RENDERED, RENDERED, SENDING, NEVER)
DEEDS = ("decide", "decide and forget the notices", "rename", "erase")


@dataclass
class Plan:
    """What happens to one letter, and when."""

    notice: UUID
    decision: UUID
    moment: str
    deed: str
    is_done: bool = False


class Hooked(Renderer):
    """Calls back between the last look and the hand-over of each message."""

    def __init__(self, hook: Callable[[UUID], None]) -> None:
        super().__init__("http://localhost:8000")
        self._hook = hook

    def message(self, row: Claimed, *args: object, **options: object) -> Message:
        message = super().message(row, *args, **options)  # type: ignore[arg-type]
        if row.purpose == Purpose.RESULT:
            self._hook(row.id)
        return message


class Interference:
    """People beside the engine, each in a connection of their own."""

    def __init__(self, tale: Tale, batch: ResultBatch, chance: random.Random) -> None:
        self.tale, self.batch, self.organization = tale, batch, tale.cast.organization.pk
        with acting_in(self.organization):
            notices = tale.of(batch)
            rows = Delivery.objects.filter(notification__subject_kind="result", batch=batch.sending_id)
            self.notice_of = dict(rows.values_list("pk", "notification__subject_id"))
        self.plans = {
            each.pk: Plan(each.pk, each.decision_id, chance.choice(MOMENTS), chance.choice(DEEDS))
            for each in notices
        }
        if chance.random() < 0.3:
            chance.choice(list(self.plans.values())).deed = "recall"

    def at(self, moment: str, notices: list[UUID]) -> None:
        for notice in notices:
            plan = self.plans[notice]
            if plan.moment == moment and not plan.is_done:
                plan.is_done = True
                thread = Thread(target=self._do, args=[plan])
                thread.start()
                thread.join()

    def rendered(self, delivery: UUID) -> None:
        self.at(RENDERED, [self.notice_of[delivery]])

    def _do(self, plan: Plan) -> None:
        with closing(connection), acting_in(self.organization):
            tale = self.tale
            if plan.deed == "recall":
                recall_batch(tale.cast.lead, self.batch.pk, now=tale.now)
            elif plan.deed == "erase":
                notice = ResultNotice.objects.select_related("candidate").get(pk=plan.notice)
                erase_by_hand(tale.cast.owner, notice.candidate, now=tale.now)
            elif plan.deed == "rename":
                candidate = ResultNotice.objects.select_related("candidate").get(pk=plan.notice).candidate
                candidate.name += "改"
                candidate.save(update_fields=["name"])
                person_changed.send(type(candidate), candidate=candidate, at=tale.now)
            else:
                interview = Decision.objects.select_related("interview").get(pk=plan.decision).interview
                tale.decide([interview], Outcome.PASS)
                if plan.deed == "decide":
                    void_notices([plan.decision], now=tale.now)


class Receiving(FakeProvider):
    """Somebody changes their mind while the provider already has the message."""

    def __init__(self, others: Interference) -> None:
        super().__init__()
        self._others = others

    async def send(self, messages: Sequence[Message]) -> list[Receipt]:
        ids = [UUID(each.delivery_id) for each in messages]
        self._others.at(
            SENDING, [self._others.notice_of[id_] for id_ in ids if id_ in self._others.notice_of]
        )
        return await super().send(messages)


def test_520_interleavings(live: Story, settings: Settings) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned
    figures: Counter[str] = Counter()
    with acting_in(live.cast.organization.pk):
        tale = Tale(live.cast, live.now)
    for number in range(ROUNDS):
        one_round(tale, live, random.Random(number), figures)
    assert figures["letters"] == ROUNDS * LETTERS >= 500
    # Each moment was there, and what nobody touched has left.
    assert figures["left"] > 100
    assert figures[f"{RENDERED} stopped"] > 50


def one_round(tale: Tale, live: Story, chance: random.Random, figures: Counter[str]) -> None:
    tale.now = live.now
    with acting_in(tale.cast.organization.pk):
        ApprovalRule.objects.update_or_create(organization=tale.cast.organization)
        batch = tale.released(LETTERS)
        # Its window is over.
        Delivery.objects.filter(batch=batch.sending_id).update(due_at=live.now)
        ResultNotice.objects.filter(batch=batch).update(leaves_at=live.now)
    others = Interference(tale, batch, chance)
    outside = Receiving(others)
    others.at(BEFORE, list(others.plans))
    accounts = Accounts([Account(outside, "jobs@galaxy.example")], lambda *_: outside)
    chunk = chance.choice([1, 3, 20])
    # The deeds are done within the claim: on a busy machine they may take longer than its usual lease.
    options = Options(chunk=chunk, lease=600.0)
    run(drain(Worker(create_database(), accounts, Hooked(others.rendered), options)))
    judge(tale, batch, others, outside, figures)


def judge(
    tale: Tale, batch: ResultBatch, others: Interference, outside: FakeProvider, figures: Counter[str]
) -> None:
    handed = Counter(
        others.notice_of[UUID(each.delivery_id)]
        for each in outside.sent
        if UUID(each.delivery_id) in others.notice_of
    )
    assert not handed or max(handed.values()) == 1, "told twice"
    recalled = [each for each in others.plans.values() if each.deed == "recall" and each.is_done]
    with acting_in(tale.cast.organization.pk):
        states = {each.pk: each.state for each in tale.of(batch)}
        waiting = Delivery.objects.filter(
            batch=batch.sending_id,
            channel=Channel.EMAIL,
            state__in=[DeliveryState.QUEUED, DeliveryState.SENDING],
        ).count()
    assert waiting == 0
    for plan in others.plans.values():
        figures["letters"] += 1
        figures["left"] += plan.notice in handed
        was_stopped_in_time = plan.is_done and plan.moment in {BEFORE, RENDERED}
        if was_stopped_in_time:
            assert plan.notice not in handed, f"{plan.deed} {plan.moment}, and it left"
            figures[f"{plan.moment} stopped"] += 1
        elif not recalled:
            assert plan.notice in handed, f"{plan.moment}, and it did not leave"
        if plan.notice in handed:
            assert states[plan.notice] == NoticeState.RELEASED
    if any(each.moment == BEFORE for each in recalled):
        assert not handed


@pytest.mark.parametrize("deed", ["recall", "switch to rehearsal"])
def test_a_held_result_tried_on_another_channel_is_looked_at_again(
    live: Story,
    settings: Settings,
    deed: str,
) -> None:
    """A remedy puts a delivery back into the queue; the truth is asked again like the first time."""
    settings.SMTP_URL = "smtp://127.0.0.1:25"
    outside, organization = FakeProvider(), live.cast.organization
    with acting_in(organization.pk):
        tale = Tale(live.cast, live.now)
        batch = tale.released(1)
        Delivery.objects.filter(batch=batch.sending_id).update(due_at=live.now)
        if deed == "recall":
            recall_batch(tale.cast.lead, batch.pk, now=live.now)
        else:
            organization.is_rehearsal = True
            organization.save()
        # As if somebody had pressed “try again” on everything.
        mine = Delivery.objects.filter(batch=batch.sending_id)
        results = {str(pk) for pk in mine.values_list("pk", flat=True)}
        mine.update(state=DeliveryState.QUEUED, reason="", batch=None)
    accounts = Accounts([Account(outside, "jobs@galaxy.example")], lambda *_: outside)
    run(drain(Worker(create_database(), accounts, Renderer("http://localhost:8000"), Options())))
    assert results
    assert not results & {each.delivery_id for each in outside.sent}
