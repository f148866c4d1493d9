"""Lends messaging's previews the facts of real interviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from yuemian.accounts.models import User
from yuemian.domain.names import comparable_name
from yuemian.domain.round_name import round_in
from yuemian.domain.when import present
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import Interview
from yuemian.messaging.previews import Person, PreviewSource
from yuemian.ui.states import appearance

MOST = 20


def upcoming_people(user: User, name: str) -> Sequence[Person]:
    """The next interviews, of people of this name when one is given."""
    interviews = Interview.objects.visible_to(user).with_people().filter(starts_at__gt=timezone.now())
    if name:
        interviews = interviews.filter(application__candidate__name_key__contains=comparable_name(name))
    return [Person(interview.pk, _label(interview)) for interview in interviews[:MOST]]


def facts_of(user: User, interview_id: UUID, locale: str) -> Mapping[str, Any] | None:
    interview = Interview.objects.visible_to(user).with_people().filter(pk=interview_id).first()
    return context_of(interview, user.organization, locale) if interview else None


def _label(interview: Interview) -> str:
    language = get_language() or "zh-hans"
    application = interview.application
    parts = [
        application.candidate.name,
        application.job.title_in(language),
        round_in(interview.round, language),
        day_or_state(interview, language),
    ]
    return " · ".join(parts)


def day_or_state(interview: Interview, language: str) -> str:
    """Its day, or where it has none that there is none."""
    if not interview.is_settled:
        return str(appearance(interview.state, "interview").label)
    return present(interview.starts_at, interview.time_zone, language).day


SOURCE = PreviewSource(upcoming_people, facts_of)
