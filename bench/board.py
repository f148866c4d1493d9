"""The board with 200,000 interviews: wall and CPU time of the whole page, per filter, and its largest statement.

`python -m bench.board [--candidates 200000] [--times 7]` fills a PostgreSQL of its own as `bench.today` does, and asks
for pages through Django's test client, as the web role, with row-level security. CPU is that of this process and of its
database session.
"""

# ruff: noqa: PLC0415  (models can be imported only once the server of this run is up and Django is set up)
from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

from bench.portal import processor_seconds
from bench.today import filled_company

PAGES = (
    ("from today on", ""),
    ("its second page", "?page=2"),
    ("only mine", "?recruiter=me"),
    ("any time", "?day=any"),
    ("past, newest first", "?day=past&sort=-time"),
    ("not invited", "?status=not_invited"),
    ("awaiting answer", "?status=waiting"),
    ("coming", "?status=coming"),
    ("notice failed", "?status=failed"),
    ("question open", "?status=question"),
    ("nothing sent, by notice", "?notice=none"),
    ("delivered, by notice", "?notice=delivered"),
    ("a name", "?q=候选人1234"),
    ("a name of nobody", "?q=无此人"),
)


def measure(company: Any, times: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.factories import sign_in_client
    from yuemian.accounts.models import Role, User
    from yuemian.trust.tenancy import acting_in

    with acting_in(company.organization.pk):
        people = User.objects.select_related("organization", "branch").filter(role=Role.RECRUITER)
        client = sign_in_client(people.exclude(pk=company.recruiter.pk)[0])
    connection.close()
    # One session for all requests, so that its CPU can be read.
    connection.settings_dict |= {"CONN_MAX_AGE": None}
    connection.settings_dict["OPTIONS"]["assume_role"] = "yuemian_app"
    print(f"{'':<26}{'wall ms':>8}{'CPU ms: Python':>16}{'database':>10}   slowest statement")
    for name, query in PAGES:
        address = f"/interviews{query}"
        get(client, address)
        with CaptureQueriesContext(connection) as queries:
            get(client, address)
        # At once: the next request empties the list.
        slowest = max(queries.captured_queries, key=lambda each: float(each["time"]))
        backend = backend_of(connection)
        walls, cpu, inside = [], time.process_time(), processor_seconds([backend])
        for _ in range(times):
            begun = time.perf_counter()
            get(client, address)
            walls.append(time.perf_counter() - begun)
        cpu, inside = time.process_time() - cpu, processor_seconds([backend]) - inside
        assert backend_of(connection) == backend
        figures = f"{statistics.median(walls) * 1000:>8.0f}{cpu / times * 1000:>16.0f}{inside / times * 1000:>10.0f}"
        print(
            f"{name:<26}{figures}   {float(slowest['time']) * 1000:.0f} ms {' '.join(slowest['sql'].split())[:70]}"
        )


def get(client: Any, address: str) -> None:
    answer = client.get(address, SERVER_NAME="localhost")
    assert answer.status_code == 200, (address, answer.status_code)


def backend_of(connection: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    with filled_company(given.candidates) as company:
        measure(company, given.times)


if __name__ == "__main__":
    main()
