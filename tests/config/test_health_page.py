"""The health page: what it says of workers, queue and accounts, and what it tells people to do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.config.test_metrics import a_worker
from tests.factories import Cast, sign_in_client
from tests.messaging.test_remedy import trouble
from yuemian.config.health import Health
from yuemian.messaging.models import Batch, DeliveryEvent, ProviderAccount
from yuemian.trust.vault import organization_key


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def administrator(cast: Cast) -> Client:
    return sign_in_client(cast.owner)


def health_of(client: Client) -> Health:
    found: Health = client.get("/settings/health", headers={"accept-language": "en"}).context["health"]
    return found


def test_without_a_worker_it_says_how_to_start_one(administrator: Client) -> None:
    (advice,) = health_of(administrator).advice
    assert "No worker is at work" in str(advice)


def test_all_is_well_when_a_worker_is_at_work(administrator: Client, now: datetime) -> None:
    a_worker(now)
    found = health_of(administrator)
    assert found.advice == []
    (worker,) = found.workers
    assert (worker.state, worker.accepted, round(worker.per_minute * 6)) == ("alive", 10, 1)
    assert (
        "All is well"
        in administrator.get("/settings/health", headers={"accept-language": "en"}).content.decode()
    )


def test_a_worker_that_fell_silent_is_named(administrator: Client, now: datetime) -> None:
    a_worker(now, host="one")
    a_worker(now, host="two", seen=timedelta(minutes=5))
    found = health_of(administrator)
    assert {worker.life.host: worker.state for worker in found.workers} == {"one": "alive", "two": "silent"}
    assert any("fell silent" in str(text) for text in found.advice)


def test_what_is_due_and_waits_is_noticed(cast: Cast, administrator: Client, now: datetime) -> None:
    a_worker(now)
    trouble(cast, 2, "queued", now=now, due_at=now - timedelta(minutes=5))
    trouble(cast, 1, "queued", now=now, due_at=now + timedelta(days=1))
    trouble(cast, 1, "held", now=now)
    Batch.objects.update(state="running")
    found = health_of(administrator)
    assert [depth.count for depth in found.depths] == ["2", "1", "0", "1", "0"]
    assert found.waits_since == now - timedelta(minutes=5)
    assert any("are due and wait" in str(text) for text in found.advice)
    Batch.objects.update(state="paused")
    assert health_of(administrator).waits_since is None


def test_an_account_that_takes_nothing_is_named_with_its_reason(
    cast: Cast, administrator: Client, now: datetime
) -> None:
    ProviderAccount.objects.create(
        organization=cast.organization, channel="sms", provider="http_sms", name="主短信账户",
        key=organization_key(cast.organization.pk), config_sealed=b"x", health="open", health_since=now,
        health_reason="401 refused.", created_at=now,
    )  # fmt: skip
    assert any(
        "主短信账户 takes nothing at the moment: 401 refused." in str(t)
        for t in health_of(administrator).advice
    )


def test_the_kinds_of_trouble_are_counted(cast: Cast, administrator: Client, now: datetime) -> None:
    ids = trouble(cast, 3, "temporary_failure", now=now, reason="provider_error")
    for delivery_id in ids:
        DeliveryEvent.objects.create(
            organization=cast.organization, delivery_id=delivery_id, kind="failed", at=now, code="421"
        )
    DeliveryEvent.objects.create(
        organization=cast.organization,
        delivery_id=ids[0],
        kind="failed",
        at=now - timedelta(days=2),
        code="500",
    )
    (found,) = health_of(administrator).troubles
    assert (found.code, found.times) == ("421", 3)


def test_only_an_administrator_opens_it(cast: Cast) -> None:
    for person in (cast.recruiter, cast.lead, cast.interviewer, cast.auditor):
        assert sign_in_client(person).get("/settings/health").status_code == 403
