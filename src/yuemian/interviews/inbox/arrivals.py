"""Who gets what a candidate writes: the interview's recruiter, or a deputy while that one is away."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import override

from yuemian.accounts.models import User
from yuemian.domain.conversation import Voice, stand_in
from yuemian.interviews.models import Interview
from yuemian.interviews.told import absence_line
from yuemian.messaging.actions.conversation import add_message
from yuemian.messaging.models import Conversation, Message


def hear(
    sender: object,  # noqa: ARG001
    *,
    conversation: Conversation,
    message: Message,
    is_fresh: bool,
    **_kwargs: Any,
) -> None:
    """Receives `question_asked`, inside the transaction that records the message."""
    if not is_fresh:
        return
    now = message.created_at
    usual = _usual(conversation, message.interview_id)
    taker = _taker(usual, now) if usual else None
    _give(conversation, taker)
    if usual is None or taker is None:
        return
    if usual.is_away(now) and usual.is_absence_told and not conversation.is_absence_told:
        _tell_absence(conversation, message, usual, taker)


def give_to_recruiter(conversation: Conversation, interview_id: UUID, *, now: datetime) -> None:
    """What the system noted about an interview is looked at by whoever would get the candidate's question."""
    if conversation.assignee is None or not conversation.assignee.is_active:
        usual = _recruiter(conversation, interview_id)
        _give(conversation, _taker(usual, now) if usual else None)


def _give(conversation: Conversation, taker: User | None) -> None:
    if conversation.assignee != taker:
        conversation.assignee = taker
        conversation.save(update_fields=["assignee"])


def _usual(conversation: Conversation, interview_id: UUID | None) -> User | None:
    """Whose it is already, unless they can no longer sign in."""
    if conversation.assignee and conversation.assignee.is_active:
        return conversation.assignee
    return _recruiter(conversation, interview_id)


def _recruiter(conversation: Conversation, interview_id: UUID | None) -> User | None:
    """Of the interview it is about, else of the job; somebody who can still sign in."""
    about = (
        Interview.objects.filter(pk=interview_id).select_related("recruiter").first()
        if interview_id
        else None
    )
    candidates = (about.recruiter if about else None, conversation.job.recruiter)
    return next((user for user in candidates if user is not None and user.is_active), None)


def _taker(usual: User, now: datetime) -> User:
    if not usual.is_away(now):
        return usual
    people = {each.pk: each for each in User.objects.visible_to(usual).filter(is_active=True)}
    away = {each.pk: each.deputy_id for each in people.values() if each.is_away(now)}
    deputies = {pk: deputy if deputy in people else None for pk, deputy in away.items()}
    return people[stand_in(usual.pk, deputies)]


def _tell_absence(conversation: Conversation, message: Message, away: User, taker: User) -> None:
    """One line on the candidate's page, once per conversation."""
    application = conversation.application
    with override(application.candidate.locale):
        text = absence_line(away, taker, now=message.created_at)
    add_message(
        application,
        text,
        interview_id=message.interview_id,
        author=None,
        now=message.created_at,
        voice=Voice.AUTOMATIC,
    )
    Conversation.objects.filter(pk=conversation.pk).update(is_absence_told=True)
