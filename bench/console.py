"""Pages about one person or one interview, bookable times, privacy and the nightly look, with 200,000 candidates.

`python -m bench.console [--candidates 200000] [--times 7]` fills a PostgreSQL of its own as `bench.today` does.
"""

# ruff: noqa: PLC0415  (models can be imported only once the server of this run is up and Django is set up)
from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from bench.pages import measure, measure_pages, serve_as_web
from bench.today import filled_company

#: Bookable times of so many interviewers, each weekday from nine to five.
SERIES = 100


def prepare(company: Any) -> dict[str, Any]:
    """Whom the pages are about. The viewer is an administrator, who sees everything."""
    from django.utils import timezone

    from tests.factories import sign_in_client
    from yuemian.accounts.models import Role, User
    from yuemian.hiring.models import Candidate
    from yuemian.interviews.models import Interview
    from yuemian.trust.tenancy import acting_in

    with acting_in(company.organization.pk):
        owner = User.objects.create(
            organization=company.organization,
            name="管理员",
            email="owner@jobs.example.com",
            role=Role.ADMINISTRATOR,
            branch=company.recruiter.branch,
        )
        series = add_series(company)
        interview = Interview.objects.filter(starts_at__gt=timezone.now() + timedelta(days=2)).earliest(
            "starts_at"
        )
        return {
            "client": sign_in_client(owner),
            "series": series,
            "interview": interview.pk,
            "candidate": interview.application.candidate_id,
            "any": Candidate.objects.latest("pk").pk,
        }


def add_series(company: Any) -> Any:

    from django.utils import timezone

    from yuemian.accounts.models import Role, User
    from yuemian.interviews.models import SlotSeries

    windows = [{"weekday": day, "from": "09:00", "until": "17:00"} for day in range(1, 6)]
    for person in User.objects.filter(role=Role.INTERVIEWER)[:SERIES]:
        series = SlotSeries.objects.create(
            organization=company.organization,
            name=person.name,
            interviewer=person,
            branch=company.recruiter.branch,
            time_zone="Asia/Shanghai",
            windows=windows,
            updated_at=timezone.now(),
        )
    return series.pk


def measure_console(company: Any, times: int) -> None:
    from django.utils import timezone

    from yuemian.hiring.actions.retain import look_for_what_is_over
    from yuemian.hiring.models import Candidate
    from yuemian.trust.tenancy import acting_in

    found = prepare(company)
    client = found.pop("client")
    serve_as_web()
    pages = (
        ("an interview", "/interviews/{interview}"),
        ("a candidate", "/candidates/{candidate}"),
        ("bookable times", "/slots"),
        ("one series, its week", "/slots/{series}"),
        ("changing an interview", "/interviews/{interview}/change"),
        ("privacy", "/privacy"),
        ("a person's file", "/privacy/people/{candidate}"),
        ("batches", "/batches"),
        ("budgets", "/settings/budgets"),
        ("the ceiling", "/healthz"),
    )
    measure_pages(client, [(name, path.format(**found)) for name, path in pages], times)
    organization = company.organization

    def look() -> None:
        """Nobody is old enough: the usual night."""
        with acting_in(organization.pk):
            look_for_what_is_over(organization, now=timezone.now())

    def find() -> None:
        with acting_in(organization.pk):
            list(Candidate.objects.named("靖宁", 50))

    measure([("the nightly look at retention", look), ("candidates by a part of a name", find)], 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    with filled_company(given.candidates) as company:
        measure_console(company, given.times)


if __name__ == "__main__":
    main()
