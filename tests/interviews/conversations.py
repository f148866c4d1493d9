"""Conversations for tests: what candidates ask and what the company says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.factories import Cast, create_interview
from yuemian.accounts.models import User
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.conversation import add_message
from yuemian.messaging.models import Conversation, Message


def ask(interview: Interview, text: str, *, at: datetime) -> Message:
    """The candidate writes."""
    return add_message(interview.application, text, interview_id=interview.pk, author=None, now=at)


def say(interview: Interview, author: User, text: str, *, at: datetime) -> Message:
    return add_message(interview.application, text, interview_id=interview.pk, author=author, now=at)


def asking(
    cast: Cast,
    text: str = "请问附近有停车位吗？",
    *,
    now: datetime,
    at: datetime | None = None,
    **fields: Any,
) -> Conversation:
    """A candidate with an interview who has asked something."""
    interview = create_interview(cast, now=now, **fields)
    ask(interview, text, at=at or now)
    return of(interview)


def of(interview: Interview) -> Conversation:
    return Conversation.objects.with_people().get(application=interview.application_id)


def interview_of(conversation: Conversation) -> Interview:
    return Interview.objects.with_people().get(application=conversation.application_id)
