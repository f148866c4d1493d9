"""An interviewer's side: the questions that HR passed on, and nothing else of what candidates write."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.moves import ForbiddenMove
from yuemian.domain.states import ConsultationState
from yuemian.interviews.actions.consult import answer_consultation
from yuemian.interviews.board import zone_of
from yuemian.interviews.inbox.thread import Entry, answer_of, message_entry, remark_of
from yuemian.interviews.inbox.wording import CONSULTATIONS
from yuemian.interviews.models import Interview
from yuemian.interviews.wording import UNTOLD
from yuemian.messaging.actions.content import NoTemplate
from yuemian.messaging.actions.conversation import LONGEST
from yuemian.messaging.models import Consultation
from yuemian.trust.vault import Vault

_LISTED = 50


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def asked(request: SignedInRequest) -> HttpResponse:
    rows = Consultation.objects.asked_of(request.user).exclude(state=ConsultationState.WITHDRAWN)
    people = rows.select_related(
        "conversation__application__candidate", "conversation__application__job", "asked_by"
    )
    newest = people.order_by("-asked_at")[:_LISTED]
    context = {
        "waiting": [each for each in newest if each.state == ConsultationState.ASKED],
        "finished": [
            (each, *CONSULTATIONS[ConsultationState(each.state)]) for each in newest if each.answered_at
        ],
        "zone": zone_of(request.user),
    }
    return render(request, "interviews/inbox/asked.html", context)


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def question(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    consultation = _fetch(request.user, consultation_id)
    return render(request, "interviews/inbox/asked_question.html", _context(request.user, consultation))


@require_POST
@requires(Permission.SEE_INTERVIEWS)
def answer(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    """To HR, or straight to the candidate where the organization allows it."""
    user, now = request.user, timezone.now()
    consultation = _fetch(user, consultation_id)
    text, interview = request.POST.get("text", "").strip(), _interview(consultation)
    page = HttpResponseRedirect(reverse("asked-question", args=[consultation.pk]), status=303)
    if not text or interview is None:
        messages.error(request, _("Write an answer first."))
        return page
    try:
        done = answer_consultation(user, consultation, interview, text, now=now)
    except ForbiddenMove:
        messages.error(request, _("This was already answered or withdrawn."))
    except NoTemplate:
        messages.error(request, _("This cannot be sent yet; tell whoever asked you."))
    else:
        if done.consultation.state != ConsultationState.RELEASED:
            messages.success(request, _("Your answer waits for HR's release."))
        elif done.is_told:
            messages.success(request, _("Your answer is on its way."))
        else:
            messages.warning(request, UNTOLD)
    return page


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def attention(request: SignedInRequest) -> HttpResponse:
    """The counter in the navigation, fetched anew when something changed."""
    return render(request, "ui/parts/navigation_count.html", {"entry": {"path": reverse("asked")}})


def _fetch(user: User, consultation_id: UUID) -> Consultation:
    """A question passed on to this person, and not taken back."""
    rows = Consultation.objects.asked_of(user).exclude(state=ConsultationState.WITHDRAWN)
    people = rows.select_related(
        "conversation__application__candidate__key", "conversation__application__job", "question", "asked_by"
    )
    return get_object_or_404(people, pk=consultation_id)


def _interview(consultation: Consultation) -> Interview | None:
    rows = Interview.objects.filter(application=consultation.conversation.application_id).with_people()
    own = rows.filter(interviewers=consultation.interviewer_id).order_by("-starts_at").first()
    return own or rows.order_by("-starts_at").first()


def _context(user: User, consultation: Consultation) -> dict[str, Any]:
    key = consultation.conversation.application.candidate.key
    vault = Vault(user.organization_id)
    tone, words = CONSULTATIONS[ConsultationState(consultation.state)]
    return {
        "consultation": consultation,
        "name": consultation.conversation.application.candidate.name,
        "said": _said(consultation, consultation.question.created_at),
        "remark": remark_of(consultation, vault, key),
        "answer": answer_of(consultation, vault, key),
        "interview": _interview(consultation),
        "is_direct": user.organization.is_direct_answer_allowed,
        "tone": tone,
        "state_text": words,
        "zone": zone_of(user),
        "longest": LONGEST,
    }


def _said(consultation: Consultation, until: datetime) -> list[Entry]:
    """The question; before it the conversation where HR shows that. Never what came later, and never a note."""
    rows = consultation.conversation.messages.filter(created_at__lte=until).select_related("author")
    if not consultation.with_conversation:
        rows = rows.filter(pk=consultation.question_id)
    key = consultation.conversation.application.candidate.key
    vault = Vault(consultation.organization_id)
    return [message_entry(each, vault, key) for each in rows.order_by("created_at", "id")]
