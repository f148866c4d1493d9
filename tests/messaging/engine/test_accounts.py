"""Several accounts share a channel: what one refuses another takes, what is unclear stays where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests.messaging.engine.conftest import (
    FakeProvider,
    Story,
    create_database,
    create_worker,
    deliver,
    run,
)
from yuemian.channels.base import Dedup, Message, Outcome, Receipt
from yuemian.messaging.engine.accounts import Account, Accounts
from yuemian.messaging.engine.worker import Worker
from yuemian.messaging.models import Delivery, DeliveryEvent, ProviderAccount
from yuemian.trust import vault
from yuemian.trust.keyfile import create, read

OPEN = "UPDATE messaging_provideraccount SET health = 'open', health_code = %s, health_since = now(), health_until = %s"


def says(kind: Outcome, *, dedup: Dedup = Dedup.NONE, **fields: object) -> FakeProvider:
    return FakeProvider(lambda _: Receipt(kind, **fields), dedup=dedup)  # type: ignore[arg-type]


def carried(story: Story) -> dict[str, int]:
    """How many of the sent deliveries each account has, by its name; "" is the installation's own."""
    names = {None: ""} | dict(story.rows(ProviderAccount.objects.values_list("id", "name")))
    counts: dict[str, int] = {}
    for account, state in story.deliveries("account", "state"):
        if state == "sent":
            counts[names[account]] = counts.get(names[account], 0) + 1
    return counts


def test_messages_are_shared_by_weight_and_reserves_stay_idle(live: Story) -> None:
    live.account("heavy", weight=300)
    live.account("light", weight=100)
    live.account("reserve", weight=0)
    live.invite(80)
    deliver(FakeProvider(), accounts={name: FakeProvider() for name in ("heavy", "light", "reserve")})
    counts = carried(live)
    assert set(counts) == {"heavy", "light"}
    assert sum(counts.values()) == 80
    assert counts["heavy"] > counts["light"] > 0


def test_the_installations_own_account_is_the_reserve_of_an_organization_with_accounts(live: Story) -> None:
    live.account("ours")
    live.invite(2)
    deliver(FakeProvider(), accounts={"ours": FakeProvider()})
    assert carried(live) == {"ours": 2}
    live.change(OPEN, "provider_error", timezone.now() + timedelta(hours=1))
    live.invite(2)
    deliver(FakeProvider(), accounts={"ours": FakeProvider()})
    assert carried(live) == {"ours": 2, "": 2}


@pytest.mark.parametrize("kind", [Outcome.RETRY, Outcome.CONFIG, Outcome.TOKEN_EXPIRED])
def test_what_one_account_certainly_did_not_take_another_takes_at_once(live: Story, kind: Outcome) -> None:
    live.account("bad", weight=1000)
    live.account("good", weight=1)
    bad, good = says(kind), FakeProvider()
    live.invite(4)
    deliver(accounts={"bad": bad, "good": good})
    assert live.deliveries("state") == [("sent",)] * 4
    keys = [message.key for message in good.sent]
    assert len(keys) == len(set(keys)) == 4


@pytest.mark.parametrize(
    "refusal",
    [
        Receipt(Outcome.RETRY, code="450"),
        Receipt(Outcome.TOKEN_EXPIRED),
        Receipt(Outcome.THROTTLED, retry_after=1),
    ],
)
def test_what_no_account_takes_waits_before_it_is_tried_again(live: Story, refusal: Receipt) -> None:
    """As of one address that both servers greylist, while the others' mail goes out."""
    live.account("ours")
    live.invite(30)
    refused: list[str] = []

    def answer(message: Message) -> Receipt:
        if message.to != (refused or [message.to])[0]:
            return Receipt(Outcome.ACCEPTED)
        refused.append(message.to)
        return refusal

    outside, ours = FakeProvider(answer), FakeProvider(answer)
    for tries in (2, 3, 4):
        deliver(outside, accounts={"ours": ours})
        assert len(refused) == tries
        ((attempt, due_at),) = live.rows(
            Delivery.objects.filter(state="queued").values_list("attempt", "due_at")
        )
        assert attempt == tries
        assert due_at > timezone.now() + timedelta(seconds=5)
        live.change("UPDATE messaging_delivery SET due_at = now() WHERE state = 'queued'")
    assert live.deliveries("state").count(("sent",)) == 29
    assert all(refused[0] in {message.to for message in each.sent} for each in (outside, ours))
    assert live.health() == {"ours": ("ok", "")}


def test_what_two_accounts_refuse_a_third_gets(live: Story) -> None:
    live.invite(30)
    refused: list[str] = []

    def answer(message: Message) -> Receipt:
        refused.append(message.to)
        return Receipt(Outcome.RETRY if message.to == refused[0] else Outcome.ACCEPTED)

    accounts = {"first": FakeProvider(answer), "second": FakeProvider(answer), "third": FakeProvider()}
    for name in accounts:
        live.account(name)
    for _ in range(8):
        deliver(accounts=accounts)
        live.change("UPDATE messaging_delivery SET due_at = now() WHERE state = 'queued'")
    assert live.deliveries("state") == [("sent",)] * 30


@pytest.mark.parametrize("dedup", list(Dedup))
def test_what_is_unclear_at_one_account_no_other_ever_gets(live: Story, dedup: Dedup) -> None:
    live.account("first", weight=1000)
    live.account("second", weight=0)
    first, second = says(Outcome.AMBIGUOUS, dedup=dedup), FakeProvider()
    live.invite(3)
    accounts = {"first": first, "second": second}
    deliver(accounts=accounts)
    for _ in range(3):
        live.change("UPDATE messaging_delivery SET due_at = now() WHERE state = 'queued'")
        live.change(OPEN, "provider_error", timezone.now() + timedelta(hours=1))
        deliver(accounts=accounts)
    assert second.sent == []
    expected = ("queued", True) if dedup is Dedup.KEY else ("unknown", False)
    assert live.deliveries("state", "is_unclear") == [expected] * 3


def test_under_a_key_it_is_repeated_by_the_same_account_until_it_is_clear(live: Story) -> None:
    live.account("first", weight=1)
    live.account("second", weight=1000)
    first, second = says(Outcome.AMBIGUOUS, dedup=Dedup.KEY), FakeProvider()
    live.invite(1)
    only_first = "UPDATE messaging_provideraccount SET is_active = (name = 'first')"
    live.change(only_first)
    deliver(accounts={"first": first, "second": second})
    live.change("UPDATE messaging_provideraccount SET is_active = true")
    live.change("UPDATE messaging_delivery SET due_at = now()")
    first.answer = lambda _: Receipt(Outcome.ACCEPTED)
    deliver(accounts={"first": first, "second": second})
    assert [message.key for message in first.sent] == [first.sent[0].key] * 2
    assert (second.sent, live.deliveries("state", "attempt")) == ([], [("sent", 2)])


def test_when_the_account_that_may_have_it_is_gone_a_person_must_say(live: Story) -> None:
    live.account("first")
    live.invite(1)
    deliver(accounts={"first": says(Outcome.AMBIGUOUS, dedup=Dedup.KEY)})
    live.change("UPDATE messaging_provideraccount SET is_active = false")
    live.change("UPDATE messaging_delivery SET due_at = now()")
    deliver(outside := FakeProvider())
    assert outside.sent == []
    assert live.deliveries() == [("unknown", "outcome_unknown")]


def test_an_unclear_one_whose_time_is_over_is_unknown_not_failed(live: Story) -> None:
    live.account("first")
    live.invite(1)
    provider = says(Outcome.AMBIGUOUS, dedup=Dedup.KEY)
    deliver(accounts={"first": provider})
    live.change("UPDATE messaging_delivery SET due_at = now(), deadline_at = now()")
    deliver(accounts={"first": provider})
    assert live.deliveries() == [("unknown", "outcome_unknown")]
    assert len(provider.sent) == 1


def test_a_refused_account_rests_and_says_why_and_its_messages_are_held(live: Story) -> None:
    live.account("ours")
    live.invite(12)
    provider = says(Outcome.CONFIG, code="535", detail="5.7.8 sign-in refused")
    deliver(accounts={"ours": provider}, chunk=1)
    assert live.health("health", "health_code", "health_reason") == {
        "ours": ("open", "credentials_refused", "535 5.7.8 sign-in refused")
    }
    assert len(provider.sent) == 1
    live.change("UPDATE messaging_delivery SET due_at = now() WHERE state = 'queued'")
    deliver(accounts={"ours": provider})
    assert live.deliveries() == [("held", "credentials_refused")] * 12
    assert len(provider.sent) == 1


def test_a_mended_account_sends_what_was_held_for_it(live: Story) -> None:
    live.account("ours")
    live.invite(3)
    deliver(accounts={"ours": says(Outcome.CONFIG, code="535")})
    live.change(
        "UPDATE messaging_provideraccount SET version = version + 1, health = 'ok', health_until = NULL"
    )
    deliver(accounts={"ours": FakeProvider()})
    assert live.deliveries("state") == [("sent",)] * 3


def test_a_refused_account_is_tried_with_one_held_message_after_its_rest(live: Story) -> None:
    live.account("ours")
    live.invite(5)
    deliver(accounts={"ours": says(Outcome.CONFIG, code="535")})
    live.change("UPDATE messaging_provideraccount SET health_until = now()")
    mended = FakeProvider()

    async def tend() -> int:
        worker = create_worker(accounts={"ours": mended})
        await worker.open()
        count = await worker.accounts.probe_refused(worker.database)
        await worker.drain()
        await worker.close()
        return count

    assert run(tend()) == 1
    assert live.deliveries("state") == [("sent",)] * 5  # the probe went well, and the rest followed
    assert live.health() == {"ours": ("ok", "")}


def test_an_account_that_keeps_failing_is_left_alone_and_its_rows_wait_without_spinning(live: Story) -> None:
    live.account("ours")
    live.invite(40)
    provider = says(Outcome.RETRY, code="timeout")
    deliver(accounts={"ours": provider}, chunk=5, batch=40)
    assert live.health() == {"ours": ("open", "provider_error")}
    assert len(provider.sent) == 5
    rows = live.deliveries("state", "attempt", "due_at")
    assert {state for state, _, _ in rows} == {"queued"}
    assert sorted(attempt for _, attempt, _ in rows) == [0] * 35 + [1] * 5
    assert all(due_at > timezone.now() for _, _, due_at in rows)


def test_a_resting_account_is_probed_with_exactly_one_message_by_all_workers_together(live: Story) -> None:
    live.account("ours")
    live.invite(30)
    provider = FakeProvider()
    hold = asyncio.Event()

    async def wait() -> None:
        await hold.wait()

    async def probes() -> int:
        live_workers = [create_worker(accounts={"ours": provider}, batch=10) for _ in range(3)]
        for worker in live_workers:
            await worker.open()
        provider.before_send = wait
        tasks = [asyncio.create_task(worker.drain()) for worker in live_workers]
        await settled(live_workers)
        under_way = provider.begun
        hold.set()
        await asyncio.gather(*tasks)
        for worker in live_workers:
            await worker.close()
        return under_way

    live.change(OPEN, "provider_error", timezone.now() - timedelta(seconds=1))
    assert run(probes()) == 1
    assert live.health() == {"ours": ("ok", "")}
    assert live.deliveries("state").count(("sent",)) >= 1


async def settled(workers: list[Worker]) -> None:
    """Until nothing is left to claim: what is still leased waits at the provider."""
    waits = (
        "SELECT id FROM messaging_delivery WHERE state = 'queued' AND due_at <= now()"
        " OR (state = 'sending' AND provider = '') LIMIT 1"
    )
    while True:
        if not await workers[0].database.fetch(waits):
            return


def test_new_edited_and_closed_accounts_are_taken_over_while_the_worker_runs(live: Story) -> None:
    first, second = FakeProvider(), FakeProvider()

    async def works() -> None:
        providers = {"ours": first}
        worker = create_worker(accounts=providers)
        await worker.open()
        await worker.drain()
        await in_thread(lambda: live.account("ours"))
        await worker.accounts.reload(worker.database)
        await worker.drain()
        providers["ours"] = second
        await in_thread(lambda: live.change("UPDATE messaging_provideraccount SET version = 2"))
        await in_thread(lambda: live.invite(1))
        await worker.accounts.reload(worker.database)
        await worker.drain()
        await in_thread(lambda: live.change("UPDATE messaging_provideraccount SET is_active = false"))
        await in_thread(lambda: live.invite(1))
        await worker.accounts.reload(worker.database)
        await worker.drain()
        await worker.close()

    live.invite(1)
    run(works())
    assert (len(first.sent), len(second.sent)) == (1, 1)
    assert (first.closed, second.closed) == (True, True)
    assert sorted(live.deliveries()) == [("held", "not_configured"), ("sent", ""), ("sent", "")]


async def in_thread(work: Callable[[], object]) -> None:
    def at_work() -> None:
        with closing(connection):
            work()

    await asyncio.get_running_loop().run_in_executor(None, at_work)


def test_an_account_whose_settings_cannot_be_read_rests_until_it_is_edited(live: Story) -> None:
    live.account("ours")
    live.invite(1)
    deliver(accounts={})  # the opener does not know it
    assert live.health() == {"ours": ("open", "not_configured")}
    assert live.deliveries() == [("held", "not_configured")]


def test_a_worker_with_another_key_file_changes_nothing_that_others_share(
    live: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    create(tmp_path / "other.key")
    other = read(tmp_path / "other.key")
    live.account("ours")
    live.invite(1)
    with monkeypatch.context() as patch:
        patch.setattr(vault, "keyring", lambda: other)
        deliver(accounts={"ours": FakeProvider()})
    assert live.health() == {"ours": ("ok", "")}
    assert live.deliveries("state", "reason", "attempt") == [("queued", "", 0)]
    live.change("UPDATE messaging_delivery SET due_at = now()")
    deliver(accounts={"ours": FakeProvider()})
    assert live.deliveries("state", "attempt") == [("sent", 1)]


def test_every_attempt_leaves_its_event(live: Story) -> None:
    live.account("bad", weight=1000)
    live.account("good", weight=1)
    live.invite(1)
    live.change("UPDATE messaging_provideraccount SET is_active = (name = 'bad')")
    bad, good = says(Outcome.RETRY, code="503"), FakeProvider()
    deliver(accounts={"bad": bad, "good": good})
    live.change("UPDATE messaging_provideraccount SET is_active = true")
    live.change("UPDATE messaging_delivery SET due_at = now()")
    deliver(accounts={"bad": bad, "good": good})
    events = live.rows(DeliveryEvent.objects.values_list("kind", "attempt", "code"))
    assert events == [("deferred", 1, "503")]
    assert live.deliveries("state", "attempt") == [("sent", 2)]
    assert len(good.sent) == 1


def test_a_hand_over_that_went_well_never_lets_an_account_rest() -> None:
    """However much failed before it, and would still weigh more than half."""
    well, ill = Receipt(Outcome.ACCEPTED), Receipt(Outcome.RETRY, code="451")
    account, accounts = Account(FakeProvider()), Accounts()

    async def report() -> None:
        for receipts in ([well] + [ill] * 7, [well] + [ill] * 7, [well] * 8):
            await accounts.report(create_database(), account, receipts)

    run(report())
    assert account.breaker.circuit == "ok"


def test_a_fault_in_learning_costs_nobody_their_outcome(live: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Accounts, "report", fails)
    live.invite(3)
    outside = FakeProvider()
    deliver(outside, chunk=1)
    assert len(outside.sent) == 3
    assert live.deliveries("state") == [("sent",)] * 3
