"""A candidate says what they need at the interview; HR arranges it and says so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from yuemian.accounts.models import User
from yuemian.domain.reasons import NeedKind
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import plan_items, summarize_chosen
from yuemian.interviews.actions.respond import LONGEST_NOTE, Refused
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import SUBJECT_KIND, Interview, Need
from yuemian.interviews.told import arranged_line
from yuemian.messaging.actions.content import NoTemplate, best_locale, texts_of, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.models import AccessLink
from yuemian.messaging.reach import available_channels
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.models import Key
from yuemian.trust.vault import Vault

#: A mail to the people of an interview that could not be sent for so long is of no use any more.
PATIENCE: Final = timedelta(days=3)


@dataclass(frozen=True)
class Needed:
    """What a candidate says; nothing at all takes back what was said before."""

    kinds: Sequence[NeedKind]
    words: str

    @property
    def is_nothing(self) -> bool:
        return not self.kinds and not self.words.strip()


class NothingToArrange(Exception):  # noqa: N818
    """The candidate has not said that they need anything, or has taken it back."""


def say_needs(link: AccessLink, needed: Needed, *, now: datetime) -> None:
    """Sealed, and told at once to those who must know. Again replaces it, and it is to be arranged anew.

    Raises Refused when the interview is cancelled, or has begun.
    """
    with transaction.atomic():
        Interview.objects.select_for_update(of=("self",), no_key=True).get(pk=link.subject_id)
        interview = Interview.objects.with_people().prefetch_related("interviewers").get(pk=link.subject_id)
        if link.revoked_at is not None or not interview.is_open(now):
            raise Refused("over" if interview.state != "cancelled" else "cancelled")
        row = Need.objects.filter(interview=interview).first()
        if row is None and needed.is_nothing:
            return
        row = row or Need(id=uuid7(), organization_id=link.organization_id, interview=interview)
        row.content_sealed = None if needed.is_nothing else _sealed(interview, row, needed)
        row.said_at, row.arranged_at, row.arranged_by, row.arrangement_sealed = now, None, None, None
        row.save()
        action = "needs.taken_back" if needed.is_nothing else "needs.said"
        actor = Actor("candidate", link.candidate_id)
        audit.record(link.organization_id, actor, action, at=now, subject=("interview", interview.pk))
        _tell_people(interview, row, now=now)
        announce(link.organization_id, "interviews", interview=interview.pk)


def arrange_need(user: User, interview_id: UUID, words: str, *, now: datetime) -> bool:
    """HR has seen to it: `words` stand on the candidate's page, and a message says that something does.

    False when no template carries the message: the page says it all the same. Raises NothingToArrange.
    """
    with transaction.atomic():
        interview = Interview.objects.visible_to(user).with_people().get(pk=interview_id)
        row = (
            Need.objects.select_for_update().filter(interview=interview, content_sealed__isnull=False).first()
        )
        if row is None:
            raise NothingToArrange(NothingToArrange.__doc__)
        key, vault = interview.application.candidate.key, Vault(user.organization_id)
        text = words.strip()[:LONGEST_NOTE]
        if row.arranged_at and _arrangement(row, vault, key) == text:
            return True  # pressed twice: they were told
        row.arranged_at, row.arranged_by, row.arrangement_sealed = now, user, None
        if text:
            row.arrangement_sealed = vault.seal(key, Need.PLACE_OF_ARRANGEMENT, row.pk, text)
        row.save()
        subject = ("interview", interview.pk)
        audit.record(user.organization_id, user.actor, "needs.arranged", at=now, subject=subject)
        announce(user.organization_id, "interviews", interview=interview.pk)
        return _tell_candidate(user, interview, now=now)


def _arrangement(row: Need, vault: Vault, key: Key) -> str:
    sealed = row.arrangement_sealed
    return vault.open(key, Need.PLACE_OF_ARRANGEMENT, row.pk, sealed) if sealed else ""


def _sealed(interview: Interview, row: Need, needed: Needed) -> bytes:
    content = {"kinds": [str(kind) for kind in needed.kinds], "words": needed.words.strip()[:LONGEST_NOTE]}
    vault = Vault(interview.organization_id)
    return vault.seal(interview.application.candidate.key, Need.PLACE, row.pk, json.dumps(content))


def _tell_people(interview: Interview, row: Need, *, now: datetime) -> None:
    """A mail to recruiter and interviewers which says that there is something to read, and not what."""
    people = {person.pk: person for person in interview.interviewers.all() if person.is_active}
    if interview.recruiter and interview.recruiter.is_active:
        people.setdefault(interview.recruiter.pk, interview.recruiter)
    organization = interview.organization
    try:
        version = version_for(organization.pk, Purpose.NEEDS)
    except NoTemplate:
        return
    texts = texts_of(version)
    page = f"{settings.PUBLIC_URL}{reverse('interview', args=[interview.pk])}"
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.NEEDS,
        version=version,
        subject_kind="need",
        due_at=now,
        now=now,
    )
    intents = []
    for user in people.values():
        locale = best_locale(texts, [user.locale]) or "zh-hans"
        facts = context_of(interview, organization, locale, staff_name=user.name, interview_link=page)
        intents.append(
            Intent(
                recipient=Recipient(user=user),
                subject_id=row.pk,
                subject_revision=1,
                locale=locale,
                context=facts,
                channels=[Channel.EMAIL],
                deadline_at=now + PATIENCE,
                link_expires_at=now,
            )
        )
    plan_notifications(occasion, intents)


def _tell_candidate(user: User, interview: Interview, *, now: datetime) -> bool:
    try:
        version = version_for(user.organization_id, Purpose.ANSWER, interview.round)
    except NoTemplate:
        return False
    channels = available_channels(user.organization)
    summary = summarize_chosen([interview.pk], version, Purpose.ANSWER, channels, now=now, resend=True)
    occasion = Occasion(
        organization=user.organization,
        purpose=Purpose.ANSWER,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=now,
        now=now,
        actor=user,
    )
    with translation.override(interview.application.candidate.locale):
        said = arranged_line()
    plan_items(occasion, summary.going, hr_answer=said, candidate_question="")
    return bool(summary.going)
