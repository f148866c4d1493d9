"""The board with 200,000 interviews: wall and CPU time of the whole page, per filter, and its largest statement.

`python -m bench.board [--candidates 200000] [--times 7]` fills a PostgreSQL of its own as `bench.today` does, and asks
for pages through Django's test client, as the web role, with row-level security. CPU is that of this process and of its
database session.
"""

# ruff: noqa: PLC0415  (models can be imported only once the server of this run is up and Django is set up)
from __future__ import annotations

import argparse
from typing import Any

from bench.pages import measure_pages, serve_as_web
from bench.today import filled_company

PAGES = (
    ("from today on", ""),
    ("a page 25,000 rows on", "?after={place}"),
    ("the one before it", "?before={place}"),
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
    ("a name of many", "?q=候选人"),
    ("a part of few names", "?q=靖宁"),
    ("a name of nobody", "?q=无此人"),
)


def measure_board(company: Any, times: int) -> None:
    from django.utils import timezone

    from tests.factories import sign_in_client
    from yuemian.accounts.models import Role, User
    from yuemian.interviews.keyset import Place
    from yuemian.interviews.models import Interview
    from yuemian.trust.tenancy import acting_in

    with acting_in(company.organization.pk):
        people = User.objects.select_related("organization", "branch").filter(role=Role.RECRUITER)
        client = sign_in_client(people.exclude(pk=company.recruiter.pk)[0])
        far = Interview.objects.filter(starts_at__gt=timezone.now()).order_by("starts_at", "id")[25_000]
        place = Place(far.starts_at, far.pk)
    serve_as_web()
    measure_pages(client, [(name, "/interviews" + query.format(place=place)) for name, query in PAGES], times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    with filled_company(given.candidates) as company:
        measure_board(company, given.times)


if __name__ == "__main__":
    main()
