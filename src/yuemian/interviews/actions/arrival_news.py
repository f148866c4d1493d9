"""Tell interviewers and recruiter at once, by mail, what a candidate says on the way; and ask afterwards who came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import override

from yuemian.accounts.models import Organization, User
from yuemian.domain.arrival import ASKED_AFTER, SignalKind
from yuemian.domain.cadence import Extra
from yuemian.domain.states import Channel, Purpose, ReasonCode
from yuemian.interviews.actions.staff import staff_of
from yuemian.interviews.arrivals import signal_sentence
from yuemian.interviews.chosen import Chosen, read_chosen
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import SUBJECT_KIND, ArrivalSignal, Interview, StepOutcome, StepRecord
from yuemian.messaging.actions.content import NoTemplate, best_locale, texts_of, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.reach import available_channels
from yuemian.trust import audit, bulk
from yuemian.trust.identifiers import uuid7

BOTH: Final = (Extra.INTERVIEWER, Extra.RECRUITER)
#: Nobody reads a mail about an arrival later.
_USEFUL: Final = timedelta(hours=1)
#: No step of a plan can be called so.
WHO_CAME: Final = "0_who_came"
#: Whom nobody was asked about by then, the day's list asks about.
_STOPS: Final = timedelta(hours=6)
SLICE: Final = 100


def tell_staff(
    interview: Interview, signal: ArrivalSignal, words: str, *, number: int, now: datetime
) -> list[UUID]:
    """Write the mails about one signal, the interview's `number`th, in the caller's transaction.

    An arrival is told to those who wait for the candidate; whoever is late or lost, to their recruiter as well. Without
    a published template, or without mail, the pages say it alone.
    """
    is_arrival = signal.kind == SignalKind.HERE
    people = _who_hears(interview.pk, is_arrival=is_arrival)
    if signal.recorded_by_id:
        people = [user for user in people if user.pk != signal.recorded_by_id]

    def extra(user: User) -> dict[str, Any]:
        with override(user.locale):
            return {
                "news": signal_sentence(signal),
                "news_words": words,
                "interview_link": _page(interview.pk),
            }

    return _write(
        interview.organization, Purpose.STAFF_NEWS, {interview.pk: people}, extra, now=now, occurrence=number
    )


def ask_who_came(organization_id: UUID, now: datetime) -> int:
    """Ask the interviewers of what began a quarter of an hour ago, once. Returns how many interviews that were.

    The record is written with the mails and under a constraint, so that nobody is asked twice. Whoever was already
    recorded, or said that they do not come, is not asked about.
    """
    with transaction.atomic():
        organization = Organization.objects.get(pk=organization_id)
        if not organization.is_attendance_asked or Channel.EMAIL not in available_channels(organization):
            return 0
        due = _due(organization_id, now)
        if not due:
            return 0
        people = staff_of((Extra.INTERVIEWER,), [interview_id for interview_id, *_ in due])
        lacking = [interview_id for interview_id, *_ in due if not people.get(interview_id)]
        people |= staff_of((Extra.RECRUITER,), lacking)
        _write(organization, Purpose.ATTENDANCE, people, None, now=now)
        _record(organization_id, due, people, now)
        audit.record(organization_id, audit.SYSTEM, "interviews.attendance_asked", at=now, count=len(due))
    return len(due)


_DUE: Final = """
SELECT i.id, i.revision, i.starts_at FROM interviews_interview i
WHERE i.organization_id = %(organization)s AND i.state = 'scheduled' AND i.attendance = 'unknown'
  AND i.answer IN ('needs_action', 'accepted')
  AND i.starts_at > %(since)s AND i.starts_at <= %(until)s
  AND NOT EXISTS (
    SELECT FROM interviews_steprecord r
    WHERE r.interview_id = i.id AND r.revision = i.revision AND r.step_key = %(key)s)
  AND NOT EXISTS (
    SELECT FROM hiring_application a JOIN hiring_candidate c ON c.id = a.candidate_id
    WHERE a.id = i.application_id AND c.erased_at IS NOT NULL)
ORDER BY i.starts_at, i.id LIMIT %(limit)s
FOR NO KEY UPDATE OF i SKIP LOCKED
"""


def _due(organization_id: UUID, now: datetime) -> list[tuple[UUID, int, datetime]]:
    values: dict[str, Any] = {
        "organization": organization_id,
        "since": now - _STOPS,
        "until": now - ASKED_AFTER,
        "key": WHO_CAME,
        "limit": SLICE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, values)
        return list(cursor.fetchall())


def _record(
    organization_id: UUID,
    due: Sequence[tuple[UUID, int, datetime]],
    people: dict[UUID, list[User]],
    now: datetime,
) -> None:
    rows = []
    for interview_id, revision, starts_at in due:
        is_asked = bool(people.get(interview_id))
        outcome = StepOutcome.PLANNED if is_asked else StepOutcome.SKIPPED
        reason = "" if is_asked else str(ReasonCode.MISSING_CONTACT)
        rows.append((uuid7(), interview_id, revision, str(outcome), reason, starts_at + ASKED_AFTER))
    shared = {
        "organization": organization_id,
        "step_key": WHO_CAME,
        "purpose": str(Purpose.ATTENDANCE),
        "at": now,
        "notification": None,
    }
    bulk.insert(
        StepRecord, ("id", "interview", "revision", "outcome", "reason", "due_at"), rows, shared=shared
    )


def _who_hears(interview_id: UUID, *, is_arrival: bool) -> list[User]:
    """Who waits for the candidate; the recruiter where nobody is named."""
    everybody = staff_of(BOTH, [interview_id]).get(interview_id, [])
    if not is_arrival:
        return everybody
    return staff_of((Extra.INTERVIEWER,), [interview_id]).get(interview_id) or everybody


def _write(
    organization: Organization,
    purpose: Purpose,
    people: dict[UUID, list[User]],
    extra: Any,
    *,
    now: datetime,
    occurrence: int = 1,
) -> list[UUID]:
    if not any(people.values()) or Channel.EMAIL not in available_channels(organization):
        return []
    try:
        version = version_for(organization.pk, purpose)
    except NoTemplate:
        return []
    texts = texts_of(version)
    occasion = Occasion(
        organization=organization,
        purpose=purpose,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=now,
        now=now,
        is_same_day=True,
        step_key=WHO_CAME if purpose == Purpose.ATTENDANCE else "",
    )
    intents = []
    for chosen in read_chosen(organization.pk, list(people)):
        for user in people[chosen.id]:
            locale = best_locale(texts, [user.locale]) or "zh-hans"
            more = extra(user) if extra else {"interview_link": _question(chosen.id)}
            intents.append(_intent(organization, chosen, user, locale, more, now=now, occurrence=occurrence))
    return plan_notifications(occasion, intents)


def _intent(
    organization: Organization,
    chosen: Chosen,
    user: User,
    locale: str,
    extra: dict[str, Any],
    *,
    now: datetime,
    occurrence: int,
) -> Intent:
    return Intent(
        recipient=Recipient(user=user),
        subject_id=chosen.id,
        subject_revision=chosen.revision,
        locale=locale,
        context=context_of(chosen.facts, organization, locale, staff_name=user.name, **extra),
        channels=[Channel.EMAIL],
        deadline_at=max(chosen.ends_at, now) + _USEFUL,
        link_expires_at=now,
        occurrence=occurrence,
    )


def _page(interview_id: UUID) -> str:
    return f"{settings.PUBLIC_URL}{reverse('interview', args=[interview_id])}"


def _question(interview_id: UUID) -> str:
    return f"{settings.PUBLIC_URL}{reverse('interview-came', args=[interview_id])}"
