"""The inbox beside 200,000 conversations: its lists, filters, search, a thread and the badge, as pages.

`python -m bench.inbox [--conversations 200000] [--real 600]` starts a PostgreSQL of its own. One conversation is
copied over two years (4 % open, 8 % the candidate's turn, 2 % snoozed); the newest ones are real, each with a key and
readable messages of its own, so that a search opens what it would open.
"""

# ruff: noqa: PLC0415  (models can be imported only once the server of this run is up; the counts are our own)
from __future__ import annotations

import argparse
import os
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.pages import measure_pages, serve_as_web
from bench.today import NAME

_STATE = (
    "CASE WHEN n % 50 < 2 THEN 'open' WHEN n % 50 < 6 THEN 'pending' WHEN n % 50 = 6 THEN 'snoozed' "
    "ELSE 'resolved' END"
)
_AT = "now() - interval '31 days' - make_interval(mins => n * 5)"
_COPIES = f"""
CREATE TEMPORARY TABLE copy AS
SELECT n, gen_random_uuid() AS key, gen_random_uuid() AS candidate, gen_random_uuid() AS application,
       gen_random_uuid() AS conversation, {_STATE} AS state, {_AT} AS at,
       (SELECT array_agg(id) FROM hiring_job) AS jobs, (SELECT array_agg(id) FROM accounts_user) AS people
FROM generate_series(1, {{count}}) AS n
"""
_JOB = "copy.jobs[1 + copy.n % array_length(copy.jobs, 1)]"
#: Every column is copied from the one row there is, but for these.
_TABLES = {
    "trust_key": {"id": "copy.key", "number": "1000000 + copy.n", "purpose": "'candidate'"},
    "hiring_candidate": {
        "id": "copy.candidate",
        "key_id": "copy.key",
        "name": NAME,
        "name_key": NAME,
    },
    "hiring_application": {"id": "copy.application", "candidate_id": "copy.candidate", "job_id": _JOB},
    "messaging_conversation": {
        "id": "copy.conversation",
        "application_id": "copy.application",
        "job_id": _JOB,
        "assignee_id": "copy.people[1 + copy.n % array_length(copy.people, 1)]",
        "state": "copy.state",
        "waiting_since": "CASE WHEN copy.state IN ('open', 'snoozed') THEN copy.at END",
        "snoozed_until": "CASE WHEN copy.state = 'snoozed' THEN now() + interval '1 day' END",
        "ranked_at": "copy.at",
        "asked_at": "copy.at",
        "last_message_at": "copy.at",
    },
    "messaging_message": {
        "id": "gen_random_uuid()",
        "conversation_id": "copy.conversation",
        "created_at": "copy.at",
    },
}
PAGES = (
    ("the list, everybody's", "/inbox?whose=all"),
    ("one's own", "/inbox?whose=mine"),
    ("resolved (172,000)", "/inbox?whose=all&state=resolved"),
    ("any state", "/inbox?whose=all&state=any"),
    ("one job", "/inbox?whose=all&job={job}&state=resolved"),
    ("one branch", "/inbox?whose=all&branch={branch}&state=resolved"),
    ("search: a part of few names", "/inbox?q=靖宁"),
    ("search: a name of many", "/inbox?q=候选人"),
    ("search: words", "/inbox?q=停车位"),
    ("a thread, beside the list", "/inbox/{conversation}?whose=all"),
    ("the badge", "/inbox/attention"),
    ("GET /healthz, the ceiling", "/healthz"),
)


def fill(count: int, real: int) -> dict[str, Any]:
    """Conversations, and what the pages are asked for with. The viewer is the owner."""
    from django.db import connection, transaction

    from tests.factories import create_cast, create_interviews, sign_in_client
    from yuemian.messaging.actions.conversation import add_message
    from yuemian.messaging.models import Conversation

    now = datetime.now(UTC)
    with transaction.atomic():
        cast = create_cast(now=now)
        for number, interview in enumerate(create_interviews(cast, real, now=now)):
            text = "请问附近有停车位吗？" if number % 100 == 0 else "请问需要带什么材料，几点到合适？"
            for part in range(3):
                at = now - timedelta(hours=1 + number, minutes=part)
                add_message(interview.application, text, interview_id=interview.pk, author=None, now=at)
        with connection.cursor() as cursor:
            cursor.execute(_COPIES.format(count=count))
            for table, values in _TABLES.items():
                cursor.execute(
                    "SELECT column_name FROM information_schema.columns "
                    "WHERE table_name = %s AND is_generated = 'NEVER'",
                    [table],
                )
                columns = [row[0] for row in cursor.fetchall()]
                copied = ", ".join(values.get(name, f"t.{name}") for name in columns)
                # Constants of this file alone.
                cursor.execute(
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {copied} FROM copy "
                    f"CROSS JOIN LATERAL (SELECT * FROM {table} ORDER BY id LIMIT 1) AS t"
                )
        conversation = Conversation.objects.latest("last_message_at")
        client = sign_in_client(cast.owner)
    return {
        "client": client,
        "job": cast.analyst.pk,
        "branch": cast.singapore.pk,
        "conversation": conversation.pk,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=200_000)
    parser.add_argument("--real", type=int, default=600)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="yuemian-bench-"))
        Path(data).chmod(0o711)
        os.environ |= {
            "YUEMIAN_DATA": data,
            "YUEMIAN_DATABASE_ROLE": "owner",
            "DJANGO_SETTINGS_MODULE": "yuemian.config.settings",
        }
        from yuemian.postgres import running_server

        stack.enter_context(running_server(Path(data), settings={"shared_buffers": "512MB", "fsync": "off"}))
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        found = fill(given.conversations, given.real)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        serve_as_web()
        client = found.pop("client")
        measure_pages(client, [(name, path.format(**found)) for name, path in PAGES], given.times)


if __name__ == "__main__":
    main()
