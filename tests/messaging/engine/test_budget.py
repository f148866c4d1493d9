"""A channel's day costs no more than it may: what is left over is held until the organization's next day."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from tests.messaging.engine.conftest import FakeProvider, Story, create_database, create_worker, deliver, run
from yuemian.channels.base import Message, Outcome, Receipt
from yuemian.domain.states import Channel
from yuemian.messaging.engine import budget
from yuemian.messaging.engine.account import Account, AccountRow
from yuemian.messaging.models import ChannelDay, ChannelPolicy
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import acting_in


class FakeSMS(FakeProvider):
    channel = Channel.SMS


def with_budget(story: Story, amount: str | None, *, cost: str = "0.10") -> None:
    story.account("gateway", Channel.SMS, cost=Decimal(cost))
    with acting_in(story.cast.organization.pk):
        ChannelPolicy.objects.create(
            organization=story.cast.organization,
            channel=Channel.SMS,
            daily_budget=Decimal(amount) if amount else None,
        )


def send_sms(story: Story, count: int, provider: FakeSMS | None = None, **options: Any) -> FakeSMS:
    provider = provider or FakeSMS()
    story.write("{{ candidate_name }} {{ answer_link }}")
    story.invite(count, (Channel.SMS,))
    deliver(accounts={"gateway": provider}, **options)
    return provider


def spent(story: Story) -> list[tuple[int, Decimal]]:
    return story.rows(ChannelDay.objects.order_by("day").values_list("sent", "cost"))


def test_what_the_budget_does_not_take_is_held_and_said_so(live: Story) -> None:
    with_budget(live, "1.00")
    provider = send_sms(live, 6, chunk=2)
    parts = [2 if len(message.text) > 70 else 1 for message in provider.sent]
    paid = [cost for state, cost in live.deliveries("state", "cost") if state == "sent"]
    assert sorted(paid) == sorted(Decimal("0.1") * part for part in parts)
    assert spent(live) == [(len(provider.sent), sum(paid))]
    assert Decimal("0.80") <= sum(paid) <= Decimal("1.00")
    assert live.deliveries().count(("held", "quota_exhausted")) == 6 - len(provider.sent) > 0


def test_without_a_budget_costs_are_only_counted(live: Story) -> None:
    with_budget(live, None)
    provider = send_sms(live, 3)
    assert len(provider.sent) == 3
    assert spent(live)[0][0] == 3


def test_the_next_day_of_the_organization_releases_what_was_held(live: Story) -> None:
    with_budget(live, "0.20")
    first = send_sms(live, 3)
    sweep(live)
    assert live.deliveries().count(("held", "quota_exhausted")) == 3 - len(first.sent)
    live.change("UPDATE messaging_channelday SET day = day - 1")
    sweep(live)
    assert live.deliveries("state").count(("queued",)) == 3 - len(first.sent) > 0


def test_a_raised_budget_releases_at_once(live: Story) -> None:
    with_budget(live, "0.20")
    first = send_sms(live, 2)
    with acting_in(live.cast.organization.pk):
        ChannelPolicy.objects.update(daily_budget=Decimal(50))
    sweep(live)
    assert live.deliveries("state").count(("queued",)) == 2 - len(first.sent) > 0


def sweep(story: Story) -> None:
    async def work() -> None:
        worker = create_worker(accounts={"gateway": FakeSMS()})
        await worker.open()
        await worker.sweeper.sweep()
        await worker.close()

    run(work())
    assert story is not None


def test_what_was_certainly_not_sent_is_given_back(live: Story) -> None:
    with_budget(live, "50")
    send_sms(live, 3, FakeSMS(lambda _: Receipt(Outcome.BAD_RECIPIENT)))
    assert spent(live) == [(0, Decimal(0))]
    assert live.deliveries("state", "cost") == [("permanent_failure", None)] * 3


def test_what_is_unclear_stays_paid(live: Story) -> None:
    with_budget(live, "50")
    send_sms(live, 1, FakeSMS(lambda _: Receipt(Outcome.AMBIGUOUS)))
    assert spent(live)[0][0] == 1
    assert [cost is not None for (cost,) in live.deliveries("cost")] == [True]


@pytest.mark.parametrize("workers", [8])
def test_workers_at_once_never_overspend(live: Story, workers: int) -> None:
    with_budget(live, "3.00")

    async def reserves() -> int:
        worker = create_worker(accounts={"gateway": FakeSMS()})
        database = create_database(workers)
        await worker.open()
        await database.open()
        (account,) = worker.accounts
        prices = [account.price(Message("1", "1", "", "", "short"))] * 7
        found = await asyncio.gather(*(budget.reserve(database, account, prices) for _ in range(workers)))
        await database.close()
        await worker.close()
        return sum(found)

    assert run(reserves()) == 30
    assert spent(live) == [(30, Decimal(3))]


def test_a_text_of_two_parts_costs_twice() -> None:
    async def price() -> Decimal:
        row = AccountRow(
            uuid7(),
            uuid7(),
            "sms",
            "fake",
            "a",
            1,
            Decimal("0.05"),
            0.0,
            "ok",
            None,
            None,
            "",
            None,
            1,
            timezone.now(),
        )
        return Account(FakeSMS(), row=row).price(Message("1", "1", "", "", "请" * 71))

    assert run(price()) == Decimal("0.10")
