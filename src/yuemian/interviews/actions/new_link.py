"""Somebody lost the way in: a fresh link goes to the address on file, and nobody learns whether there is one.

Only who was written to before gets one: an interview that nobody was told about stays untold.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from yuemian.accounts.models import Organization
from yuemian.domain.addresses import email_index_form, phone_index_form, read_email, read_phone
from yuemian.domain.states import Channel, InterviewState, Purpose
from yuemian.hiring.models import Candidate
from yuemian.interviews.actions.invite import plan_items, summarize_chosen
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.messaging.actions.content import NoTemplate, version_for
from yuemian.messaging.actions.plan import Occasion
from yuemian.messaging.models import AccessLink
from yuemian.messaging.reach import available_channels
from yuemian.trust import audit, limits
from yuemian.trust.audit import Actor
from yuemian.trust.keyring import keyring
from yuemian.trust.limits import Limit
from yuemian.trust.tenancy import acting_in

#: By the typed address, whether anybody has it or not: the answer is always the same.
PER_TYPED: Final = Limit("new-link-typed", 3, timedelta(hours=1))
PER_TYPED_DAY: Final = Limit("new-link-typed-day", 6, timedelta(days=1))
#: Nobody holds more interviews open than these.
MOST: Final = 3


def send_new_links(typed: str, *, now: datetime) -> int:
    """Returns how many messages were planned, for tests alone: the page must not tell. Opens its own transactions."""
    channel, value = read_typed(typed)
    if channel is None or not value:
        return 0
    with transaction.atomic():
        wait = limits.hit_all((PER_TYPED, value), (PER_TYPED_DAY, value), now=now)
    if wait is not None:
        return 0
    return sum(
        _send_to(organization, people, channel, now)
        for organization, people in _found(channel, value).items()
    )


def read_typed(typed: str) -> tuple[Channel | None, str]:
    """The channel and normal form of an address or number. A number without country is read as a Chinese one."""
    if "@" in typed:
        address = read_email(typed).value
        return Channel.EMAIL, email_index_form(address) if address else ""
    phone = read_phone(typed, "CN").value
    return (Channel.SMS, phone_index_form(phone)) if phone else (None, "")


def _found(channel: Channel, value: str) -> dict[UUID, set[UUID]]:
    """Organization → candidates with this address. The same two statements whether there are any or none."""
    ring = keyring()
    with connection.cursor() as cursor:
        cursor.execute("SELECT list_organizations()")
        organizations = [row[0] for row in cursor.fetchall()]
        indexes = [ring.blind_index(each, str(channel), value) for each in organizations]
        cursor.execute(
            "SELECT organization_id, candidate_id FROM find_candidates_at(%s, %s, %s)",
            [organizations, indexes, str(channel)],
        )
        found: dict[UUID, set[UUID]] = {}
        for organization, candidate in cursor.fetchall():
            found.setdefault(organization, set()).add(candidate)
    return found


def _send_to(organization_id: UUID, people: set[UUID], channel: Channel, now: datetime) -> int:
    with acting_in(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        if channel not in available_channels(organization):
            return 0
        open_ones = (
            Interview.objects.filter(
                application__candidate__in=people,
                application__candidate__erased_at=None,
                state=InterviewState.SCHEDULED,
                starts_at__gt=now,
            )
            .filter(Exists(AccessLink.objects.filter(subject_kind=SUBJECT_KIND, subject_id=OuterRef("pk"))))
            .order_by("starts_at")
        )
        return sum(_plan(organization, each, channel, now) for each in open_ones[:MOST])


def _plan(organization: Organization, interview: Interview, channel: Channel, now: datetime) -> int:
    try:
        version = version_for(organization.pk, Purpose.LINK, interview.round)
    except NoTemplate:
        return 0
    # Whoever asks twice at once gets one: the row decides.
    Candidate.objects.select_for_update(no_key=True).get(applications__interviews=interview)
    summary = summarize_chosen([interview.pk], version, Purpose.LINK, [channel], now=now, resend=True)
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.LINK,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=now,
        now=now,
    )
    planned = plan_items(occasion, summary.going)
    for item in summary.going:
        audit.record(
            organization.pk,
            Actor("candidate", item.interview.candidate.candidate_id),
            "link.asked",
            at=now,
            subject=("interview", interview.pk),
            channel=str(channel),
        )
    return len(planned)
