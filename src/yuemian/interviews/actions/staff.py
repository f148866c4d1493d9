"""Remind the people of the company who are part of an interview: its interviewers, its recruiter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from yuemian.accounts.models import Organization, User
from yuemian.domain.cadence import Extra, Step
from yuemian.domain.selection import LINK_OUTLIVES
from yuemian.domain.states import Channel, Purpose, ReasonCode
from yuemian.domain.when import present
from yuemian.interviews.chosen import Chosen, read_chosen
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import SUBJECT_KIND, Interview, Participant
from yuemian.messaging.actions.content import NoTemplate, best_locale, texts_of, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.subjects import CALLED_OFF


def remind_staff(
    organization: Organization, step: Step, interviews: Sequence[tuple[Chosen, datetime]], *, now: datetime
) -> dict[UUID, UUID | ReasonCode]:
    """Write a mail to everybody the step names besides the candidate, if it names anybody.

    Each interview comes with the last moment at which the step is of use; until its start the mail always is. Returns
    for each one of its notifications, or why there is none: the candidate's message does not wait for that.
    """
    if not step.extras:
        return {}
    people = staff_of(step.extras, [chosen.id for chosen, _ in interviews])
    try:
        version = version_for(organization.pk, Purpose.STAFF_REMINDER)
    except NoTemplate:
        return {chosen.id: ReasonCode.TEMPLATE_ERROR for chosen, _ in interviews}
    texts = texts_of(version)
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.STAFF_REMINDER,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=now,
        now=now,
        step_key=step.key,
    )
    intents = [
        _intent(
            organization,
            chosen,
            user,
            locale=best_locale(texts, [user.locale]) or "zh-hans",
            deadline_at=max(latest_at, chosen.facts.starts_at),
        )
        for chosen, latest_at in interviews
        for user in people.get(chosen.id, ())
    ]
    written = plan_notifications(occasion, intents)
    told: dict[UUID, UUID | ReasonCode] = {chosen.id: ReasonCode.MISSING_CONTACT for chosen, _ in interviews}
    return told | {intent.subject_id: id_ for intent, id_ in zip(intents, written, strict=True)}


def tell_staff_of_move(
    organization: Organization,
    interview_id: UUID,
    old_start: datetime | None,
    *,
    now: datetime,
    besides: User | None = None,
    is_off: bool = False,
    is_nameless: bool = False,
) -> list[UUID]:
    """The interview has another time: a mail to its interviewers and its recruiter, but not to whoever moved it.

    `is_off`: it has none now, because it is cancelled or the candidate is to choose one. `is_nameless`: the candidate
    is being erased, and the mail says that in the place of their name.
    """
    try:
        version = version_for(organization.pk, Purpose.STAFF_REMINDER)
    except NoTemplate:
        return []
    texts = texts_of(version)
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.STAFF_REMINDER,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=now,
        now=now,
        step_key=CALLED_OFF if is_off else "moved",
    )
    people = staff_of((Extra.INTERVIEWER, Extra.RECRUITER), [interview_id]).get(interview_id, [])
    intents = []
    for chosen in read_chosen(organization.pk, [interview_id]):
        for user in people:
            locale = best_locale(texts, [user.locale]) or "zh-hans"
            zone = chosen.facts.time_zone
            old = present(old_start, zone, locale).full if old_start else ""
            if user.pk != (besides.pk if besides else None):
                extra: dict[str, Any] = {"old_when": old, "is_off": is_off}
                if is_nameless:
                    with override(locale):
                        extra["candidate_name"] = _("(erased)")
                deadline = chosen.ends_at + LINK_OUTLIVES if is_off else chosen.facts.starts_at
                intents.append(
                    _intent(organization, chosen, user, locale=locale, deadline_at=deadline, **extra)
                )
    return plan_notifications(occasion, intents)


def _intent(
    organization: Organization,
    chosen: Chosen,
    user: User,
    *,
    locale: str,
    deadline_at: datetime,
    **extra: Any,
) -> Intent:
    page = f"{settings.PUBLIC_URL}{reverse('interview', args=[chosen.id])}"
    return Intent(
        recipient=Recipient(user=user),
        subject_id=chosen.id,
        subject_revision=chosen.revision,
        locale=locale,
        context=context_of(
            chosen.facts,
            organization,
            locale,
            staff_name=user.name,
            interview_link=page,
            video_note="",  # colleagues get the link itself
            **extra,
        ),
        channels=[Channel.EMAIL],
        deadline_at=deadline_at,
        link_expires_at=chosen.ends_at,
    )


def staff_of(extras: Collection[Extra], interview_ids: Iterable[UUID]) -> dict[UUID, list[User]]:
    """Each person once per interview, those who can still sign in."""
    ids = list(interview_ids)
    pairs: list[tuple[UUID, UUID]] = []
    if Extra.INTERVIEWER in extras:
        pairs += Participant.objects.filter(interview__in=ids).values_list("interview_id", "user_id")
    if Extra.RECRUITER in extras:
        recruiters = Interview.objects.filter(pk__in=ids, recruiter__isnull=False)
        pairs += recruiters.values_list("pk", "recruiter_id")
    users = User.objects.filter(is_active=True).in_bulk({user_id for _, user_id in pairs})
    people: dict[UUID, list[User]] = {}
    for interview_id, user_id in dict.fromkeys(pairs):
        if user_id in users:
            people.setdefault(interview_id, []).append(users[user_id])
    return people
