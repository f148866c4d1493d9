"""The candidate's side: answer an interview, ask a question; and HR's reply to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from yuemian.accounts.models import User
from yuemian.domain.conversation import Voice
from yuemian.domain.moves import check_move
from yuemian.domain.routing import SAME_DAY
from yuemian.domain.states import Answer, Channel, Purpose
from yuemian.hiring.models import ContactState
from yuemian.interviews.actions.invite import plan_items, router_for, summarize_chosen
from yuemian.interviews.models import SUBJECT_KIND, Interview, Response
from yuemian.messaging.actions.content import version_for
from yuemian.messaging.actions.conversation import (
    add_message,
    last_from_candidate,
    mail_to_answer,
    said_just_now,
)
from yuemian.messaging.actions.plan import Occasion
from yuemian.messaging.models import AccessLink, Medium, Message, Notification
from yuemian.messaging.reach import available_channels
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.vault import Vault

#: What a candidate writes.
LONGEST_NOTE = 500
#: What is kept of an answer: before the candidate's own words stand the times that they ask for, in any language.
LONGEST_ANSWER = 1500
RECORD_ANSWER = f"""
SELECT CASE WHEN record_answer(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) THEN {audit.APPEND} END
"""


class Answered(NamedTuple):
    """What was said, and whether a message about it goes to the candidate or it only stands on their page."""

    message: Message
    is_told: bool


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818
    """The link can no longer answer: `old_revision`, `cancelled`, `over`, `revoked` or `expired`."""

    why: str


def standing(
    link: AccessLink, interview: Interview, *, now: datetime, seen_revision: int | None = None
) -> str:
    """`open`, or why this link cannot answer (see Refused.why). Order: what the person must know first.

    `seen_revision` is the one a person was shown and confirmed: it stands in for the older one of their link.
    """
    if link.revoked_at is not None:
        return "revoked"
    if interview.state == "cancelled":
        return "cancelled"
    if not interview.is_open(now):
        return "over"
    if (seen_revision or link.subject_revision) != interview.revision:
        return "old_revision"
    return "expired" if link.expires_at <= now else "open"


def respond(
    link: AccessLink,
    answer: Answer,
    note: str,
    *,
    now: datetime,
    was_confirmed: bool,
    seen_revision: int | None = None,
    interview: Interview | None = None,
) -> Interview:
    """Record the candidate's answer to the revision their link shows. The last answer counts. Raises Refused.

    An old link answers the current revision only by a second press on a page that showed it: `was_confirmed`
    with `seen_revision`. Pressing the standing answer again changes nothing. `interview` as the caller has just
    read it with its people; it is read again, and judged again, when it has changed meanwhile.
    """
    interview = interview or locked(link)
    seen = seen_revision if was_confirmed else None
    if not _answer(link, interview, answer, note, now=now, was_confirmed=was_confirmed, seen_revision=seen):
        with transaction.atomic():
            interview = locked(link)
            _answer(link, interview, answer, note, now=now, was_confirmed=was_confirmed, seen_revision=seen)
    return interview


def _answer(
    link: AccessLink,
    interview: Interview,
    answer: Answer,
    note: str,
    *,
    now: datetime,
    was_confirmed: bool,
    seen_revision: int | None,
) -> bool:
    """One statement: lock, response, interview, announcement, audit. False when the interview has changed."""
    why = standing(link, interview, now=now, seen_revision=seen_revision)
    if why != "open":
        raise Refused(why)
    return write_answer(interview, answer, note, now=now, link_id=link.pk, was_confirmed=was_confirmed)


def write_answer(
    interview: Interview,
    answer: Answer,
    note: str,
    *,
    now: datetime,
    link_id: UUID | None,
    was_confirmed: bool,
    **details: str,
) -> bool:
    """What the caller has judged may count. `interview` was read with its people; False, and nothing is written, when
    it has changed since. `details` go to the audit trail: how it came, never a person's words."""
    if answer == interview.answer and not note.strip():
        return True
    if answer != interview.answer:
        check_move(Answer, interview.answer, answer)
    candidate = interview.application.candidate
    response, sealed = uuid7(), None
    if note.strip():
        vault = Vault(interview.organization_id)
        sealed = vault.seal(candidate.key, Response.PLACE, response, note.strip()[:LONGEST_ANSWER])
    facts = [interview.pk, interview.revision, interview.state, interview.answer, interview.starts_at]
    entry = audit.values_to_append(
        interview.organization_id,
        Actor("candidate", candidate.pk),
        "interview.answered",
        at=now,
        subject=("interview", interview.pk),
        revision=interview.revision,
        answer=str(answer),
        **details,
    )
    with connection.cursor() as cursor:
        values = [*facts, response, str(answer), sealed, link_id, was_confirmed, now, *entry]
        cursor.execute(RECORD_ANSWER, values)
        (sequence,) = cursor.fetchone()
    if sequence is not None:
        interview.answer, interview.answered_at = answer, now
    return sequence is not None


def ask(link: AccessLink, text: str, *, now: datetime) -> Message:
    """A question from the candidate's page. Allowed until the link expires, whatever became of the interview."""
    with transaction.atomic():
        interview = locked(link)
        if link.revoked_at is not None or link.expires_at <= now:
            raise Refused("expired")
        message = add_message(interview.application, text, interview_id=interview.pk, author=None, now=now)
        audit.record(
            link.organization_id,
            Actor("candidate", link.candidate_id),
            "conversation.asked",
            at=now,
            subject=("interview", interview.pk),
        )
        announce(link.organization_id, "interviews", interview=interview.pk)
    return message


def reply(
    user: User,
    interview: Interview,
    text: str,
    *,
    now: datetime,
    author: User | None = None,
    voice: Voice = Voice.COMPANY,
) -> Answered:
    """The company's answer: into the conversation, and to the candidate as a message. Raises NoTemplate.

    The same words once more, as from a button pressed twice, are the same answer: nothing is said again.
    `author` is who wrote what `user` lets out, an interviewer for instance; `voice` is as whom the candidate sees it.
    """
    with transaction.atomic():
        Interview.objects.select_for_update(of=("self",), no_key=True).get(pk=interview.pk)
        if said := said_just_now(interview.application, text, author or user, now=now):
            return Answered(said, _was_told(interview, said))
        question = last_from_candidate(interview.application)
        message = add_message(
            interview.application,
            text,
            interview_id=interview.pk,
            author=author or user,
            now=now,
            voice=voice,
        )
        is_told = _send_answer(user, interview, text.strip(), question, now=now)
        audit.record(
            user.organization_id,
            user.actor,
            "conversation.answered",
            at=now,
            subject=("interview", interview.pk),
        )
        announce(user.organization_id, "interviews", interview=interview.pk)
    return Answered(message, is_told)


def can_be_reached(interview: Interview) -> bool:
    """Whether an answer can go out as a message: an address is in use on a channel that there is."""
    points = interview.application.candidate.contact_points.all()
    in_use = {point.channel for point in points if point.state == ContactState.ACTIVE}
    return not in_use.isdisjoint(available_channels(interview.organization))


def _was_told(interview: Interview, said: Message) -> bool:
    planned = Notification.objects.filter(subject_kind=SUBJECT_KIND, subject_id=interview.pk)
    return planned.filter(purpose=Purpose.ANSWER, created_at=said.created_at).exists()


def _send_answer(
    user: User, interview: Interview, text: str, question: Message | None, *, now: datetime
) -> bool:
    version = version_for(user.organization_id, Purpose.ANSWER, interview.round)
    is_same_day = interview.starts_at - now < SAME_DAY
    # Where learning is on, an answer goes where this person reads; close to the interview, everywhere.
    is_by_mail = question is not None and question.channel == Medium.EMAIL
    is_routed = user.organization.is_routing_learned and not is_same_day and not is_by_mail
    summary = summarize_chosen(
        [interview.pk],
        version,
        Purpose.ANSWER,
        _channels(interview, question),
        now=now,
        resend=True,
        router=router_for(user.organization, version, Purpose.ANSWER, now=now) if is_routed else None,
    )
    occasion = Occasion(
        organization=user.organization,
        purpose=Purpose.ANSWER,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=now,
        now=now,
        actor=user,
        is_same_day=is_same_day,
        answered=mail_to_answer(question, interview.application),
    )
    asked = _words_of(question, interview)
    return bool(plan_items(occasion, summary.going, hr_answer=text, candidate_question=asked))


def locked(link: AccessLink) -> Interview:
    Interview.objects.select_for_update(of=("self",), no_key=True).get(pk=link.subject_id)
    return Interview.objects.with_people().get(pk=link.subject_id)


def _channels(interview: Interview, question: Message | None) -> list[Channel]:
    """Whoever wrote a mail is answered by one, into the same thread; others on whatever reaches them."""
    channels = available_channels(interview.organization)
    if question is None or question.channel != Medium.EMAIL or Channel.EMAIL not in channels:
        return channels
    points = interview.application.candidate.contact_points
    can_be_mailed = points.filter(channel=Channel.EMAIL, state=ContactState.ACTIVE).exists()
    return [Channel.EMAIL] if can_be_mailed else channels


def _words_of(question: Message | None, interview: Interview) -> str:
    if question is None:
        return ""
    key = interview.application.candidate.key
    return Vault(interview.organization_id).open(key, Message.PLACE, question.pk, question.body_sealed)
