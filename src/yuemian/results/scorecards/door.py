"""Opens an interviewer's link: from the secret in the address to its rows, in a transaction of its organization."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from yuemian.results.actions.scorecard_links import hash_secret
from yuemian.results.models import ScorecardLink
from yuemian.trust.tenancy import acting_in


@contextmanager
def opened(token: str, *, now: datetime) -> Iterator[ScorecardLink | None]:
    """None for a secret that is unknown, over or revoked: outside all look the same. Reads only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT link_id, organization_id FROM find_scorecard_link(%s, %s)", [hash_secret(token), now]
        )
        found = cursor.fetchone()
    if found is None:
        yield None
        return
    link_id, organization_id = found
    with acting_in(organization_id):
        rows = ScorecardLink.objects.select_related("interviewer__organization", "interviewer__branch")
        yield rows.get(pk=link_id)
