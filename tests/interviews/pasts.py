"""Pasts of candidates: what they were sent on which channel, when they answered, whether they came."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tests.factories import Cast, create_interview
from yuemian.domain.routing.learning import EXPLORATION, is_in_holdout
from yuemian.domain.states import Answer, Attendance, Channel, DeliveryState, Purpose
from yuemian.interviews.actions.invite import send, summarize_chosen
from yuemian.interviews.actions.route import draw_of
from yuemian.interviews.models import Interview, Response
from yuemian.messaging.models import AccessLink, Delivery, Visit
from yuemian.trust.identifiers import uuid7

HOUR = timedelta(hours=1)


def another(interview: Interview, starts_at: datetime) -> Interview:
    """One more interview of the same application."""
    again = Interview.objects.get(pk=interview.pk)
    again.pk, again.starts_at, again.revision, again.answer = uuid7(), starts_at, 1, Answer.NEEDS_ACTION
    again.answered_at = None
    again.save(force_insert=True)
    return again


def tell(
    cast: Cast, interview: Interview, *channels: Channel, at: datetime, purpose: Purpose = Purpose.INVITATION
) -> list[Delivery]:
    """Send by hand on these channels, and let it be taken at that moment."""
    version = cast.templates[purpose]
    summary = summarize_chosen([interview.pk], version, purpose, channels, now=at, resend=True)
    send(cast.recruiter, summary, version, purpose, now=at)
    sent = Delivery.objects.filter(notification__subject_id=interview.pk, state=DeliveryState.QUEUED)
    ids = list(sent.values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids).update(state=DeliveryState.SENT, sent_at=at)
    return list(Delivery.objects.filter(pk__in=ids))


def answer(interview: Interview, at: datetime, word: Answer = Answer.ACCEPTED) -> None:
    Response.objects.create(
        organization_id=interview.organization_id,
        interview=interview,
        revision=interview.revision,
        answer=word,
        at=at,
    )
    Interview.objects.filter(pk=interview.pk).update(answer=word, answered_at=at)


def view(delivery: Delivery, at: datetime) -> None:
    """The candidate opened the page behind the link, as a person."""
    link = AccessLink.objects.get(notification=delivery.notification_id)
    Visit.objects.create(
        organization_id=link.organization_id, link=link, at=at, kind="viewed", is_suspected_bot=False
    )


def came(interview: Interview, word: Attendance) -> None:
    Interview.objects.filter(pk=interview.pk).update(attendance=word)


def lived_through(
    cast: Cast, interview: Interview, channel: Channel, *, before: datetime, answered: int, silent: int
) -> None:
    """Earlier interviews of the same person, each told once on this channel four days ahead."""
    for number in range(answered + silent):
        starts_at = before - timedelta(days=5 * (number + 1))
        past = another(interview, starts_at)
        tell(cast, past, channel, at=starts_at - timedelta(days=4))
        if number < answered:
            answer(past, starts_at - timedelta(days=4) + 2 * HOUR)


def newcomer(
    cast: Cast, *, now: datetime, starts_in: timedelta = timedelta(days=3), **fields: Any
) -> Interview:
    """An interview of a new candidate whom chance leaves alone: not in the comparison group, not explored with."""
    while True:
        with transaction.atomic():
            interview = create_interview(cast, now=now, starts_at=now + starts_in, **fields)
            draw = draw_of(interview.pk, 1, Purpose.INVITATION)
            if not is_in_holdout(interview.application.candidate_id) and draw >= EXPLORATION:
                return interview
            transaction.set_rollback(True)
