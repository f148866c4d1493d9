"""Figures for Prometheus: queue, workers and accounts of all organizations as sums, and this process's requests."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import orjson
import structlog
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

log = structlog.get_logger(__name__)

#: A worker that has not reported for so long is not at work; it reports every few seconds.
SILENT_AFTER = 30
FIGURES = "SELECT family, label, more, extra, value FROM engine_figures()"
#: Workers that stopped long ago are history; their counters would only lengthen every answer.
WORKERS = """
SELECT host || ':' || pid, stopped_at IS NULL, extract(epoch FROM now() - seen_at)::float8,
       extract(epoch FROM started_at)::float8, figures::text
FROM messaging_workerlife WHERE seen_at > now() - interval '1 hour' ORDER BY started_at
"""

registry = CollectorRegistry()
ProcessCollector(registry=registry)
requests = Counter(
    "yuemian_http_requests",
    "Requests that this web process answered.",
    ["method", "status"],
    registry=registry,
)
durations = Histogram(
    "yuemian_http_request_seconds",
    "How long this web process took to answer, streams left out.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def note_request(method: str, status: int, seconds: float, *, is_stream: bool) -> None:
    """Count one answer. Methods that nobody knows share one label, or anybody could grow the list."""
    requests.labels(method if method in _METHODS else "other", str(status)).inc()
    if not is_stream:
        durations.observe(seconds)


def may_scrape(request: HttpRequest) -> bool:
    """By the token where one is set; else only from this machine itself, and not through a proxy on it."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(str(request.META.get("REMOTE_ADDR", ""))).is_loopback
    except ValueError:
        return False


class EngineCollector(Collector):
    """Asks the database at every scrape: two statements, each of constant cost.

    A database that does not answer is a figure too: without it an alert would have nothing to compare with.
    """

    def collect(self) -> Iterator[Metric]:
        begin = time.perf_counter()
        try:
            figures, workers = _ask()
        except Error as error:
            log.warning("figures_missing", error=type(error).__name__)
            yield _database_up(0)
            return
        seconds = time.perf_counter() - begin
        yield _database_up(1)
        yield from _families(figures)
        yield from _of_workers(workers)
        yield GaugeMetricFamily(
            "yuemian_database_seconds", "How long the database took for these figures.", value=seconds
        )


def _ask() -> tuple[list[Any], list[Any]]:
    """Figures and workers. Raises Django's database errors."""
    with connection.cursor() as cursor:
        cursor.execute(FIGURES)
        figures = cursor.fetchall()
        cursor.execute(WORKERS)
        return figures, cursor.fetchall()


def _database_up(value: int) -> Metric:
    return GaugeMetricFamily(
        "yuemian_database_up", "1 when the database gave the figures, 0 when it did not.", value=value
    )


def _families(figures: list[tuple[str, str, str, str, float]]) -> Iterator[Metric]:
    queue = GaugeMetricFamily(
        "yuemian_queue_deliveries",
        "Deliveries that wait: queued (all), due (now), sending. Beyond 20,000 an estimate; due stops at 20,001.",
        labels=["state"],
    )
    attention = GaugeMetricFamily(
        "yuemian_attention_deliveries",
        "Deliveries of the last 7 days that wait for a person, by state.",
        labels=["state"],
    )
    batches = GaugeMetricFamily("yuemian_batches", "Sends that run or are paused.", labels=["state"])
    accounts = GaugeMetricFamily(
        "yuemian_provider_accounts",
        "Provider accounts in use, by the state of their circuit breaker.",
        labels=["channel", "provider", "health"],
    )
    oldest = 0.0
    for family, label, more, extra, value in figures:
        if family == "oldest_due":
            oldest = value
        elif family == "accounts":
            accounts.add_metric([label, more, extra], value)
        else:
            {"queue": queue, "attention": attention, "batches": batches}[family].add_metric([label], value)
    yield from (queue, attention, batches, accounts)
    yield GaugeMetricFamily(
        "yuemian_queue_oldest_due_seconds", "How long the oldest due delivery has waited.", value=oldest
    )


def _of_workers(
    workers: list[tuple[str, bool, float, float, str]],
) -> Iterator[Metric]:
    alive = sum(1 for _, is_running, silence, _, _ in workers if is_running and silence <= SILENT_AFTER)
    silent = sum(1 for _, is_running, silence, _, _ in workers if is_running and silence > SILENT_AFTER)
    states = GaugeMetricFamily(
        "yuemian_workers", "Workers of the last hour that have not said goodbye.", labels=["state"]
    )
    states.add_metric(["alive"], alive)
    states.add_metric(["silent"], silent)
    outcomes = CounterMetricFamily(
        "yuemian_worker_deliveries",
        "What each worker claimed, and what became of it, since it started.",
        labels=["worker", "channel", "outcome"],
    )
    for name, _, _, started_at, figures in workers:
        for channel, counts in sorted(orjson.loads(figures).items()):
            for outcome, count in sorted(counts.items()):
                outcomes.add_metric([name, channel, outcome], count, created=started_at)
    yield from (states, outcomes)


registry.register(EngineCollector())
