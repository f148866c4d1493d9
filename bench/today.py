"""The Today page with 200,000 candidates: statements, wall and CPU time of reading it, without its template.

`python -m bench.today [--candidates 200000] [--times 7]` starts a PostgreSQL of its own and copies one interview, with
its person, invitation and delivery, over a year: 555 a day, of which 100 days lie ahead. The rows are alike; what
differs is what the page asks for: the day, the recruiter, the answer, what became of the mail. CPU is that of this
process and of its database session, a mean of all times; the wall clock is the best one.
"""

# ruff: noqa: PLC0415  (models can be imported only once the server of this run is up and Django is set up)
from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.portal import processor_seconds

RECRUITERS, INTERVIEWERS = 20, 200
#: One of twelve families and of 3,600 given names; every tenth is called 候选人, as in no company.
_FAMILIES = "王李张刘陈杨赵黄周吴徐孙"
_GIVEN = (
    "靖宁伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥"
    "玲芬燕彬雪琳佳慧婷浩宇轩然博文昊天子涵欣怡梓思雨诗晨曦睿泽楷"
)
NAME = (
    f"CASE copy.n % 10 WHEN 0 THEN '候选人' ELSE substr('{_FAMILIES}', 1 + copy.n % 12, 1)"
    f" || substr('{_GIVEN}', 1 + copy.n / 12 % 60, 1) || substr('{_GIVEN}', 1 + copy.n / 720 % 60, 1) END"
)
#: Every column is copied from the one interview there is, but for these.
_COPIES = """
CREATE TEMPORARY TABLE copy AS
WITH person AS (SELECT id, role, row_number() OVER (PARTITION BY role ORDER BY id) - 1 AS place FROM accounts_user),
each AS (SELECT n, n / 360 AS k, (n / 360 * 7 + n) %% 200 AS kind FROM generate_series(1, %s) AS n)
SELECT n, gen_random_uuid() AS key, gen_random_uuid() AS candidate, gen_random_uuid() AS point,
       gen_random_uuid() AS application, gen_random_uuid() AS interview, gen_random_uuid() AS notification,
       date_trunc('day', now()) + make_interval(days => n %% 360 - 260, hours => 9 + k / 200 * 3, mins => k %% 4 * 15)
           AS starts_at,
       CASE WHEN kind %% 10 = 0 THEN 'declined' WHEN kind %% 10 < 3 THEN 'needs_action' ELSE 'accepted' END AS answer,
       kind %% 50 = 2 AS is_untold, CASE kind WHEN 21 THEN 'permanent_failure' ELSE 'delivered' END AS sent,
       recruiter.id AS recruiter_id, interviewer.id AS interviewer_id
FROM each
JOIN person AS recruiter ON recruiter.role = 'recruiter' AND recruiter.place = k %% %s
JOIN person AS interviewer ON interviewer.role = 'interviewer' AND interviewer.place = k %% %s
"""
_TABLES = {
    "trust_key": {"id": "copy.key", "number": "1000000 + copy.n", "purpose": "'candidate'"},
    "hiring_candidate": {"id": "copy.candidate", "key_id": "copy.key", "name": NAME, "name_key": NAME},
    "hiring_contactpoint": {"id": "copy.point", "candidate_id": "copy.candidate"},
    "hiring_application": {"id": "copy.application", "candidate_id": "copy.candidate"},
    "interviews_interview": {
        "id": "copy.interview",
        "application_id": "copy.application",
        "starts_at": "copy.starts_at",
        "answer": "copy.answer",
        "recruiter_id": "copy.recruiter_id",
        "fingerprint": "NULL",
        "attendance": "CASE WHEN copy.starts_at < now() - interval '1 day' THEN 'attended' ELSE 'unknown' END",
        "state": "CASE WHEN copy.starts_at < now() - interval '1 day' THEN 'completed' ELSE 'scheduled' END",
    },
    # A nudge after a day of silence has the clock look at everybody ahead once a day.
    "interviews_cadence": {
        "id": "gen_random_uuid()",
        "interview_id": "copy.interview",
        "next_at": "CASE WHEN copy.starts_at > now() THEN now() + make_interval(mins => copy.n % 1440) END",
    },
    "interviews_participant": {
        "id": "gen_random_uuid()",
        "interview_id": "copy.interview",
        "user_id": "copy.interviewer_id",
    },
    "messaging_notification": {
        "id": "copy.notification",
        "subject_id": "copy.interview",
        "candidate_id": "copy.candidate",
        "key_id": "copy.key",
        "deadline_at": "copy.starts_at",
    },
    "messaging_delivery": {
        "id": "gen_random_uuid()",
        "notification_id": "copy.notification",
        "deadline_at": "copy.starts_at",
        "state": "copy.sent",
        "sent_at": "now() - interval '1 hour'",
    },
}


def copy_over_a_year(count: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_COPIES, [count, RECRUITERS, INTERVIEWERS])
        for table, values in _TABLES.items():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
                [table],
            )
            columns = [row[0] for row in cursor.fetchall()]
            copied = ", ".join(values.get(name, f"t.{name}") for name in columns)
            told = "WHERE NOT copy.is_untold" if table.startswith("messaging_") else ""
            # Constants of this file alone.
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) "
                f"SELECT {copied} FROM copy CROSS JOIN LATERAL (SELECT * FROM {table} ORDER BY id LIMIT 1) AS t {told}"
            )


def measure(company: Any, times: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from yuemian.accounts.models import Role, User
    from yuemian.interviews.today import Scope, read_today
    from yuemian.trust.tenancy import acting_in

    print(f"{'':<12}{'statements':>11}{'whole ms':>10}{'CPU ms: Python':>16}{'database':>10}   parts")
    with acting_in(company.organization.pk):
        recruiters = User.objects.select_related("organization", "branch").filter(role=Role.RECRUITER)
        user = recruiters.exclude(pk=company.recruiter.pk)[0]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = int(cursor.fetchone()[0])
        for name, scope in (("one's own", Scope(is_mine=True)), ("everybody's", Scope(is_mine=False))):
            with CaptureQueriesContext(connection) as queries:
                today = read_today(user, scope, now=timezone.now())
            walls, cpu, inside = [], time.process_time(), processor_seconds([backend])
            for _ in range(times):
                wall = time.perf_counter()
                read_today(user, scope, now=timezone.now())
                walls.append(time.perf_counter() - wall)
            cpu, inside = time.process_time() - cpu, processor_seconds([backend]) - inside
            parts = ", ".join(f"{section.part} {section.count_text}" for section in today.filled)
            figures = f"{min(walls) * 1000:>10.0f}{cpu / times * 1000:>16.0f}{inside / times * 1000:>10.0f}"
            print(f"{name:<12}{len(queries):>11}{figures}   {parts}")
            for query in sorted(queries.captured_queries, key=lambda each: -float(each["time"]))[:4]:
                print(f"    {float(query['time']) * 1000:6.0f} ms  {' '.join(query['sql'].split())[:100]}")


@contextmanager
def filled_company(candidates: int) -> Iterator[Any]:
    """The company of this benchmark, in a server of its own; for other benchmarks too."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yuemian-bench-")))
        data.chmod(0o711)
        os.environ |= {
            "YUEMIAN_DATA": str(data),
            "YUEMIAN_DATABASE_ROLE": "owner",
            "YUEMIAN_SMTP_URL": "smtp://127.0.0.1:25?tls=none",
            "DJANGO_SETTINGS_MODULE": "yuemian.config.settings",
        }
        from yuemian.postgres import running_server

        stack.enter_context(running_server(data, settings={"shared_buffers": "512MB", "fsync": "off"}))
        import django

        django.setup()
        from django.db import connection
        from django.utils import timezone

        from bench.company import create_company
        from yuemian.accounts.models import Role, User
        from yuemian.domain.states import Channel
        from yuemian.interviews.models import Interview, Participant
        from yuemian.interviews.plans.library import install_plan
        from yuemian.trust.tenancy import acting_in

        company = create_company(1)
        company.invite(1, Channel.EMAIL)
        with acting_in(company.organization.pk):
            install_plan(company.organization, timezone.now())
            for role, many in ((Role.RECRUITER, RECRUITERS), (Role.INTERVIEWER, INTERVIEWERS)):
                User.objects.bulk_create(
                    User(
                        organization=company.organization,
                        name=f"{role} {number}",
                        email=f"{role}.{number}@example.com",
                        role=role,
                        branch=company.recruiter.branch,
                    )
                    for number in range(many)
                )
            Participant.objects.create(
                organization=company.organization,
                interview=Interview.objects.earliest("id"),
                user=company.recruiter,
            )
            copy_over_a_year(candidates)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield company


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args()
    with filled_company(given.candidates) as company:
        measure(company, given.times)


if __name__ == "__main__":
    main()
