"""Tell the hiring lead, once a day at most, of promises that were not kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from yuemian.accounts.models import Organization, Permission, Role, User
from yuemian.domain.results import escalates_at
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.board import works_on, zone_of
from yuemian.interviews.digest import DigestContent, DigestSection, as_text
from yuemian.messaging.actions.content import NoTemplate, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.reach import available_channels
from yuemian.results.models import Escalation, Wait
from yuemian.results.silence.rules import rule_book
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.ui.when import day_text

SUBJECT: Final = "escalation"
#: Between these hours of the person's own clock.
HOURS: Final = (9, 18)
#: Names in the mail; the list has the rest.
NAMES: Final = 10
#: Read at once; all are read, as those who come first may be of places that tell nobody.
SLICE: Final = 500
#: Where a row says who has heard of it.
TOLD_TO: Final = -2

_LATE: Final = """
SELECT w.id, w.job_id, i.branch_id, i.result_promised_at, i.time_zone, b.region, c.name, j.title, j.title_en,
       coalesce(w.escalated_to, '{}'), w.ended_at
FROM results_wait w
JOIN interviews_interview i ON i.id = w.interview_id
JOIN hiring_application a ON a.id = i.application_id
JOIN hiring_candidate c ON c.id = a.candidate_id
JOIN hiring_job j ON j.id = w.job_id
JOIN accounts_branch b ON b.id = i.branch_id
WHERE w.organization_id = %(organization)s AND w.state IN ('open', 'decided') AND w.escalated_at IS NULL
  AND w.due_at < %(now)s AND i.result_promised_at < %(now)s AND i.state IN ('scheduled', 'completed')
  AND (w.ended_at, w.id) > (%(after_at)s, %(after_id)s)
ORDER BY w.ended_at, w.id LIMIT %(limit)s
FOR UPDATE OF w SKIP LOCKED
"""


def escalate(organization_id: UUID, now: datetime) -> int:
    """In the caller's transaction of the organization. Returns how many people were written to.

    Each broken promise is told once to every hiring lead of its branch (or of all) who is not away, but not while a
    note that it takes longer has put it off. A lead hears of all that is new to them at most once a day. Whoever cannot
    be told today is told on their next workday.
    """
    with transaction.atomic():
        organization = Organization.objects.get(pk=organization_id)
        leads = [each for each in _leads(organization_id) if not each.is_away(now)]
        hearing = [each for each in leads if _may_hear(each, now)]
        is_carried = bool(hearing) and Channel.EMAIL in available_channels(organization)
        late = _overdue(organization_id, now) if is_carried else []
        told: dict[UUID, set[UUID]] = {row[0]: set(row[TOLD_TO]) for row in late}
        fresh: set[UUID] = set()
        sent = 0
        for lead in hearing:
            mine = [row for row in late if _concerns(row, lead) and lead.pk not in told[row[0]]]
            if mine and _write(organization, lead, mine, now):
                for row in mine:
                    told[row[0]].add(lead.pk)
                    fresh.add(row[0])
                sent += 1
        _note(late, leads, told, now)
        if fresh:
            audit.record(
                organization_id, audit.SYSTEM, "results.escalated", at=now, count=len(fresh), people=sent
            )
    return sent


def _concerns(row: Sequence[Any], lead: User) -> bool:
    return lead.branch_id in {None, row[2]}


def _note(
    late: Sequence[tuple[Any, ...]], leads: Sequence[User], told: Mapping[UUID, set[UUID]], now: datetime
) -> None:
    """Who has heard of each; and which are done with, as everybody who is there has heard."""
    rows = []
    for row in late:
        known = told[row[0]]
        is_done = bool(known) and known >= {each.pk for each in leads if _concerns(row, each)}
        if is_done or len(known) > len(row[TOLD_TO]):
            rows.append(Wait(pk=row[0], escalated_to=sorted(known), escalated_at=now if is_done else None))
    Wait.objects.bulk_update(rows, ["escalated_to", "escalated_at"], batch_size=500)


def _overdue(organization_id: UUID, now: datetime) -> list[tuple[Any, ...]]:
    """Every broken promise that is old enough where it was made, the longest wait first."""
    book = rule_book(organization_id)
    found = []
    for row in _late(organization_id, now):
        _id, job, branch, promised, zone, region, *_rest = row
        workdays = book.of(job, branch).escalate_workdays
        if workdays and escalates_at(promised, workdays, ZoneInfo(zone), region) <= now:
            found.append(row)
    return found


def _late(organization_id: UUID, now: datetime) -> Iterator[tuple[Any, ...]]:
    """In slices along the index, each from where the one before ended."""
    values: dict[str, Any] = {"organization": organization_id, "now": now, "limit": SLICE}
    values |= {"after_at": datetime.min.replace(tzinfo=UTC), "after_id": UUID(int=0)}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LATE, values)
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < SLICE:
            return
        values |= {"after_at": rows[-1][-1], "after_id": rows[-1][0]}


def _leads(organization_id: UUID) -> list[User]:
    """Those who lead hiring; in a company without one, its administrators."""
    people = User.objects.filter(organization=organization_id).who_may(Permission.APPROVE_RESULTS)
    found = list(people.select_related("organization", "branch"))
    leads = [each for each in found if each.role == Role.HIRING_LEAD]
    return leads or found


def _may_hear(lead: User, now: datetime) -> bool:
    """Whether it is a day and an hour for it, and they have not heard today. Who is away is asked before."""
    local = now.astimezone(zone_of(lead))
    if not (HOURS[0] <= local.hour < HOURS[1] and works_on(lead, local.date())):
        return False
    return not Escalation.objects.filter(user=lead, day=local.date()).exists()


def _write(organization: Organization, lead: User, late: Sequence[tuple[Any, ...]], now: datetime) -> bool:
    """False when this person has been written to today meanwhile."""
    zone = zone_of(lead)
    local = now.astimezone(zone)
    if not _take(organization.pk, lead, local.date(), now):
        return False
    try:
        version = version_for(organization.pk, Purpose.DIGEST)
    except NoTemplate:
        return False
    with override(lead.locale):
        content = _content(late, now, zone, lead.locale)
    row = Escalation.objects.get(user=lead, day=local.date())
    occasion = Occasion(organization, Purpose.DIGEST, version, SUBJECT, due_at=now, now=now)
    (notification,) = plan_notifications(
        occasion,
        [
            Intent(
                recipient=Recipient(user=lead),
                subject_id=row.pk,
                subject_revision=1,
                locale=lead.locale,
                context={
                    "organization_name": organization.name_in(lead.locale),
                    **content.context(lead.name),
                },
                channels=[Channel.EMAIL],
                deadline_at=now + timedelta(hours=12),
                link_expires_at=now,
            )
        ],
    )
    Escalation.objects.filter(pk=row.pk).update(notification=notification)
    return True


_TAKE: Final = """
INSERT INTO results_escalation (id, organization_id, user_id, day, at)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT (user_id, day) DO NOTHING
"""


def _take(organization_id: UUID, lead: User, day: date, now: datetime) -> bool:
    """Whether this day of this person is ours: under a constraint, so that nobody is written to twice."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [uuid7(), organization_id, lead.pk, day, now])
        return bool(cursor.rowcount)


def _content(late: Sequence[tuple[Any, ...]], now: datetime, zone: ZoneInfo, locale: str) -> DigestContent:
    """As the morning digest says it, in one part."""
    is_chinese = locale.startswith("zh")
    entries = [
        (
            name,
            title if is_chinese else title_en or title,
            _("promised by %(day)s") % {"day": day_text(promised, zone, with_year=False)},
        )
        for _i, _j, _b, promised, _z, _r, name, title, title_en, *_rest in late[:NAMES]
    ]
    rest = len(late) - len(entries)
    link = f"{settings.PUBLIC_URL}{reverse('results')}?state=waiting&age=late"
    section = DigestSection(
        title=_("Promised a result, and not told"),
        count=str(len(late)),
        entries=entries,
        more=ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": rest} if rest else "",
        button=_("See who waits"),
        link=link,
    )
    summary = ngettext(
        "%(count)s candidate waits beyond what was promised",
        "%(count)s candidates wait beyond what was promised",
        len(late),
    ) % {"count": len(late)}
    content = DigestContent(
        day=day_text(now, zone, with_year=False), summary=summary, sections=[section], link=link
    )
    assert as_text(content.sections)
    return content
