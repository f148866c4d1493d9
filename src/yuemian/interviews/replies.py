"""Whom a candidate's reply is about: it joins the conversation of that application, whatever our message was about."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from yuemian.domain.states import InterviewState
from yuemian.hiring.models import Application
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.messaging.actions.conversation import Mailed, add_message
from yuemian.messaging.models import Medium, Notification
from yuemian.messaging.subjects import SUBJECTS


def hear(
    sender: object,  # noqa: ARG001
    *,
    notification: Notification,
    text: str,
    at: datetime,
    other_sender: str = "",
    **_: Any,
) -> None:
    """Receives `reply_received`, inside the transaction that records the reply."""
    if not text.strip():
        return
    interview = _interview(notification)
    application = interview.application if interview else _application(notification, at)
    if application is None:
        return
    about = interview or interview_of(application)
    add_message(
        application,
        text,
        interview_id=about.pk if about else None,
        author=None,
        now=at,
        channel=Medium.SMS,
        mailed=Mailed(sender=other_sender),
    )


def newest_application(organization_id: UUID, candidate_id: UUID, *, now: datetime) -> Application | None:
    """The one with the interview that goes on or is nearest to come, else with the latest, else the newest."""
    mine = Interview.objects.filter(organization_id=organization_id, application__candidate=candidate_id)
    taking_place = mine.filter(state=InterviewState.SCHEDULED)
    near = taking_place.filter(starts_at__gt=now - F("duration")).order_by("starts_at").first()
    near = near or taking_place.order_by("-starts_at").first() or mine.order_by("-starts_at").first()
    rows = Application.objects.filter(organization_id=organization_id).select_related("candidate__key", "job")
    if near is not None:
        return rows.get(pk=near.application_id)
    return rows.filter(candidate=candidate_id).order_by("-pk").first()


def interview_of(application: Application) -> Interview | None:
    """The latest that is to take place, else the latest."""
    mine = Interview.objects.filter(application=application).order_by("-starts_at")
    return mine.filter(state=InterviewState.SCHEDULED).first() or mine.first()


def _interview(notification: Notification) -> Interview | None:
    if notification.subject_kind != SUBJECT_KIND:
        return None
    mine = Interview.objects.filter(organization_id=notification.organization_id)
    return mine.select_related("application__candidate__key").filter(pk=notification.subject_id).first()


def application_of(notification: Notification) -> Application | None:
    """The one that the message was about, where its subject knows it and is still there."""
    subject = SUBJECTS.get(notification.subject_kind)
    if subject is None or not subject.application_sql:
        return None
    with connection.cursor() as cursor:
        cursor.execute(subject.application_sql, [notification.subject_id])
        found = cursor.fetchone()
    rows = Application.objects.filter(
        organization_id=notification.organization_id, candidate=notification.candidate_id
    )
    return rows.select_related("candidate__key", "job").filter(pk=found[0]).first() if found else None


def _application(notification: Notification, now: datetime) -> Application | None:
    """A code, or what is gone since, belongs to the newest one."""
    if notification.candidate_id is None:
        return None
    return application_of(notification) or newest_application(
        notification.organization_id, notification.candidate_id, now=now
    )
