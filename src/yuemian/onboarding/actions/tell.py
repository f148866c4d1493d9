"""Plan the messages of an onboarding: they say that something is to be filled in, never what it follows from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection

from yuemian.accounts.models import User
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.when import date_text
from yuemian.interviews.chosen import read_chosen
from yuemian.interviews.facts import context_of
from yuemian.messaging.actions.content import NoTemplate, best_locale, texts_of, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.reach import available_channels
from yuemian.onboarding.asking import policy_of
from yuemian.onboarding.models import SUBJECT_KIND, OnboardingCase

INVITE: Final = "onboarding_invite"
REMIND: Final = "onboarding_remind"
RETURN: Final = "onboarding_return"


class NotHired(Exception):  # noqa: N818
    """What was decided since is no released pass: nothing more is asked of this person."""


def is_hired(case: OnboardingCase) -> bool:
    """Whether the decisions of the application let it go on; where nothing is decided, somebody began it by hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT onboarding_follows(%s, %s)", [case.application_id, case.interview_id])
        return bool(cursor.fetchone()[0])


def tell(
    case: OnboardingCase, step: str, *, due_at: datetime, now: datetime, actor: User | None = None
) -> bool:
    """One message on the person's first way and, if that fails, the next. False where there is no way or no text.

    Raises NotHired.
    """
    if not is_hired(case):
        raise NotHired(NotHired.__doc__)
    organization = case.application.candidate.organization
    (chosen,) = read_chosen(case.organization_id, [case.interview_id])
    try:
        version = version_for(case.organization_id, Purpose.ONBOARDING)
    except NoTemplate:
        return False
    texts = texts_of(version)
    locale = best_locale(texts, chosen.locales) or "zh-hans"
    written = texts.get(locale, {})
    ways = [
        way for way in available_channels(organization) if way in chosen.contact_points and way in written
    ]
    if not ways:
        return False
    until = date_text(case.deadline_at.astimezone(ZoneInfo(case.branch.time_zone)), locale)
    context = context_of(
        chosen.facts,
        organization,
        locale,
        form_until=until,
        is_form_reminder=step == REMIND,
        is_form_returned=step == RETURN,
    )
    case.messages += 1
    case.save(update_fields=["messages"])
    intent = Intent(
        recipient=Recipient(candidate=chosen.candidate, contact_points=chosen.contact_points),
        subject_id=case.pk,
        subject_revision=case.revision,
        locale=locale,
        context=context,
        channels=ways,
        at_once=1,
        deadline_at=case.deadline_at,
        link_expires_at=link_until(case),
        occurrence=case.messages,
    )
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.ONBOARDING,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=due_at,
        now=now,
        actor=actor,
        step_key=step if actor is None else "",
    )
    plan_notifications(occasion, [intent])
    return True


def link_until(case: OnboardingCase) -> datetime:
    """At least; it opens until what was given is deleted, so that it can be taken back (`find_live_link`)."""
    return case.deadline_at + timedelta(days=policy_of(case.organization_id).keep_days)


def channels_of(case: OnboardingCase) -> list[Channel]:
    """By which it could be told now; empty: a person must call."""
    (chosen,) = read_chosen(case.organization_id, [case.interview_id])
    carried = available_channels(case.application.candidate.organization)
    return [way for way in carried if way in chosen.contact_points]
