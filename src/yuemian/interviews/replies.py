"""A candidate's reply by text message joins the conversation about the interview it answers to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.messaging.actions.conversation import add_message
from yuemian.messaging.models import Medium, Notification


def hear(sender: object, *, notification: Notification, text: str, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `reply_received`, inside the transaction that records the reply."""
    if notification.subject_kind != SUBJECT_KIND or not text.strip():
        return
    interviews = Interview.objects.filter(organization_id=notification.organization_id)
    found = (
        interviews.select_related("application__candidate__key").filter(pk=notification.subject_id).first()
    )
    if found is not None:
        add_message(found.application, text, interview_id=found.pk, author=None, now=at, channel=Medium.SMS)
