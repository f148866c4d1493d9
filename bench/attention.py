"""What looking costs beside a million deliveries: the page of what needs attention, its counter, health, a scrape.

`python -m bench.attention [--waiting 1000000] [--troubled 10000]` starts a PostgreSQL of its own.
"""

# ruff: noqa: PLC0415  (models can be imported only once the server of this run is up; the counts are our own)
from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROUNDS = 7
TROUBLES = (
    "(ARRAY['held', 'permanent_failure', 'unknown', 'temporary_failure'])[1 + floor(random() * 4)::int]"
)
#: One notification is copied to so many subjects, and a delivery of each put into the state asked for.
COPY = """
WITH model AS (SELECT * FROM messaging_notification LIMIT 1), made AS (
    INSERT INTO messaging_notification
        (id, organization_id, batch_id, purpose, candidate_id, user_id, key_id, subject_kind, subject_id,
         subject_revision, version_id, locale, parameters_sealed, state, occurrence, step_key, due_at, deadline_at,
         created_by_id, created_at)
    SELECT gen_random_uuid(), organization_id, NULL, purpose, candidate_id, NULL, key_id, subject_kind,
           gen_random_uuid(), 1, version_id, locale, '\\x00', 'scheduled', 1, '', now(), now() + interval '30 days',
           NULL, now()
    FROM model, generate_series(1, {count}) RETURNING id, organization_id
)
INSERT INTO messaging_delivery
    (id, organization_id, notification_id, batch_id, channel, is_rehearsal, provider, occurrence, state, reason,
     explanation, priority, due_at, deadline_at, attempt, provider_id, created_at, settled_at)
SELECT gen_random_uuid(), organization_id, id, NULL, 'email', true, '', 1, {state}, {reason}, '', 30,
       now() + {due}, now() + interval '30 days', 0, '', now(), now()
FROM made
"""


PAGES = (
    ("GET /deliveries", "/deliveries"),
    ("GET /deliveries, filtered", "/deliveries?reason=provider_error&state=failed&purpose=invitation"),
    ("GET /deliveries?reached=all", "/deliveries?reached=all"),
    ("GET /deliveries/attention", "/deliveries/attention"),
    ("GET /settings/health", "/settings/health"),
    ("GET /metrics", "/metrics"),
    ("GET /healthz, the ceiling", "/healthz"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=30_000)
    parser.add_argument("--troubled", type=int, default=10_000)
    given = parser.parse_args()
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="yuemian-bench-"))
        Path(data).chmod(0o711)
        os.environ |= {"YUEMIAN_DATA": data, "DJANGO_SETTINGS_MODULE": "yuemian.config.settings"}
        from yuemian.postgres import running_server

        stack.enter_context(running_server(Path(data), settings={"shared_buffers": "512MB", "fsync": "off"}))
        os.environ["YUEMIAN_DATABASE_ROLE"] = "owner"
        import django

        django.setup()
        measure(given.waiting, given.due, given.troubled)


def measure(waiting: int, due: int, troubled: int) -> None:
    from django.core.management import call_command
    from django.db import connection, transaction

    from tests.factories import create_cast, create_interviews, sign_in_client
    from yuemian.domain.states import Channel, Purpose
    from yuemian.interviews.actions.invite import send, summarize

    call_command("migrate", verbosity=0)
    now = datetime.now(UTC)
    with transaction.atomic():
        cast = create_cast(now=now)
        version = cast.templates[Purpose.INVITATION]
        people = summarize(
            create_interviews(cast, 1, now=now), version, Purpose.INVITATION, [Channel.EMAIL], now=now
        )
        send(cast.recruiter, people, version, Purpose.INVITATION, now=now)
        client = sign_in_client(cast.owner)
        with connection.cursor() as cursor:
            for count, state, when in (
                (waiting, "'queued'", "interval '20 days'"),
                (due, "'queued'", "interval '-1 minute'"),
                (troubled, TROUBLES, "interval '-1 hour'"),
            ):
                cursor.execute(COPY.format(count=count, state=state, reason="'provider_error'", due=when))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE messaging_delivery")
        cursor.execute("VACUUM ANALYZE messaging_notification")
    connection.close()
    connection.settings_dict["OPTIONS"]["assume_role"] = "yuemian_app"
    print(
        f"beside {waiting:,} deliveries that wait, {due:,} that are due and {troubled:,} that need a person"
    )
    for name, path in PAGES:
        print(f"{name:<30} {median_ms(client, path):>8.1f} ms")


def median_ms(client: Any, path: str) -> float:
    def once() -> float:
        begin = time.perf_counter()
        answer = client.get(path, SERVER_NAME="localhost")
        assert answer.status_code == 200, (path, answer.status_code)
        return (time.perf_counter() - begin) * 1000

    once()
    return statistics.median(once() for _ in range(ROUNDS))


if __name__ == "__main__":
    main()
