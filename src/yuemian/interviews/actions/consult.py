"""A candidate's question to an interviewer, through HR: pass it on, answer it, let the answer out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from yuemian.accounts.models import User
from yuemian.domain.conversation import Voice
from yuemian.domain.moves import check_move
from yuemian.domain.states import Channel, ConsultationState, Purpose
from yuemian.interviews.actions.respond import reply
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.content import best_locale, texts_of, version_for
from yuemian.messaging.actions.conversation import LONGEST
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.models import Consultation, Conversation, Message
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.vault import Vault

#: What `messaging` calls the thing its mail is about. Nothing registers it: it is true as long as it is there.
SUBJECT: Final = "consultation"
#: A mail that could not be sent for so long would come too late to be of use.
PATIENCE: Final = timedelta(days=3)


class LetOut(NamedTuple):
    """A question passed on, and whether its answer goes to the candidate as a message."""

    consultation: Consultation
    is_told: bool


def consult(
    user: User,
    question: Message,
    interviewer: User,
    interview: Interview,
    remark: str = "",
    *,
    is_name_shown: bool,
    with_conversation: bool,
    now: datetime,
) -> Consultation:
    """HR passes a question on; the interviewer gets a mail that does not repeat it. Raises NoTemplate, and Unreadable
    when the candidate was erased.

    Asking the same person the same again while they have it changes nothing.
    """
    with transaction.atomic():
        Conversation.objects.select_for_update(no_key=True).get(pk=question.conversation_id)
        unfinished = [ConsultationState.ASKED, ConsultationState.ANSWERED]
        known = Consultation.objects.filter(
            question=question, interviewer=interviewer, state__in=unfinished
        ).first()
        if known is not None:
            return known
        consultation = Consultation(
            id=uuid7(),
            organization_id=user.organization_id,
            conversation_id=question.conversation_id,
            question=question,
            interviewer=interviewer,
            asked_by=user,
            is_name_shown=is_name_shown,
            with_conversation=with_conversation,
            asked_at=now,
        )
        key, vault = interview.application.candidate.key, Vault(user.organization_id)
        vault.cipher(key)
        if remark.strip():
            place, text = Consultation.REMARK, remark.strip()[:LONGEST]
            consultation.remark_sealed = vault.seal(key, place, consultation.pk, text)
        consultation.save(force_insert=True)
        _write_to(consultation, interview, now=now)
        _record(user, consultation, "consultation.asked", now, interviewer=interviewer.pk)
    return consultation


def answer_consultation(
    user: User, consultation: Consultation, interview: Interview, text: str, *, now: datetime
) -> LetOut:
    """The interviewer's answer: to HR, or at once to the candidate where the organization allows it.

    Raises ForbiddenMove once it is answered or withdrawn, and NoTemplate.
    """
    is_direct = user.organization.is_direct_answer_allowed
    to = ConsultationState.RELEASED if is_direct else ConsultationState.ANSWERED
    with transaction.atomic():
        locked = _locked(consultation.pk, to)
        key = interview.application.candidate.key
        vault, text = Vault(user.organization_id), text.strip()[:LONGEST]
        locked.answer_sealed = vault.seal(key, Consultation.ANSWER, locked.pk, text)
        locked.answered_at = now
        locked.state = to
        is_told = is_direct and _let_out(user, locked, interview, text, now=now)
        locked.save()
        _record(user, locked, "consultation.answered", now, is_direct=is_direct)
    return LetOut(locked, is_told)


def release(
    user: User,
    consultation: Consultation,
    interview: Interview,
    text: str,
    *,
    is_name_shown: bool,
    now: datetime,
) -> LetOut:
    """HR lets the answer out, as it is or shortened. Raises ForbiddenMove and NoTemplate."""
    with transaction.atomic():
        locked = _locked(consultation.pk, ConsultationState.RELEASED)
        locked.is_name_shown = is_name_shown
        locked.state = ConsultationState.RELEASED
        is_told = _let_out(user, locked, interview, text.strip()[:LONGEST], now=now)
        locked.save()
        _record(user, locked, "consultation.released", now, is_name_shown=is_name_shown)
    return LetOut(locked, is_told)


def withdraw(user: User, consultation: Consultation, *, now: datetime) -> Consultation:
    """HR takes the question back; the interviewer no longer sees it. Raises ForbiddenMove."""
    with transaction.atomic():
        locked = _locked(consultation.pk, ConsultationState.WITHDRAWN)
        locked.state, locked.closed_at = ConsultationState.WITHDRAWN, now
        locked.save()
        _record(user, locked, "consultation.withdrawn", now)
    return locked


def _let_out(
    user: User, consultation: Consultation, interview: Interview, text: str, *, now: datetime
) -> bool:
    voice = Voice.NAMED_INTERVIEWER if consultation.is_name_shown else Voice.INTERVIEWER
    consultation.closed_at = now
    said = reply(user, interview, text, now=now, author=consultation.interviewer, voice=voice)
    consultation.message = said.message
    return said.is_told


def _write_to(consultation: Consultation, interview: Interview, *, now: datetime) -> None:
    person, organization = consultation.interviewer, consultation.asked_by.organization
    version = version_for(organization.pk, Purpose.CONSULTATION)
    locale = best_locale(texts_of(version), [person.locale]) or "zh-hans"
    page = f"{settings.PUBLIC_URL}{reverse('asked-question', args=[consultation.pk])}"
    context = context_of(
        interview,
        organization,
        locale,
        staff_name=person.name,
        asked_by=consultation.asked_by.name,
        question_link=page,
        interview_link=f"{settings.PUBLIC_URL}{reverse('interview', args=[interview.pk])}",
    )
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.CONSULTATION,
        version=version,
        subject_kind=SUBJECT,
        due_at=now,
        now=now,
        actor=consultation.asked_by,
    )
    intent = Intent(
        recipient=Recipient(user=person),
        subject_id=consultation.pk,
        subject_revision=1,
        locale=locale,
        context=context,
        channels=[Channel.EMAIL],
        deadline_at=now + PATIENCE,
        link_expires_at=now,
    )
    plan_notifications(occasion, [intent])


def _locked(consultation_id: UUID, to: ConsultationState) -> Consultation:
    rows = Consultation.objects.select_for_update(of=("self",)).select_related("interviewer")
    found = rows.get(pk=consultation_id)
    check_move(ConsultationState, found.state, to)
    return found


def _record(user: User, consultation: Consultation, action: str, now: datetime, **details: Any) -> None:
    subject = ("consultation", consultation.pk)
    details["conversation"] = consultation.conversation_id
    audit.record(user.organization_id, user.actor, action, at=now, subject=subject, **details)
    announce(user.organization_id, "inbox", conversation=consultation.conversation_id)
