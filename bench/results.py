"""The list of results with 200,000 candidates, and deciding on a thousand: statements, wall and CPU time.

`python -m bench.results [--candidates 200000] [--times 5]` takes the company of `bench.today` (555 interviews a day,
of which 260 days are over). Whoever was interviewed more than ten days ago was told, of the others half are decided;
every second one has a scorecard. Measured are whole pages, by the view and its templates, and `decide` for a thousand.
CPU is that of this process and of its database session, a mean of all times.
"""

# ruff: noqa: PLC0415  (models can be imported only once the server of this run is up and Django is set up)
from __future__ import annotations

import argparse
import time
from typing import Any

from bench.portal import processor_seconds
from bench.today import filled_company

_WAITS = """
INSERT INTO results_wait (id, organization_id, interview_id, job_id, state, ended_at, due_at)
SELECT gen_random_uuid(), i.organization_id, i.id, a.job_id,
       CASE WHEN i.starts_at < now() - interval '10 days' THEN 'told'
            WHEN extract(epoch FROM i.starts_at)::bigint / 900 % 2 = 0 THEN 'decided' ELSE 'open' END,
       i.starts_at + i.duration, i.starts_at + i.duration + interval '7 days'
FROM interviews_interview i JOIN hiring_application a ON a.id = i.application_id
WHERE i.starts_at + i.duration < now()
"""
_TOLD = """
UPDATE interviews_interview i SET result_told_at = w.ended_at + interval '3 days'
FROM results_wait w WHERE w.interview_id = i.id AND w.state = 'told'
"""
_DECISIONS = """
INSERT INTO results_decision
    (id, organization_id, application_id, interview_id, number, replaces, outcome, reasons, decided_by_id, decided_at, is_current)
SELECT gen_random_uuid(), i.organization_id, i.application_id, i.id, 1, 0, 'reject', '{}', i.recruiter_id,
       w.ended_at + interval '1 day', true
FROM results_wait w JOIN interviews_interview i ON i.id = w.interview_id WHERE w.state <> 'open'
"""  # noqa: E501
_CARDS = """
INSERT INTO results_scorecard (id, organization_id, interview_id, interviewer_id, author, state, recommendation, edition, source,
                               external_id, started_at, saved_at, submitted_at)
SELECT gen_random_uuid(), i.organization_id, i.id, p.user_id, '', 'submitted', 'yes', 1, '', '', w.ended_at, w.ended_at, w.ended_at
FROM results_wait w JOIN interviews_interview i ON i.id = w.interview_id
JOIN LATERAL (SELECT user_id FROM interviews_participant WHERE interview_id = i.id LIMIT 1) p ON true
WHERE extract(epoch FROM i.starts_at)::bigint / 60 % 2 = 0
"""  # noqa: E501
PAGES = {
    "to be decided": "",
    "only mine": "recruiter=me",
    "late": "state=waiting&age=late",
    "told": "state=told",
    "divided (none)": "verdicts=split",
    "told, one job": "state=told&job={job}",
}


def company_job(company: Any) -> Any:
    from yuemian.hiring.models import Job

    return Job.objects.filter(organization=company.organization).values_list("pk", flat=True)[0]


def fill(company: Any) -> None:
    from django.db import connection

    from yuemian.trust.tenancy import acting_in

    with acting_in(company.organization.pk), connection.cursor() as cursor:
        for statement in (_WAITS, _TOLD, _DECISIONS, _CARDS):
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure(company: Any, times: int) -> None:
    from django.db import connection
    from django.http import QueryDict
    from django.test import RequestFactory
    from django.test.utils import CaptureQueriesContext

    from yuemian.results.views import decisions
    from yuemian.trust.tenancy import acting_in

    print(f"{'':<18}{'statements':>11}{'whole ms':>10}{'CPU ms: Python':>16}{'database':>10}")
    with acting_in(company.organization.pk):
        user = company.recruiter
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = int(cursor.fetchone()[0])
        for name, query in PAGES.items():
            request = RequestFactory().get("/results")
            request.GET = QueryDict(query.format(job=company_job(company)))
            request.user = user
            with CaptureQueriesContext(connection) as queries:
                decisions.show(request)
            walls, cpu, inside = [], time.process_time(), processor_seconds([backend])
            for _ in range(times):
                wall = time.perf_counter()
                decisions.show(request)
                walls.append(time.perf_counter() - wall)
            cpu, inside = time.process_time() - cpu, processor_seconds([backend]) - inside
            figures = f"{min(walls) * 1000:>10.0f}{cpu / times * 1000:>16.0f}{inside / times * 1000:>10.0f}"
            print(f"{name:<18}{len(queries):>11}{figures}")
            for each in sorted(queries.captured_queries, key=lambda one: -float(one["time"]))[:2]:
                print(f"    {float(each['time']) * 1000:6.0f} ms  {' '.join(each['sql'].split())[:110]}")
        decide_a_thousand(user, backend)


def decide_a_thousand(user: Any, backend: int) -> None:
    from django.utils import timezone

    from yuemian.domain.results import Outcome
    from yuemian.results.actions.decide import Choice, decide
    from yuemian.results.decisions.asking import ask
    from yuemian.results.decisions.filters import ResultFilters, first
    from yuemian.results.decisions.reasons import offered

    now = timezone.now()
    reason = offered(user.organization_id, outcomes=[Outcome.REJECT])[0].pk
    wall, cpu, inside = time.perf_counter(), time.process_time(), processor_seconds([backend])
    ids = [each.interview_id for each in first(user, ResultFilters(), 1000, now=now)]
    asked = ask(user, ids, now=now)
    middle = time.perf_counter()
    decide(user, [Choice(pk, Outcome.REJECT, (reason,)) for pk in asked.ids], now=now, seen_at=now)
    wall, middle = time.perf_counter() - wall, middle - wall
    cpu, inside = time.process_time() - cpu, processor_seconds([backend]) - inside
    print(
        f"deciding on {len(asked.ids)}: {wall:.2f} s in all, {middle:.2f} s of it to see them first; "
        f"CPU {cpu:.2f} s Python, {inside:.2f} s database"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    with filled_company(given.candidates) as company:
        fill(company)
        measure(company, given.times)


if __name__ == "__main__":
    main()
