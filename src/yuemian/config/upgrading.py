"""What a new version brings to organizations that exist already: run after every migration, safe to repeat."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from yuemian.accounts.models import Organization
from yuemian.interviews.actions.change import recognise_untimed
from yuemian.interviews.actions.stages import catch_up_interviewed
from yuemian.interviews.plans.library import install_plan
from yuemian.messaging.defaults import install_new_purposes, refresh_unchanged
from yuemian.trust.tenancy import acting_in


def bring_up_to_date(now: datetime | None = None) -> int:
    """Texts for new purposes, new languages of untouched texts, the standard plan, the stage of whoever came, and which
    interviews were cancelled without a time.

    Returns how many there are.
    """
    now = now or datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT list_organizations()")
        ids = [row[0] for row in cursor.fetchall()]
    for organization_id in ids:
        with acting_in(organization_id):
            organization = Organization.objects.get(pk=organization_id)
            install_new_purposes(organization, now)
            refresh_unchanged(organization, now)
            install_plan(organization, now)
            catch_up_interviewed(organization_id, now)
            recognise_untimed(organization_id)
    return len(ids)
