"""What whole pages cost: by Django's test client, as the web role, under row-level security, in one database session.

CPU is that of this process and of its database session: on a shared machine the only figure that compares.
"""

# ruff: noqa: PLC0415  (models can be imported only once the server of a run is up and Django is set up)
from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from bench.portal import processor_seconds

#: What the design allows a page, in ms.
BUDGET = 200


def serve_as_web() -> None:
    """One session for all requests, so that its CPU can be read; bound by row-level security."""
    from django.db import connection

    connection.close()
    connection.settings_dict |= {"CONN_MAX_AGE": None}
    connection.settings_dict["OPTIONS"]["assume_role"] = "yuemian_app"


def get(client: Any, address: str) -> Any:
    answer = client.get(address, SERVER_NAME="localhost")
    assert answer.status_code == 200, (address, answer.status_code)
    return answer


def measure_pages(client: Any, pages: Iterable[tuple[str, str]], times: int) -> None:
    measure([(name, partial(get, client, address)) for name, address in pages], times)


def measure(calls: Iterable[tuple[str, Callable[[], Any]]], times: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    load = os.getloadavg()[0]
    heads = f"{'wall ms':>8}{'CPU ms: Python':>16}{'database':>10}{'sum':>6}{'statements':>12}   slowest"
    print(f"{f'load {load:.0f}':<34}{heads}", flush=True)
    for name, call in calls:
        call()
        with CaptureQueriesContext(connection) as queries:
            call()
        # At once: the next request empties the list.
        found = list(queries.captured_queries)
        backend = _backend(connection)
        walls, cpu, inside = [], time.process_time(), processor_seconds([backend])
        for _ in range(times):
            begun = time.perf_counter()
            call()
            walls.append(time.perf_counter() - begun)
        cpu, inside = time.process_time() - cpu, processor_seconds([backend]) - inside
        assert _backend(connection) == backend
        each, there = cpu / times * 1000, inside / times * 1000
        mark = " !" if each + there > BUDGET else ""
        wall = statistics.median(walls) * 1000
        figures = f"{wall:>8.0f}{each:>16.0f}{there:>10.0f}{each + there:>6.0f}{len(found):>12}"
        print(f"{name:<34}{figures}   {_slowest(found)}{mark}", flush=True)


def _slowest(queries: list[dict[str, str]]) -> str:
    if not queries:
        return ""
    slowest = max(queries, key=lambda each: float(each["time"]))
    return f"{float(slowest['time']) * 1000:.0f} ms {' '.join(slowest['sql'].split())[:70]}"


def _backend(connection: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
