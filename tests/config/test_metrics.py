"""Metrics: who may read them, what they say, and that no organization can be told from another by them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from tests.factories import create_cast
from tests.messaging.test_remedy import trouble
from yuemian.config.access import AccessLog
from yuemian.messaging.models import Batch, Delivery
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import acting_in

TOKEN = "a-token-of-enough-letters"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def as_engine(statement: str, *values: Any) -> None:
    """What a worker writes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_engine")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL ROLE yuemian_app")


def a_worker(now: datetime, *, seen: timedelta = timedelta(), host: str = "one") -> None:
    as_engine(
        "INSERT INTO messaging_workerlife (id, host, pid, version, started_at, seen_at, figures) "
        "VALUES (%s, %s, 7, '1', %s, %s, %s::jsonb)",
        uuid7(), host, now - timedelta(hours=1), now - seen, '{"email": {"claimed": 12, "accepted": 10}}',
    )  # fmt: skip


def samples(client: Client, **headers: Any) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_sums_over_all_organizations_and_no_name_of_any(transactional_db: None, client: Client) -> None:
    now = timezone.now()
    for name in ("甲公司", "乙公司"):
        with transaction.atomic():
            cast = create_cast(now=now, name=name)
            trouble(cast, 2, "queued", now=now, due_at=now - timedelta(seconds=90))
            trouble(cast, 1, "held", now=now)
            trouble(cast, 1, "unknown", now=now)
            trouble(cast, 1, "queued", now=now, due_at=now + timedelta(days=1))
            Batch.objects.update(state="running")
    found = samples(client)
    assert found["yuemian_queue_deliveries", ("queued",)] == 6
    assert found["yuemian_queue_deliveries", ("due",)] == 4
    assert 90 <= found["yuemian_queue_oldest_due_seconds", ()] < 300
    assert found["yuemian_attention_deliveries", ("held",)] == 2
    assert found["yuemian_attention_deliveries", ("unknown",)] == 2
    assert found["yuemian_batches", ("running",)] == 8
    text = client.get("/metrics").content.decode()
    with acting_in(cast.organization.pk):
        ids = [str(id_) for id_ in Delivery.objects.values_list("pk", flat=True)]
    for secret in ("甲公司", "乙公司", str(cast.organization.pk), *ids):
        assert secret not in text


def test_what_waits_in_a_paused_batch_is_not_late(db: None, client: Client, now: datetime) -> None:
    cast = create_cast(now=now)
    trouble(cast, 3, "queued", now=now, due_at=now - timedelta(hours=1))
    Batch.objects.update(state="paused")
    found = samples(client)
    assert found["yuemian_queue_oldest_due_seconds", ()] == 0
    assert found["yuemian_queue_deliveries", ("due",)] == 0
    assert found["yuemian_queue_deliveries", ("queued",)] == 3


def test_workers_report_their_counters_and_their_silence(db: None, client: Client, now: datetime) -> None:
    a_worker(now, host="one")
    a_worker(now, host="two", seen=timedelta(minutes=2))
    a_worker(now, host="gone", seen=timedelta(hours=3))
    found = samples(client)
    assert (found["yuemian_workers", ("alive",)], found["yuemian_workers", ("silent",)]) == (1, 1)
    assert found["yuemian_worker_deliveries_total", ("accepted", "email", "one:7")] == 10
    assert ("yuemian_worker_deliveries_total", ("accepted", "email", "gone:7")) not in found


def test_a_database_that_is_away_is_a_figure(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert samples(client)["yuemian_database_up", ()] == 1

    def refuse(*_: Any, **__: Any) -> Any:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", refuse)
        found = samples(client)
    assert found["yuemian_database_up", ()] == 0
    assert not [name for name, _ in found if name.startswith(("yuemian_queue", "yuemian_workers"))]


# --- Who may -----------------------------------------------------------------------------------------------


def test_with_a_token_only_the_token_counts(db: None, client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 403
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    far = Client(REMOTE_ADDR="203.0.113.9")
    assert far.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_without_a_token_only_this_machine_itself_may(
    db: None, client: Client, settings: Settings, header: str
) -> None:
    """A proxy on this machine also comes from loopback, but says for whom."""
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={header: "203.0.113.9"}).status_code == 403
    assert Client(REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 403
    assert Client(REMOTE_ADDR="nonsense").get("/metrics").status_code == 403
    assert client.post("/metrics").status_code == 405


def test_the_web_role_reads_sums_and_nothing_behind_them(db: None) -> None:
    create_cast(now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege('public', 'engine_figures()', 'EXECUTE')")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT prosecdef, proconfig FROM pg_proc WHERE proname = 'engine_figures'")
        is_definer, config = cursor.fetchone()
    assert is_definer
    assert config == ["search_path=public, pg_temp"]


# --- Requests ----------------------------------------------------------------------------------------------


def ask(method: str, path: str, status: int) -> None:
    async def app(_scope: Any, _receive: Any, send: Callable[..., Any]) -> None:
        await send({"type": "http.response.start", "status": status})

    async def nothing(*_: Any) -> Any:
        return None

    asyncio.run(AccessLog(app)({"type": "http", "method": method, "path": path}, nothing, nothing))


@pytest.fixture
def counted(db: None, client: Client) -> Callable[..., float]:
    def count(*labels: str) -> float:
        return samples(client).get(("yuemian_http_requests_total", tuple(sorted(labels))), 0.0)

    return count


def test_every_request_is_counted_but_the_probes(counted: Callable[..., float]) -> None:
    before = counted("GET", "200"), counted("POST", "403")
    ask("GET", "/interviews", 200)
    ask("POST", "/sign-in", 403)
    for path in ("/healthz", "/readyz", "/metrics", "/static/x.css"):
        ask("GET", path, 200)
    assert (counted("GET", "200"), counted("POST", "403")) == (before[0] + 1, before[1] + 1)


def test_invented_methods_share_one_label(counted: Callable[..., float]) -> None:
    before = counted("other", "405")
    ask("BREW", "/", 405)
    ask("PROPFIND", "/", 405)
    assert counted("other", "405") == before + 2
