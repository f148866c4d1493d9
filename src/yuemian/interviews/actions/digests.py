"""Send everybody's morning digest: when their hour strikes on their clock, once a day, or not at all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import override

from yuemian.accounts.models import Organization, Role, User
from yuemian.domain.morning import PATIENCE, due_day, strikes
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.board import works_on, zone_of
from yuemian.interviews.digest import has_something, make_digest
from yuemian.interviews.models import Digest
from yuemian.interviews.today import Scope, Today, read_today
from yuemian.messaging.actions.content import NoTemplate, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.models import TemplateVersion
from yuemian.messaging.reach import available_channels
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7

#: Who has a morning; auditors see no candidates.
ROLES: Final = (Role.RECRUITER, Role.HIRING_LEAD, Role.ADMINISTRATOR, Role.INTERVIEWER)
#: People per run: a run is one transaction, and the next one follows at once.
SLICE: Final = 50
SUBJECT: Final = "digest"


def send_digests(organization_id: UUID, now: datetime) -> int:
    """Plan the digests that are due, inside the caller's transaction of the organization. Returns how many.

    A row per person and day is written first, under a constraint: whoever runs at the same time waits for it and then
    finds it. A crash takes the row with it, so that the next run begins again.
    """
    with transaction.atomic():
        organization = Organization.objects.get(pk=organization_id)
        due = _due(organization, now)
        if not due or Channel.EMAIL not in available_channels(organization):
            return 0
        version = _version(organization)
        if version is None:
            return 0
        mine = _take(organization_id, due, now)
        sent = sum(_send(organization, version, user, day, now) for user, day in due if user.pk in mine)
        if sent:
            audit.record(organization_id, audit.SYSTEM, "digest.sent", at=now, count=sent)
    return sent


def _due(organization: Organization, now: datetime) -> list[tuple[User, date]]:
    """People whose hour has struck and whose day was not looked at yet."""
    users = User.objects.filter(
        organization=organization, is_active=True, digest_at__isnull=False, role__in=ROLES
    ).select_related("organization", "branch")
    struck = [
        (user, day)
        for user in users
        if user.digest_at is not None and (day := due_day(now, zone_of(user), user.digest_at))
    ]
    days = {day for _, day in struck}
    done = set(
        Digest.objects.filter(user__in=[user.pk for user, _ in struck], day__in=days).values_list(
            "user", "day"
        )
    )
    return [(user, day) for user, day in struck if (user.pk, day) not in done][:SLICE]


_TAKE: Final = """
INSERT INTO interviews_digest (id, organization_id, user_id, day, at)
SELECT mine.id, %(organization)s, mine.user_id, mine.day, %(now)s
FROM unnest(%(ids)s::uuid[], %(users)s::uuid[], %(days)s::date[]) AS mine (id, user_id, day)
ON CONFLICT (user_id, day) DO NOTHING
RETURNING user_id
"""


def _take(organization_id: UUID, due: Collection[tuple[User, date]], now: datetime) -> set[UUID]:
    """The people whose morning is ours; in one order for all, so that two workers never wait for each other."""
    rows = sorted((user.pk, day) for user, day in due)
    values: dict[str, Any] = {
        "ids": [uuid7() for _ in rows],
        "organization": organization_id,
        "users": [user for user, _ in rows],
        "days": [day for _, day in rows],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        return {row[0] for row in cursor.fetchall()}


def _send(organization: Organization, version: TemplateVersion, user: User, day: date, now: datetime) -> bool:
    today = read_today(user, Scope.of(user), now=now)
    if not _is_wanted(user, today, day):
        return False
    with override(user.locale):
        content = make_digest(today)
    assert user.digest_at is not None
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.DIGEST,
        version=version,
        subject_kind=SUBJECT,
        due_at=now,
        now=now,
    )
    context = {"organization_name": organization.name_in(user.locale), **content.context(user.name)}
    (notification,) = plan_notifications(
        occasion,
        [
            Intent(
                recipient=Recipient(user=user),
                subject_id=user.pk,
                subject_revision=1,
                locale=user.locale,
                context=context,
                channels=[Channel.EMAIL],
                deadline_at=strikes(day, zone_of(user), user.digest_at) + PATIENCE,
                link_expires_at=now,
            )
        ],
    )
    Digest.objects.filter(user=user, day=day).update(notification=notification)
    return True


def _is_wanted(user: User, today: Today, day: date) -> bool:
    works = works_on(user, day)
    return has_something(today, is_workday=works) or (works and user.is_empty_digest_wanted)


def _version(organization: Organization) -> TemplateVersion | None:
    """The organization's frame; None when it was taken out of use."""
    try:
        return version_for(organization.pk, Purpose.DIGEST)
    except NoTemplate:
        return None
