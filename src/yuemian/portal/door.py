"""Opens a candidate's link: from the token to its rows, in a transaction bound to its organization."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import BinaryField, F, Func, Max, OuterRef, QuerySet, Subquery

from yuemian.interviews.actions.respond import standing
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.messaging.actions.plan import hash_token
from yuemian.messaging.models import AccessLink, Delivery
from yuemian.trust.tenancy import acting_in

#: The one purpose of links so far; a token of another purpose opens nothing here.
PURPOSE = "answer"


@dataclass(frozen=True)
class Opened:
    """What a live link leads to, at one moment. `token` goes into the page's forms, and nowhere else."""

    token: str
    link: AccessLink
    interview: Interview
    now: datetime

    @property
    def standing(self) -> str:
        """`open`, `old_revision`, `cancelled` or `over`."""
        return standing(self.link, self.interview, now=self.now)

    @property
    def locale(self) -> str:
        """The language the notice was written in."""
        told = self.link.notification
        return told.locale if told else self.interview.application.candidate.locale

    @property
    def since_delivery(self) -> timedelta | None:
        """How long ago the notice left; None in rehearsal, where no scanner reads along."""
        sent_at: datetime | None = getattr(self.link, "sent_at", None)
        return self.now - sent_at if sent_at else None


@contextmanager
def opened(token: str, *, now: datetime) -> Iterator[Opened | None]:
    """None for a token that is unknown, expired, revoked or of another purpose: outside all look the same."""
    found = _find(token)
    if found is None:
        yield None
        return
    link_id, organization_id = found
    with acting_in(organization_id):
        yield _load(token, link_id, now)


def pages() -> QuerySet[Interview]:
    """Interviews with everything their page says; of the logo only the digest."""
    digest = Func(F("organization__logo"), function="sha256", output_field=BinaryField())
    return (
        Interview.objects.with_people()
        .select_related("organization", "application__job__branch")
        .defer("organization__logo")
        .annotate(logo_digest=digest)
    )


def _find(token: str) -> tuple[UUID, UUID] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT link_id, organization_id FROM find_access_link(%s)", [hash_token(token)])
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def _load(token: str, link_id: UUID, now: datetime) -> Opened | None:
    sent = (
        Delivery.objects.filter(notification=OuterRef("notification"), is_rehearsal=False)
        .order_by()
        .values("notification")
        .annotate(last=Max("sent_at"))
        .values("last")
    )
    link = (
        AccessLink.objects.select_related("notification")
        .annotate(sent_at=Subquery(sent))
        .defer("notification__parameters_sealed")
        .filter(
            pk=link_id,
            purpose=PURPOSE,
            subject_kind=SUBJECT_KIND,
            revoked_at=None,
            expires_at__gt=now,
        )
        .first()
    )
    if link is None:
        return None
    # A link may outlive what it was about, and never reaches another person's interview.
    interview = pages().filter(pk=link.subject_id, application__candidate_id=link.candidate_id).first()
    return Opened(token, link, interview, now) if interview else None
